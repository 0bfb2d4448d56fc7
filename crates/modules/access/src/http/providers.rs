//! Identity providers, as who manages accounts sets them up.

use audit::api::Entry;
use axum::http::StatusCode;
use http::{Answer, Cx, Json, Path, Problem};
use kernel::{Error, Id, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use utoipa::ToSchema;

use super::users::role_for;
use crate::{
    Placement,
    identity::{self, Details, IdentityProvider},
    model::RoleKind,
    policy,
};

/// An identity provider, and what is to be told there.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdentityProviderView {
    #[serde(flatten)]
    provider: IdentityProvider,
    /// Whether there is a secret to be known by.
    has_secret: bool,
    /// Where it must let people come back to: to be registered there, letter by letter.
    redirect_uri: String,
    /// How many accounts are linked to it.
    people: i64,
}

impl IdentityProviderView {
    fn of(tx: &mut Tx<'_>, provider: IdentityProvider) -> Result<Self> {
        let people = identity::people(tx, &provider)?;
        let relation = identity::relation(tx, provider)?;
        let (provider, has_secret) = (relation.provider, !relation.secret.is_empty());
        Ok(Self { redirect_uri: provider.redirect_uri(), provider, has_secret, people })
    }
}

/// Lists identity providers, oldest first.
#[utoipa::path(get, path = "/identity-providers", tag = "access", responses((status = 200, body = Vec<IdentityProviderView>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<IdentityProviderView>> {
    let views = cx
        .read(|tx| {
            let _scope = policy::may_read(tx.actor())?;
            let providers = identity::all(tx)?;
            providers.into_iter().map(|provider| IdentityProviderView::of(tx, provider)).collect::<Result<Vec<_>>>()
        })
        .await?;
    Ok(Json(views))
}

/// One identity provider. Its secret is nobody's to read.
#[utoipa::path(get, path = "/identity-providers/{id}", tag = "access", params(("id" = Id<IdentityProvider>, Path)), responses((status = 200, body = IdentityProviderView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<IdentityProvider>>) -> Answer<IdentityProviderView> {
    let view = cx
        .read(move |tx| {
            let _scope = policy::may_read(tx.actor())?;
            let provider = identity::find(tx, id)?;
            IdentityProviderView::of(tx, provider)
        })
        .await?;
    Ok(Json(view))
}

/// Adds an identity provider.
#[utoipa::path(post, path = "/identity-providers", tag = "access", request_body = Details, responses((status = 200, body = IdentityProviderView)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<Details>) -> Answer<IdentityProviderView> {
    let placement = cx.app().part::<Box<dyn Placement>>();
    let view = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let provider = IdentityProvider::blank(tx.new_id(), tx.now()).with(&permit, request.clone(), false)?;
            may_be(tx, &**placement, &provider)?;
            identity::insert(tx, &provider)?;
            identity::save_secret(tx, provider.id, request.secret().unwrap_or_default())?;
            let entry = Entry::new("access.provider_created", "identity_provider", provider.id);
            audit::api::record(tx, entry.created(&provider))?;
            IdentityProviderView::of(tx, provider)
        })
        .await?;
    Ok(Json(view))
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentityProviderChange {
    /// The version that was seen.
    version: i64,
    /// What it is to be.
    details: Details,
}

/// Sets an identity provider otherwise, pauses or resumes it. Sessions go on.
#[utoipa::path(patch, path = "/identity-providers/{id}", tag = "access", params(("id" = Id<IdentityProvider>, Path)), request_body = IdentityProviderChange, responses((status = 200, body = IdentityProviderView)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<IdentityProvider>>,
    Json(request): Json<IdentityProviderChange>,
) -> Answer<IdentityProviderView> {
    let placement = cx.app().part::<Box<dyn Placement>>();
    let IdentityProviderChange { version, details } = request;
    let view = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let before = identity::find(tx, id)?;
            let keeps_secret = !identity::relation(tx, before.clone())?.secret.is_empty();
            let mut after = before.clone().with(&permit, details.clone(), keeps_secret)?;
            after.version = version + 1;
            may_be(tx, &**placement, &after)?;
            identity::save(tx, &after)?;
            let entry = Entry::new("access.provider_changed", "identity_provider", id);
            audit::api::record(tx, entry.change(&before, &after))?;
            if let Some(secret) = details.secret() {
                identity::save_secret(tx, id, secret)?;
                let entry = Entry::new("access.provider_secret_changed", "identity_provider", id);
                audit::api::record(tx, entry.created(&json!({"name": after.name})))?;
            }
            IdentityProviderView::of(tx, after)
        })
        .await?;
    Ok(Json(view))
}

/// Whether it may make the accounts it says: of a role the actor may give, in a unit there is.
fn may_be(tx: &mut Tx<'_>, placement: &dyn Placement, provider: &IdentityProvider) -> Result<()> {
    if let Some(role) = provider.role_id
        && role_for(tx, role)?.kind == RoleKind::Administrator
    {
        return Err(Error::field("role_id", "not_for_everybody"));
    }
    match provider.unit_id {
        Some(unit) if !placement.has_unit(tx, unit)? => Err(Error::field("unit_id", "unknown")),
        _ => Ok(()),
    }
}

/// Takes an identity provider away. Accounts stay, and whom it knew is known again should it come back.
#[utoipa::path(delete, path = "/identity-providers/{id}", tag = "access", params(("id" = Id<IdentityProvider>, Path)), responses((status = 204)))]
pub(crate) async fn delete(cx: Cx, Path(id): Path<Id<IdentityProvider>>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let _permit = policy::may_manage(tx.actor(), tx.now())?;
        let before = identity::find(tx, id)?;
        identity::delete(tx, id)?;
        audit::api::record(tx, Entry::new("access.provider_deleted", "identity_provider", id).deleted(&before))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How trying a provider went.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdentityProviderProbe {
    /// What stands in the way: `unreachable`, `wrong_issuer`, `client_refused`, …; none: nothing.
    trouble: Option<String>,
    /// More of it, or what the other side said.
    detail: String,
    /// How long it took, in milliseconds.
    took_ms: i64,
}

/// Tries an identity provider: what it says of itself, its keys, and whether it takes our name and secret.
#[utoipa::path(post, path = "/identity-providers/{id}/probe", tag = "access", params(("id" = Id<IdentityProvider>, Path)), responses((status = 200, body = IdentityProviderProbe)))]
pub(crate) async fn probe(cx: Cx, Path(id): Path<Id<IdentityProvider>>) -> Answer<IdentityProviderProbe> {
    let relation = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let provider = identity::find(tx, id)?;
            let entry = Entry::new("access.provider_tried", "identity_provider", id);
            audit::api::record(tx, entry.created(&json!({"name": provider.name})))?;
            identity::relation(tx, provider)
        })
        .await?;
    let began = cx.app().clock().now();
    let outcome = relation.probe().await;
    let took_ms = cx.app().clock().now().since(began).max(0);
    let (trouble, detail) = match outcome {
        Ok(()) => (None, String::new()),
        Err(trouble) => (Some(trouble.code.to_owned()), trouble.detail),
    };
    Ok(Json(IdentityProviderProbe { trouble, detail, took_ms }))
}
