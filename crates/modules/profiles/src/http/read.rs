//! What is known of one customer.

use audit::api::Entry;
use customers::{
    Right, Serving,
    api::{file_of, may_do, members},
};
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, CustomerId, Error, Id, Page, PageQuery};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::{
    model::{CustomerField, FieldValue},
    policy::Eyes,
    profile::{self, Profile, ProfileChangeView},
    queries, values,
};

/// What is known of a customer besides how to reach them, masked, as far as one may see it. Asked for an alias, the
/// survivor's; what merged files say shows where the one that is kept says nothing of its own.
#[utoipa::path(get, path = "/customers/{id}/profile", tag = "profiles", params(("id" = CustomerId, Path)), responses((status = 200, body = Profile)))]
pub(crate) async fn profile(cx: Cx, Path(id): Path<CustomerId>) -> Answer<Profile> {
    let serving = cx.app().part::<Box<dyn Serving>>();
    let profile = cx
        .read(move |tx| {
            let (card, of) = file_of(tx, &**serving, id)?;
            let may_edit = may_do(tx, &**serving, Right::Edit, id).is_ok();
            profile::read(tx, &card, &of, may_edit)
        })
        .await?;
    Ok(Json(profile))
}

/// What became of what is known of a customer: who changed what and when, newest first, masked, as far as one may see
/// it. A page may hold fewer rows than asked for, where there are some one may not see.
#[utoipa::path(get, path = "/customers/{id}/profile-changes", tag = "profiles", params(("id" = CustomerId, Path), PageQuery), responses((status = 200, body = Page<ProfileChangeView>)))]
pub(crate) async fn history(
    cx: Cx,
    Path(id): Path<CustomerId>,
    Query(page): Query<PageQuery>,
) -> Answer<Page<ProfileChangeView>> {
    let (limit, before) = (page.limit()?, page.before()?);
    let serving = cx.app().part::<Box<dyn Serving>>();
    let page = cx
        .read(move |tx| {
            let (_, of) = file_of(tx, &**serving, id)?;
            let (items, more) = profile::history(tx, &of, &before, limit)?;
            let next_cursor = more.map(|(at, id)| format!("{}.{id}", at.millis()));
            Ok(Page { items, next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileUnmasking {
    /// Why: 2 to 200 characters, kept on the trail.
    pub(super) reason: String,
}

/// A field's value in clear.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProfileFieldInClear {
    /// Which field.
    field_id: Id<CustomerField>,
    /// The value; none where there is none.
    #[schema(value_type = Option<Object>)]
    value: Option<Value>,
}

/// Shows what a masked field says, and writes on the trail who saw it and why.
#[utoipa::path(post, path = "/customers/{id}/fields/{field}/unmasking", tag = "profiles", params(("id" = CustomerId, Path), ("field" = Id<CustomerField>, Path)), request_body = ProfileUnmasking, responses((status = 200, body = ProfileFieldInClear)))]
pub(crate) async fn unmask(
    cx: Cx,
    Path((id, field_id)): Path<(CustomerId, Id<CustomerField>)>,
    Json(request): Json<ProfileUnmasking>,
) -> Answer<ProfileFieldInClear> {
    let serving = cx.app().part::<Box<dyn Serving>>();
    let value = cx
        .write(move |tx| {
            let (customer, _permit) = may_do(tx, &**serving, Right::Unmask, id)?;
            let field = queries::field(tx, field_id)?;
            if field.archived || !Eyes::of(tx)?.see(&field) {
                return Err(Error::NotFound);
            }
            Check::new().text("reason", &request.reason, 2..=200).done()?;
            let entry = Entry::new("profiles.unmasked", "customer", customer.id).reason(request.reason.trim());
            audit::api::record(tx, entry.created(&json!({ "field_id": field_id })))?;
            let of = members(tx, customer.id)?;
            let rows = queries::values_of(tx, &of)?;
            Ok(values::standing(&of, rows).get(&field_id).and_then(FieldValue::json))
        })
        .await?;
    Ok(Json(ProfileFieldInClear { field_id, value }))
}
