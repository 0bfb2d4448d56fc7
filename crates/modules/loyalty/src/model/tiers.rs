//! When a tier is reached, kept a while, and lost. Pure.

use kernel::{Id, Noun, Timestamp};
use serde::Serialize;
use store::text_enum;
use utoipa::ToSchema;

use super::{LoyaltyRules, Member, TierDowngrade};

impl Noun for TierTransition {
    const PREFIX: &'static str = "ttr";
}

text_enum! {
    /// Why a tier stands otherwise.
    pub enum TierChange {
        /// Enough counts towards a higher one.
        Reached = "reached",
        /// Not enough counts any more: it is kept until the grace is over.
        Grace = "grace",
        /// Enough counts again, in time.
        Kept = "kept",
        /// The grace is over.
        Fell = "fell",
        /// There is no such tier any more.
        Ended = "ended",
    }
}

store::record! {
    /// A tier reached, kept or lost, and by what.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct TierTransition {
        /// Its id.
        pub id: Id<TierTransition>,
        /// Whose.
        pub member_id: Id<Member>,
        /// The rank before.
        pub from_rank: i64,
        /// The rank since.
        pub to_rank: i64,
        /// Why.
        pub reason: TierChange,
        /// What counted then.
        pub qualifying: i64,
        /// What would have been needed to stay, or was to rise.
        pub needed: i64,
        /// Until when it is kept, for a grace.
        pub until: Option<Timestamp>,
        /// By which version of the rules.
        pub rules_version: i64,
        /// When.
        pub at: Timestamp,
    }
}

/// Where a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub rank: i64,
    pub grace_until: Option<Timestamp>,
}

const DAY: i64 = 86_400_000;

/// What becomes of a standing when so much counts; none when nothing does. The last is what was needed.
pub(crate) fn judge(
    rules: &LoyaltyRules,
    before: Standing,
    qualifying: i64,
    now: Timestamp,
) -> Option<(Standing, TierChange, i64)> {
    let tiers = &rules.tiers;
    let merited = tiers.list.iter().take_while(|tier| qualifying >= tier.from).count() as i64;
    let needed = |rank: i64| rules.tier(rank).map_or(0, |tier| tier.from);
    let settled = |rank| Standing { rank, grace_until: None };
    if before.rank > tiers.list.len() as i64 {
        return Some((settled(merited), TierChange::Ended, 0));
    }
    if merited > before.rank {
        return Some((settled(merited), TierChange::Reached, needed(merited)));
    }
    if merited == before.rank {
        return before.grace_until.map(|_| (settled(merited), TierChange::Kept, needed(merited)));
    }
    let grace = Standing { rank: before.rank, grace_until: Some(now.plus_millis(tiers.grace_days * DAY)) };
    match before.grace_until {
        None if tiers.grace_days > 0 => Some((grace, TierChange::Grace, needed(before.rank))),
        Some(until) if now < until => None,
        _ => {
            let to = match tiers.downgrade {
                TierDowngrade::OneStep => before.rank - 1,
                TierDowngrade::ToEarned => merited,
            };
            Some((settled(to), TierChange::Fell, needed(before.rank)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Tier, TierRules};

    fn rules(downgrade: TierDowngrade, grace_days: i64) -> LoyaltyRules {
        let tier = |name: &str, from| Tier {
            name: name.into(),
            colour: "gold".into(),
            from,
            percent: 100,
            entitlements: Vec::new(),
        };
        let list = vec![tier("银卡", 100), tier("金卡", 500), tier("黑卡", 2_000)];
        LoyaltyRules {
            tiers: TierRules { downgrade, grace_days, list, ..TierRules::default() },
            ..LoyaltyRules::default()
        }
    }

    fn at(days: i64) -> Timestamp {
        Timestamp::from_millis(days * DAY)
    }

    fn stands(rank: i64, until: Option<i64>) -> Standing {
        Standing { rank, grace_until: until.map(at) }
    }

    #[test]
    fn h53_a_tier_is_reached_at_once_and_lost_only_after_its_grace() {
        let rules = rules(TierDowngrade::OneStep, 30);
        assert_eq!(judge(&rules, stands(0, None), 99, at(0)), None);
        assert_eq!(judge(&rules, stands(0, None), 2_000, at(0)), Some((stands(3, None), TierChange::Reached, 2_000)));
        assert_eq!(judge(&rules, stands(3, None), 80, at(1)), Some((stands(3, Some(31)), TierChange::Grace, 2_000)));
        assert_eq!(judge(&rules, stands(3, Some(31)), 80, at(30)), None);
        assert_eq!(judge(&rules, stands(3, Some(31)), 2_000, at(30)), Some((stands(3, None), TierChange::Kept, 2_000)));
        // One step, then a grace of its own.
        assert_eq!(judge(&rules, stands(3, Some(31)), 80, at(31)), Some((stands(2, None), TierChange::Fell, 2_000)));
        assert_eq!(judge(&rules, stands(2, None), 80, at(31)), Some((stands(2, Some(61)), TierChange::Grace, 500)));
    }

    #[test]
    fn h53_without_grace_one_falls_to_what_one_earned() {
        let rules = rules(TierDowngrade::ToEarned, 0);
        assert_eq!(judge(&rules, stands(3, None), 120, at(5)), Some((stands(1, None), TierChange::Fell, 2_000)));
        assert_eq!(judge(&rules, stands(5, None), 120, at(5)), Some((stands(1, None), TierChange::Ended, 0)));
    }
}
