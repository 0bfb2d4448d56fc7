//! What customers bought, as the shop or the till tells it.

pub mod api;
mod codes;
mod demo;
pub mod events;
mod http;
mod listing;
mod model;
mod policy;
mod privacy;
mod queries;
mod taking;
mod timeline;

use ::http::{Module, Privacy, Ties, TimelineSource};

pub use listing::target;
pub use model::{Lines, Order, OrderLine, OrderState};
pub use taking::{NewOrder, OrderCustomer, Taken};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("orders")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611261345_orders"])
        .ties(Ties::last("orders", queries::last))
        .permissions(policy::PERMISSIONS)
        .timeline(TimelineSource { module: "orders", read: timeline::read })
        .privacy(Privacy { module: "orders", export: privacy::export, erase: privacy::erase })
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
