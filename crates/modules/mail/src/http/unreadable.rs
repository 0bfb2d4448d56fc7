//! Mails that could not be read: which, and as they came.

use audit::api::Entry;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{Answer, Cx, Json, Path, Problem, Query};
use kernel::{Error, Id, Page, PageQuery, Timestamp};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    model::{Mail, MailState, Mailbox},
    policy, queries,
};

/// A mail that could not be read.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnreadableMail {
    /// Its id.
    id: Id<Mail>,
    /// Why: `malformed`, `no_sender`, `too_large`, `too_deep`, `refused`.
    why: String,
    /// When it came.
    at: Timestamp,
}

/// Lists a mailbox's mails that could not be read, newest first.
#[utoipa::path(get, path = "/mailboxes/{id}/unreadable-mails", tag = "mail", params(("id" = Id<Mailbox>, Path), PageQuery), responses((status = 200, body = Page<UnreadableMail>)))]
pub(crate) async fn list(
    cx: Cx,
    Path(id): Path<Id<Mailbox>>,
    Query(page): Query<PageQuery>,
) -> Answer<Page<UnreadableMail>> {
    let (limit, before) = (page.limit()?, page.before()?);
    let rows = cx
        .read(move |tx| {
            let _scope = policy::may_read(tx.actor())?;
            queries::find(tx, id)?;
            queries::in_state(tx, id, MailState::Unreadable, &before, limit + 1)
        })
        .await?;
    let page = Page::of(rows, limit, |row| (row.at.millis(), row.id.to_string()));
    Ok(Json(page.map(|mail| UnreadableMail { id: mail.id, why: mail.why, at: mail.at })))
}

/// The mail as it came, to be saved: whoever fetches it is on the trail.
#[utoipa::path(get, path = "/mailboxes/{id}/unreadable-mails/{mail}/raw", tag = "mail", params(("id" = Id<Mailbox>, Path), ("mail" = Id<Mail>, Path)), responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>)))]
pub(crate) async fn raw(cx: Cx, Path((id, mail)): Path<(Id<Mailbox>, Id<Mail>)>) -> Result<Response, Problem> {
    let raw = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let found = queries::mail(tx, mail)?;
            if found.mailbox_id != id {
                return Err(Error::NotFound);
            }
            audit::api::record(tx, Entry::new("mail.raw_read", "mail", mail).created(&json!({"mailbox": id})))?;
            queries::raw(tx, mail)
        })
        .await?;
    let bytes = BASE64_STANDARD.decode(raw).map_err(Error::internal)?;
    let name = HeaderValue::from_str(&format!("attachment; filename=\"{mail}.eml\"")).map_err(Error::internal)?;
    let kind = HeaderValue::from_static("application/octet-stream");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], bytes).into_response())
}
