//! Writing mails.

use conversations::ConversationId;
use customers::Serving;
use files::FileId;
use http::{Answer, Cx, Json, Path};
use kernel::{CustomerId, Id};
use serde::Deserialize;
use utoipa::ToSchema;

use super::conversation::MailView;
use crate::{
    model::{Mail, Mailbox},
    write::{self, Written},
};

/// A mail to a customer that answers none.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMail {
    /// The sender's own id of it, at most 56 visible ASCII characters: sent twice, it goes once.
    client_id: String,
    /// By which mailbox.
    mailbox_id: Id<Mailbox>,
    /// To whom: at the address that is known of them.
    customer_id: CustomerId,
    /// Their address, while none is known: it becomes what is known of them.
    address: Option<String>,
    /// Whom besides; all lists together name no more than 20.
    #[serde(default)]
    to: Vec<String>,
    /// Whom in copy.
    #[serde(default)]
    cc: Vec<String>,
    /// Whom besides, unknown to the others.
    #[serde(default)]
    bcc: Vec<String>,
    /// Its subject: 1 to 150 characters on one line.
    subject: String,
    /// What it says: 1 to 5,000 characters. The mailbox's signature stands below.
    text: String,
    /// Files the sender uploaded before: up to 10, and 20 MiB together.
    #[serde(default)]
    file_ids: Vec<FileId>,
}

/// Writes to a customer by mail. It stands in the conversation they have open by this mailbox, else in a new one,
/// which whoever writes has; the answer comes back into it.
#[utoipa::path(post, path = "/mails", tag = "mail", request_body = NewMail, responses((status = 200, body = MailView)))]
pub(crate) async fn first(cx: Cx, Json(request): Json<NewMail>) -> Answer<MailView> {
    let NewMail { client_id, mailbox_id, customer_id, address, to, cc, bcc, subject, text, file_ids } = request;
    let written = Written { client_id, to, cc, bcc, subject, text, file_ids };
    let serving = cx.app().part::<Box<dyn Serving>>();
    let mail = cx
        .append(move |tx| {
            tx.actor().staff()?;
            customers::api::visible_or_served(tx, &**serving, customer_id)?;
            let mail = write::first(tx, mailbox_id, customer_id, address.as_deref(), &written)?;
            MailView::one(tx, mail)
        })
        .await?;
    Ok(Json(mail))
}

/// An answer by mail, with what a message alone does not say.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMailAnswer {
    /// The sender's own id of it, at most 56 visible ASCII characters: sent twice, it goes once.
    client_id: String,
    /// Whom besides the customer; all lists together name no more than 20.
    #[serde(default)]
    to: Vec<String>,
    /// Whom in copy.
    #[serde(default)]
    cc: Vec<String>,
    /// Whom besides, unknown to the others.
    #[serde(default)]
    bcc: Vec<String>,
    /// Its subject: 1 to 150 characters on one line.
    subject: String,
    /// What it says: 1 to 5,000 characters.
    text: String,
    /// Files the sender uploaded before: up to 10, and 20 MiB together.
    #[serde(default)]
    file_ids: Vec<FileId>,
    /// The mail of this conversation that is repeated below.
    quoted_id: Option<Id<Mail>>,
}

/// Answers by mail in a conversation that is one by mail. Whoever was in copy before is in copy only when named.
#[utoipa::path(post, path = "/conversations/{id}/mails", tag = "mail", params(("id" = ConversationId, Path)), request_body = NewMailAnswer, responses((status = 200, body = MailView)))]
pub(crate) async fn answer(
    cx: Cx,
    Path(id): Path<ConversationId>,
    Json(request): Json<NewMailAnswer>,
) -> Answer<MailView> {
    let NewMailAnswer { client_id, to, cc, bcc, subject, text, file_ids, quoted_id } = request;
    let written = Written { client_id, to, cc, bcc, subject, text, file_ids };
    let mail = cx
        .append(move |tx| {
            tx.actor().staff()?;
            let mail = write::answer(tx, id, quoted_id, &written)?;
            MailView::one(tx, mail)
        })
        .await?;
    Ok(Json(mail))
}

/// A mail to be passed on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailForward {
    /// The sender's own id of it, at most 56 visible ASCII characters: sent twice, it goes once.
    client_id: String,
    /// To whom, but not to the customer; all lists together name no more than 20.
    to: Vec<String>,
    /// Whom in copy.
    #[serde(default)]
    cc: Vec<String>,
    /// Whom besides, unknown to the others.
    #[serde(default)]
    bcc: Vec<String>,
    /// Its subject: 1 to 150 characters on one line.
    subject: String,
    /// What is said above it: 1 to 5,000 characters; stands in the conversation as a note.
    text: String,
    /// Files the sender uploaded before: up to 10, and 20 MiB together.
    #[serde(default)]
    file_ids: Vec<FileId>,
    /// Whether the files that came with it go along.
    #[serde(default)]
    with_files: bool,
}

/// Passes a mail on to somebody who is not the customer. What they answer stands in the conversation as a line that
/// only staff see.
#[utoipa::path(post, path = "/mails/{id}/forward", tag = "mail", params(("id" = Id<Mail>, Path)), request_body = MailForward, responses((status = 200, body = MailView)))]
pub(crate) async fn forward(cx: Cx, Path(id): Path<Id<Mail>>, Json(request): Json<MailForward>) -> Answer<MailView> {
    let MailForward { client_id, to, cc, bcc, subject, text, file_ids, with_files } = request;
    let written = Written { client_id, to, cc, bcc, subject, text, file_ids };
    let mail = cx
        .append(move |tx| {
            tx.actor().staff()?;
            let mail = write::forward(tx, id, with_files, &written)?;
            MailView::one(tx, mail)
        })
        .await?;
    Ok(Json(mail))
}
