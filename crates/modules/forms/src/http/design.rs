//! A form's own fields: read by whoever fills it in, set by whoever may.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    codes,
    model::{FormField, FormFields, FormKind, FormVersion},
    policy, queries,
};

/// A form as it is now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FormView {
    /// The fields, in their order.
    fields: FormFields,
    /// Which version that is; 0 while nothing was saved.
    version: i64,
    /// Who saved it.
    saved_by_name: String,
    /// Whether the caller may change it.
    may_design: bool,
}

fn view(version: FormVersion, may_design: bool) -> FormView {
    FormView { fields: version.fields, version: version.version, saved_by_name: version.saved_by_name, may_design }
}

/// The own fields of a form, retired ones among them, as it is filled in from now on.
#[utoipa::path(get, path = "/forms/{form}", tag = "forms", params(("form" = inline(FormKind), Path)), responses((status = 200, body = FormView)))]
pub(crate) async fn read(cx: Cx, Path(form): Path<FormKind>) -> Answer<FormView> {
    let found = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            let may = policy::may_design(tx.actor(), tx.now()).is_ok();
            Ok(view(queries::latest(tx, form)?, may))
        })
        .await?;
    Ok(Json(found))
}

/// The fields from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFormVersion {
    /// The version one saw.
    version: i64,
    /// The fields in their order: up to 60. One that was there and is left out is retired, never gone.
    fields: Vec<FormField>,
}

/// Saves a form's own fields as its next version. What was filled in by an earlier one is read by that.
#[utoipa::path(put, path = "/forms/{form}", tag = "forms", params(("form" = inline(FormKind), Path)), request_body = NewFormVersion, responses((status = 200, body = FormView)))]
pub(crate) async fn write(cx: Cx, Path(form): Path<FormKind>, Json(request): Json<NewFormVersion>) -> Answer<FormView> {
    let saved = cx
        .write(move |tx| {
            let permit = policy::may_design(tx.actor(), tx.now())?;
            let staff = tx.actor().staff()?.clone();
            let before = queries::latest(tx, form)?;
            let fields = before.next(request.fields.clone(), tx.rng())?;
            if request.version != before.version {
                return Err(codes::STALE.conflict());
            }
            let after = FormVersion {
                id: tx.new_id(),
                form,
                version: before.version + 1,
                fields,
                saved_by: Some(staff.id),
                saved_by_name: staff.name.clone(),
                saved_at: permit.at(),
            };
            queries::insert(tx, &after)?;
            let entry = Entry::new("forms.saved", "form", form.text());
            audit::api::record(tx, entry.change(&before.fields, &after.fields))?;
            Ok(view(after, true))
        })
        .await?;
    Ok(Json(saved))
}
