//! E-mail: the department's mailboxes, the mails that come by them and those that go.

pub mod api;
mod arrive;
mod codes;
mod compose;
mod demo;
pub mod events;
mod fetch;
mod http;
mod imap;
mod keeping;
mod letter;
mod model;
mod oauth;
mod policy;
mod privacy;
mod queries;
mod send;
mod sweep;
mod tell;
mod write;

use ::http::{App, Module, Privacy, Telling};
use tokio::sync::watch;

pub use letter::{Kind, Mailer};
pub use model::{
    Direction, DroppedFile, GrantProvider, GrantState, Listed, Mail, MailFile, MailSecurity, MailState, Mailbox,
    MailboxAuth, MailboxFetch, MailboxGrant, MailboxState, Trouble,
};

/// This module, for the composition.
pub fn module() -> Module {
    let (running, known) = watch::channel::<Option<App>>(None);
    Module::new("mail")
        .tells(
            Telling::beside("conversation:{id}", "The mails of a conversation.")
                .note::<events::MailChanged>(events::MailChanged::KIND, "A mail came, went, or could not go."),
        )
        .demo(demo::tell)
        .routes(http::routes())
        .outside(http::outside())
        .migrations(store::migrations![
            "202611260010_mailboxes",
            "202611260920_written",
            "202611260921_oauth",
            "202611270952_keeping",
            "202611271840_notices"
        ])
        .permissions(policy::PERMISSIONS)
        .part(fetch::Fetchers::default())
        .listener(send::listen())
        .listener(privacy::listener())
        .job(send::sending(known))
        .chore("mail.sweep", "40 3 * * *", sweep::sweep)
        .background(Box::new(move |app, stop| {
            running.send_replace(Some(app.clone()));
            fetch::start(app, stop)
        }))
        .keeping(keeping::KEEPING)
        .privacy(Privacy { module: "mail", export: privacy::export, erase: privacy::erase })
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
