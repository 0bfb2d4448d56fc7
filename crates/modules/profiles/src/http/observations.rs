//! What colleagues noticed of a customer.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{CustomerId, Id, Timestamp};
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::tags::edited;
use crate::{
    evidence::CustomerEvidence,
    observations::{self, CustomerObservationKind, Observation, Wish},
    profile::Profile,
};

/// A sentence about a customer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCustomerObservation {
    /// What it is.
    kind: CustomerObservationKind,
    /// What it says: 2 to 300 characters.
    words: String,
    /// The talk, or the message, that shows it.
    evidence: Option<CustomerEvidence>,
    /// Until when it counts; without it, until it is withdrawn.
    expires_at: Option<Timestamp>,
}

/// Notes something about a customer.
#[utoipa::path(post, path = "/customers/{id}/observations", tag = "profiles", params(("id" = CustomerId, Path)), request_body = NewCustomerObservation, responses((status = 200, body = Profile)))]
pub(crate) async fn add(
    cx: Cx,
    Path(id): Path<CustomerId>,
    Json(request): Json<NewCustomerObservation>,
) -> Answer<Profile> {
    let NewCustomerObservation { kind, words, evidence, expires_at } = request;
    let wish = Wish { kind, words, evidence, expires_at };
    edited(cx, id, ("profiles.observed", json!({ "kind": kind })), move |tx, permit, of| {
        observations::add(tx, permit, of, &wish)
    })
    .await
}

/// What a sentence is to say.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomerObservationChange {
    /// The version that was seen.
    version: i64,
    /// As of a new one.
    kind: CustomerObservationKind,
    /// As of a new one.
    words: String,
    /// As of a new one.
    evidence: Option<CustomerEvidence>,
    /// As of a new one; an end that is over may stay.
    expires_at: Option<Timestamp>,
}

/// Says otherwise what one noticed oneself, and with the permission what others did.
#[utoipa::path(put, path = "/customers/{id}/observations/{observation}", tag = "profiles", params(("id" = CustomerId, Path), ("observation" = Id<Observation>, Path)), request_body = CustomerObservationChange, responses((status = 200, body = Profile)))]
pub(crate) async fn change(
    cx: Cx,
    Path((id, observation)): Path<(CustomerId, Id<Observation>)>,
    Json(request): Json<CustomerObservationChange>,
) -> Answer<Profile> {
    let CustomerObservationChange { version, kind, words, evidence, expires_at } = request;
    let wish = Wish { kind, words, evidence, expires_at };
    edited(cx, id, ("profiles.observation_changed", json!({ "observation_id": observation })), move |tx, permit, of| {
        observations::alter(tx, permit, of, observation, version, Some(&wish))
    })
    .await
}

/// Which version was seen.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SeenVersion {
    /// The version that was seen.
    pub(super) version: i64,
}

/// Withdraws what one noticed oneself, and with the permission what others did.
#[utoipa::path(delete, path = "/customers/{id}/observations/{observation}", tag = "profiles", params(("id" = CustomerId, Path), ("observation" = Id<Observation>, Path), SeenVersion), responses((status = 200, body = Profile)))]
pub(crate) async fn withdraw(
    cx: Cx,
    Path((id, observation)): Path<(CustomerId, Id<Observation>)>,
    Query(seen): Query<SeenVersion>,
) -> Answer<Profile> {
    edited(
        cx,
        id,
        ("profiles.observation_withdrawn", json!({ "observation_id": observation })),
        move |tx, permit, of| observations::alter(tx, permit, of, observation, seen.version, None),
    )
    .await
}
