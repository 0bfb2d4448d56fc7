//! A webhook, and what it is told.

use kernel::{Check, Id, Noun, Permit, Result, Timestamp};
use outbound::{Target, Verdict};
use serde::{Deserialize, Serialize};
use store::{StoredFact, text_enum};
use utoipa::ToSchema;

/// Characters of what the other side said that are kept.
const LONGEST_WHY: usize = 300;
/// How often a call is made before it is dead: over three hours or so.
pub(crate) const ATTEMPTS: i64 = 8;

/// What can be told: facts whose data names things by their ids. What people say is not among them.
pub(crate) const KINDS: &[&str] = &[
    "conversation.opened",
    "conversation.assigned",
    "conversation.requeued",
    "conversation.left_message",
    "conversation.closed",
    "conversation.came_after_hours",
    "customer.created",
    "customer.changed",
    "customer.merged",
    "customer.unmerged",
    "customer.erased",
    "promise.made",
    "promise.kept",
    "promise.broken",
    "promise.withdrawn",
    "inquiry_record.created",
    "inquiry_record.changed",
    "daily_record.signed",
    "approval.asked",
    "approval.decided",
    "approval.withdrawn",
    "incident.declared",
    "incident.changed",
    "incident.over",
    "sla.warned",
    "sla.missed",
    "delivery.changed",
    "mail.changed",
    "channel.changed",
    "presence.changed",
];

impl Noun for Webhook {
    const PREFIX: &'static str = "whk";
}
impl Noun for WebhookCall {
    const PREFIX: &'static str = "whc";
}

text_enum! {
    /// Whether a webhook is told of what happens.
    pub enum WebhookState {
        /// It is.
        Active = "active",
        /// It is not; what waited goes on waiting.
        Paused = "paused",
    }
}

text_enum! {
    /// Where a call stands.
    pub enum CallState {
        /// It is to be made, or is tried again: see `why`.
        Waiting = "waiting",
        /// The other side took it.
        Sent = "sent",
        /// It was given up: see `why`.
        Dead = "dead",
    }
}

/// Kinds of facts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = FactKinds)]
pub struct Kinds(pub Vec<String>);

store::kept_as_json!(Kinds);

store::record! {
    /// A system that is told of facts.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Webhook {
        /// Its id.
        pub id: Id<Webhook>,
        /// What colleagues call it.
        pub name: String,
        /// What is called.
        pub url: String,
        /// Whether that may lie in a private network or on this machine, and be called without TLS.
        pub inside: bool,
        /// Of which kinds of facts it is told.
        pub kinds: Kinds,
        /// Whether it is told.
        pub state: WebhookState,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change; a change of an older version is refused.
        pub version: i64,
    }
}

/// What somebody wants it to be; none: as it is.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookDetails)]
pub(crate) struct Details {
    /// What colleagues call it: 1 to 60 characters.
    name: Option<String>,
    /// What is called: `https`, up to 2,000 characters.
    url: Option<String>,
    /// Whether that may lie in a private network or on this machine, and be called without TLS.
    inside: Option<bool>,
    /// Of which kinds of facts it is told, at least one of `/webhook-kinds`. Replaces the list.
    kinds: Option<Kinds>,
    /// Whether it is told.
    state: Option<WebhookState>,
}

impl Details {
    /// Of the demo story: paused, so that nobody is called.
    pub(crate) fn of_the_story() -> Self {
        let kinds = ["customer.created", "customer.changed", "conversation.closed"].map(str::to_owned);
        Self {
            name: Some("CRM".to_owned()),
            url: Some("https://crm.qinghe.example/zhike".to_owned()),
            inside: None,
            kinds: Some(Kinds(kinds.into())),
            state: Some(WebhookState::Paused),
        }
    }
}

impl Webhook {
    /// One that is nothing yet.
    pub(crate) fn blank(id: Id<Self>, now: Timestamp) -> Self {
        Self {
            id,
            name: String::new(),
            url: String::new(),
            inside: false,
            kinds: Kinds::default(),
            state: WebhookState::Active,
            created_at: now,
            version: 1,
        }
    }

    /// It, with these details.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] naming every field that cannot be taken.
    pub(crate) fn with(mut self, _permit: &Permit, details: Details) -> Result<Self> {
        self.name = details.name.map_or(self.name, |name| name.trim().to_owned());
        self.url = details.url.map_or(self.url, |url| url.trim().to_owned());
        self.inside = details.inside.unwrap_or(self.inside);
        self.kinds = details.kinds.unwrap_or(self.kinds);
        self.state = details.state.unwrap_or(self.state);
        let refused = self.target().err();
        let refused = if self.url.is_empty() { Some("required") } else { refused };
        let mut check = Check::new()
            .text("name", &self.name, 1..=60)
            .that(refused.is_none(), "url", refused.unwrap_or("malformed"))
            .that(!self.kinds.0.is_empty(), "kinds", "required")
            .that(self.kinds.0.len() <= KINDS.len(), "kinds", "too_many");
        for (at, kind) in self.kinds.0.iter().take(KINDS.len()).enumerate() {
            check = check.that(KINDS.contains(&kind.as_str()), format!("kinds[{at}]"), "unknown");
        }
        check.done()?;
        Ok(self)
    }

    pub(crate) fn target(&self) -> Result<Target, &'static str> {
        Target::parse(&self.url, self.inside)
    }

    /// Whether it is told of this fact: nothing from before it was set up.
    pub(crate) fn hears(&self, fact: &StoredFact) -> bool {
        self.state == WebhookState::Active && fact.at >= self.created_at && self.kinds.0.contains(&fact.kind)
    }
}

store::record! {
    /// A fact a webhook is told, and what became of that.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct WebhookCall {
        /// Its id, the same in every attempt.
        pub id: Id<WebhookCall>,
        /// Whom it is told.
        pub webhook_id: Id<Webhook>,
        /// What happened.
        pub kind: String,
        /// To what.
        pub subject: String,
        /// The fact's data; emptied when it was taken.
        #[serde(skip)]
        pub data: String,
        /// When it happened.
        pub happened_at: Timestamp,
        /// Its place in the one order of all facts.
        #[serde(skip)]
        pub fact_epoch: i64,
        /// Its place in the one order of all facts.
        #[serde(skip)]
        pub fact_seq: i64,
        /// Where the call stands.
        pub state: CallState,
        /// Why it is tried again, or dead: a stable name.
        pub why_code: Option<String>,
        /// What the other side said of that.
        pub why: String,
        /// How often it was tried.
        pub attempts: i64,
        /// When it is tried again.
        pub next_at: Option<Timestamp>,
        /// Since when it waits or waited.
        pub at: Timestamp,
        /// Since when it stands there.
        pub changed_at: Timestamp,
    }
}

impl WebhookCall {
    /// One that waits.
    pub(crate) fn new(id: Id<Self>, webhook_id: Id<Webhook>, fact: &StoredFact, now: Timestamp) -> Self {
        Self {
            id,
            webhook_id,
            kind: fact.kind.clone(),
            subject: fact.subject.clone(),
            data: fact.data.clone(),
            happened_at: fact.at,
            fact_epoch: fact.epoch,
            fact_seq: fact.seq,
            state: CallState::Waiting,
            why_code: None,
            why: String::new(),
            attempts: 0,
            next_at: None,
            at: now,
            changed_at: now,
        }
    }

    /// What became of an attempt; `wait` is when the next is due if there is one.
    pub(crate) fn tried(mut self, verdict: &Verdict, now: Timestamp, wait: i64) -> Self {
        self.attempts += 1;
        let (state, why) = match verdict {
            Verdict::Taken(_) => (CallState::Sent, None),
            Verdict::Later { code, text, .. } if self.attempts < ATTEMPTS => (CallState::Waiting, Some((code, text))),
            Verdict::Later { code, text, .. } | Verdict::Never { code, text } => (CallState::Dead, Some((code, text))),
        };
        if state != self.state {
            self.changed_at = now;
        }
        self.state = state;
        self.next_at = (state == CallState::Waiting).then(|| now.plus_millis(wait));
        self.why_code = why.map(|(code, _)| (*code).to_owned());
        self.why =
            why.map_or(String::new(), |(_, text)| text.chars().filter(|c| !c.is_control()).take(LONGEST_WHY).collect());
        if state == CallState::Sent {
            self.data = String::new();
        }
        self
    }

    /// Somebody has it made again; none when it is not dead.
    pub(crate) fn again(mut self, now: Timestamp) -> Option<Self> {
        (self.state == CallState::Dead).then_some(())?;
        (self.state, self.attempts, self.changed_at) = (CallState::Waiting, 0, now);
        (self.why_code, self.why) = (None, String::new());
        Some(self)
    }
}
