//! What sets an automation off, what must hold, and what it does.

use conversations::{SnoozePreset, WrapUpReason};
use kernel::{Id, QueueId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

text_enum! {
    /// What sets an automation off.
    pub enum AutomationEvent {
        /// A conversation was opened.
        Opened = "opened",
        /// It waits again.
        Requeued = "requeued",
        /// Somebody has it.
        Assigned = "assigned",
        /// It is over.
        Closed = "closed",
        /// The customer wrote outside business time.
        AfterHours = "after_hours",
        /// Its service level nears the end of a time.
        SlaWarned = "sla_warned",
        /// Its service level was missed.
        SlaMissed = "sla_missed",
        /// The customer rated it.
        Rated = "rated",
        /// The inquiry in it was recorded.
        InquiryRecorded = "inquiry_recorded",
        /// The customer waited so many minutes for an answer: looked at every minute.
        Unanswered = "unanswered",
        /// Every day at a time, each conversation that is open.
        Daily = "daily",
    }
}

text_enum! {
    /// What a condition looks at.
    pub enum ConditionField {
        /// The queue it waits in, or waited in: an id.
        Queue = "queue",
        /// The channel it came by: an id.
        Channel = "channel",
        /// The kind of that channel.
        ChannelKind = "channel_kind",
        /// Its tags.
        Tag = "tag",
        /// What the customer said last.
        Text = "text",
        /// The address of the page they were on.
        Page = "page",
        /// What they answered before the chat, or the page says of them: the one named.
        Attribute = "attribute",
        /// Who has it: an id; none while nobody does.
        Assignee = "assignee",
        /// The customer's name.
        Customer = "customer",
        /// For how many minutes the customer has waited for an answer; none when they do not.
        WaitingMinutes = "waiting_minutes",
        /// The score the customer gave.
        Score = "score",
        /// Whether they said it was solved: `yes` or `no`.
        Solved = "solved",
        /// Which time of the service level: `first`, `next` or `final`.
        Target = "target",
        /// What came of the inquiry.
        Outcome = "outcome",
        /// Whether it is business time: `yes` or `no`.
        BusinessTime = "business_time",
    }
}

text_enum! {
    /// How a condition compares.
    pub enum ConditionOp {
        /// It is one of the values.
        Is = "is",
        /// It is none of them.
        IsNot = "is_not",
        /// One of the values occurs in it, in whatever case.
        Contains = "contains",
        /// None of them does.
        ContainsNot = "contains_not",
        /// The regular expression fits it.
        Matches = "matches",
        /// It is a number, and no less than the value.
        AtLeast = "at_least",
        /// It is a number, and no more than the value.
        AtMost = "at_most",
        /// There is something.
        Known = "known",
        /// There is nothing.
        Unknown = "unknown",
    }
}

/// Something that must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AutomationCondition)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// What is looked at.
    pub field: ConditionField,
    /// Which attribute, where `field` is `attribute`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// How it is compared.
    pub op: ConditionOp,
    /// With what: at most 50 values of up to 200 characters; one for `matches`, `at_least`, `at_most`; none
    /// for `known`, `unknown`.
    #[serde(default)]
    pub values: Vec<String>,
}

/// Whom something goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AutomationHolder)]
#[serde(rename_all = "snake_case", tag = "to", deny_unknown_fields)]
pub enum Holder {
    /// Whoever has the conversation; while nobody does, those who serve its queue.
    Assignee {},
    /// Those who serve the conversation's queue.
    Queue {},
    /// This person.
    Person {
        /// Who.
        user_id: UserId,
    },
}

/// Something that is done. In texts `{customer}` `{assignee}` `{queue}` `{channel}` `{organisation}` stand for
/// what they name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AutomationAction)]
#[serde(rename_all = "snake_case", tag = "do", deny_unknown_fields)]
pub enum Action {
    /// Gives the conversation a tag.
    AddTag {
        /// Which: 1 to 30 characters.
        tag: String,
    },
    /// Takes a tag from it.
    RemoveTag {
        /// Which.
        tag: String,
    },
    /// Lets it come before others that wait.
    SetPriority {
        /// 0 to 9: the highest first.
        priority: i64,
    },
    /// Lets it wait in a queue.
    SetQueue {
        /// Which.
        queue_id: QueueId,
    },
    /// Gives it to somebody.
    Assign {
        /// To whom.
        user_id: UserId,
    },
    /// Leaves a note among staff.
    Note {
        /// 1 to 1,000 characters.
        text: String,
    },
    /// Says something to the customer, by the channel of the conversation.
    Reply {
        /// 1 to 1,000 characters.
        text: String,
    },
    /// Makes a task about it.
    Task {
        /// What is to be done: 1 to 200 characters.
        title: String,
        /// Within how many minutes of business time: 1 to 525,600.
        due_minutes: i64,
        /// By whom.
        holder: Holder,
    },
    /// Tells somebody who is there now.
    Notify {
        /// 1 to 200 characters.
        text: String,
        /// Whom.
        user_id: UserId,
    },
    /// By hand, on one conversation: words to send once whoever acts has read them.
    Draft {
        /// 1 to 1,000 characters.
        text: String,
    },
    /// By hand: puts the conversation away; a macro until a `preset`, else until either.
    Snooze {
        /// Until this, as it is when it is done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preset: Option<SnoozePreset>,
        /// Until this moment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// Why: up to 200 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// By hand: lets it come back.
    Wake {},
    /// By hand: ends it, with what it was about if that is said.
    Close {
        /// One of the reasons to choose from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason_id: Option<Id<WrapUpReason>>,
        /// What else there is to say: up to 1,000 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
}

/// What must hold, and what is then done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AutomationSpec)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// After how many minutes without an answer, for `unanswered`: 1 to 10,080.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<i64>,
    /// At what time of the organisation's clock, for `daily`: `HH:MM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Whether one condition that holds is enough; else all must.
    #[serde(default)]
    pub any: bool,
    /// What must hold: at most 20 conditions; none: always.
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// What is done, in this order, all or nothing: 1 to 10 actions.
    pub actions: Vec<Action>,
    /// How often it may do so to one conversation within an hour: 1 to 20, 3 unless told.
    #[serde(default = "thrice")]
    pub most_per_hour: i64,
}

fn thrice() -> i64 {
    3
}
