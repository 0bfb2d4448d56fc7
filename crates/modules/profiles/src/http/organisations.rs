//! What a customer is, and who speaks for organisations.

use http::{Answer, Cx, Json, Path};
use kernel::{CustomerId, Id};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::tags::edited;
use crate::{
    model::CustomerKind,
    organisations::{self, ContactPerson},
    profile::Profile,
};

/// What a customer is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomerKindChange {
    /// A person or an organisation.
    kind: CustomerKind,
    /// The unified social credit code of an organisation, with a right check digit (GB 32100-2015); without it: none.
    credit_code: Option<String>,
}

/// Says whether a customer is a person or an organisation. What was said of the other kind stays, out of sight.
#[utoipa::path(put, path = "/customers/{id}/kind", tag = "profiles", params(("id" = CustomerId, Path)), request_body = CustomerKindChange, responses((status = 200, body = Profile)))]
pub(crate) async fn set_kind(
    cx: Cx,
    Path(id): Path<CustomerId>,
    Json(request): Json<CustomerKindChange>,
) -> Answer<Profile> {
    let kind = request.kind;
    edited(cx, id, ("profiles.kind_set", json!({ "kind": kind })), move |tx, permit, of| {
        organisations::set_kind(tx, permit, of, kind, request.credit_code.as_deref())
    })
    .await
}

/// Somebody who speaks for an organisation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewContactPerson {
    /// Who: a person whom one may see.
    person_id: CustomerId,
    /// As what: up to 40 characters.
    #[serde(default)]
    role: String,
    /// Whether they are asked for first; there is one such of an organisation.
    #[serde(default)]
    main: bool,
}

/// Says that somebody speaks for an organisation; of somebody who does, as what from now on.
#[utoipa::path(post, path = "/customers/{id}/contact-persons", tag = "profiles", params(("id" = CustomerId, Path)), request_body = NewContactPerson, responses((status = 200, body = Profile)))]
pub(crate) async fn link(cx: Cx, Path(id): Path<CustomerId>, Json(request): Json<NewContactPerson>) -> Answer<Profile> {
    let NewContactPerson { person_id, role, main } = request;
    edited(cx, id, ("profiles.contact_person_linked", json!({ "person_id": person_id })), move |tx, permit, of| {
        organisations::link(tx, permit, of, person_id, &role, main)
    })
    .await
}

/// Says that somebody speaks for an organisation no more.
#[utoipa::path(delete, path = "/customers/{id}/contact-persons/{contact}", tag = "profiles", params(("id" = CustomerId, Path), ("contact" = Id<ContactPerson>, Path)), responses((status = 200, body = Profile)))]
pub(crate) async fn unlink(cx: Cx, Path((id, contact)): Path<(CustomerId, Id<ContactPerson>)>) -> Answer<Profile> {
    edited(
        cx,
        id,
        ("profiles.contact_person_unlinked", json!({ "contact_person_id": contact })),
        move |tx, permit, of| organisations::unlink(tx, permit, of, contact),
    )
    .await
}
