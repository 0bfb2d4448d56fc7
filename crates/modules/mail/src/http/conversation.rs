//! The mails of a conversation.

use conversations::ConversationId;
use http::{Answer, Cx, Json, Path};
use kernel::{Id, Timestamp};
use serde::Serialize;
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
    /// The number of the message that carries its words; none for one no message carries.
    seq: Option<i64>,
    /// From whom.
    sender: Mailer,
    /// To whom, also in copy.
    recipients: Vec<Mailer>,
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

impl From<Mail> for MailView {
    fn from(mail: Mail) -> Self {
        Self {
            id: mail.id,
            mailbox_id: mail.mailbox_id,
            direction: mail.direction,
            kind: mail.kind,
            state: mail.state,
            seq: mail.seq,
            sender: mail.sender,
            recipients: mail.recipients.0,
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

/// The mails of a conversation, oldest first; none when it is none by mail.
#[utoipa::path(get, path = "/conversations/{id}/mails", tag = "mail", params(("id" = ConversationId, Path)), responses((status = 200, body = Vec<MailView>)))]
pub(crate) async fn list(cx: Cx, Path(id): Path<ConversationId>) -> Answer<Vec<MailView>> {
    let mails = cx
        .read(move |tx| {
            conversations::api::readable(tx, id)?;
            queries::of_conversation(tx, id)
        })
        .await?;
    Ok(Json(mails.into_iter().map(MailView::from).collect()))
}
