//! A conversation as conditions see it: put together once for all automations that an event sets off.

use conversations::{Author, Conversation, MessageKind};
use kernel::Result;
use store::Tx;

use crate::model::{Condition, ConditionField};

/// Among how many of the last messages the customer's words are looked for.
const LOOKED_AT: i64 = 30;

/// What the event itself brings along.
#[derive(Clone, Debug, Default)]
pub(crate) struct Brought {
    /// Which time of the service level it is about.
    pub target: Option<String>,
    /// What came of the inquiry.
    pub outcome: Option<String>,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scene {
    pub queue: String,
    pub channel: String,
    pub channel_kind: String,
    pub tags: Vec<String>,
    pub text: String,
    pub page: String,
    pub attributes: std::collections::BTreeMap<String, String>,
    pub assignee: String,
    pub customer: String,
    pub waiting_minutes: Option<i64>,
    pub score: Option<i64>,
    pub solved: Option<bool>,
    pub business_time: bool,
    pub brought: Brought,
}

impl Scene {
    pub(crate) fn of(tx: &mut Tx<'_>, conversation: &Conversation, brought: Brought) -> Result<Self> {
        let now = tx.now();
        let after = (conversation.last_seq - LOOKED_AT).max(0);
        let said = conversations::api::transcript(tx, conversation.id, after, LOOKED_AT)?;
        let words = said.into_iter().rfind(|one| one.author == Author::Customer && one.kind != MessageKind::Event);
        let text = |id: Option<String>| id.unwrap_or_default();
        let waits =
            conversation.waiting_since.zip(conversation.first_message_at).map(|(since, first)| since.max(first));
        Ok(Self {
            queue: text(conversation.queue_id.map(|id| id.to_string())),
            channel: conversation.channel_id.to_string(),
            channel_kind: conversation.channel_kind.text().to_owned(),
            tags: conversation.tags.0.clone(),
            text: text(words.map(|words| words.text)),
            page: text(conversation.page.as_ref().map(|page| page.url.clone())),
            attributes: conversation.attributes.0.clone(),
            assignee: text(conversation.assignee_id.map(|id| id.to_string())),
            customer: conversation.customer_name.clone(),
            waiting_minutes: waits.map(|since| now.since(since).max(0) / 60_000),
            score: conversation.rating.as_ref().and_then(|rating| rating.score),
            solved: conversation.rating.as_ref().and_then(|rating| rating.solved),
            business_time: settings::api::calendar(tx)?.is_open(now),
            brought,
        })
    }

    /// What a condition sees: nothing where there is nothing.
    pub(crate) fn saw(&self, condition: &Condition) -> Vec<String> {
        let yes = |it: bool| (if it { "yes" } else { "no" }).to_owned();
        let one = |text: &str| if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
        match condition.field {
            ConditionField::Queue => one(&self.queue),
            ConditionField::Channel => one(&self.channel),
            ConditionField::ChannelKind => one(&self.channel_kind),
            ConditionField::Tag => self.tags.clone(),
            ConditionField::Text => one(&self.text),
            ConditionField::Page => one(&self.page),
            ConditionField::Attribute => self.attributes.get(&condition.name).map(|text| one(text)).unwrap_or_default(),
            ConditionField::Assignee => one(&self.assignee),
            ConditionField::Customer => one(&self.customer),
            ConditionField::WaitingMinutes => self.waiting_minutes.map(|n| n.to_string()).into_iter().collect(),
            ConditionField::Score => self.score.map(|n| n.to_string()).into_iter().collect(),
            ConditionField::Solved => self.solved.map(yes).into_iter().collect(),
            ConditionField::Target => self.brought.target.clone().into_iter().collect(),
            ConditionField::Outcome => self.brought.outcome.clone().into_iter().collect(),
            ConditionField::BusinessTime => vec![yes(self.business_time)],
        }
    }
}
