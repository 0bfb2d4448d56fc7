//! API tokens: each person's own.

use audit::api::Entry;
use axum::http::StatusCode;
use http::{Answer, Cx, Json, Path, Problem};
use kernel::{Check, Error, Id, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{api, door, model::ApiToken, queries};

/// Lists one's own tokens, newest first, without their secrets.
#[utoipa::path(get, path = "/tokens", tag = "access", responses((status = 200, body = Vec<ApiToken>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<ApiToken>> {
    let user = cx.actor().staff()?.id;
    Ok(Json(cx.read(move |tx| queries::tokens(tx, user)).await?))
}

/// A new token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewToken {
    /// What it is for.
    name: String,
    /// Until when it is good; for ever without.
    expires_at: Option<Timestamp>,
}

/// A new token with its secret, which is shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenWithSecret {
    #[serde(flatten)]
    token: ApiToken,
    /// What goes behind `Authorization: Bearer`. It is not kept and cannot be shown again.
    secret: String,
}

/// Creates a token that acts as oneself.
#[utoipa::path(post, path = "/tokens", tag = "access", request_body = NewToken, responses((status = 200, body = TokenWithSecret)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewToken>) -> Answer<TokenWithSecret> {
    let user = cx.actor().staff()?.id;
    let (token, secret) = cx
        .write(move |tx| {
            let future = request.expires_at.is_none_or(|at| at > tx.now());
            Check::new().text("name", &request.name, 1..=80).that(future, "expires_at", "in_the_past").done()?;
            api::new_token(tx, user, &request.name, request.expires_at)
        })
        .await?;
    Ok(Json(TokenWithSecret { token, secret }))
}

/// Revokes one of one's own tokens.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "access", params(("id" = Id<ApiToken>, Path)), responses((status = 204)))]
pub(crate) async fn revoke(cx: Cx, Path(id): Path<Id<ApiToken>>) -> Result<StatusCode, Problem> {
    let user = cx.actor().staff()?.id;
    cx.write(move |tx| {
        if queries::token(tx, id)?.user_id != user || !queries::revoke_token(tx, id)? {
            return Err(Error::NotFound);
        }
        audit::api::record(tx, Entry::new("access.token_revoked", "token", id))
    })
    .await?;
    cx.app().part::<door::Recent>().forget_all();
    Ok(StatusCode::NO_CONTENT)
}
