//! Rewards, what became of one that was asked for, and who recommended whom.

use kernel::{CustomerId, Id, Noun, Owned, Permit, Result, Timestamp, UnitId, UserId};
use serde::Serialize;
use store::text_enum;
use utoipa::ToSchema;

use super::{Member, PointsEntry};
use crate::codes;

impl Noun for Reward {
    const PREFIX: &'static str = "rwd";
}
impl Noun for Redemption {
    const PREFIX: &'static str = "rdm";
}
impl Noun for Referral {
    const PREFIX: &'static str = "rfl";
}

text_enum! {
    /// Whether a reward can be had.
    pub enum RewardState {
        /// It can.
        Offered = "offered",
        /// Not any more.
        Withdrawn = "withdrawn",
    }
}

store::record! {
    /// Something points are given for.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Reward {
        /// Its id.
        pub id: Id<Reward>,
        /// What it is called.
        pub name: String,
        /// What members should know of it.
        pub detail: String,
        /// How many points.
        pub points: i64,
        /// How many are left; none: as many as are asked for.
        pub stock: Option<i64>,
        /// How many one person may have; none: as many as they like.
        pub per_member: Option<i64>,
        /// The tier it begins with; 0: anybody.
        pub min_rank: i64,
        /// Whether it can be had.
        pub state: RewardState,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change.
        pub version: i64,
    }
}

impl Reward {
    /// One less.
    pub(crate) fn taken(mut self, rank: i64, had: i64) -> Result<Self> {
        if self.state != RewardState::Offered {
            return Err(codes::NOT_OFFERED.conflict());
        }
        if rank < self.min_rank {
            return Err(codes::TIER_TOO_LOW.conflict());
        }
        if self.per_member.is_some_and(|most| had >= most) {
            return Err(codes::HAD_ALREADY.conflict());
        }
        self.stock = match self.stock {
            Some(0) => return Err(codes::OUT_OF_STOCK.conflict()),
            stock => stock.map(|left| left - 1),
        };
        self.version += 1;
        Ok(self)
    }

    /// One more: what was asked for is not wanted any more.
    pub(crate) fn put_back(mut self) -> Self {
        self.stock = self.stock.map(|left| left + 1);
        self.version += 1;
        self
    }
}

text_enum! {
    /// Where a reward that was asked for stands.
    pub enum RedemptionState {
        /// It is to be handed over.
        Open = "open",
        /// It was.
        Fulfilled = "fulfilled",
        /// It will not be; the points came back.
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// Where a reward was asked for.
    pub enum RedemptionWay {
        /// A colleague did it for the member.
        Desk = "desk",
        /// The member, on their own page.
        Page = "page",
    }
}

store::record! {
    /// A reward somebody gave points for.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Redemption {
        /// Its id.
        pub id: Id<Redemption>,
        /// Which reward.
        pub reward_id: Id<Reward>,
        /// What it was called then.
        pub reward_name: String,
        /// Whose.
        pub member_id: Id<Member>,
        /// Who.
        pub customer_id: CustomerId,
        /// How many points it took.
        pub points: i64,
        /// The entry that took them.
        pub entry_id: Id<PointsEntry>,
        /// Where it was asked for.
        pub way: RedemptionWay,
        /// Where it stands.
        pub state: RedemptionState,
        /// How it was handed over, or why not.
        pub note: String,
        /// When it was asked for.
        pub asked_at: Timestamp,
        /// By whom, where a colleague did it.
        pub by_name: String,
        /// When it was over.
        pub closed_at: Option<Timestamp>,
        /// Who said so.
        pub closed_by_name: Option<String>,
        /// Who looks after the customer.
        pub owner_id: Option<UserId>,
        /// Their unit.
        pub unit_id: Option<UnitId>,
        /// Rises with each change.
        pub version: i64,
    }
}

impl Redemption {
    /// Whose it is, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    /// Handed over or not: once.
    pub(crate) fn closed(mut self, permit: &Permit, state: RedemptionState, note: &str, by: String) -> Result<Self> {
        if self.state != RedemptionState::Open {
            return Err(codes::CLOSED.conflict());
        }
        (self.state, self.note) = (state, note.to_owned());
        (self.closed_at, self.closed_by_name) = (Some(permit.at()), Some(by));
        self.version += 1;
        Ok(self)
    }
}

text_enum! {
    /// Where a recommendation stands.
    pub enum ReferralState {
        /// Whoever was recommended has no complete order yet.
        Waiting = "waiting",
        /// Both were rewarded.
        Rewarded = "rewarded",
        /// There was an order, and the month's number of rewards was reached.
        Beyond = "beyond",
        /// The order was sent back, and the rewards with it.
        Undone = "undone",
    }
}

store::record! {
    /// That a member recommended the house to somebody.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Referral {
        /// Its id.
        pub id: Id<Referral>,
        /// Who recommended.
        pub member_id: Id<Member>,
        /// Who was recommended: each once.
        pub customer_id: CustomerId,
        /// Where it stands.
        pub state: ReferralState,
        /// The order it was rewarded for.
        pub order_entry_id: Option<Id<PointsEntry>>,
        /// What who recommended was given.
        pub referrer_entry_id: Option<Id<PointsEntry>>,
        /// What who was recommended was given.
        pub referred_entry_id: Option<Id<PointsEntry>>,
        /// Who wrote it down.
        pub by_name: String,
        /// When.
        pub at: Timestamp,
        /// When it was rewarded, or was not.
        pub decided_at: Option<Timestamp>,
        /// Rises with each change.
        pub version: i64,
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Error, Rng};

    use super::*;

    fn reward(stock: Option<i64>) -> Reward {
        Reward {
            id: Id::new(Timestamp::from_millis(1), &Rng::seeded(1)),
            name: "保温杯".into(),
            detail: String::new(),
            points: 100,
            stock,
            per_member: Some(2),
            min_rank: 1,
            state: RewardState::Offered,
            created_at: Timestamp::from_millis(1),
            version: 1,
        }
    }

    fn refused(answer: Result<Reward>) -> &'static str {
        match answer {
            Err(Error::Conflict(code, _)) => code.name(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn r030_a_reward_is_had_by_whom_it_is_for_while_there_are_some() {
        assert_eq!(refused(reward(Some(1)).taken(0, 0)), "loyalty.tier_too_low");
        assert_eq!(refused(reward(Some(1)).taken(1, 2)), "loyalty.had_already");
        assert_eq!(refused(reward(Some(0)).taken(1, 1)), "loyalty.out_of_stock");
        let gone = reward(Some(1)).taken(2, 1).unwrap();
        assert_eq!((gone.stock, gone.clone().put_back().stock), (Some(0), Some(1)));
        assert_eq!(reward(None).taken(1, 0).unwrap().stock, None);
        assert_eq!(
            refused(Reward { state: RewardState::Withdrawn, ..reward(None) }.taken(1, 0)),
            "loyalty.not_offered"
        );
    }
}
