//! Threads with customers, and the messages in them.

mod about;
mod after_hours;
pub mod api;
mod append;
mod asked;
mod change;
mod clock;
mod closing;
mod codes;
mod demo;
pub mod events;
mod http;
mod keeping;
mod line;
mod links;
mod lists;
mod marks;
mod matching;
mod merge;
mod message_left;
mod model;
mod opening;
mod participation;
mod policy;
mod privacy;
mod queries;
mod reasons;
mod said;
mod segment;
mod serving;
mod snooze;
mod split;
mod tell;
mod timeline;
mod topics;
mod turns;
mod typing;
mod views;
mod visitor;
mod waiting;
mod words;
mod writer;

use ::http::{Module, Privacy, SegmentSource, Ties, TimelineSource};

pub use closing::Closing;
pub use line::{Outlook, Place, QueuePlace};
pub use model::{
    Alarm, Attributes, Author, Card, Conversation, ConversationId, Copied, CopiedFrom, Data, Event, Mentions, Message,
    MessageKind, Named, Participant, Participants, Rating, Side, SlaTarget, SnoozePreset, State, Step, Tags, Terms,
    Trail, VisitedPage, WrapUp, WrapUpReason,
};

/// This module's texts.
const LOCALES: &[(&str, &str)] = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("conversations")
        .demo(demo::tell)
        .routes(http::routes())
        .outside(visitor::routes())
        .topics(topics::ConversationTopics)
        .migrations(store::migrations![
            "202611221230_conversations",
            "202611251630_messages",
            "202611251640_unwrapped",
            "202611251724_attributes",
            "202611251950_trail",
            "202611252300_unwrapped",
            "202611260200_channel_kind",
            "202611260210_clocks",
            "202611260217_participants",
            "202611260601_snooze",
            "202611260621_links",
            "202611260912_threads",
            "202611261416_merged",
            "202611262031_emptied",
        ])
        .ties(Ties::open("conversations", privacy::open))
        .keeping(keeping::KEEPING)
        .permissions(policy::PERMISSIONS)
        .part(writer::Writer::default())
        .part(line::unknown())
        .part(closing::freely())
        .part(serving::talking())
        .part(said::talks())
        .part(visitor::VisitorLimits::default())
        .part(typing::Typing::default())
        .job(snooze::handler())
        .listener(after_hours::listen())
        .listener(participation::listen())
        .segment(SegmentSource { module: "conversations", attributes: segment::attributes, values: segment::values })
        .timeline(TimelineSource { module: "conversations", read: timeline::read })
        .privacy(Privacy { module: "conversations", export: privacy::export, erase: privacy::erase })
        .locales(LOCALES)
}
