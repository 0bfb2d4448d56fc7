//! Mailboxes, and the mails that come and go by them.

mod addressees;
mod grant;
mod mailbox;
mod subject;

use conversations::{Conversation, ConversationId};
use files::FileId;
use kernel::{CustomerId, Id, Noun, Timestamp};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

pub(crate) use addressees::{Addressees, outside};
pub(crate) use grant::{Grant, OauthDetails, Tokens};
pub use grant::{GrantProvider, GrantState, MailboxAuth, MailboxGrant};
pub(crate) use mailbox::{Details, Secrets, Setup};
pub use mailbox::{MailSecurity, Mailbox, MailboxFetch, MailboxState, Trouble};
pub(crate) use subject::{answer_to, bare, marked, token_in};

use crate::letter::{Kind, Mailer};

impl Noun for Mailbox {
    const PREFIX: &'static str = "mbx";
}
impl Noun for Mail {
    const PREFIX: &'static str = "mal";
}

text_enum! {
    /// Which way a mail goes.
    pub enum Direction {
        /// To us.
        In = "in",
        /// From us.
        Out = "out",
    }
}

text_enum! {
    /// Where a mail stands.
    pub enum MailState {
        /// It came, and stands in a conversation.
        Received = "received",
        /// It came, and is none for a person: a machine's answer, a bounce, our own.
        SetAside = "set_aside",
        /// It came, and could not be read: kept as it was.
        Unreadable = "unreadable",
        /// It is to go, or is tried again: see `why`.
        Waiting = "waiting",
        /// A mail server took it.
        Sent = "sent",
        /// It did not go, or came back: see `why`.
        Failed = "failed",
    }
}

/// A file that came with a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailFile {
    /// Which.
    pub file_id: FileId,
    /// What the mail's text refers to it by, when it is shown within.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cid: Option<String>,
}

/// Something that came with a mail and was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DroppedFile {
    /// What it was called.
    pub name: String,
    /// Why, as `files` says it: `too_large`, `type_refused`.
    pub why: String,
}

/// Kept as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Listed<T>(pub Vec<T>);

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

store::record! {
    /// A mail that came or goes.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    #[schema(as = KeptMail)]
    pub struct Mail {
        /// Its id.
        pub id: Id<Mail>,
        /// By which mailbox.
        pub mailbox_id: Id<Mailbox>,
        /// Which way.
        pub direction: Direction,
        /// Who wrote it: a person, or which machine.
        pub kind: Kind,
        /// Where it stands.
        pub state: MailState,
        /// Its `Message-ID`, without brackets.
        pub message_id: String,
        /// In which conversation it stands.
        pub conversation_id: Option<ConversationId>,
        /// The number of the message that carries its words.
        pub seq: Option<i64>,
        /// The number of the last message that went along in it: its files. None when that is `seq`.
        pub last_seq: Option<i64>,
        /// The customer.
        pub customer_id: Option<CustomerId>,
        /// From whom.
        pub sender: Mailer,
        /// To whom; of one that came before copies were told apart, also in copy.
        pub recipients: Listed<Mailer>,
        /// To whom in copy.
        pub cc: Listed<Mailer>,
        /// To whom besides, unknown to the others.
        pub bcc: Listed<Mailer>,
        /// Its subject.
        pub subject: String,
        /// All its text.
        pub text: String,
        /// Its HTML, made harmless.
        pub html: Option<String>,
        /// Pictures in it that lie elsewhere.
        pub remote_pictures: i64,
        /// Files that came with it, or that go along.
        pub attachments: Listed<MailFile>,
        /// What came with it and was not taken.
        pub dropped: Listed<DroppedFile>,
        /// The mail it repeats below its own words, or passes on.
        pub quoted_id: Option<Id<Mail>>,
        /// Why it failed, is tried again, or could not be read.
        pub why: String,
        /// When it came, or was to go.
        pub at: Timestamp,
        /// When a mail server took it.
        pub sent_at: Option<Timestamp>,
    }
}

store::record! {
    /// A conversation by mail, as mail programs see it.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    pub(crate) struct Thread {
        pub conversation_id: ConversationId,
        pub mailbox_id: Id<Mailbox>,
        pub customer_id: CustomerId,
        /// What stands in the subject, so that an answer finds back without any other mark.
        pub token: String,
        pub subject: String,
        /// Whom an answer goes to.
        pub recipient: Mailer,
        /// The ids of its mails so far, the last last.
        pub past: Listed<String>,
        pub acknowledged_at: Option<Timestamp>,
        pub created_at: Timestamp,
    }
}

impl Mail {
    /// Whether it goes or went to this address.
    pub(crate) fn reaches(&self, address: &str) -> bool {
        self.everybody().any(|one| one.address == address)
    }

    /// Whom it goes or went to, in whichever way.
    pub(crate) fn everybody(&self) -> impl Iterator<Item = &Mailer> {
        self.recipients.0.iter().chain(&self.cc.0).chain(&self.bcc.0)
    }
}

/// Ids of mails that are named when one is answered.
const PAST: usize = 20;

impl Thread {
    /// Begins one.
    pub(crate) fn new(
        mailbox: Id<Mailbox>,
        conversation: &Conversation,
        recipient: Mailer,
        subject: &str,
        token: String,
    ) -> Self {
        Self {
            conversation_id: conversation.id,
            mailbox_id: mailbox,
            customer_id: conversation.customer_id,
            token,
            subject: subject.to_owned(),
            recipient,
            past: Listed::default(),
            acknowledged_at: None,
            created_at: conversation.opened_at,
        }
    }

    /// Another of its mails.
    pub(crate) fn with(mut self, message_id: &str) -> Self {
        let past = &mut self.past.0;
        past.retain(|known| known != message_id);
        past.push(message_id.to_owned());
        let over = past.len().saturating_sub(PAST);
        past.drain(..over);
        self
    }
}

store::kept_as_json!(for [T: Serialize + serde::de::DeserializeOwned] Listed<T>);
store::kept_as_json!(Mailer);
