//! A request for what lies beyond somebody's authority, and how it is decided.

mod authority;
mod delegation;

use kernel::{Check, Error, Id, Money, Noun, Owned, Permit, Result, Timestamp, UnitId, UserId};
use serde::Serialize;
use store::text_enum;
use utoipa::ToSchema;

pub(crate) use authority::{AuthorityLimits, RoleLimit, RoleLimits, Threshold, Thresholds};
pub(crate) use delegation::{Delegation, Kinds};

use crate::codes;

impl Noun for Approval {
    const PREFIX: &'static str = "apr";
}
impl Noun for Decision {
    const PREFIX: &'static str = "dcn";
}

/// The most that can be asked for, in minor units or points.
pub const LARGEST: i64 = 1_000_000_000_000;

text_enum! {
    /// What is to be granted.
    pub enum ApprovalKind {
        /// Money for a wrong that was done.
        Compensation = "compensation",
        /// Money off a price.
        Discount = "discount",
        /// Points.
        Points = "points",
        /// Money to be owed for a while.
        Credit = "credit",
        /// Records of customers to be erased; the amount is how many.
        Purge = "purge",
    }
}

impl ApprovalKind {
    /// Whether it is of money, which has a currency: points and records are counted.
    pub fn is_money(self) -> bool {
        !matches!(self, Self::Points | Self::Purge)
    }

    /// Whether somebody else must agree, however high the applicant's own limit: what is erased does not come back.
    pub(crate) fn needs_another(self) -> bool {
        self == Self::Purge
    }
}

text_enum! {
    /// Where a request stands. All but the first are final.
    pub enum ApprovalState {
        /// It waits for a decision.
        Pending = "pending",
        /// It may be granted.
        Approved = "approved",
        /// It may not.
        Rejected = "rejected",
        /// The applicant took it back.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What one approver says.
    pub enum Verdict {
        /// Yes.
        Approve = "approve",
        /// No.
        Reject = "reject",
    }
}

store::record! {
    /// A request to grant a customer something.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Approval {
        /// Its id.
        pub id: Id<Approval>,
        /// What is to be granted.
        pub kind: ApprovalKind,
        /// How much: minor units of the currency, or points.
        pub amount: Money,
        /// Of which currency, ISO 4217; none for points.
        pub currency: Option<String>,
        /// Why, in the applicant's words.
        pub reason: String,
        /// `manual`, or the module that asked.
        pub source: String,
        /// What the source knows it by; one request a key.
        #[serde(skip)]
        #[schema(ignore)]
        pub key: Option<String>,
        /// What kind of thing it is about.
        pub subject_kind: Option<String>,
        /// Which.
        pub subject_id: Option<String>,
        /// Who asks.
        pub applicant_id: UserId,
        /// The unit the applicant belonged to when asking: who reaches it may decide.
        pub unit_id: Option<UnitId>,
        /// Where it stands.
        pub state: ApprovalState,
        /// How many must approve: none when it lay within the applicant's own authority.
        pub needed: i64,
        /// Until when a decision is wanted.
        pub due_at: Option<Timestamp>,
        /// When it was asked.
        pub created_at: Timestamp,
        /// Since when it is final.
        pub decided_at: Option<Timestamp>,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// What one approver said.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    #[schema(as = ApprovalDecision)]
    pub struct Decision {
        /// Its id.
        pub id: Id<Decision>,
        /// Of which request.
        pub approval_id: Id<Approval>,
        /// What they said.
        pub decision: Verdict,
        /// Why; always given with a no.
        pub comment: Option<String>,
        /// Who decided.
        pub decided_by: UserId,
        /// On whose authority: the same, or who delegated to them.
        pub in_name_of: UserId,
        /// When.
        pub decided_at: Timestamp,
    }
}

/// Who decides, on whose authority, and how far that authority goes for the request at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hand {
    pub by: UserId,
    pub in_name_of: UserId,
    pub limit: Money,
}

/// What is asked, before it is an approval.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub kind: ApprovalKind,
    pub amount: Money,
    pub currency: Option<String>,
    pub reason: String,
}

impl Request {
    /// Whether it can be asked at all.
    pub(crate) fn check(&self) -> Result<()> {
        Check::new()
            .range("amount", self.amount.0, 1..=LARGEST)
            .that(currency_fits(self.kind, self.currency.as_deref()), "currency", "malformed")
            .text("reason", &self.reason, 1..=1_000)
            .done()
    }
}

/// Money has a currency, three capital letters; points and records have none.
pub(crate) fn currency_fits(kind: ApprovalKind, currency: Option<&str>) -> bool {
    match currency {
        None => !kind.is_money(),
        Some(code) => kind.is_money() && code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()),
    }
}

/// How many must approve: nobody within the applicant's own limit, two above what needs two, else one.
/// What needs two needs them also from somebody whose own limit is as high.
pub(crate) fn needed(amount: Money, own_limit: Money, needs_two: bool) -> i64 {
    match (needs_two, amount <= own_limit) {
        (true, _) => 2,
        (false, true) => 0,
        (false, false) => 1,
    }
}

impl Approval {
    /// Whose it is, for who may see it.
    pub fn owned(&self) -> Owned {
        Owned::by(self.applicant_id, self.unit_id)
    }

    /// Whether `hand` may decide it, after these `earlier` decisions.
    ///
    /// # Errors
    /// [`Error::Conflict`] with the rule that stands in the way.
    pub(crate) fn may_be_decided_by(&self, earlier: &[Decision], hand: &Hand) -> Result<()> {
        if self.state != ApprovalState::Pending {
            return Err(codes::NOT_PENDING.conflict());
        }
        if [hand.by, hand.in_name_of].contains(&self.applicant_id) {
            return Err(codes::OWN_REQUEST.conflict());
        }
        // Two approvers are two people, and two authorities: nobody counts twice in either part.
        let twice = |decision: &Decision| {
            [decision.decided_by, decision.in_name_of].iter().any(|one| [hand.by, hand.in_name_of].contains(one))
        };
        if earlier.iter().any(twice) {
            return Err(codes::SAME_PERSON.conflict());
        }
        if self.amount > hand.limit {
            return Err(codes::BEYOND_LIMIT.conflict());
        }
        Ok(())
    }

    /// After `hand` decided: final with a no, or with the last yes that is needed.
    ///
    /// # Errors
    /// As [`Approval::may_be_decided_by`]; [`Error::Invalid`] for a no without a comment.
    pub(crate) fn decided(
        mut self,
        permit: &Permit,
        earlier: &[Decision],
        hand: &Hand,
        said: (Id<Decision>, Verdict, Option<String>),
    ) -> Result<(Self, Decision)> {
        self.may_be_decided_by(earlier, hand)?;
        let (id, verdict, comment) = said;
        if verdict == Verdict::Reject && comment.is_none() {
            return Err(Error::field("comment", "required"));
        }
        let decided_at = permit.at();
        let yes = 1 + earlier.iter().filter(|one| one.decision == Verdict::Approve).count() as i64;
        match verdict {
            Verdict::Reject => self.end(ApprovalState::Rejected, decided_at),
            Verdict::Approve if yes >= self.needed => self.end(ApprovalState::Approved, decided_at),
            Verdict::Approve => {}
        }
        self.version += 1;
        let decision = Decision {
            id,
            approval_id: self.id,
            decision: verdict,
            comment,
            decided_by: hand.by,
            in_name_of: hand.in_name_of,
            decided_at,
        };
        Ok((self, decision))
    }

    /// Taken back by the applicant.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it is final, or `by` is somebody else.
    pub(crate) fn withdrawn(mut self, permit: &Permit, by: UserId) -> Result<Self> {
        if by != self.applicant_id {
            return Err(codes::NOT_THE_APPLICANT.conflict());
        }
        if self.state != ApprovalState::Pending {
            return Err(codes::NOT_PENDING.conflict());
        }
        self.end(ApprovalState::Withdrawn, permit.at());
        self.version += 1;
        Ok(self)
    }

    fn end(&mut self, state: ApprovalState, at: Timestamp) {
        self.state = state;
        self.decided_at = Some(at);
    }
}

#[cfg(test)]
mod tests;
