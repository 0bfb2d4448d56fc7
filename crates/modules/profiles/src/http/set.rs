//! Filling in what fields say of a customer.

use audit::api::Entry;
use customers::{
    Right, Serving,
    api::{card, may_do, members},
};
use http::{Answer, Cx, Json, Path};
use kernel::{Check, CustomerId, Id};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::{
    model::CustomerField,
    profile::{self, Profile},
    values::{self, Given},
};

/// What fields are to say.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileValues {
    /// 1 to 100 fields, each once.
    values: Vec<ProfileValue>,
}

/// What a field is to say.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileValue {
    /// Which field.
    field_id: Id<CustomerField>,
    /// As its kind is written; null: nothing.
    #[schema(value_type = Option<Object>)]
    value: Option<Value>,
    /// The version that was seen; without it, whatever stands there is changed.
    version: Option<i64>,
}

/// Fills in fields by hand, all or none; fields that are not named stay as they are. The trail names the fields and
/// holds none of their values; the profile's history does.
#[utoipa::path(patch, path = "/customers/{id}/profile", tag = "profiles", params(("id" = CustomerId, Path)), request_body = ProfileValues, responses((status = 200, body = Profile)))]
pub(crate) async fn set(cx: Cx, Path(id): Path<CustomerId>, Json(request): Json<ProfileValues>) -> Answer<Profile> {
    let given: Vec<_> = request
        .values
        .into_iter()
        .map(|one| Given { field: one.field_id, value: one.value, version: one.version })
        .collect();
    let serving = cx.app().part::<Box<dyn Serving>>();
    let profile = cx
        .write(move |tx| {
            let (customer, _permit) = may_do(tx, &**serving, Right::Edit, id)?;
            let mut named: Vec<_> = given.iter().map(|one| one.field).collect();
            named.sort_unstable();
            named.dedup();
            Check::new()
                .that((1..=100).contains(&given.len()), "values", "out_of_range")
                .that(named.len() == given.len(), "values", "repeated")
                .done()?;
            let of = members(tx, customer.id)?;
            values::set(tx, &of, &given)?;
            let entry = Entry::new("profiles.filled_in", "customer", customer.id);
            audit::api::record(tx, entry.created(&json!({ "field_ids": named })))?;
            let card = card(tx, customer.id)?;
            profile::read(tx, &card, &of, true)
        })
        .await?;
    Ok(Json(profile))
}
