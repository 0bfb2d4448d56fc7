//! The mails of a conversation.

use conversations::ConversationId;
use http::{Answer, Cx, Json, Path};
use kernel::{Id, Result, Timestamp};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    letter::{Kind, Mailer},
    model::{Direction, DroppedFile, Mail, MailState, Mailbox},
    queries,
};

/// A mail that carries a message of a conversation, or that followed from one.
#[derive(Serialize, ToSchema)]
#[schema(as = Mail)]
pub(crate) struct MailView {
    /// Its id.
    id: Id<Mail>,
    /// By which mailbox.
    mailbox_id: Id<Mailbox>,
    /// Which way.
    direction: Direction,
    /// Who wrote it: a person, or which machine.
    kind: Kind,
    /// Where it stands.
    state: MailState,
    /// In which conversation.
    conversation_id: Option<ConversationId>,
    /// The number of the message that carries its words; none for one no message carries.
    seq: Option<i64>,
    /// The number of the last message that went along in it.
    last_seq: Option<i64>,
    /// From whom.
    sender: Mailer,
    /// To whom. The customer's address is masked while they never wrote from it.
    recipients: Vec<Mailer>,
    /// To whom in copy.
    cc: Vec<Mailer>,
    /// To whom besides, unknown to the others.
    bcc: Vec<Mailer>,
    /// Who else was addressed by one that came, neither we nor the customer: whom an answer to all would reach.
    others: Vec<Mailer>,
    /// How many files go along, or came.
    files: i64,
    /// Its subject.
    subject: String,
    /// Whether there is more to read than the message says: HTML, quotes, a longer text.
    has_more: bool,
    /// Pictures in it that lie elsewhere and are not fetched unasked.
    remote_pictures: i64,
    /// What came with it and was not taken.
    dropped: Vec<DroppedFile>,
    /// Why it failed or is tried again.
    why: String,
    /// When it came, or was to go.
    at: Timestamp,
    /// When a mail server took it.
    sent_at: Option<Timestamp>,
}

/// What must be known of a conversation to show its mails.
#[derive(Default)]
struct Circle {
    /// The addresses that are ours.
    ours: Vec<String>,
    /// The customer's.
    customer: String,
    /// Whether they wrote from there, so that it is no secret to whoever reads the conversation.
    wrote: bool,
}

impl Circle {
    fn of(tx: &mut Tx<'_>, id: ConversationId, mails: &[Mail]) -> Result<Self> {
        let ours = queries::addresses(tx)?;
        let customer = queries::thread(tx, id)?.map(|thread| thread.recipient.address).unwrap_or_default();
        let wrote = mails.iter().any(|mail| mail.direction == Direction::In && mail.sender.address == customer);
        Ok(Self { ours, customer, wrote })
    }

    fn shown(&self, mut one: Mailer) -> Mailer {
        if one.address == self.customer && !self.wrote {
            one.address = customers::api::mask_email(&one.address);
        }
        one
    }

    fn view(&self, mail: Mail) -> MailView {
        let other = |one: &&Mailer| {
            !self.ours.contains(&one.address) && one.address != self.customer && one.address != mail.sender.address
        };
        let others = match mail.direction {
            Direction::In => mail.everybody().filter(other).cloned().collect(),
            Direction::Out => Vec::new(),
        };
        let shown = |list: Vec<Mailer>| list.into_iter().map(|one| self.shown(one)).collect();
        MailView {
            id: mail.id,
            mailbox_id: mail.mailbox_id,
            direction: mail.direction,
            kind: mail.kind,
            state: mail.state,
            conversation_id: mail.conversation_id,
            seq: mail.seq,
            last_seq: mail.last_seq,
            sender: mail.sender,
            recipients: shown(mail.recipients.0),
            cc: mail.cc.0,
            bcc: mail.bcc.0,
            others,
            files: mail.attachments.0.len() as i64,
            subject: mail.subject,
            has_more: mail.direction == Direction::In && (mail.html.is_some() || !mail.text.is_empty()),
            remote_pictures: mail.remote_pictures,
            dropped: mail.dropped.0,
            why: mail.why,
            at: mail.at,
            sent_at: mail.sent_at,
        }
    }
}

impl MailView {
    /// One mail as those who read its conversation see it.
    pub(crate) fn one(tx: &mut Tx<'_>, mail: Mail) -> Result<Self> {
        let circle = match mail.conversation_id {
            Some(id) => {
                let mails = queries::of_conversation(tx, id)?;
                Circle::of(tx, id, &mails)?
            }
            None => Circle::default(),
        };
        Ok(circle.view(mail))
    }
}

/// The mails of a conversation, oldest first; none when it is none by mail.
#[utoipa::path(get, path = "/conversations/{id}/mails", tag = "mail", params(("id" = ConversationId, Path)), responses((status = 200, body = Vec<MailView>)))]
pub(crate) async fn list(cx: Cx, Path(id): Path<ConversationId>) -> Answer<Vec<MailView>> {
    let mails = cx
        .read(move |tx| {
            conversations::api::readable(tx, id)?;
            let mails = queries::of_conversation(tx, id)?;
            let circle = Circle::of(tx, id, &mails)?;
            Ok(mails.into_iter().map(|mail| circle.view(mail)).collect())
        })
        .await?;
    Ok(Json(mails))
}
