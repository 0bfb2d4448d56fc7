//! A copy of everything held about a person, kept for a while.

use audit::api::Entry;
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use http::{Answer, Cx, Json, Path, Privacies, Problem};
use kernel::{Error, Id, Result};

use super::view::{PrivacyRequestView, view};
use crate::{
    codes,
    model::{PrivacyCopy, PrivacyRequest, PrivacyRequestKind, PrivacyRequestState},
    policy,
    queries::requests as queries,
};

/// How long a copy is kept: fourteen days.
const KEPT_MS: i64 = 14 * 86_400_000;

/// Makes the copy a person asked for, of everything every module holds about them, for whoever may see them in clear; or
/// makes it anew. It is kept for fourteen days.
#[utoipa::path(post, path = "/privacy-requests/{id}/copy", tag = "privacy", params(("id" = Id<PrivacyRequest>, Path)), responses((status = 200, body = PrivacyRequestView)))]
pub(crate) async fn make(cx: Cx, Path(id): Path<Id<PrivacyRequest>>) -> Answer<PrivacyRequestView> {
    let privacies = cx.app().part::<Privacies>();
    let request = cx
        .write(move |tx| {
            let request = queries::find(tx, id)?;
            let permit = policy::may_handle(tx.actor(), &request, tx.now())?;
            if request.kind != PrivacyRequestKind::Copy {
                return Err(codes::NO_COPY.conflict());
            }
            request.may_be_done(tx.actor().staff()?.id)?;
            let everything = customers::api::everything(tx, &privacies, request.customer()?, &id.to_string())?;
            let copy = PrivacyCopy {
                request_id: id,
                customer_id: request.customer()?,
                body: serde_json::to_string_pretty(&everything).map_err(Error::internal)?,
                made_at: permit.at(),
                until_at: permit.at().plus_millis(KEPT_MS),
                downloads: 0,
            };
            queries::keep_copy(tx, &copy)?;
            audit::api::record(tx, Entry::new("privacy.copy_made", "privacy_request", id))?;
            view(tx, request)
        })
        .await?;
    Ok(Json(request))
}

/// The copy as a file, for whoever handles the request and may see the person in clear. Each download is on the trail.
#[utoipa::path(get, path = "/privacy-requests/{id}/copy", tag = "privacy", params(("id" = Id<PrivacyRequest>, Path)), responses((status = 200, body = String, content_type = "application/json")))]
pub(crate) async fn download(cx: Cx, Path(id): Path<Id<PrivacyRequest>>) -> Result<Response, Problem> {
    let body = cx
        .write(move |tx| {
            let request = queries::find(tx, id)?;
            let now = tx.now();
            let _permit = policy::may_handle(tx.actor(), &request, now)?;
            customers::api::may_unmask(tx, request.customer()?)?;
            let gone = matches!(request.state, PrivacyRequestState::Refused | PrivacyRequestState::TakenBack);
            let copy = queries::copy(tx, id, now)?.filter(|_| !gone).ok_or(Error::NotFound)?;
            queries::downloaded(tx, id)?;
            audit::api::record(tx, Entry::new("privacy.copy_downloaded", "privacy_request", id))?;
            Ok(copy.body)
        })
        .await?;
    let headers = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{id}.json\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, body).into_response())
}
