//! How customers come in day by day, who keeps their files and who looks after them, and what goes on in the market.

pub mod api;
mod codes;
mod contact;
mod day;
mod demo;
pub mod events;
mod feed;
mod http;
mod jobs;
mod listen;
mod market;
mod model;
mod owners;
mod policy;
mod privacy;
mod queries;

use ::http::{ListTopic, Module, Privacy, Ties};

pub use contact::{FirstContact, FirstContactState};
pub use market::{MarketReport, Territory};
pub use model::{IntakeBatch, IntakeSource, IntakeState, RecordSteward};
pub use owners::AccountHandover;

/// First contacts told of in one transaction; a full batch means that more may wait.
const AT_ONCE: i64 = 200;

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("stewards")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations![
            "202611261331_intake",
            "202611261332_first_contacts",
            "202611261333_territories"
        ])
        .ties(Ties::open("stewards", privacy::open))
        .permissions(policy::PERMISSIONS)
        .list::<IntakeBatch>(ListTopic {
            topic: "intake_batches",
            about: "What days and other departments brought in.",
            kind: "intake_batch.changed",
            says: "A batch is there, or has come further.",
            may_read: policy::may_read,
        })
        .list::<FirstContact>(ListTopic {
            topic: "first_contacts",
            about: "Customers newly given to somebody, who are to be spoken to.",
            kind: "first_contact.changed",
            says: "A first contact is due, is nearly due, was done or dropped.",
            may_read: policy::may_read,
        })
        .list::<MarketReport>(ListTopic {
            topic: "market_reports",
            about: "What goes on in the markets of territories.",
            kind: "market_report.changed",
            says: "Something was reported, or somebody took note of it.",
            may_read: policy::may_read,
        })
        .listener(listen::listener())
        .job(jobs::morning())
        .cron(jobs::mornings())
        .chore("stewards.remind", "*/10 * * * *", |tx| Ok(contact::remind(tx, AT_ONCE)? == AT_ONCE as usize))
        .privacy(Privacy { module: "stewards", export: privacy::export, erase: privacy::erase })
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
