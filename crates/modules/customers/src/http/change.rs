//! Changing a customer.

use std::sync::Arc;

use access::Placement;
use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::{CustomerId, Error, Result, UnitId, UserId};
use serde::{Deserialize, Deserializer};
use store::Tx;
use utoipa::ToSchema;

use crate::{
    api,
    model::{CustomerCard, Details},
    policy, queries,
    serving::{self, Serving},
};

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomerChange {
    /// The version that was seen.
    version: i64,
    /// Their name: 1 to 80 characters.
    name: Option<String>,
    /// A phone number in any spelling; empty: none any more.
    phone: Option<String>,
    /// An e-mail address; empty: none any more.
    email: Option<String>,
    /// What colleagues should know: up to 2000 characters.
    note: Option<String>,
    /// The colleague who looks after them from now on; null: nobody.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<UserId>)]
    owner_id: Option<Option<UserId>>,
}

/// Tells a null apart from a field left out.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Changes a customer's details or hands them to another colleague. An alias leads to its survivor.
#[utoipa::path(patch, path = "/customers/{id}", tag = "customers", params(("id" = CustomerId, Path)), request_body = CustomerChange, responses((status = 200, body = CustomerCard)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<CustomerId>,
    Json(request): Json<CustomerChange>,
) -> Answer<CustomerCard> {
    let CustomerChange { version, name, phone, email, note, owner_id } = request;
    let details = Details { name, phone, email, note, placed: None };
    let placement = cx.app().part::<Box<dyn Placement>>();
    let serving = cx.app().part::<Box<dyn Serving>>();
    let card = cx
        .write(move |tx| {
            let before = api::get(tx, id)?;
            let permit = serving::may(tx, &**serving, policy::EDIT, id, &before)?;
            let mut details = details.clone().normal()?;
            details.placed = owner_id.map(|owner| placed(tx, &placement, owner)).transpose()?;
            let (by, _) = api::keeper(tx.actor());
            let after = before.clone().changed(&permit, by, version, &details)?;
            queries::save(tx, &after)?;
            let entry = Entry::new("customers.changed", "customer", after.id);
            audit::api::record(tx, entry.change(&before.trace(), &after.trace_from(&before)))?;
            api::changed(tx, &before, &after)?;
            Ok(after.card())
        })
        .await?;
    Ok(Json(card))
}

/// The new owner, who must be able to sign in, and the unit they belong to.
fn placed(
    tx: &mut Tx<'_>,
    placement: &Arc<Box<dyn Placement>>,
    owner: Option<UserId>,
) -> Result<(Option<UserId>, Option<UnitId>)> {
    let Some(owner) = owner else { return Ok((None, None)) };
    match access::api::user(tx, owner) {
        Ok(user) if user.is_active() => Ok((Some(owner), placement.place(tx, owner)?.unit)),
        Ok(_) | Err(Error::NotFound) => Err(Error::field("owner_id", "unknown")),
        Err(other) => Err(other),
    }
}
