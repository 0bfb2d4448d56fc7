//! Threads with customers, and the messages in them.

pub mod api;
mod append;
mod codes;
mod demo;
pub mod events;
mod http;
mod line;
mod model;
mod policy;
mod privacy;
mod queries;
mod topics;
mod turns;
mod visitor;
mod writer;

use ::http::{Module, Privacy};

pub use line::{Outlook, Place, QueuePlace};
pub use model::{Author, Conversation, ConversationId, Message, MessageKind, Side, State};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("conversations")
        .demo(demo::tell)
        .routes(http::routes())
        .outside(visitor::routes())
        .topics(topics::ConversationTopics)
        .migrations(store::migrations!["202611221230_conversations"])
        .permissions(policy::PERMISSIONS)
        .part(writer::Writer::default())
        .part(line::unknown())
        .privacy(Privacy { module: "conversations", export: privacy::export, erase: privacy::erase })
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
