//! What happened, as a line of the transcript.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ConversationId;

/// Somebody or something, with the name it had then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl Named {
    /// This id and name.
    pub fn new(id: impl ToString, name: impl Into<String>) -> Self {
        Self { id: id.to_string(), name: name.into() }
    }
}

/// What happened, as a line of the transcript: the `data` of a message of kind `event`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[schema(as = ConversationEvent)]
pub enum Event {
    /// A customer came, or was written to by `by`.
    Opened {
        /// Who opened it, when the department did.
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<Named>,
    },
    /// Somebody took it, or was given it.
    Assigned {
        /// Who has it now.
        to: Named,
        /// Who gave it to them, when somebody else did.
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<Named>,
    },
    /// It was passed on to a person or a queue. What the one said to the other is a note of its own.
    Transferred {
        /// Who had it.
        from: Option<Named>,
        /// Who has it now.
        #[serde(skip_serializing_if = "Option::is_none")]
        to: Option<Named>,
        /// Where it waits now.
        #[serde(skip_serializing_if = "Option::is_none")]
        queue: Option<Named>,
    },
    /// It waits again.
    Requeued {
        /// Who had it.
        from: Option<Named>,
        /// Where it waits.
        #[serde(skip_serializing_if = "Option::is_none")]
        queue: Option<Named>,
        /// For how many minutes the customer had waited in vain for an answer, where it waits again for that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        silent_minutes: Option<i64>,
    },
    /// A supervisor took it from somebody.
    TakenOver {
        /// Who has it now.
        to: Named,
        /// Who had it.
        from: Option<Named>,
    },
    /// It is over.
    Closed {
        /// Who ended it: the colleague; none: the customer, or the product.
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<Named>,
        /// Whether the customer did.
        by_customer: bool,
    },
    /// The customer rated it.
    Rated {
        /// Whether their matter was settled.
        solved: Option<bool>,
        /// 1 to 5.
        score: Option<i64>,
    },
    /// The customer wrote outside business time; the message's text is what they were told.
    AfterHours {
        /// When it opens next.
        opens_at: Timestamp,
        /// The organisation's time zone.
        time_zone: String,
    },
    /// The customer left a message rather than wait.
    LeftMessage {},
    /// The customer who left a message is there again and waits.
    CameBack {},
    /// The customer came by an invitation; the message's text is what it said.
    Invited {
        /// Which.
        invitation: String,
    },
    /// The customer was told by a machine that their mail arrived; the text is what it said.
    Acknowledged {},
    /// A mail to the customer could not be delivered; the text is why, in a mail server's words.
    MailFailed {
        /// The number of the message it carried.
        seq: i64,
    },
    /// The channel could not bring a message to the customer; the text is why, in the other side's words,
    /// or a stable name of the reason.
    DeliveryFailed {
        /// The number of the message.
        seq: i64,
    },
    /// The customer sent files that are not taken; the text is their names.
    FilesDropped {},
    /// The customer wants no more messages by this channel; the text is what they were told.
    OptedOut {},
    /// The customer wants messages by this channel again; the text is what they were told.
    OptedIn {},
    /// A machine answered a mail for the customer; the text is what it said.
    AutoReply {},
    /// Somebody a mail was forwarded to answered it; the text is what they said.
    ForwardAnswered {},
    /// A colleague takes part from now on, while the owner stays.
    ParticipantJoined {
        /// Who.
        who: Named,
        /// Who asked them in.
        by: Option<Named>,
    },
    /// A colleague no longer takes part.
    ParticipantLeft {
        /// Who.
        who: Named,
        /// Who took them out, when they did not leave by themselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Named>,
    },
    /// It was put away until a time; the text is why.
    Snoozed {
        /// Who did.
        by: Option<Named>,
        /// Until when.
        until: Timestamp,
    },
    /// It came back before the customer wrote.
    Woken {
        /// Who let it; none: its time was there.
        by: Option<Named>,
    },
    /// Another conversation has to do with it.
    Linked {
        /// Which.
        conversation: ConversationId,
        /// Who said so.
        by: Option<Named>,
    },
    /// It no longer has.
    Unlinked {
        /// Which.
        conversation: ConversationId,
        /// Who said so.
        by: Option<Named>,
    },
    /// It is over: it goes on in another one.
    MergedInto {
        /// Which.
        conversation: ConversationId,
        /// Who put them together.
        by: Option<Named>,
    },
    /// Another one goes on here.
    MergedFrom {
        /// Which.
        conversation: ConversationId,
        /// Who put them together.
        by: Option<Named>,
    },
    /// That was taken back.
    MergeUndone {
        /// The other one.
        conversation: ConversationId,
        /// Who took it back.
        by: Option<Named>,
    },
    /// The customer wrote again where the conversation had gone on in another one.
    Continues {
        /// In which.
        conversation: ConversationId,
    },
    /// The customer wrote again where one that goes on here had been.
    ContinuedBy {
        /// The one that it opened.
        conversation: ConversationId,
    },
    /// A part of it became a conversation of its own; the text is what that is about.
    SplitInto {
        /// Which.
        conversation: ConversationId,
        /// Who took them apart.
        by: Option<Named>,
    },
    /// It was a part of another one.
    SplitFrom {
        /// Which.
        conversation: ConversationId,
        /// Who took them apart.
        by: Option<Named>,
    },
    /// The customer was saved as a lead.
    SavedAsLead {
        /// Who did.
        by: Option<Named>,
    },
    /// Somebody asked their supervisor; the text is what.
    Asked {
        /// Which ask.
        ask: String,
        /// Who asked.
        by: Named,
        /// Of whom.
        to: Option<Named>,
    },
    /// Something that stands in the way was reported, or went one level up; the text is what.
    Escalated {
        /// Which escalation.
        escalation: String,
        /// What it is called where it is set who is told: `网站故障`.
        name: String,
        /// How many levels were told by now.
        level: i64,
        /// Who was told.
        told: Vec<Named>,
    },
    /// It is solved; the text is how.
    EscalationSolved {
        /// Which escalation.
        escalation: String,
        /// What it is called.
        name: String,
        /// Who solved it.
        by: Named,
    },
    /// The supervisor answered; the text is what.
    AskAnswered {
        /// Which ask.
        ask: String,
        /// Who answered.
        by: Named,
    },
}

impl Event {
    /// Whether somebody else has it afterwards, or nobody.
    pub(crate) fn moves(&self) -> bool {
        matches!(
            self,
            Self::Assigned { .. }
                | Self::Transferred { .. }
                | Self::Requeued { .. }
                | Self::TakenOver { .. }
                | Self::Closed { .. }
                | Self::LeftMessage {}
                | Self::CameBack {}
        )
    }

    /// Whether only staff see the line.
    pub fn staff_only(&self) -> bool {
        !matches!(
            self,
            Self::Assigned { .. } | Self::Transferred { .. } | Self::Closed { .. } | Self::AfterHours { .. }
        )
    }
}
