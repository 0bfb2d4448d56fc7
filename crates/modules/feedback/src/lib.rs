//! What customers suggest, think and praise, what they are answered, and the wall that praise reaches the same day.

pub mod api;
mod codes;
mod day;
mod demo;
mod duty;
pub mod events;
mod http;
mod keeping;
mod listen;
mod model;
mod page;
mod paper;
mod policy;
mod privacy;
mod queries;
mod timeline;

use ::http::{ListTopic, Module, Privacy, Ties, TimelineSource};

pub use model::{
    AnswerWay, FeedbackAward, FeedbackItem, FeedbackKind, FeedbackMove, FeedbackMoveKind, FeedbackState, FeedbackWay,
    Recognition, RecognitionKind, RewardBudget,
};

/// This module's texts.
const LOCALES: &[(&str, &str)] = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("feedback")
        .demo(demo::tell)
        .routes(http::routes())
        .outside(page::routes())
        .migrations(store::migrations![
            "202611262120_feedback",
            "202611262121_recognitions",
            "202611270902_recognitions_by_month",
            "202611270922_public_form",
            "202611270951_keeping",
        ])
        .permissions(policy::PERMISSIONS)
        .list::<FeedbackItem>(ListTopic {
            topic: "feedback_items",
            about: "Suggestions, opinions and praise, as far as one may see them.",
            kind: "feedback_item.changed",
            says: "An item is there, or stands otherwise.",
            may_read: policy::may_read,
        })
        .list::<Recognition>(ListTopic {
            topic: "recognitions",
            about: "The wall, as far as one may see it.",
            kind: "recognition.changed",
            says: "Something stands on the wall, or is rewarded.",
            may_read: policy::may_see_wall,
        })
        .listener(listen::tasks())
        .listener(listen::people())
        .timeline(TimelineSource { module: "feedback", read: timeline::read })
        .ties(Ties::open("feedback", queries::open_customers))
        .keeping(keeping::KEEPING)
        .privacy(Privacy { module: "feedback", export: privacy::export, erase: privacy::erase })
        .locales(LOCALES)
}
