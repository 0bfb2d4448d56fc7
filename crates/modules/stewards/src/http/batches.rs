//! What a day brought: put together, handed over.

use customers::api::{mask_email, mask_phone};
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, CustomerId, Error, Id, Page, PageQuery, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api, codes, day, feed,
    model::{ClientType, IntakeBatch, IntakeSource, IntakeState, Item, ItemKind, ItemState, MOST_ITEMS, UpdateWay},
    policy,
    queries::{self, Filter},
};

/// Somebody who has the same number or address already.
#[derive(Serialize, ToSchema)]
pub(crate) struct IntakeTwin {
    /// Who.
    customer_id: CustomerId,
    /// Their name; empty where one may not see them.
    name: String,
}

/// A row of a batch: number and address masked.
#[derive(Serialize, ToSchema)]
#[schema(as = IntakeItem)]
pub(crate) struct ItemView {
    /// Its id.
    id: Id<Item>,
    /// What it is.
    kind: ItemKind,
    /// What another department calls it.
    key: Option<String>,
    /// Whose file it is, or became.
    customer_id: Option<CustomerId>,
    /// Their name.
    name: String,
    /// Masked.
    phone: Option<String>,
    /// Masked.
    email: Option<String>,
    /// What is known of them, or new.
    note: String,
    /// What became of it.
    state: ItemState,
    /// What kind of customer it is.
    client_type: Option<ClientType>,
    /// Who keeps the file.
    steward_id: Option<UserId>,
    /// Their name.
    steward_name: Option<String>,
    /// Why it was refused.
    reason: Option<String>,
    /// Who has the same number or address already.
    twins: Vec<IntakeTwin>,
    /// Since when.
    created_at: Timestamp,
}

/// A batch with its rows.
#[derive(Serialize, ToSchema)]
pub(crate) struct IntakeSheet {
    #[serde(flatten)]
    batch: IntakeBatch,
    /// Its rows, in the order they came.
    rows: Vec<ItemView>,
}

/// Which batches.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BatchQuery {
    /// Only those that stand so.
    #[param(inline)]
    state: Option<IntakeState>,
    /// Only those of this day.
    day: Option<String>,
    /// Only those from there.
    #[param(inline)]
    source: Option<IntakeSource>,
    /// How many rows at most: 1 to 200, 50 unless told.
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists batches, newest first.
#[utoipa::path(get, path = "/intake-batches", tag = "stewards", params(BatchQuery), responses((status = 200, body = Page<IntakeBatch>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<BatchQuery>) -> Answer<Page<IntakeBatch>> {
    let BatchQuery { state, day, source, limit, cursor } = query;
    let page = PageQuery { limit, cursor };
    let (limit, before) = (page.limit()?, page.before()?);
    let day = day.map(|day| day::read(&day).map(|day| day.to_string())).transpose()?;
    let filter = Filter { state, day, source };
    let rows = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            queries::list(tx, &scope, &filter, &before, limit + 1)
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.created_at.millis(), row.id.to_string()))))
}

/// One's batch of today, made when there is none.
#[utoipa::path(post, path = "/intake-batches", tag = "stewards", responses((status = 200, body = IntakeBatch)))]
pub(crate) async fn today(cx: Cx) -> Answer<IntakeBatch> {
    let batch = cx
        .write(|tx| {
            let _permit = policy::may_hand_over(tx.actor(), tx.now())?;
            let now = tx.now();
            let today = day::of(tx, now)?.to_string();
            let me = api::me(tx)?;
            api::batch_of(tx, IntakeSource::Daily, &today, "", me)
        })
        .await?;
    Ok(Json(batch))
}

/// A batch with its rows.
#[utoipa::path(get, path = "/intake-batches/{id}", tag = "stewards", params(("id" = Id<IntakeBatch>, Path)), responses((status = 200, body = IntakeSheet)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<IntakeBatch>>) -> Answer<IntakeSheet> {
    let sheet = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let batch = queries::find(tx, id)?;
            if !scope.covers(&batch.owned()) {
                return Err(Error::NotFound);
            }
            sheet(tx, batch)
        })
        .await?;
    Ok(Json(sheet))
}

/// What else is new.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IntakeNews {
    /// In one's own words: up to 2,000 characters.
    news: String,
}

/// Notes what else is new, while the batch was not handed over.
#[utoipa::path(patch, path = "/intake-batches/{id}", tag = "stewards", params(("id" = Id<IntakeBatch>, Path)), request_body = IntakeNews, responses((status = 200, body = IntakeSheet)))]
pub(crate) async fn note(
    cx: Cx,
    Path(id): Path<Id<IntakeBatch>>,
    Json(request): Json<IntakeNews>,
) -> Answer<IntakeSheet> {
    let sheet = cx
        .write(move |tx| {
            let before = queries::lock(tx, id)?;
            let permit = policy::may_change(tx.actor(), &before.owned(), tx.now())?;
            Check::new().text("news", &request.news, 0..=2_000).done()?;
            let after = before.noted(&permit, request.news.trim().to_owned())?;
            queries::save(tx, &after)?;
            api::show(tx, &after)?;
            sheet(tx, after)
        })
        .await?;
    Ok(Json(sheet))
}

/// A row: a customer whose file was updated, or somebody new.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIntakeItem {
    /// Whose file was updated; without it the row is somebody new.
    customer_id: Option<CustomerId>,
    /// Their name: 1 to 80 characters, of somebody new.
    name: Option<String>,
    /// A phone number in any spelling; of somebody new a number or an address is needed.
    phone: Option<String>,
    /// An e-mail address.
    email: Option<String>,
    /// What is known of them, or new: up to 2,000 characters.
    note: Option<String>,
}

/// Adds a row, while the batch was not handed over.
#[utoipa::path(post, path = "/intake-batches/{id}/items", tag = "stewards", params(("id" = Id<IntakeBatch>, Path)), request_body = NewIntakeItem, responses((status = 200, body = IntakeSheet)))]
pub(crate) async fn add(
    cx: Cx,
    Path(id): Path<Id<IntakeBatch>>,
    Json(request): Json<NewIntakeItem>,
) -> Answer<IntakeSheet> {
    let sheet = cx
        .write(move |tx| {
            let before = queries::lock(tx, id)?;
            let permit = policy::may_change(tx.actor(), &before.owned(), tx.now())?;
            let after = before.counted(&permit, 1)?;
            Check::new().that(after.items <= MOST_ITEMS, "items", "too_many").done()?;
            let item = item(tx, &after, &request)?;
            queries::insert_items(tx, &[item])?;
            queries::save(tx, &after)?;
            api::show(tx, &after)?;
            sheet(tx, after)
        })
        .await?;
    Ok(Json(sheet))
}

/// Takes a row out again, while the batch was not handed over.
#[utoipa::path(delete, path = "/intake-batches/{id}/items/{item}", tag = "stewards", params(("id" = Id<IntakeBatch>, Path), ("item" = Id<Item>, Path)), responses((status = 200, body = IntakeSheet)))]
pub(crate) async fn remove(cx: Cx, Path((id, item)): Path<(Id<IntakeBatch>, Id<Item>)>) -> Answer<IntakeSheet> {
    let sheet = cx
        .write(move |tx| {
            let before = queries::lock(tx, id)?;
            let permit = policy::may_change(tx.actor(), &before.owned(), tx.now())?;
            if before.state != IntakeState::Draft {
                return Err(codes::SUBMITTED.conflict());
            }
            queries::delete_item(tx, id, item)?;
            let after = before.counted(&permit, -1)?;
            queries::save(tx, &after)?;
            api::show(tx, &after)?;
            sheet(tx, after)
        })
        .await?;
    Ok(Json(sheet))
}

/// Hands the batch over to be classified: the day's duty is done.
#[utoipa::path(post, path = "/intake-batches/{id}/submission", tag = "stewards", params(("id" = Id<IntakeBatch>, Path)), responses((status = 200, body = IntakeSheet)))]
pub(crate) async fn submit(cx: Cx, Path(id): Path<Id<IntakeBatch>>) -> Answer<IntakeSheet> {
    let sheet = cx
        .write(move |tx| {
            let before = queries::lock(tx, id)?;
            let permit = policy::may_change(tx.actor(), &before.owned(), tx.now())?;
            let after = before.clone().submitted(&permit)?;
            queries::save(tx, &after)?;
            let entry = audit::api::Entry::new("stewards.batch_submitted", "intake_batch", id);
            audit::api::record(tx, entry.change(&before.trace(), &after.trace()))?;
            api::handed_over(tx, &before, &after)?;
            // Whose file was handed over is up to date.
            let files: Vec<_> = queries::items(tx, id)?.into_iter().filter_map(|item| item.customer_id).collect();
            let now = tx.now();
            api::updated(tx, after.owner_id, &files, UpdateWay::Intake, now)?;
            sheet(tx, after)
        })
        .await?;
    Ok(Json(sheet))
}

fn item(tx: &mut Tx<'_>, batch: &IntakeBatch, request: &NewIntakeItem) -> Result<Item> {
    let known = queries::items(tx, batch.id)?;
    let (id, now) = (tx.new_id(), tx.now());
    let Some(customer) = request.customer_id else {
        let NewIntakeItem { name, phone, email, note, .. } = request;
        let draft =
            feed::draft(name.as_deref().unwrap_or_default(), phone.as_deref(), email.as_deref(), note.as_deref())
                .map_err(|(field, code)| Error::field(field, code))?;
        let same = |item: &Item| item.kind == ItemKind::Draft && item.phone == draft.phone && item.email == draft.email;
        Check::new().that(!known.iter().any(same), "phone", "duplicate").done()?;
        return Ok(feed::item(id, batch.id, None, draft, now));
    };
    Check::new().maybe_text("note", request.note.as_deref(), 0..=2_000).done()?;
    let card = customers::api::visible(tx, customer).map_err(Error::absent("customer_id", "unknown"))?;
    Check::new()
        .that(!known.iter().any(|item| item.customer_id == Some(card.id)), "customer_id", "duplicate")
        .done()?;
    let note = request.note.as_deref().unwrap_or_default().trim().to_owned();
    let draft = feed::Draft { name: card.name, phone: None, email: None, note };
    Ok(Item { kind: ItemKind::Update, customer_id: Some(card.id), ..feed::item(id, batch.id, None, draft, now) })
}

/// The batch with its rows, masked, and with whom each has a number or an address in common.
pub(super) fn sheet(tx: &mut Tx<'_>, batch: IntakeBatch) -> Result<IntakeSheet> {
    let mut rows = Vec::new();
    for item in queries::items(tx, batch.id)? {
        let mut twins = Vec::new();
        if item.kind == ItemKind::Draft && item.state == ItemState::Open {
            for customer_id in customers::api::having(tx, item.phone.as_deref(), item.email.as_deref())? {
                let name = match customers::api::visible(tx, customer_id) {
                    Ok(card) => card.name,
                    Err(Error::NotFound | Error::Forbidden(_)) => String::new(),
                    Err(error) => return Err(error),
                };
                twins.push(IntakeTwin { customer_id, name });
            }
        }
        let steward_name = item.steward_id.map(|id| Ok::<_, Error>(access::api::user(tx, id)?.name)).transpose()?;
        rows.push(ItemView {
            id: item.id,
            kind: item.kind,
            key: item.key,
            customer_id: item.customer_id,
            name: item.name,
            phone: item.phone.as_deref().map(mask_phone),
            email: item.email.as_deref().map(mask_email),
            note: item.note,
            state: item.state,
            client_type: item.client_type,
            steward_id: item.steward_id,
            steward_name,
            reason: item.reason,
            twins,
            created_at: item.created_at,
        });
    }
    Ok(IntakeSheet { batch, rows })
}
