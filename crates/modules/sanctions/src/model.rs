//! A sanction, and what may become of it.

mod parts;
#[cfg(test)]
mod tests;

use complaints::{By, Complaint};
use kernel::{Check, Error, Id, Money, Noun, Owned, Permit, Result, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

pub use parts::{
    SanctionAppeal, SanctionDecision, SanctionEvidence, SanctionEvidenceKind, SanctionEvidences, SanctionGround,
    SanctionKind, SanctionNotice, SanctionOutcome, SanctionPart, SanctionState, SanctionWithdrawal,
};

use crate::codes;

impl Noun for Sanction {
    const PREFIX: &'static str = "snc";
}

store::record! {
    /// A consequence for somebody who answers for a complaint.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct Sanction {
        /// Its id.
        pub id: Id<Sanction>,
        /// Of which complaint.
        pub complaint_id: Id<Complaint>,
        /// The complaint's number.
        pub complaint_number: String,
        /// Where it stands.
        pub state: SanctionState,
        /// Whom it concerns.
        pub person_id: UserId,
        /// Their name.
        pub person_name: String,
        /// Their unit.
        pub unit_id: Option<UnitId>,
        /// What part they had.
        pub part: SanctionPart,
        /// What it is.
        pub kind: SanctionKind,
        /// How much is deducted, in minor units; of a deduction alone.
        pub amount: Option<Money>,
        /// Of which currency.
        pub currency: String,
        /// For what.
        pub ground: SanctionGround,
        /// Why, in words.
        pub reason: String,
        /// What shows it: never empty.
        pub evidence: SanctionEvidences,
        /// Who proposed it.
        pub proposed_by: UserId,
        /// Their name.
        pub proposed_by_name: String,
        /// When.
        pub proposed_at: Timestamp,
        /// Until when the person is to have read it.
        pub notice_until: Timestamp,
        /// How they were given notice; nothing before.
        pub notice: Option<SanctionNotice>,
        /// Until when they may appeal; known with the notice.
        pub appeal_until: Option<Timestamp>,
        /// That they do not accept it.
        pub appeal: Option<SanctionAppeal>,
        /// What was decided of the appeal.
        pub decision: Option<SanctionDecision>,
        /// That it was taken back.
        pub withdrawal: Option<SanctionWithdrawal>,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// What a department sets of its sanctions.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub(crate) struct SanctionRules {
        /// There is one.
        #[serde(skip)]
        #[schema(ignore)]
        pub id: String,
        /// Days in which the person is to have read it: 1 to 30. After them it may be given to them in person.
        pub notice_days: i64,
        /// Days to appeal, counted from the notice: 3 to 60.
        pub appeal_days: i64,
        /// What a deduction may be at most, in minor units; 0: there are none.
        pub most_deduction: Money,
        /// Of which currency, ISO 4217.
        pub currency: String,
        /// Rises with each change; 0 while nothing was set.
        pub version: i64,
    }
}

impl Default for SanctionRules {
    fn default() -> Self {
        let (id, currency) = ("all".into(), "CNY".into());
        Self { id, notice_days: 3, appeal_days: 7, most_deduction: Money(50_000), currency, version: 0 }
    }
}

impl SanctionRules {
    /// Whether they can be kept.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming every field that is wrong.
    pub(crate) fn check(&self) -> Result<()> {
        let currency = self.currency.len() == 3 && self.currency.bytes().all(|byte| byte.is_ascii_uppercase());
        Check::new()
            .range("notice_days", self.notice_days, 1..=30)
            .range("appeal_days", self.appeal_days, 3..=60)
            .range("most_deduction", self.most_deduction.0, 0..=100_000_000)
            .that(currency, "currency", "malformed")
            .done()
    }

    /// Whether this kind may carry this amount.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `amount`.
    pub(crate) fn allows(&self, kind: SanctionKind, amount: Option<Money>) -> Result<()> {
        let most = self.most_deduction.0;
        match (kind, amount) {
            (SanctionKind::Deduction, None) => Err(Error::field("amount", "required")),
            (SanctionKind::Deduction, Some(amount)) if !(1..=most).contains(&amount.0) => {
                Err(Error::field("amount", "out_of_range"))
            }
            (SanctionKind::Deduction, Some(_)) | (_, None) => Ok(()),
            (_, Some(_)) => Err(Error::field("amount", "not_allowed")),
        }
    }
}

impl Sanction {
    /// Whose it is, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.person_id, self.unit_id)
    }

    /// Whether it is of this person.
    pub fn concerns(&self, user: UserId) -> bool {
        self.person_id == user
    }

    /// Whether nothing more is asked of anybody.
    pub fn is_final(&self) -> bool {
        matches!(
            self.state,
            SanctionState::Stands | SanctionState::Upheld | SanctionState::Changed | SanctionState::Withdrawn
        )
    }

    /// What the trail holds of it: nobody's name and no words.
    pub(crate) fn trace(&self) -> Value {
        json!({
            "state": self.state, "complaint_id": self.complaint_id, "person_id": self.person_id, "part": self.part,
            "kind": self.kind, "amount": self.amount, "ground": self.ground, "evidence": self.evidence.0.len(),
            "version": self.version,
        })
    }

    /// Notice was given: the person read it, or it was given to them once the time to read it was over.
    pub(crate) fn noticed(mut self, permit: &Permit, notice: SanctionNotice, appeal_until: Timestamp) -> Result<Self> {
        self.must_be(SanctionState::Proposed)?;
        let in_person = notice.by.id != Some(self.person_id);
        if in_person && permit.at() <= self.notice_until {
            return Err(codes::STILL_TIME.conflict());
        }
        self.notice = Some(notice);
        self.appeal_until = Some(appeal_until);
        Ok(self.now(SanctionState::Noticed))
    }

    /// The person does not accept it: once, and in time.
    pub(crate) fn appealed(mut self, permit: &Permit, appeal: SanctionAppeal) -> Result<Self> {
        self.must_be(SanctionState::Noticed)?;
        if self.appeal_until.is_none_or(|until| permit.at() > until) {
            return Err(codes::TOO_LATE.conflict());
        }
        self.appeal = Some(appeal);
        Ok(self.now(SanctionState::Appealed))
    }

    /// Whether this person may judge the appeal: they neither proposed the sanction nor decided the complaint, and it is
    /// not theirs.
    pub(crate) fn is_impartial(&self, user: UserId, complaint_decided_by: Option<UserId>) -> bool {
        !self.concerns(user) && user != self.proposed_by && complaint_decided_by != Some(user)
    }

    /// The appeal was decided. What is changed becomes milder; nobody is worse off for having appealed.
    pub(crate) fn decided(
        mut self,
        _permit: &Permit,
        decision: SanctionDecision,
        complaint_decided_by: Option<UserId>,
    ) -> Result<Self> {
        self.must_be(SanctionState::Appealed)?;
        if !decision.by.id.is_some_and(|user| self.is_impartial(user, complaint_decided_by)) {
            return Err(codes::NOT_IMPARTIAL.conflict());
        }
        let state = match decision.outcome {
            SanctionOutcome::Upheld => SanctionState::Upheld,
            SanctionOutcome::Withdrawn => SanctionState::Withdrawn,
            SanctionOutcome::Changed => {
                let kind = decision.kind.ok_or_else(|| Error::field("kind", "required"))?;
                let weight = |kind: SanctionKind, amount: Option<Money>| (kind, amount.map_or(0, |amount| amount.0));
                if weight(kind, decision.amount) >= weight(self.kind, self.amount) {
                    return Err(codes::GRAVER.conflict());
                }
                SanctionState::Changed
            }
        };
        // What it was before it was changed stands in the decision.
        let decision = SanctionDecision { was_kind: self.kind, was_amount: self.amount, ..decision };
        if state == SanctionState::Changed {
            self.kind = decision.kind.unwrap_or(self.kind);
            self.amount = decision.amount;
        }
        self.decision = Some(decision);
        Ok(self.now(state))
    }

    /// The time to appeal is over; nothing where somebody did something in time.
    pub(crate) fn lapsed(self, now: Timestamp) -> Option<Self> {
        let over = self.state == SanctionState::Noticed && self.appeal_until.is_some_and(|until| now > until);
        over.then(|| self.now(SanctionState::Stands))
    }

    /// Taken back, for a reason; of an appeal it is the decision that says so.
    pub(crate) fn withdrawn(mut self, _permit: &Permit, withdrawal: SanctionWithdrawal) -> Result<Self> {
        if matches!(self.state, SanctionState::Appealed | SanctionState::Withdrawn) {
            return Err(self.other_state());
        }
        if withdrawal.by.id == Some(self.person_id) {
            return Err(codes::OWN_SANCTION.conflict());
        }
        self.withdrawal = Some(withdrawal);
        Ok(self.now(SanctionState::Withdrawn))
    }

    fn now(mut self, state: SanctionState) -> Self {
        self.state = state;
        self.version += 1;
        self
    }

    fn must_be(&self, state: SanctionState) -> Result<()> {
        if self.state == state { Ok(()) } else { Err(self.other_state()) }
    }

    fn other_state(&self) -> Error {
        codes::OTHER_STATE.conflict()
    }
}

/// Whoever did something, as complaints write it down.
pub(crate) fn by(id: UserId, name: &str, at: Timestamp) -> By {
    By { id: Some(id), name: name.to_owned(), at }
}
