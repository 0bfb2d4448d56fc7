//! Members, what they have, and how it came to be.

mod desk;
mod purse;
mod rules;
mod tiers;

use kernel::{CustomerId, Error, Id, Noun, Owned, Result, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

pub use desk::{Redemption, RedemptionState, RedemptionWay, Referral, ReferralState, Reward, RewardState};
pub(crate) use purse::{Head, Purse};
pub use rules::{
    Burning, Campaign, Earning, Expiry, LoyaltyJoining, LoyaltyRules, MemberPage, PointsExpiryEnd, ReferralRules, Tier,
    TierBasis, TierDowngrade, TierRules,
};
pub(crate) use rules::{MOST, Order, earned};
pub(crate) use tiers::{Standing, judge};
pub use tiers::{TierChange, TierTransition};

impl Noun for Member {
    const PREFIX: &'static str = "mbr";
}
impl Noun for PointsEntry {
    const PREFIX: &'static str = "pte";
}
impl Noun for PointsLot {
    const PREFIX: &'static str = "lot";
}
impl Noun for PointsAdjustment {
    const PREFIX: &'static str = "paj";
}

/// A moment no lot reaches: the end of the year 9999.
pub(crate) const NEVER: Timestamp = Timestamp::from_millis(253_402_300_799_000);

text_enum! {
    /// Where points can be. Points of a lot are always in exactly one of these, and each posting moves them from one to
    /// another.
    pub enum PointsAccount {
        /// Where they come from; its balance is minus all that were ever given.
        Issued = "issued",
        /// The member's, to be used from a day on.
        Pending = "pending",
        /// The member's, to be used now.
        Active = "active",
        /// Used.
        Spent = "spent",
        /// Not used in time.
        Expired = "expired",
        /// Taken by hand, for a reason.
        Withdrawn = "withdrawn",
        /// Taken back because what earned them was.
        Reversed = "reversed",
        /// What the member owes: reversed after it was spent. Never above zero.
        Debt = "debt",
    }
}

text_enum! {
    /// What an entry tells.
    pub enum PointsEntryKind {
        /// Points were given.
        Earn = "earn",
        /// They can be used from now on.
        Mature = "mature",
        /// They were used.
        Spend = "spend",
        /// They were not used in time.
        Expire = "expire",
        /// What earned them was taken back.
        Reverse = "reverse",
        /// They paid what the member owed.
        Settle = "settle",
        /// What was used came back.
        Return = "return",
        /// Somebody gave or took them by hand.
        Adjust = "adjust",
    }
}

store::record! {
    /// A customer who collects points. What they have is the sum of their lots.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    #[schema(as = LoyaltyMember)]
    pub struct Member {
        /// Its id.
        pub id: Id<Member>,
        /// Who.
        pub customer_id: CustomerId,
        /// What they recommend the house by.
        #[schema(example = "K7M2QD9X")]
        pub code: String,
        /// Since when.
        pub joined_at: Timestamp,
        /// `MM-DD`, where they said so.
        pub birthday: Option<String>,
        /// Points that can be used.
        pub balance: i64,
        /// Points that can be used from a day on.
        pub pending: i64,
        /// Points they owe: what they earn next settles it first.
        pub debt: i64,
        /// Their tier, from 1; 0 for none.
        pub tier_rank: i64,
        /// Since when.
        pub tier_since: Option<Timestamp>,
        /// Until when they keep it although they qualify no more.
        pub grace_until: Option<Timestamp>,
        /// What counts towards a tier: points, or money in minor units, of the window.
        pub qualifying: i64,
        /// When the tier is looked at next.
        #[serde(skip)]
        #[schema(ignore)]
        pub tier_check_at: Timestamp,
        /// Who looks after the customer.
        pub owner_id: Option<UserId>,
        /// Their unit.
        pub unit_id: Option<UnitId>,
        /// Rises with each change.
        pub version: i64,
    }
}

impl Member {
    /// Whose it is, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    /// What they have, or owe, all together.
    pub(crate) fn standing(&self) -> i64 {
        self.balance + self.pending - self.debt
    }
}

/// One line of why an entry gave so many points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PointsPart)]
pub struct Part {
    /// `amount`, `order`, `first_order`, `tier`, `campaign`, `birthday`, `referrer`, `referred`, `by_hand`.
    pub rule: String,
    /// What it is called, where it has a name: a tier, a campaign.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// How many points.
    pub points: i64,
    /// By how much of what the amount earned, in percent; none for a fixed number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<i64>,
    /// Whether a cap made it less.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub capped: bool,
}

/// Why so many points, line by line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = PointsParts)]
pub struct Parts(pub Vec<Part>);

store::kept_as_json!(Parts, LoyaltyRules);

store::record! {
    /// One thing that happened to a member's points: never changed but for what of it was undone, never deleted.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct PointsEntry {
        /// Its id.
        pub id: Id<PointsEntry>,
        /// Whose.
        pub member_id: Id<Member>,
        /// What it tells.
        pub kind: PointsEntryKind,
        /// Who asked for it: `orders`, `rewards`, `loyalty`, or a system of others.
        pub source: String,
        /// What the source knows it by.
        pub reference: String,
        /// Asked again under this, it is not done again.
        #[serde(skip)]
        #[schema(ignore)]
        pub once_key: Option<String>,
        /// What it changed for the member.
        pub points: i64,
        /// What the member had or owed all together afterwards.
        pub standing: i64,
        /// The money it was about, in minor units.
        pub base: Option<i64>,
        /// How much of the money went back since.
        pub refunded: i64,
        /// How many of the points were undone since.
        pub undone: i64,
        /// Whether it counts towards a tier.
        pub qualifies: bool,
        /// Why so many.
        pub parts: Parts,
        /// By which version of the rules.
        pub rules_version: Option<i64>,
        /// The entry it undoes.
        pub about_id: Option<Id<PointsEntry>>,
        /// Why, in somebody's words.
        pub reason: String,
        /// Who did it, where somebody did.
        pub by_id: Option<UserId>,
        /// Their name, or the part of the product.
        pub by_name: String,
        /// When.
        pub at: Timestamp,
    }
}

store::record! {
    /// Points that were given together and expire together.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct PointsLot {
        /// Its id.
        pub id: Id<PointsLot>,
        /// Whose.
        pub member_id: Id<Member>,
        /// The entry that gave them.
        pub entry_id: Id<PointsEntry>,
        /// When.
        pub earned_at: Timestamp,
        /// From when they can be used.
        pub matures_at: Timestamp,
        /// The last day on which they can be used, `YYYY-MM-DD`; none: they do not expire.
        pub expires_on: Option<String>,
        /// The moment that day is over where the organisation is.
        pub expires_at: Timestamp,
        /// How many were given: the sum of the following up to `reversed`.
        pub points: i64,
        /// To be used from a day on.
        pub pending: i64,
        /// To be used now.
        pub active: i64,
        /// Used for something.
        pub spent: i64,
        /// Used to settle what was owed.
        pub settled: i64,
        /// Not used in time.
        pub expired: i64,
        /// Taken by hand.
        pub withdrawn: i64,
        /// Taken back.
        pub reversed: i64,
        /// How many of those used were taken back all the same, and were owed from then on.
        pub owed: i64,
    }
}

store::record! {
    /// Points of a lot that went from one account to another.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct PointsPosting {
        /// Of which entry.
        #[serde(skip)]
        #[schema(ignore)]
        pub entry_id: Id<PointsEntry>,
        /// Its place in it, from 1.
        #[serde(skip)]
        #[schema(ignore)]
        pub seq: i64,
        /// Of which lot.
        pub lot_id: Id<PointsLot>,
        /// Out of which account.
        pub from_account: PointsAccount,
        /// Into which.
        pub to_account: PointsAccount,
        /// How many.
        pub points: i64,
    }
}

impl PointsLot {
    /// What of it is in this account; none for accounts that are not a lot's.
    fn part(&mut self, account: PointsAccount) -> Option<&mut i64> {
        match account {
            PointsAccount::Pending => Some(&mut self.pending),
            PointsAccount::Active => Some(&mut self.active),
            PointsAccount::Spent => Some(&mut self.spent),
            PointsAccount::Expired => Some(&mut self.expired),
            PointsAccount::Withdrawn => Some(&mut self.withdrawn),
            PointsAccount::Reversed => Some(&mut self.reversed),
            PointsAccount::Issued | PointsAccount::Debt => None,
        }
    }

    /// Moves points of it. Out of the debt come those that are taken back although they are used up, into it go those
    /// that settle.
    fn shift(&mut self, from: PointsAccount, to: PointsAccount, points: i64) -> Result<()> {
        match (from, to) {
            (PointsAccount::Debt, PointsAccount::Reversed) => self.owed += points,
            (PointsAccount::Active, PointsAccount::Debt) => {
                (self.active, self.settled) = (self.active - points, self.settled + points)
            }
            (PointsAccount::Issued, to) => *self.part(to).ok_or_else(no_way)? += points,
            (from, to) => {
                *self.part(from).ok_or_else(no_way)? -= points;
                *self.part(to).ok_or_else(no_way)? += points;
            }
        }
        let parts = [self.pending, self.active, self.spent, self.settled, self.expired, self.withdrawn, self.reversed];
        let whole = parts.iter().all(|part| *part >= 0) && parts.iter().sum::<i64>() == self.points;
        if points > 0 && whole && self.reversed + self.owed <= self.points {
            Ok(())
        } else {
            Err(no_way())
        }
    }
}

fn no_way() -> Error {
    Error::internal("points went where they cannot")
}

text_enum! {
    /// Where an adjustment by hand stands.
    pub enum AdjustmentState {
        /// Somebody must approve it.
        Waiting = "waiting",
        /// It took place.
        Done = "done",
        /// It did not: refused or withdrawn, or there were not so many points any more.
        Refused = "refused",
    }
}

store::record! {
    /// Points somebody gives or takes by hand.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct PointsAdjustment {
        /// Its id.
        pub id: Id<PointsAdjustment>,
        /// Whose points.
        pub member_id: Id<Member>,
        /// How many: below zero they are taken.
        pub points: i64,
        /// Why.
        pub reason: String,
        /// Where it stands.
        pub state: AdjustmentState,
        /// The request that it needs.
        pub approval_id: Option<String>,
        /// The entry it became.
        pub entry_id: Option<Id<PointsEntry>>,
        /// Who asked for it.
        pub by_id: Option<UserId>,
        /// Their name.
        pub by_name: String,
        /// When.
        pub at: Timestamp,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// The rules as they stood from a moment on; a change is another version.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    #[schema(as = LoyaltyRulesVersion)]
    pub struct RulesVersion {
        /// Rises by one with each.
        pub version: i64,
        /// The rules.
        pub rules: LoyaltyRules,
        /// What was changed, in somebody's words.
        pub note: String,
        /// Who.
        pub by_id: Option<UserId>,
        /// Their name.
        pub by_name: String,
        /// From when on.
        pub at: Timestamp,
        /// Since when the programme is on without a break; none while it is off.
        pub since: Option<Timestamp>,
    }
}
