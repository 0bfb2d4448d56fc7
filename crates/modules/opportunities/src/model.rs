//! An opportunity, what speaks for it, and what may become of it.

mod rule;

use conversations::ConversationId;
use inquiries::RecordId;
use kernel::{CustomerId, Error, Id, Money, Noun, Owned, Permit, Result, Timestamp, UnitId, UserId};
use orders::Order;
use segments::Segment;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::text_enum;
use utoipa::ToSchema;

pub use rule::OpportunityRule;
pub(crate) use rule::Words;

use crate::codes;

impl Noun for Opportunity {
    const PREFIX: &'static str = "opp";
}
impl Noun for OpportunityEvidence {
    const PREFIX: &'static str = "ope";
}
impl Noun for OpportunityStep {
    const PREFIX: &'static str = "ops";
}

text_enum! {
    /// Where an opportunity stands.
    pub enum OpportunityStage {
        /// It was found; nobody has looked at it.
        Discovered = "discovered",
        /// Somebody says that it is one.
        Confirmed = "confirmed",
        /// It is worked on.
        Pursued = "pursued",
        /// It was sold.
        Won = "won",
        /// It was not.
        Lost = "lost",
        /// Somebody says that it is none.
        Dismissed = "dismissed",
    }
}

text_enum! {
    /// Whose wish it is.
    pub enum OpportunityKind {
        /// One customer's.
        Single = "single",
        /// Many customers' alike.
        Pattern = "pattern",
    }
}

text_enum! {
    /// What it was drawn from.
    pub enum OpportunitySource {
        /// From talks and records, by a rule.
        Talks = "talks",
        /// From a segment's members.
        Segment = "segment",
        /// From what somebody noticed.
        Hand = "hand",
    }
}

text_enum! {
    /// What speaks for an opportunity.
    pub enum EvidenceKind {
        /// What a customer said.
        Message = "message",
        /// A conversation as a whole.
        Conversation = "conversation",
        /// What was written down of a contact.
        InquiryRecord = "inquiry_record",
        /// What was bought.
        Order = "order",
        /// That somebody belongs to a segment.
        Segment = "segment",
        /// That somebody thought of this customer.
        Customer = "customer",
    }
}

text_enum! {
    /// What happened to an opportunity.
    pub enum OpportunityStepKind {
        /// A rule found it.
        Found = "found",
        /// A rule found it again after it was closed.
        CameBack = "came_back",
        /// Somebody made it.
        Made = "made",
        /// More evidence joined it.
        Joined = "joined",
        /// It came to another stage.
        Moved = "moved",
        /// What is said of it was changed.
        Changed = "changed",
        /// Somebody else has it.
        PassedOn = "passed_on",
        /// What is to be done next was agreed.
        Planned = "planned",
        /// That was done.
        Done = "done",
        /// Customers became one or two again, and are counted anew.
        Recounted = "recounted",
    }
}

impl OpportunityStage {
    /// All of them, in the order of an opportunity's life.
    pub const ALL: [Self; 6] =
        [Self::Discovered, Self::Confirmed, Self::Pursued, Self::Won, Self::Lost, Self::Dismissed];

    /// Whether nothing more is to be done about it.
    pub fn is_closed(self) -> bool {
        matches!(self, Self::Won | Self::Lost | Self::Dismissed)
    }

    /// Whether an opportunity may come from here to there. What is won stays won; what is lost or dismissed may be
    /// taken up again.
    fn leads_to(self, to: Self) -> bool {
        use OpportunityStage::{Confirmed, Discovered, Dismissed, Lost, Pursued, Won};
        match self {
            Discovered => matches!(to, Confirmed | Pursued | Dismissed),
            Confirmed => matches!(to, Pursued | Won | Lost | Dismissed),
            Pursued => matches!(to, Confirmed | Won | Lost),
            Lost | Dismissed => to == Confirmed,
            Won => false,
        }
    }

    /// Where it may come from here.
    pub(crate) fn next(self) -> Vec<Self> {
        Self::ALL.into_iter().filter(|to| self.leads_to(*to)).collect()
    }
}

/// What an opportunity was drawn from, as that stood then.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = OpportunityBasis)]
pub struct Basis {
    /// Words of which one was said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// Or the reason a contact was sorted under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Or a conversation's tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// From how many different customers on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<i64>,
    /// Within how many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_days: Option<i64>,
    /// How many there were when it was found; of one that came back, those who are new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customers: Option<i64>,
    /// The one before it, which was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier_id: Option<Id<Opportunity>>,
    /// The segment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment_id: Option<Id<Segment>>,
    /// What it was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// Its rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub segment_rule: Option<Value>,
}

store::kept_as_json!(Basis);

store::record! {
    /// Something that may be sold.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Opportunity {
        /// Its id.
        pub id: Id<Opportunity>,
        /// What it is, in a line.
        pub title: String,
        /// The goods or the service that is asked for.
        pub service: String,
        /// Whose wish it is.
        pub kind: OpportunityKind,
        /// What it was drawn from.
        pub source: OpportunitySource,
        /// Where it stands.
        pub stage: OpportunityStage,
        /// The rule that found it.
        pub rule_id: Option<Id<OpportunityRule>>,
        /// What it was drawn from, as that stood then.
        pub basis: Option<Basis>,
        /// What it may bring, in minor units: `each_value` for each customer where that is given.
        pub value: Option<Money>,
        /// What each customer may bring, in minor units.
        pub each_value: Option<Money>,
        /// ISO 4217.
        pub currency: String,
        /// How the value was estimated, in words; may be empty.
        pub estimate: String,
        /// Whose it is.
        pub owner_id: Option<UserId>,
        /// Their name.
        pub owner_name: String,
        /// The unit they belong to.
        pub unit_id: Option<UnitId>,
        /// What is to be done next.
        pub next_step: Option<String>,
        /// Until when.
        pub due_at: Option<Timestamp>,
        /// How many customers want it.
        pub customers: i64,
        /// How many pieces of evidence there are.
        pub evidence: i64,
        /// The order it ended in.
        pub order_id: Option<Id<Order>>,
        /// Why it was lost or dismissed.
        pub reason: Option<String>,
        /// When it was won, lost or dismissed.
        pub closed_at: Option<Timestamp>,
        /// Who made it; nobody: a rule.
        pub created_by: Option<UserId>,
        /// Their name; empty: a rule.
        pub created_by_name: String,
        /// When.
        pub created_at: Timestamp,
        /// Rises with each change; a change of an older version is refused.
        pub version: i64,
    }
}

store::record! {
    /// What speaks for an opportunity: where it stands, never the words.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct OpportunityEvidence {
        /// Its id.
        pub id: Id<OpportunityEvidence>,
        /// For which; none: it waits for others like it.
        #[serde(skip)]
        #[schema(ignore)]
        pub opportunity_id: Option<Id<Opportunity>>,
        /// The rule that found it.
        #[serde(skip)]
        #[schema(ignore)]
        pub rule_id: Option<Id<OpportunityRule>>,
        /// What it counts once under.
        #[serde(skip)]
        #[schema(ignore)]
        pub reference: String,
        /// What it is.
        pub kind: EvidenceKind,
        /// Whose, under the id they had then; none where that is unknown, or not to be seen.
        pub customer_id: Option<CustomerId>,
        /// In which conversation.
        pub conversation_id: Option<ConversationId>,
        /// The message's number there.
        pub seq: Option<i64>,
        /// Which record.
        pub record_id: Option<RecordId>,
        /// Which order.
        pub order_id: Option<Id<Order>>,
        /// By what a rule knew it: a word, a reason, a tag, a segment.
        pub matched: String,
        /// When it was said, written or done.
        pub at: Timestamp,
        /// Who added it; nobody: a rule.
        pub added_by: Option<UserId>,
        /// Their name.
        pub added_by_name: String,
        /// When.
        pub added_at: Timestamp,
    }
}

store::record! {
    /// What happened to an opportunity.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct OpportunityStep {
        /// Its id.
        pub id: Id<OpportunityStep>,
        /// To which.
        #[serde(skip)]
        #[schema(ignore)]
        pub opportunity_id: Id<Opportunity>,
        /// Its place: the opportunity's version after it.
        pub number: i64,
        /// What.
        pub kind: OpportunityStepKind,
        /// Where it stood before, when it came to another stage.
        pub from_stage: Option<OpportunityStage>,
        /// Where it stood after.
        pub to_stage: Option<OpportunityStage>,
        /// Why, what is to be done, or who has it now.
        pub words: Option<String>,
        /// How many customers there were after it.
        pub customers: i64,
        /// How many pieces of evidence.
        pub evidence: i64,
        /// By whom; nobody: the product.
        pub by_id: Option<UserId>,
        /// Their name.
        pub by_name: String,
        /// When.
        pub at: Timestamp,
    }
}

/// Somebody, with their name and where they stand.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Who {
    pub id: UserId,
    pub name: String,
    pub unit: Option<UnitId>,
}

/// What is said of an opportunity.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub title: String,
    pub service: String,
    pub value: Option<Money>,
    pub each_value: Option<Money>,
    pub currency: String,
    pub estimate: String,
}

impl Opportunity {
    /// Whose it is, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    /// Whether its next step is overdue.
    pub fn is_late(&self, now: Timestamp) -> bool {
        !self.stage.is_closed() && self.due_at.is_some_and(|due| due < now)
    }

    /// What the trail holds of it: nobody's name and no words.
    pub(crate) fn trace(&self) -> Value {
        json!({
            "stage": self.stage,
            "source": self.source,
            "value": self.value,
            "currency": self.currency,
            "owner_id": self.owner_id,
            "due_at": self.due_at,
            "customers": self.customers,
            "evidence": self.evidence,
            "order_id": self.order_id,
            "version": self.version,
        })
    }

    /// Come to another stage: lost and dismissed for a reason, won perhaps with an order.
    pub(crate) fn moved(
        mut self,
        permit: &Permit,
        to: OpportunityStage,
        reason: Option<String>,
        order: Option<Id<Order>>,
    ) -> Result<Self> {
        if !self.stage.leads_to(to) {
            return Err(codes::NO_WAY.conflict());
        }
        let refused = matches!(to, OpportunityStage::Lost | OpportunityStage::Dismissed);
        if refused && reason.is_none() {
            return Err(Error::field("reason", "required"));
        }
        if order.is_some() && to != OpportunityStage::Won {
            return Err(Error::field("order_id", "not_allowed"));
        }
        self.stage = to;
        self.reason = reason.filter(|_| refused);
        self.order_id = order;
        self.closed_at = to.is_closed().then(|| permit.at());
        if to.is_closed() {
            (self.next_step, self.due_at) = (None, None);
        }
        self.version += 1;
        Ok(self)
    }

    /// With other words, another value or another owner.
    pub(crate) fn changed(mut self, _permit: &Permit, version: i64, said: Said, owner: Option<Who>) -> Result<Self> {
        if self.version != version {
            return Err(codes::STALE.conflict());
        }
        let Said { title, service, value, each_value, currency, estimate } = said;
        (self.title, self.service, self.currency, self.estimate) = (title, service, currency, estimate);
        (self.value, self.each_value) = (value, each_value);
        if let Some(Who { id, name, unit }) = owner {
            (self.owner_id, self.owner_name, self.unit_id) = (Some(id), name, unit);
        }
        let customers = self.customers;
        Ok(self.counted(customers, None))
    }

    /// Had by somebody else from now on.
    pub(crate) fn passed_on(mut self, to: Who) -> Self {
        (self.owner_id, self.owner_name, self.unit_id) = (Some(to.id), to.name, to.unit);
        self.version += 1;
        self
    }

    /// With something to be done next, or with that done.
    pub(crate) fn planned(mut self, _permit: &Permit, next: Option<(String, Timestamp)>) -> Result<Self> {
        if self.stage.is_closed() {
            return Err(codes::CLOSED.conflict());
        }
        if next.is_none() && self.next_step.is_none() {
            return Err(codes::NO_STEP.conflict());
        }
        (self.next_step, self.due_at) = next.unzip();
        self.version += 1;
        Ok(self)
    }

    /// With so many customers, and so much evidence; its value follows them.
    pub(crate) fn counted(mut self, customers: i64, evidence: Option<i64>) -> Self {
        self.customers = customers;
        self.evidence = evidence.unwrap_or(self.evidence);
        if let Some(Money(each)) = self.each_value {
            self.value = each.checked_mul(customers).map(Money);
        }
        self.version += 1;
        self
    }

    /// What happened to it, as it is now; `before` is where it stood.
    pub(crate) fn step(
        &self,
        id: Id<OpportunityStep>,
        kind: OpportunityStepKind,
        before: Option<OpportunityStage>,
        words: Option<String>,
        by: Option<Who>,
        at: Timestamp,
    ) -> OpportunityStep {
        let moved = before != Some(self.stage);
        OpportunityStep {
            id,
            opportunity_id: self.id,
            number: self.version,
            kind,
            from_stage: before.filter(|_| moved),
            to_stage: moved.then_some(self.stage),
            words,
            customers: self.customers,
            evidence: self.evidence,
            by_id: by.as_ref().map(|who| who.id),
            by_name: by.map(|who| who.name).unwrap_or_default(),
            at,
        }
    }
}
