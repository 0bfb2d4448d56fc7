//! What a person asks of their data, and what may become of it. Pure.

use jiff::{ToSpan as _, tz::TimeZone};
use kernel::{CustomerId, Error, Id, Noun, Owned, Permit, Result, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::text_enum;
use utoipa::ToSchema;

use super::{Claimant, ConsentPurpose, ConsentWay, MOST_SEARCHES, Search, Searches};
use crate::codes;

impl Noun for PrivacyRequest {
    const PREFIX: &'static str = "pvr";
}

/// Days one has to answer: GB/T 35273-2020, 8.7 a).
pub(crate) const DAYS: i64 = 30;
/// How long before it is due one is reminded: seven days.
pub(crate) const SOON_MS: i64 = 7 * 86_400_000;

text_enum! {
    /// What a person asks of their data.
    pub enum PrivacyRequestKind {
        /// To know what is held.
        Access = "access",
        /// A copy of it, or to have it passed on.
        Copy = "copy",
        /// To have it corrected or completed.
        Correct = "correct",
        /// To have it deleted.
        Delete = "delete",
        /// To take back a consent.
        Withdraw = "withdraw",
        /// To have a decision explained that a machine made.
        Explain = "explain",
    }
}

text_enum! {
    /// Where a request stands. All but the first are final.
    pub enum PrivacyRequestState {
        /// It is to be answered.
        Open = "open",
        /// It was done.
        Done = "done",
        /// It was refused.
        Refused = "refused",
        /// The person took it back.
        TakenBack = "taken_back",
    }
}

text_enum! {
    /// How it was made sure who asks. No copy of any document is kept.
    pub enum IdentityProof {
        /// They were called back at the number on file.
        CallBack = "call_back",
        /// They read out a code that was sent to the number or address on file.
        OneTimeCode = "one_time_code",
        /// They were signed in at a site that proves who they are.
        SignedIn = "signed_in",
        /// They showed a document.
        Document = "document",
        /// They knew what only they know: orders, dates.
        Knowledge = "knowledge",
    }
}

text_enum! {
    /// On which ground a request is refused: GB/T 35273-2020, 8.7 e), and one whose asker could not be told to be the person.
    pub enum RefusalGround {
        /// It was not proven who asks.
        Identity = "identity",
        /// The law demands that it is kept.
        LegalDuty = "legal_duty",
        /// Security of the state.
        StateSecurity = "state_security",
        /// Public safety, public health, a major public interest.
        PublicInterest = "public_interest",
        /// A crime is investigated or tried.
        Investigation = "investigation",
        /// There is proof of ill will or abuse.
        Abuse = "abuse",
        /// It protects life or property of somebody who can hardly be asked.
        VitalInterests = "vital_interests",
        /// It would do serious harm to rights of the person or of others.
        OthersRights = "others_rights",
        /// Trade secrets.
        TradeSecret = "trade_secret",
    }
}

/// Which consents are to be taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Purposes(pub(crate) Vec<ConsentPurpose>);

store::kept_as_json!(Purposes);

store::record! {
    /// Something a person asks of their data.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct PrivacyRequest {
        /// Its id.
        pub id: Id<PrivacyRequest>,
        /// What is asked.
        pub kind: PrivacyRequestKind,
        /// Where it stands.
        pub state: PrivacyRequestState,
        /// Whose data it is about; none while we do not know whoever asks.
        pub customer_id: Option<CustomerId>,
        /// Their name then, or the one they gave.
        pub customer_name: String,
        /// Which way it came.
        pub way: ConsentWay,
        /// In the person's words.
        pub words: String,
        /// Which consents are to be taken back; of no other kind.
        #[schema(value_type = Vec<ConsentPurpose>)]
        pub purposes: Purposes,
        /// When it came.
        pub received_at: Timestamp,
        /// Until when it is to be answered.
        pub due_at: Timestamp,
        /// Who must answer it.
        pub owner_id: Option<UserId>,
        /// Their name.
        pub owner_name: String,
        /// The unit they belong to.
        pub unit_id: Option<UnitId>,
        /// How it was made sure who asks.
        pub identity: Option<IdentityProof>,
        /// When.
        pub identity_at: Option<Timestamp>,
        /// By whom.
        pub identity_by: Option<UserId>,
        /// Their name.
        pub identity_by_name: Option<String>,
        /// On which ground it was refused.
        pub ground: Option<RefusalGround>,
        /// What the person was answered.
        pub answer: Option<String>,
        /// When it was closed.
        pub closed_at: Option<Timestamp>,
        /// By whom.
        pub closed_by: Option<UserId>,
        /// Their name.
        pub closed_by_name: Option<String>,
        /// When it was entered.
        pub entered_at: Timestamp,
        /// By whom.
        pub entered_by: Option<UserId>,
        /// Their name.
        pub entered_by_name: String,
        /// When the owner was reminded that it is due soon.
        pub reminded_at: Option<Timestamp>,
        /// Rises with each change.
        pub version: i64,
        /// Who somebody we did not know says they are. It goes out masked, beside the request.
        #[serde(skip)]
        #[schema(ignore)]
        pub claimant: Option<Claimant>,
        /// Where we looked for them.
        pub searches: Searches,
        /// Whether they were answered that we hold nothing of them.
        pub nothing_held: bool,
    }
}

store::record! {
    /// What a person was given a copy of, kept for a while.
    #[derive(Clone)]
    pub(crate) struct PrivacyCopy {
        pub request_id: Id<PrivacyRequest>,
        pub customer_id: CustomerId,
        /// Everything held about them, as JSON.
        pub body: String,
        pub made_at: Timestamp,
        pub until_at: Timestamp,
        pub downloads: i64,
    }
}

/// Somebody of the department, with their name.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub id: UserId,
    pub name: String,
}

/// The end of the thirtieth day after the one on which it came, by the organisation's clock: its last millisecond.
///
/// # Errors
/// [`Error::Internal`] for moments no calendar holds.
pub(crate) fn due_at(received: Timestamp, zone: &TimeZone) -> Result<Timestamp> {
    let received = jiff::Timestamp::from_millisecond(received.millis()).map_err(Error::internal)?;
    let after = received.to_zoned(zone.clone()).date().checked_add((DAYS + 1).days()).map_err(Error::internal)?;
    let begins = after.to_zoned(zone.clone()).map_err(Error::internal)?;
    Ok(Timestamp::from_millis(begins.timestamp().as_millisecond() - 1))
}

impl PrivacyRequest {
    /// Whose it is, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    /// Whether it is due and was not closed in time, as of `now`.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.due_at < self.closed_at.unwrap_or(now)
    }

    /// Whether it must be known who asks before it is done. A consent is taken back as easily as it was given.
    pub(crate) fn needs_identity(&self) -> bool {
        self.kind != PrivacyRequestKind::Withdraw
    }

    /// What the trail holds of it: nobody's name and no words.
    pub(crate) fn trace(&self) -> Value {
        json!({
            "kind": self.kind,
            "state": self.state,
            "customer_id": self.customer_id,
            "way": self.way,
            "received_at": self.received_at,
            "due_at": self.due_at,
            "owner_id": self.owner_id,
            "identity": self.identity,
            "identity_by": self.identity_by,
            "ground": self.ground,
            "searches": self.searches.0.len(),
            "nothing_held": self.nothing_held,
            "version": self.version,
        })
    }

    fn open(&self) -> Result<()> {
        if self.state == PrivacyRequestState::Open {
            Ok(())
        } else {
            Err(codes::NOT_OPEN.conflict())
        }
    }

    /// Whose data it is about.
    ///
    /// # Errors
    /// `privacy.unlinked` while that is not known.
    pub(crate) fn customer(&self) -> Result<CustomerId> {
        self.customer_id.ok_or_else(|| codes::UNLINKED.conflict())
    }

    /// Whether it is of somebody we do not know, and open.
    pub(crate) fn of_unknown(&self) -> Result<&Claimant> {
        self.open()?;
        match (&self.claimant, self.customer_id) {
            (Some(claimant), None) => Ok(claimant),
            _ => Err(codes::LINKED.conflict()),
        }
    }

    /// They were looked for once more.
    pub(crate) fn searched(mut self, _permit: &Permit, search: Search) -> Result<Self> {
        self.of_unknown()?;
        if self.searches.0.len() >= MOST_SEARCHES {
            return Err(codes::SEARCHED_ENOUGH.conflict());
        }
        self.searches.0.push(search);
        self.version += 1;
        Ok(self)
    }

    /// They are this customer, and how that was made sure.
    pub(crate) fn linked(
        mut self,
        permit: &Permit,
        by: Who,
        proof: IdentityProof,
        (customer, name): (CustomerId, String),
    ) -> Result<Self> {
        self.of_unknown()?;
        (self.customer_id, self.customer_name) = (Some(customer), name);
        self.verified(permit, by, proof)
    }

    /// They were answered that we hold nothing of them: the last look found nobody.
    pub(crate) fn none_held(mut self, permit: &Permit, by: Who, answer: String) -> Result<Self> {
        self.of_unknown()?;
        match self.searches.0.last() {
            None => return Err(codes::NOT_SEARCHED.conflict()),
            Some(search) if search.found > 0 => return Err(codes::FOUND.conflict()),
            Some(_) => {}
        }
        self.nothing_held = true;
        self.closed(permit, by, PrivacyRequestState::Done, answer)
    }

    /// It was made sure who asks, and how.
    pub(crate) fn verified(mut self, permit: &Permit, by: Who, proof: IdentityProof) -> Result<Self> {
        self.open()?;
        self.customer()?;
        (self.identity, self.identity_at) = (Some(proof), Some(permit.at()));
        (self.identity_by, self.identity_by_name) = (Some(by.id), Some(by.name));
        self.version += 1;
        Ok(self)
    }

    /// Whether it may be done by this person now: who asks is known, and what is deleted two people have seen.
    pub(crate) fn may_be_done(&self, by: UserId) -> Result<()> {
        self.open()?;
        self.customer()?;
        if self.needs_identity() && self.identity.is_none() {
            return Err(codes::IDENTITY_NEEDED.conflict());
        }
        if self.kind == PrivacyRequestKind::Delete && self.identity_by == Some(by) {
            return Err(codes::SECOND_PERSON.conflict());
        }
        Ok(())
    }

    /// Done, and what the person was answered.
    pub(crate) fn done(self, permit: &Permit, by: Who, answer: String) -> Result<Self> {
        self.may_be_done(by.id)?;
        self.closed(permit, by, PrivacyRequestState::Done, answer)
    }

    /// Refused, on which ground, and what the person was answered.
    pub(crate) fn refused(mut self, permit: &Permit, by: Who, ground: RefusalGround, answer: String) -> Result<Self> {
        self.open()?;
        self.ground = Some(ground);
        self.closed(permit, by, PrivacyRequestState::Refused, answer)
    }

    /// Taken back by the person, and how they said so.
    pub(crate) fn taken_back(self, permit: &Permit, by: Who, words: String) -> Result<Self> {
        self.open()?;
        self.closed(permit, by, PrivacyRequestState::TakenBack, words)
    }

    fn closed(mut self, permit: &Permit, by: Who, state: PrivacyRequestState, answer: String) -> Result<Self> {
        self.state = state;
        self.answer = Some(answer);
        self.closed_at = Some(permit.at());
        (self.closed_by, self.closed_by_name) = (Some(by.id), Some(by.name));
        self.version += 1;
        Ok(self)
    }

    /// To be answered by somebody else from now on.
    pub(crate) fn passed_on(mut self, to: Who, unit: Option<UnitId>) -> Self {
        (self.owner_id, self.owner_name, self.unit_id) = (Some(to.id), to.name, unit);
        self.version += 1;
        self
    }

    /// Its owner was reminded.
    pub(crate) fn reminded(mut self, now: Timestamp) -> Self {
        self.reminded_at = Some(now);
        self.version += 1;
        self
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Rng};

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn moment(text: &str) -> Timestamp {
        at(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn gb_t_35273_the_clock_ends_with_the_thirtieth_day_where_the_organisation_is() {
        let due = |received: &str, zone: &str| due_at(moment(received), &TimeZone::get(zone).unwrap()).unwrap();
        // Late in the evening of 1 November in Shanghai; not the first yet in Greenwich.
        assert_eq!(due("2026-11-01T15:59:00Z", "Asia/Shanghai"), at(moment("2026-12-01T16:00:00Z").millis() - 1));
        assert_eq!(due("2026-11-01T16:00:00Z", "Asia/Shanghai"), at(moment("2026-12-02T16:00:00Z").millis() - 1));
        // A month in which the clock is set forward has an hour less.
        assert_eq!(due("2026-03-10T12:00:00Z", "Europe/Berlin"), at(moment("2026-04-09T22:00:00Z").millis() - 1));
        assert_eq!(due("2028-01-31T00:00:00Z", "UTC"), at(moment("2028-03-02T00:00:00Z").millis() - 1));
    }

    fn request(kind: PrivacyRequestKind) -> PrivacyRequest {
        PrivacyRequest {
            id: Id::new(at(1), &Rng::seeded(1)),
            kind,
            state: PrivacyRequestState::Open,
            customer_id: Some(Id::new(at(1), &Rng::seeded(1))),
            customer_name: String::new(),
            way: ConsentWay::Call,
            words: String::new(),
            purposes: Purposes::default(),
            received_at: at(1),
            due_at: at(100),
            owner_id: None,
            owner_name: String::new(),
            unit_id: None,
            identity: None,
            identity_at: None,
            identity_by: None,
            identity_by_name: None,
            ground: None,
            answer: None,
            closed_at: None,
            closed_by: None,
            closed_by_name: None,
            entered_at: at(1),
            entered_by: None,
            entered_by_name: String::new(),
            reminded_at: None,
            version: 1,
            claimant: None,
            searches: Searches::default(),
            nothing_held: false,
        }
    }

    #[test]
    fn somebody_unknown_is_linked_or_answered_that_nothing_is_held_and_only_after_a_look() {
        let permit = Actor::System("test").permit("x", &Owned::NOBODY, at(90)).unwrap();
        let who = || Who { id: Id::new(at(1), &Rng::seeded(1)), name: "林".into() };
        let look = |found| Search { at: at(90), by_id: who().id, by_name: "林".into(), keys: vec![], found, named: 0 };
        let unknown = PrivacyRequest {
            customer_id: None,
            claimant: Some(Claimant { name: "周".into(), ..Claimant::default() }),
            ..request(PrivacyRequestKind::Access)
        };
        assert!(unknown.clone().verified(&permit, who(), IdentityProof::CallBack).is_err());
        assert!(unknown.clone().done(&permit, who(), "x".into()).is_err());
        assert!(unknown.clone().none_held(&permit, who(), "x".into()).is_err(), "nobody looked");
        let found = unknown.clone().searched(&permit, look(1)).unwrap();
        assert!(found.clone().none_held(&permit, who(), "x".into()).is_err(), "somebody has the number");
        let none = found.searched(&permit, look(0)).unwrap().none_held(&permit, who(), "没有".into()).unwrap();
        assert_eq!((none.state, none.nothing_held, none.version), (PrivacyRequestState::Done, true, 4));
        let customer = Id::new(at(2), &Rng::seeded(2));
        let linked = unknown.linked(&permit, who(), IdentityProof::CallBack, (customer, "周婷".into())).unwrap();
        assert_eq!((linked.customer_id, linked.identity), (Some(customer), Some(IdentityProof::CallBack)));
        assert!(linked.clone().searched(&permit, look(0)).is_err() && linked.done(&permit, who(), "x".into()).is_ok());
    }

    #[test]
    fn nothing_is_done_for_somebody_unknown_and_nothing_deleted_by_one_person_alone() {
        let permit = Actor::System("test").permit("x", &Owned::NOBODY, at(90)).unwrap();
        let who = |seed| Who { id: Id::new(at(1), &Rng::seeded(seed)), name: "林".into() };
        let done = |one: PrivacyRequest, by| one.done(&permit, by, "已办理".into());
        assert!(done(request(PrivacyRequestKind::Access), who(1)).is_err());
        assert!(done(request(PrivacyRequestKind::Withdraw), who(1)).is_ok());
        let first = who(1);
        let known =
            request(PrivacyRequestKind::Delete).verified(&permit, first.clone(), IdentityProof::CallBack).unwrap();
        assert!(done(known.clone(), first).is_err());
        let deleted = done(known, who(2)).unwrap();
        assert!(!deleted.is_overdue(at(500)));
        assert!(deleted.clone().verified(&permit, who(1), IdentityProof::Document).is_err());
        assert!(deleted.refused(&permit, who(2), RefusalGround::LegalDuty, "x".into()).is_err());
        assert!(request(PrivacyRequestKind::Copy).is_overdue(at(101)));
    }
}
