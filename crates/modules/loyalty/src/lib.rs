//! Members and their points: what was earned, by which rule, until when it is good, and what became of it.

mod adjust;
pub mod api;
mod codes;
mod days;
mod demo;
pub mod events;
mod http;
mod jobs;
mod ledger;
mod listen;
mod model;
mod page;
mod policy;
mod privacy;
mod queries;
mod referrals;
mod rewards;
mod segment;
mod shop;
mod timeline;

use ::http::{ListTopic, Module, Privacy, SegmentSource, Ties, TimelineSource};

pub use model::{
    AdjustmentState, Burning, Campaign, Earning, Expiry, LoyaltyJoining, LoyaltyRules, Member, MemberPage, Part, Parts,
    PointsAccount, PointsAdjustment, PointsEntry, PointsEntryKind, PointsExpiryEnd, PointsLot, PointsPosting,
    Redemption, RedemptionState, RedemptionWay, Referral, ReferralRules, ReferralState, Reward, RewardState,
    RulesVersion, Tier, TierBasis, TierChange, TierDowngrade, TierRules, TierTransition,
};

/// This module's texts.
const LOCALES: &[(&str, &str)] = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("loyalty")
        .demo(demo::tell)
        .routes(http::routes())
        .outside(page::routes())
        .migrations(store::migrations![
            "202611261400_loyalty",
            "202611261401_rewards",
            "202611261402_member_page",
            "202611262101_no_member_door",
        ])
        .ties(Ties::open("loyalty", queries::open))
        .permissions(policy::PERMISSIONS)
        .list::<model::Member>(ListTopic {
            topic: "loyalty_members",
            about: "Members and what they have, as far as one may see them.",
            kind: "loyalty_member.changed",
            says: "A member is there, or their points or tier stand otherwise.",
            may_read: |actor| policy::may_read(actor).map(|sight| sight.scope),
        })
        .list::<model::Redemption>(ListTopic {
            topic: "redemptions",
            about: "Rewards members asked for, as far as one may see them.",
            kind: "redemption.changed",
            says: "A reward was asked for, handed over or cancelled.",
            may_read: |actor| policy::may_read(actor).map(|sight| sight.scope),
        })
        .listener(listen::customers())
        .listener(listen::approvals())
        .listener(shop::listen())
        .cron(jobs::cron())
        .app_job(jobs::run)
        .timeline(TimelineSource { module: "loyalty", read: timeline::read })
        .segment(SegmentSource { module: "loyalty", attributes: segment::attributes, values: segment::values })
        .privacy(Privacy { module: "loyalty", export: privacy::export, erase: privacy::erase })
        .locales(LOCALES)
}
