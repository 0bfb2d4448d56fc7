//! An incident, what it is told by, and what may become of it.

mod review;

use channels::ChannelKind;
use conversations::{ConversationId, Named};
use escalations::{Escalation, Severity};
use kernel::{Check, CustomerId, Id, Noun, Permit, QueueId, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::text_enum;
use utoipa::ToSchema;

pub use review::{IncidentReview, ReviewAction};

use crate::codes;

impl Noun for Incident {
    const PREFIX: &'static str = "inc";
}
impl Noun for IncidentUpdate {
    const PREFIX: &'static str = "inu";
}

/// Conversations of one incident at most.
pub(crate) const MOST_LINKS: i64 = 2_000;

text_enum! {
    /// How an incident stands.
    pub enum IncidentState {
        /// Nobody knows yet what is wrong.
        Investigating = "investigating",
        /// The cause is known.
        Identified = "identified",
        /// It is mended, and watched.
        Mended = "mended",
        /// It is over: nothing more is linked or said.
        Over = "over",
    }
}

text_enum! {
    /// What a step was.
    pub enum IncidentStepKind {
        /// It was declared.
        Declared = "declared",
        /// What is known of it changed.
        Changed = "changed",
        /// It stands otherwise.
        State = "state",
        /// Somebody noted something.
        Word = "word",
        /// All linked conversations are told.
        Update = "update",
        /// Conversations were linked.
        Linked = "linked",
        /// One was taken out again.
        Unlinked = "unlinked",
        /// It was looked back on.
        Reviewed = "reviewed",
    }
}

text_enum! {
    /// What became of an update in one conversation.
    pub enum SendingState {
        /// It is to be said.
        Waiting = "waiting",
        /// It was said: what a channel carries is on its way.
        Said = "said",
        /// It was not said: see `why`.
        LeftOut = "left_out",
    }
}

/// The queues an incident touches; none of them: all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = IncidentQueues)]
pub struct Touched(pub Vec<Named>);

/// Words by which customers speak of an incident.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = IncidentWords)]
pub struct Words(pub Vec<String>);

store::kept_as_json!(Touched, Words, IncidentReview);

impl Words {
    /// As they are kept: at most 10 of up to 20 characters, each once.
    pub(crate) fn checked(check: Check, given: &[String]) -> (Check, Self) {
        let mut words: Vec<String> = Vec::with_capacity(given.len().min(10));
        let mut check = check.that(given.len() <= 10, "words", "too_many");
        for (at, word) in given.iter().take(10).enumerate() {
            check = check.text(format!("words[{at}]"), word, 1..=20);
            let word = word.trim().to_owned();
            if !words.contains(&word) {
                words.push(word);
            }
        }
        (check, Self(words))
    }
}

store::record! {
    /// Something that goes wrong for many customers at once.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct Incident {
        /// Its id.
        pub id: Id<Incident>,
        /// How it stands.
        pub state: IncidentState,
        /// How bad it is.
        pub severity: Severity,
        /// What goes wrong, in a line.
        pub title: String,
        /// What is known of it.
        pub known: String,
        /// What agents may answer whoever asks; empty while there is nothing to say.
        pub reply: String,
        /// The queues it touches; none of them: all.
        pub queues: Touched,
        /// Words by which customers speak of it: what conversations are suggested by.
        pub words: Words,
        /// Since when it goes wrong.
        pub since: Timestamp,
        /// The escalation it came from.
        pub escalation_id: Option<Id<Escalation>>,
        /// Who declared it.
        pub declared_by: UserId,
        /// Their name.
        pub declared_by_name: String,
        /// When.
        pub declared_at: Timestamp,
        /// When it was mended last.
        pub mended_at: Option<Timestamp>,
        /// When it was over.
        pub ended_at: Option<Timestamp>,
        /// How many conversations are linked.
        pub linked: i64,
        /// How many steps there are.
        pub steps: i64,
        /// What was found out afterwards.
        pub review: Option<IncidentReview>,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// One step of an incident.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct IncidentStep {
        /// Of which.
        pub incident_id: Id<Incident>,
        /// Counts from 1.
        pub number: i64,
        /// What it was.
        pub kind: IncidentStepKind,
        /// How it stood from then on.
        pub state: Option<IncidentState>,
        /// How many conversations.
        pub count: Option<i64>,
        /// What was said.
        pub text: String,
        /// By whom.
        pub by_id: Option<UserId>,
        /// Their name.
        pub by_name: Option<String>,
        /// When.
        pub at: Timestamp,
    }
}

store::record! {
    /// A conversation that is about an incident.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct IncidentLink {
        /// About which.
        pub incident_id: Id<Incident>,
        /// Which.
        pub conversation_id: ConversationId,
        /// With whom.
        pub customer_id: CustomerId,
        /// By what kind of channel.
        pub channel_kind: ChannelKind,
        /// Since when.
        pub opened_at: Timestamp,
        /// When it was linked.
        pub linked_at: Timestamp,
        /// By whom.
        pub linked_by: Option<UserId>,
    }
}

store::record! {
    /// What all linked conversations were told once.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct IncidentUpdate {
        /// Its id.
        pub id: Id<IncidentUpdate>,
        /// Of which incident.
        pub incident_id: Id<Incident>,
        /// What was said.
        pub text: String,
        /// By whom.
        pub by_id: UserId,
        /// Their name.
        pub by_name: String,
        /// When.
        pub at: Timestamp,
        /// When it had been said in the last conversation.
        pub done_at: Option<Timestamp>,
    }
}

store::record! {
    /// What became of an update in one conversation.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct IncidentSending {
        /// Of which update.
        pub update_id: Id<IncidentUpdate>,
        /// In which conversation.
        pub conversation_id: ConversationId,
        /// What became of it.
        pub state: SendingState,
        /// The message's number there.
        pub seq: Option<i64>,
        /// Why it was left out: `closed`, `window_closed`, `none_left`, `too_long`, `refused`.
        pub why: Option<String>,
        /// When.
        pub at: Option<Timestamp>,
    }
}

/// Somebody of the department, with their name.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub id: UserId,
    pub name: String,
}

/// What is to change; what is none stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub title: Option<String>,
    pub known: Option<String>,
    pub reply: Option<String>,
    pub severity: Option<Severity>,
    pub since: Option<Timestamp>,
    pub queues: Option<Touched>,
    pub words: Option<Words>,
}

impl Incident {
    /// What the trail holds of it: nobody's words.
    pub(crate) fn trace(&self) -> Value {
        json!({
            "state": self.state,
            "severity": self.severity,
            "since": self.since,
            "queues": self.queues.0.iter().map(|queue| &queue.id).collect::<Vec<_>>(),
            "linked": self.linked,
            "ended_at": self.ended_at,
            "version": self.version,
        })
    }

    /// Whether it touches one of these queues.
    pub(crate) fn touches(&self, queues: &[QueueId]) -> bool {
        self.queues.0.is_empty() || self.queues.0.iter().any(|one| queues.iter().any(|id| id.to_string() == one.id))
    }

    /// The next step.
    pub(crate) fn step(&mut self, kind: IncidentStepKind, by: &Who, text: &str, now: Timestamp) -> IncidentStep {
        self.steps += 1;
        self.version += 1;
        IncidentStep {
            incident_id: self.id,
            number: self.steps,
            kind,
            state: None,
            count: None,
            text: text.to_owned(),
            by_id: Some(by.id),
            by_name: Some(by.name.clone()),
            at: now,
        }
    }

    /// Something is known otherwise.
    pub(crate) fn changed(mut self, permit: &Permit, by: &Who, change: Change) -> Result<(Self, Option<IncidentStep>)> {
        self.must_go_on()?;
        let before = self.clone();
        let Change { title, known, reply, severity, since, queues, words } = change;
        let text = known.clone().filter(|known| *known != self.known).unwrap_or_default();
        self.title = title.unwrap_or(self.title);
        self.known = known.unwrap_or(self.known);
        self.reply = reply.unwrap_or(self.reply);
        self.severity = severity.unwrap_or(self.severity);
        self.since = since.unwrap_or(self.since);
        self.queues = queues.unwrap_or(self.queues);
        self.words = words.unwrap_or(self.words);
        if self == before {
            return Ok((self, None));
        }
        let step = self.step(IncidentStepKind::Changed, by, &text, permit.at());
        Ok((self, Some(step)))
    }

    /// It stands otherwise; once it is over it stays so.
    pub(crate) fn stands(
        mut self,
        permit: &Permit,
        by: &Who,
        state: IncidentState,
        text: &str,
    ) -> Result<(Self, Option<IncidentStep>)> {
        self.must_go_on()?;
        if self.state == state {
            return Ok((self, None));
        }
        self.state = state;
        match state {
            IncidentState::Mended => self.mended_at = Some(permit.at()),
            IncidentState::Over => {
                self.ended_at = Some(permit.at());
                self.mended_at = self.mended_at.or(self.ended_at);
            }
            // It goes wrong again.
            IncidentState::Investigating | IncidentState::Identified => self.mended_at = None,
        }
        let step = self.step(IncidentStepKind::State, by, text, permit.at());
        Ok((self, Some(IncidentStep { state: Some(state), ..step })))
    }

    /// Refuses once it is over.
    pub(crate) fn must_go_on(&self) -> Result<()> {
        if self.state == IncidentState::Over {
            Err(codes::OVER.conflict())
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Owned, Rng};

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn h25_what_is_mended_may_go_wrong_again_and_what_is_over_stays_over() {
        let rng = Rng::seeded(1);
        let by = Who { id: Id::new(at(1), &rng), name: "沈".into() };
        let incident = Incident {
            id: Id::new(at(1), &rng),
            state: IncidentState::Investigating,
            severity: Severity::Major,
            title: "支付失败".into(),
            known: String::new(),
            reply: String::new(),
            queues: Touched::default(),
            words: Words::default(),
            since: at(0),
            escalation_id: None,
            declared_by: by.id,
            declared_by_name: by.name.clone(),
            declared_at: at(1),
            mended_at: None,
            ended_at: None,
            linked: 0,
            steps: 0,
            review: None,
            version: 1,
        };
        let permit = |millis| Actor::System("test").permit("x", &Owned::NOBODY, at(millis)).unwrap();
        let (mended, _) = incident.stands(&permit(10), &by, IncidentState::Mended, "").unwrap();
        assert_eq!(mended.mended_at, Some(at(10)));
        let (again, _) = mended.stands(&permit(20), &by, IncidentState::Identified, "").unwrap();
        assert_eq!(again.mended_at, None);
        let (over, step) = again.stands(&permit(30), &by, IncidentState::Over, "").unwrap();
        assert_eq!((over.ended_at, over.mended_at, step.unwrap().number), (Some(at(30)), Some(at(30)), 3));
        assert!(over.stands(&permit(40), &by, IncidentState::Mended, "").is_err());
    }
}
