//! Files of visitors. Who asks is said by the token in `Authorization`, never in the address.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, Multipart, State, multipart::MultipartRejection},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use channels::IdentityMode;
use files::{FileId, Size, Store, StoredFile};
use http::{App, Credentials, Json, Path, Problem, Query};
use kernel::{Actor, Error, Origin, Result, Visitor};
use serde::Deserialize;
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::{limits::VisitorLimits, who};
use crate::{model::ConversationId, policy, queries};

/// How much of a file is wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `thumb`: a JPEG of at most 480 pixels a side.
    #[param(inline)]
    size: Option<Size>,
}

/// The form a visitor's file is sent in.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the multipart form")]
pub(super) struct VisitorFileForm {
    /// One file: up to 20 MiB, of the kinds that `POST /files` takes.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Takes in a file of whoever's token this is; it goes after a day unless they send it along with a
/// message by then.
#[utoipa::path(post, path = "/widget/files", tag = "widget", request_body(content = VisitorFileForm, content_type = "multipart/form-data"), responses((status = 200, body = StoredFile)))]
pub(super) async fn send(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let sent = async {
        let origin = visitor(&app, &headers, from).await?;
        let Actor::Visitor(Visitor { customer, .. }) = origin.actor else { return Err(Error::Unauthenticated) };
        app.part::<VisitorLimits>().upload(customer, origin.ip, app.clock().now(), app.limits())?;
        let form = form.map_err(|_| Error::field("content-type", "not_multipart"))?;
        files::api::receive_form(&app, &origin, "message", form).await
    };
    sent.await.map_or_else(files::api::refusal, |file| Json(file).into_response())
}

/// A file of a conversation of whoever's token this is, or one they sent themselves.
#[utoipa::path(get, path = "/widget/files/{id}", tag = "widget", params(("id" = FileId, Path), Wanted), responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream")))]
pub(super) async fn read(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Path(id): Path<FileId>,
    Query(Wanted { size }): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let origin = visitor(&app, &headers, from).await?;
    let file = app.db().read(&origin, move |tx| seen(tx, id)).await?;
    let store = app.part::<Store>();
    Ok(match size {
        Some(Size::Thumb) => files::api::open_thumbnail(&store, &file, &headers).await?,
        None => files::api::open(&store, &file, &headers).await?,
    })
}

/// Who shows this token, from a page that may embed their channel.
async fn visitor(app: &App, headers: &HeaderMap, from: SocketAddr) -> Result<Arc<Origin>> {
    let Some(Credentials::Bearer(token)) = http::credentials(headers) else { return Err(Error::Unauthenticated) };
    let shown = channels::api::visitor_key(app).await?.verify(&token, app.clock().now())?;
    let (page, stranger) = (who::page_of(headers), who::stranger_from(app, headers, from));
    let system = Origin::system("visitor files");
    let found = app.db().read(&system, move |tx| {
        let channel = channels::api::get(tx, shown.visitor.channel)?;
        page.may_embed(&channel)?;
        if shown.proven {
            // Their last greeting proved it, less than a day ago.
            let customer = match customers::api::survivor(tx, shown.visitor.customer) {
                Err(Error::NotFound) => shown.visitor.customer,
                found => found?,
            };
            return Ok(Visitor { customer, ..shown.visitor });
        }
        let asked = channel.settings.identity != IdentityMode::Required;
        let (visitor, customer) =
            who::bearer(tx, channel.id, Some(shown))?.filter(|_| asked).ok_or(Error::Unauthenticated)?;
        Ok(Visitor { customer: customer.unwrap_or(visitor.customer), ..visitor })
    });
    Ok(Arc::new(Origin { actor: Actor::Visitor(found.await?), ..stranger }))
}

/// The file, when the actor sent it or it was sent where they take part and can see it.
fn seen(tx: &mut Tx<'_>, id: FileId) -> Result<StoredFile> {
    let file = files::api::get(tx, id)?;
    if file.is_from(tx.actor()) {
        return Ok(file);
    }
    for reference in files::api::subjects(tx, id, "message")? {
        let Some((conversation, seq)) = reference.split_once('/') else { continue };
        let (Ok(conversation), Ok(seq)) = (conversation.parse::<ConversationId>(), seq.parse::<i64>()) else {
            continue;
        };
        let theirs = queries::find(tx, conversation).and_then(|found| policy::may_read(tx.actor(), &found)).is_ok();
        let message = if theirs { queries::message(tx, conversation, seq)? } else { None };
        if message.is_some_and(|message| message.file_id == Some(id) && !message.staff_only) {
            return Ok(file);
        }
    }
    Err(Error::NotFound)
}
