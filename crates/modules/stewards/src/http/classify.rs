//! Classifying what was handed over: what kind of customer each is, who keeps the file; or why not.

use customers::{ListKey, ListedCustomer, Listing, Source, SourceKind, Stage, Taken};
use http::{Answer, Cx, Json, Path};
use kernel::{Check, CustomerId, Error, Id, Permit, Result, UserId};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::batches::{IntakeSheet, sheet};
use crate::{
    api, codes,
    model::{ClientType, IntakeBatch, IntakeState, Item, ItemKind},
    policy, queries,
};

/// What becomes of a row.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IntakeVerdict {
    /// Which row.
    item_id: Id<Item>,
    /// What kind of customer it is; without it the row is refused.
    client_type: Option<ClientType>,
    /// Who keeps the file; needed with `client_type`.
    steward_id: Option<UserId>,
    /// How far it has come with somebody new: a customer unless told.
    stage: Option<Stage>,
    /// Why it is refused: 1 to 200 characters.
    reason: Option<String>,
}

/// What becomes of some rows.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IntakeVerdicts {
    /// 1 to 500 rows, all or none.
    rows: Vec<IntakeVerdict>,
}

/// Classifies rows: somebody new becomes a customer, or adds to who has the same number or address; each gets somebody
/// who keeps the file. What is refused says why.
#[utoipa::path(post, path = "/intake-batches/{id}/classification", tag = "stewards", params(("id" = Id<IntakeBatch>, Path)), request_body = IntakeVerdicts, responses((status = 200, body = IntakeSheet)))]
pub(crate) async fn classify(
    cx: Cx,
    Path(id): Path<Id<IntakeBatch>>,
    Json(request): Json<IntakeVerdicts>,
) -> Answer<IntakeSheet> {
    let done = cx
        .write(move |tx| {
            let before = queries::lock(tx, id)?;
            let permit = policy::may_classify(tx.actor(), &before.owned(), tx.now())?;
            if before.state != IntakeState::Submitted {
                return Err(codes::NOT_SUBMITTED.conflict());
            }
            Check::new().that((1..=500).contains(&request.rows.len()), "rows", "out_of_range").done()?;
            for verdict in &request.rows {
                judge(tx, &permit, id, verdict)?;
            }
            let after = before.clone().judged(&permit, request.rows.len() as i64)?;
            api::judged(tx, &before, &after)?;
            sheet(tx, after)
        })
        .await?;
    Ok(Json(done))
}

fn judge(tx: &mut Tx<'_>, permit: &Permit, batch: Id<IntakeBatch>, verdict: &IntakeVerdict) -> Result<()> {
    let item = queries::item(tx, batch, verdict.item_id).map_err(Error::absent("item_id", "unknown"))?;
    let Some(client_type) = verdict.client_type else {
        let reason = verdict.reason.as_deref().map(str::trim).unwrap_or_default();
        Check::new().text("reason", reason, 1..=200).done()?;
        return queries::save_item(tx, &item.refused(reason.to_owned())?);
    };
    let steward = verdict.steward_id.ok_or(Error::field("steward_id", "required"))?;
    let steward = api::who(tx, steward, "steward_id")?;
    let _permit = policy::may_name(tx.actor(), &steward.owned(), permit.at())?;
    let customer = match (item.kind, item.customer_id) {
        (ItemKind::Update, Some(known)) => customers::api::survivor(tx, known)?,
        _ => entered(tx, &item, verdict.stage)?,
    };
    queries::save_item(tx, &item.accepted(customer, client_type, steward.id)?)?;
    api::name_steward(tx, customer, client_type, &steward)
}

/// The customer somebody new becomes, or is already by number or address.
pub(crate) fn entered(tx: &mut Tx<'_>, item: &Item, stage: Option<Stage>) -> Result<CustomerId> {
    let key = if item.phone.is_some() { ListKey::Phone } else { ListKey::Email };
    let by = tx.actor().staff().ok().map(|staff| staff.id);
    let source = Source { kind: SourceKind::Import, at: item.created_at, by, import_id: None };
    let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let row = ListedCustomer {
        name: filled(&item.name),
        phone: item.phone.clone(),
        email: item.email.clone(),
        note: filled(&item.note),
        stage,
        ..ListedCustomer::default()
    };
    match customers::api::take_in(tx, &Listing { key, source, rehearsal: false }, &[row])?.pop() {
        Some(Taken::Refused(why)) => return Err(Error::Invalid(why)),
        Some(_) => {}
        None => return Err(Error::internal("a row was not judged")),
    }
    let (phone, email) = match key {
        ListKey::Phone => (item.phone.as_deref(), None),
        ListKey::Email => (None, item.email.as_deref()),
    };
    let found = customers::api::having(tx, phone, email)?;
    found.first().copied().ok_or_else(|| Error::internal("a row that was taken is nobody's"))
}
