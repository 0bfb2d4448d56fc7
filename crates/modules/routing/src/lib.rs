//! Who gets which conversation: queues, presence, offers as leases, and how the floor does.

mod allocate;
pub mod api;
mod attendance;
mod codes;
mod demo;
mod desk;
pub mod events;
mod figures;
mod floor;
mod http;
mod line;
mod load;
mod model;
mod pass_on;
mod patience;
mod places;
mod policy;
mod queries;
mod round;
mod serving;
mod standing;
mod topics;

use ::http::Module;

pub use model::{
    Offer, OfferState, OfferVerdict, OfferView, Presence, PresenceReason, PresenceState, Queue, RoutingRule,
    RoutingRules, Skill, SkillAsked, SkillId, SkillsAsked, Strategy, Why, WrapUpHold,
};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("routing")
        .routes(http::routes())
        .topics(topics::RoutingTopics)
        .background(Box::new(desk::start))
        .migrations(store::migrations![
            "202611221300_routing",
            "202611251700_queues",
            "202611252000_target_percent",
            "202611252240_terms",
            "202611252330_retired_queues",
            "202611260030_hands",
            "202611260241_channel_capacities"
        ])
        .part(places::line())
        .part(serving::served())
        .listener(figures::listener())
        .demo(demo::tell)
        .permissions(policy::PERMISSIONS)
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
