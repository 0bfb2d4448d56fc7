//! Where customers live, work, and have things sent.

use audit::api::Entry;
use customers::{
    Right, Serving,
    api::{may_do, members},
};
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, CustomerId, Id};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{observations::SeenVersion, read::ProfileUnmasking, tags::edited};
use crate::{
    addresses::{self, CustomerAddress, CustomerAddressDetails},
    profile::Profile,
};

/// Adds an address; the first is the main one.
#[utoipa::path(post, path = "/customers/{id}/addresses", tag = "profiles", params(("id" = CustomerId, Path)), request_body = CustomerAddressDetails, responses((status = 200, body = Profile)))]
pub(crate) async fn add(
    cx: Cx,
    Path(id): Path<CustomerId>,
    Json(request): Json<CustomerAddressDetails>,
) -> Answer<Profile> {
    edited(cx, id, ("profiles.address_added", json!({ "kind": request.kind })), move |tx, permit, of| {
        addresses::add(tx, permit, of, &request)
    })
    .await
}

/// What an address is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomerAddressChange {
    /// The version that was seen.
    version: i64,
    /// All of it, in clear.
    address: CustomerAddressDetails,
}

/// Writes an address anew.
#[utoipa::path(put, path = "/customers/{id}/addresses/{address}", tag = "profiles", params(("id" = CustomerId, Path), ("address" = Id<CustomerAddress>, Path)), request_body = CustomerAddressChange, responses((status = 200, body = Profile)))]
pub(crate) async fn change(
    cx: Cx,
    Path((id, address)): Path<(CustomerId, Id<CustomerAddress>)>,
    Json(request): Json<CustomerAddressChange>,
) -> Answer<Profile> {
    edited(cx, id, ("profiles.address_changed", json!({ "address_id": address })), move |tx, permit, of| {
        addresses::alter(tx, permit, of, address, request.version, &request.address)
    })
    .await
}

/// Takes an address away.
#[utoipa::path(delete, path = "/customers/{id}/addresses/{address}", tag = "profiles", params(("id" = CustomerId, Path), ("address" = Id<CustomerAddress>, Path), SeenVersion), responses((status = 200, body = Profile)))]
pub(crate) async fn remove(
    cx: Cx,
    Path((id, address)): Path<(CustomerId, Id<CustomerAddress>)>,
    Query(seen): Query<SeenVersion>,
) -> Answer<Profile> {
    edited(cx, id, ("profiles.address_removed", json!({ "address_id": address })), move |tx, permit, of| {
        addresses::remove(tx, permit, of, address, seen.version)
    })
    .await
}

/// An address in clear.
#[derive(Serialize, ToSchema)]
pub(crate) struct CustomerAddressInClear {
    #[serde(flatten)]
    address: CustomerAddressDetails,
}

/// Shows an address in clear, and writes on the trail who saw it and why.
#[utoipa::path(post, path = "/customers/{id}/addresses/{address}/unmasking", tag = "profiles", params(("id" = CustomerId, Path), ("address" = Id<CustomerAddress>, Path)), request_body = ProfileUnmasking, responses((status = 200, body = CustomerAddressInClear)))]
pub(crate) async fn unmask(
    cx: Cx,
    Path((id, address)): Path<(CustomerId, Id<CustomerAddress>)>,
    Json(request): Json<ProfileUnmasking>,
) -> Answer<CustomerAddressInClear> {
    let serving = cx.app().part::<Box<dyn Serving>>();
    let address = cx
        .write(move |tx| {
            let (customer, _permit) = may_do(tx, &**serving, Right::Unmask, id)?;
            let of = members(tx, customer.id)?;
            let found = addresses::find(tx, &of, address)?;
            Check::new().text("reason", &request.reason, 2..=200).done()?;
            let entry = Entry::new("profiles.unmasked", "customer", customer.id).reason(request.reason.trim());
            audit::api::record(tx, entry.created(&json!({ "address_id": address })))?;
            Ok(found.details())
        })
        .await?;
    Ok(Json(CustomerAddressInClear { address }))
}
