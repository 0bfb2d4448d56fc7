//! The tags there are, and who has which.

use audit::api::Entry;
use customers::{
    Right, Serving,
    api::{card, may_do, members},
};
use http::{Answer, App, Cx, Json, Path};
use kernel::{CustomerId, Id, Permit, Result, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use store::Tx;
use utoipa::ToSchema;

use crate::{
    evidence::CustomerEvidence,
    policy,
    profile::{self, Profile},
    tags::{self, CustomerTag, CustomerTagColour, Setting, Wish},
};

/// Every group and tag in order, archived ones among them; those in a group name it.
#[utoipa::path(get, path = "/customer-tags", tag = "profiles", responses((status = 200, body = Vec<CustomerTag>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<CustomerTag>> {
    let tags = cx
        .read(|tx| {
            tx.actor().scope(customers::api::READ)?;
            tags::all(tx)
        })
        .await?;
    Ok(Json(tags))
}

/// A tag, or a group, to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCustomerTag {
    /// What it is called: 1 to 20 characters, unlike its neighbours.
    name: String,
    /// The group it is in; without it, it is one.
    parent_id: Option<Id<CustomerTag>>,
    /// Its colour; its group's without.
    colour: Option<CustomerTagColour>,
}

/// Adds a group, or a tag to one.
#[utoipa::path(post, path = "/customer-tags", tag = "profiles", request_body = NewCustomerTag, responses((status = 200, body = CustomerTag)))]
pub(crate) async fn add(cx: Cx, Json(request): Json<NewCustomerTag>) -> Answer<CustomerTag> {
    let NewCustomerTag { name, parent_id, colour } = request;
    let wish = Wish { name: Some(name), colour, ..Wish::default() };
    let tag = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            tags::add(tx, &permit, parent_id, &wish)
        })
        .await?;
    Ok(Json(tag))
}

/// What of a tag is to be different.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomerTagChange {
    /// The version that was seen.
    version: i64,
    /// What it is called: 1 to 20 characters.
    name: Option<String>,
    /// Its colour.
    colour: Option<CustomerTagColour>,
    /// Its place among its neighbours.
    #[schema(minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
    /// Whether it can be set no more; where it was, it stays.
    archived: Option<bool>,
}

/// Changes a tag or a group, or archives it.
#[utoipa::path(patch, path = "/customer-tags/{id}", tag = "profiles", params(("id" = Id<CustomerTag>, Path)), request_body = CustomerTagChange, responses((status = 200, body = CustomerTag)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<CustomerTag>>,
    Json(request): Json<CustomerTagChange>,
) -> Answer<CustomerTag> {
    let CustomerTagChange { version, name, colour, position, archived } = request;
    let wish = Wish { name, colour, position, archived };
    let tag = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            tags::alter(tx, &permit, id, version, &wish)
        })
        .await?;
    Ok(Json(tag))
}

/// What a tag rests on, and until when it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomerTagSetting {
    /// The talk, or the message, that shows it.
    evidence: Option<CustomerEvidence>,
    /// Until when the customer has it; without it, until it is taken off.
    expires_at: Option<Timestamp>,
}

/// Gives a customer a tag, or says anew what it rests on and until when it is.
#[utoipa::path(put, path = "/customers/{id}/tags/{tag}", tag = "profiles", params(("id" = CustomerId, Path), ("tag" = Id<CustomerTag>, Path)), request_body = CustomerTagSetting, responses((status = 200, body = Profile)))]
pub(crate) async fn set(
    cx: Cx,
    Path((id, tag)): Path<(CustomerId, Id<CustomerTag>)>,
    Json(request): Json<CustomerTagSetting>,
) -> Answer<Profile> {
    let setting = Setting { evidence: request.evidence, expires_at: request.expires_at };
    edited(cx, id, ("profiles.tag_set", json!({ "tag_id": tag })), move |tx, permit, of| {
        tags::set(tx, permit, of, tag, &setting)
    })
    .await
}

/// Takes a tag off a customer, also one that a merged file has.
#[utoipa::path(delete, path = "/customers/{id}/tags/{tag}", tag = "profiles", params(("id" = CustomerId, Path), ("tag" = Id<CustomerTag>, Path)), responses((status = 200, body = Profile)))]
pub(crate) async fn take_off(cx: Cx, Path((id, tag)): Path<(CustomerId, Id<CustomerTag>)>) -> Answer<Profile> {
    edited(cx, id, ("profiles.tag_taken_off", json!({ "tag_id": tag })), move |tx, permit, of| {
        tags::take_off(tx, permit, of, tag)
    })
    .await
}

/// Changes something of a customer whom the actor may change, with what the trail says of it; answers the profile.
pub(super) async fn edited<F>(
    cx: Cx,
    id: CustomerId,
    (action, what): (&'static str, Value),
    change: F,
) -> Answer<Profile>
where
    F: Fn(&mut Tx<'_>, &Permit, &[CustomerId]) -> Result<()> + Send + Sync + 'static,
{
    let app: App = cx.app().clone();
    let serving = app.part::<Box<dyn Serving>>();
    let profile = cx
        .write(move |tx| {
            let (customer, permit) = may_do(tx, &**serving, Right::Edit, id)?;
            let of = members(tx, customer.id)?;
            change(tx, &permit, &of)?;
            audit::api::record(tx, Entry::new(action, "customer", customer.id).created(&what))?;
            let card = card(tx, customer.id)?;
            profile::read(tx, &card, &of, true)
        })
        .await?;
    Ok(Json(profile))
}
