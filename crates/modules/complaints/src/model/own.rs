//! What a customer does themselves, on their own page: they rate what was done, and appeal against what was decided.

use kernel::{Permit, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use super::{By, Complaint, ComplaintStep, Turn, course::refuse};
use crate::codes;

const DAY_MS: i64 = 86_400_000;
/// Days after the archive in which somebody may appeal.
pub(crate) const APPEAL_DAYS: i64 = 30;

text_enum! {
    /// Which way a complainant was told of the number.
    pub enum ToldWay {
        /// In the conversation it was said in.
        Conversation = "conversation",
        /// By a text message.
        Sms = "sms",
        /// By mail.
        Mail = "mail",
    }
}

/// That the complainant was told of the number by the product itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintTold)]
pub struct Told {
    /// Which way.
    pub way: ToldWay,
    /// Whether a link to the page where it can be followed went with it.
    pub link: bool,
    /// When.
    pub at: Timestamp,
}

/// How the customer rates what was done, once it is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintRating)]
pub struct Rating {
    /// How content they are: 1 to 5.
    pub score: i64,
    /// In their words.
    pub words: String,
    /// When.
    pub at: Timestamp,
}

/// That the customer does not accept what was decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintAppeal)]
pub struct Appeal {
    /// Why, in their words.
    pub reasons: String,
    /// When.
    pub at: Timestamp,
    /// Where the complaint stood then.
    pub step: ComplaintStep,
    /// Who decided what is appealed against, and who looked after it: none of them answers.
    pub decided_by: Vec<UserId>,
    /// Who is to answer; nobody named in a pool.
    pub to_id: Option<UserId>,
    /// Their name.
    pub to_name: String,
    /// Until when.
    pub due_at: Option<Timestamp>,
    /// What was answered.
    pub answer: Option<AppealAnswer>,
}

/// What an appeal was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintAppealAnswer)]
pub struct AppealAnswer {
    /// Whether it is looked into anew; otherwise what was decided stands.
    pub granted: bool,
    /// Why.
    pub words: String,
    /// Who answered.
    pub by: By,
}

store::kept_as_json!(Told, Rating, Appeal);

impl Complaint {
    /// Its complainant was told of its number by the product.
    pub(crate) fn told_of(mut self, told: Told) -> Self {
        self.acknowledged_at = self.acknowledged_at.or(Some(told.at));
        self.told = Some(told);
        self.risen()
    }

    /// The customer rates what was done: once, when it is over.
    pub(crate) fn rated(mut self, rating: Rating) -> Result<Self> {
        refuse(!self.is_closed(), codes::OTHER_STEP)?;
        refuse(self.rating.is_some(), codes::RATED)?;
        self.rating = Some(rating);
        Ok(self.risen())
    }

    /// Whether something is decided that can be appealed against as of `now`: once, and no later than thirty days after
    /// the archive. Nobody can who is unnamed.
    pub(crate) fn may_be_appealed(&self, now: Timestamp) -> bool {
        let decided = match self.upheld {
            Some(false) => self.step > ComplaintStep::Judgement,
            _ => self.directive.is_some() && self.step > ComplaintStep::Solution,
        };
        let in_time = self.closed_at.is_none_or(|closed| now.since(closed) <= APPEAL_DAYS * DAY_MS);
        decided && in_time && self.appeal.is_none() && !self.anonymous
    }

    /// Who decided what can be appealed against, read it after them, or looked after it.
    pub(crate) fn deciders(&self) -> Vec<UserId> {
        let judged = self.judgement.as_ref();
        let mut all: Vec<UserId> = [
            self.directive.as_ref().and_then(|one| one.by.id),
            judged.and_then(|one| one.second_reader.as_ref()).and_then(|one| one.id),
            judged.and_then(|one| one.by.id),
            self.submission.as_ref().and_then(|one| one.by.id),
            self.handler_id,
        ]
        .into_iter()
        .flatten()
        .collect();
        let mut seen = Vec::new();
        all.retain(|one| {
            !seen.contains(one) && {
                seen.push(*one);
                true
            }
        });
        all
    }

    /// The customer appeals.
    pub(crate) fn appealed(mut self, appeal: Appeal) -> Result<Self> {
        refuse(!self.may_be_appealed(appeal.at), codes::NOT_APPEALABLE)?;
        self.appeal = Some(appeal);
        Ok(self.risen())
    }

    /// Whether an appeal waits for its answer.
    pub(crate) fn is_appeal_open(&self) -> bool {
        self.appeal.as_ref().is_some_and(|one| one.answer.is_none())
    }

    /// Where a granted appeal leads back to: what was decided is decided anew.
    pub(crate) fn appeal_leads_to(&self) -> ComplaintStep {
        if self.upheld == Some(false) {
            ComplaintStep::Judgement
        } else {
            ComplaintStep::Solution
        }
    }

    /// Somebody who had no part in it answers the appeal. A granted one is decided anew, out of the archive too.
    pub(crate) fn appeal_answered(mut self, permit: &Permit, answer: AppealAnswer, turn: Turn) -> Result<Self> {
        refuse(!self.is_appeal_open(), codes::NO_APPEAL)?;
        let to = self.appeal_leads_to();
        let (granted, why) = (answer.granted, answer.words.clone());
        if let Some(appeal) = &mut self.appeal {
            let own = answer.by.id.is_some_and(|id| appeal.decided_by.contains(&id));
            refuse(own, codes::OWN_DECISION)?;
            appeal.answer = Some(answer);
        }
        if granted && self.step > to {
            if self.closed_at.take().is_none() {
                self.leave(permit.at(), Some(why));
            }
            self.forget_from(to);
            self.rating = None;
            self.returns += 1;
            self.enter(to, permit.at(), turn);
        }
        Ok(self.risen())
    }
}
