//! Trying a mail again.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::{Error, Id};
use serde_json::json;

use super::conversation::MailView;
use crate::{
    codes,
    model::{Mail, MailState},
    queries, send,
};

/// Sends a mail again that failed.
#[utoipa::path(post, path = "/mails/{id}/retry", tag = "mail", params(("id" = Id<Mail>, Path)), responses((status = 200, body = MailView)))]
pub(crate) async fn retry(cx: Cx, Path(id): Path<Id<Mail>>) -> Answer<MailView> {
    let mail = cx
        .write(move |tx| {
            tx.actor().staff()?;
            let mail = queries::mail(tx, id)?;
            conversations::api::workable(tx, mail.conversation_id.ok_or(Error::NotFound)?)?;
            if mail.state != MailState::Failed {
                return Err(codes::NOT_FAILED.conflict());
            }
            audit::api::record(tx, Entry::new("mail.retried", "mail", id).created(&json!({})))?;
            let mail = send::again(tx, mail)?;
            MailView::one(tx, mail)
        })
        .await?;
    Ok(Json(mail))
}
