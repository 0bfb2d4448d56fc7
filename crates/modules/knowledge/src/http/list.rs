//! Reading and using canned replies.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use http::{Answer, Cx, Json, Path, Problem};
use kernel::{Actor, Error, Id, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{model::CannedReply, policy, queries};

/// A canned reply, and what the reader may do with it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CannedReplyView {
    #[serde(flatten)]
    reply: CannedReply,
    /// Whether the reader may change and delete it.
    may_change: bool,
}

pub(super) fn view(actor: &Actor, reply: CannedReply, now: Timestamp) -> CannedReplyView {
    let may_change = policy::may_change(actor, &reply, now).is_ok();
    CannedReplyView { reply, may_change }
}

/// Every canned reply one may use: one's own, those of one's unit and the units above it, and
/// everybody's, by code. The answer's `ETag` changes when what one may use does, not when it is
/// used; sent back as `If-None-Match`, an unchanged list is 304 without a body.
#[utoipa::path(get, path = "/canned-replies", tag = "knowledge", params(("If-None-Match" = Option<String>, Header, description = "The ETag of the list one has.")), responses((status = 200, body = Vec<CannedReplyView>), (status = 304)))]
pub(crate) async fn list(cx: Cx, headers: HeaderMap) -> Result<Response, Problem> {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    let (tag, replies) = cx
        .read(move |tx| {
            let desk = policy::may_use(tx)?;
            let mut hasher = DefaultHasher::new();
            desk.hash(&mut hasher);
            queries::versions(tx, &desk)?.hash(&mut hasher);
            let tag = format!("\"{:016x}\"", hasher.finish());
            if known.as_deref() == Some(tag.as_str()) {
                return Ok((tag, None));
            }
            let (actor, now) = (tx.actor().clone(), tx.now());
            let replies = queries::visible(tx, &desk)?.into_iter().map(|reply| view(&actor, reply, now));
            Ok((tag, Some(replies.collect::<Vec<_>>())))
        })
        .await?;
    let mut response = match replies {
        Some(replies) => Json(replies).into_response(),
        None => StatusCode::NOT_MODIFIED.into_response(),
    };
    let tag = HeaderValue::from_str(&tag).map_err(Error::internal)?;
    response.headers_mut().insert(header::ETAG, tag);
    Ok(response)
}

/// How often a canned reply was used.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CannedReplyUses {
    /// How often, this time included.
    uses: i64,
}

/// Counts a use.
#[utoipa::path(post, path = "/canned-replies/{id}/use", tag = "knowledge", params(("id" = Id<CannedReply>, Path)), responses((status = 200, body = CannedReplyUses)))]
pub(crate) async fn count_use(cx: Cx, Path(id): Path<Id<CannedReply>>) -> Answer<CannedReplyUses> {
    let uses = cx
        .write(move |tx| {
            let desk = policy::may_use(tx)?;
            if !desk.holds(&queries::find(tx, id)?) {
                return Err(Error::NotFound);
            }
            queries::count_use(tx, id)?;
            Ok(queries::find(tx, id)?.uses)
        })
        .await?;
    Ok(Json(CannedReplyUses { uses }))
}
