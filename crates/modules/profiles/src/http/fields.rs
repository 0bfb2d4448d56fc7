//! The fields there are.

use http::{Answer, Cx, Json, Path};
use kernel::Id;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    fields,
    model::{CustomerField, CustomerFieldKind, CustomerFieldRoles, CustomerFieldRules, CustomerKind, Wish},
    policy::{self, Eyes},
    queries,
};

/// A field, and what the reader may do with what it says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CustomerFieldView {
    #[serde(flatten)]
    field: CustomerField,
    /// Whether the reader may see what it says, of customers whom they may see.
    may_see: bool,
    /// Whether they may change it.
    may_change: bool,
}

/// Every field in order, as far as the reader may see it; archived ones, and those whose values they may not see, for
/// whoever may define fields.
#[utoipa::path(get, path = "/customer-fields", tag = "profiles", responses((status = 200, body = Vec<CustomerFieldView>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<CustomerFieldView>> {
    let fields = cx
        .read(|tx| {
            tx.actor().scope(customers::api::READ)?;
            let eyes = Eyes::of(tx)?;
            let all = policy::may_manage(tx.actor(), tx.now()).is_ok();
            let shown = queries::fields(tx)?.into_iter().filter(|field| all || (!field.archived && eyes.see(field)));
            Ok(shown.map(|field| view(field, eyes)).collect())
        })
        .await?;
    Ok(Json(fields))
}

fn view(field: CustomerField, eyes: Eyes) -> CustomerFieldView {
    CustomerFieldView { may_see: eyes.see(&field), may_change: eyes.change(&field), field }
}

/// A field to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCustomerField {
    /// What it is called: 1 to 30 characters, unlike the others.
    name: String,
    /// What values it takes; this never changes.
    kind: CustomerFieldKind,
    /// Of which kind of customer; without it: of both.
    applies_to: Option<CustomerKind>,
    /// Under which heading: up to 30 characters.
    #[serde(default)]
    section: String,
    /// Its place among the others; the last without.
    #[schema(minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
    /// What whoever fills it in should know: up to 100 characters.
    #[serde(default)]
    hint: String,
    /// Which values it takes.
    #[serde(default)]
    rules: CustomerFieldRules,
    /// Whether it is masked unless asked for with a reason.
    personal: bool,
    /// The roles that may see it: up to 50; empty: whoever may see the customer.
    #[serde(default)]
    seen_by: CustomerFieldRoles,
    /// The roles that may change it: up to 50; empty: whoever may change the customer.
    #[serde(default)]
    changed_by: CustomerFieldRoles,
}

/// Adds a field.
#[utoipa::path(post, path = "/customer-fields", tag = "profiles", request_body = NewCustomerField, responses((status = 200, body = CustomerFieldView)))]
pub(crate) async fn add(cx: Cx, Json(request): Json<NewCustomerField>) -> Answer<CustomerFieldView> {
    let NewCustomerField { name, kind, applies_to, section, position, hint, rules, personal, seen_by, changed_by } =
        request;
    let wish = Wish { name, applies_to, section, position, hint, rules, personal, seen_by, changed_by };
    let field = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let field = fields::add(tx, &permit, kind, &wish)?;
            Ok(view(field, Eyes::of(tx)?))
        })
        .await?;
    Ok(Json(field))
}

/// What a field is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomerFieldChange {
    /// The version that was seen.
    version: i64,
    /// As of a new one.
    name: String,
    /// As of a new one.
    applies_to: Option<CustomerKind>,
    /// As of a new one.
    #[serde(default)]
    section: String,
    /// As of a new one; where it stands without.
    #[schema(minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
    /// As of a new one.
    #[serde(default)]
    hint: String,
    /// As of a new one. Values that stand are not held against new rules; a choice there was stays, archived at most.
    #[serde(default)]
    rules: CustomerFieldRules,
    /// As of a new one.
    personal: bool,
    /// As of a new one.
    #[serde(default)]
    seen_by: CustomerFieldRoles,
    /// As of a new one.
    #[serde(default)]
    changed_by: CustomerFieldRoles,
    /// Whether it is shown no more; its values stay.
    #[serde(default)]
    archived: bool,
}

/// Changes a field, or archives it. What it says of customers stays.
#[utoipa::path(put, path = "/customer-fields/{id}", tag = "profiles", params(("id" = Id<CustomerField>, Path)), request_body = CustomerFieldChange, responses((status = 200, body = CustomerFieldView)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<CustomerField>>,
    Json(request): Json<CustomerFieldChange>,
) -> Answer<CustomerFieldView> {
    let CustomerFieldChange { version, archived, .. } = request;
    let CustomerFieldChange { name, applies_to, section, position, hint, rules, personal, seen_by, changed_by, .. } =
        request;
    let wish = Wish { name, applies_to, section, position, hint, rules, personal, seen_by, changed_by };
    let field = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let field = fields::alter(tx, &permit, id, version, &wish, archived)?;
            Ok(view(field, Eyes::of(tx)?))
        })
        .await?;
    Ok(Json(field))
}
