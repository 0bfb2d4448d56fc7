//! The same done to many conversations, behind the page.

use audit::api::Entry;
use conversations::ConversationId;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, Error, Id, Page, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::macros::usable;
use crate::{
    batch::{self, MOST, Wish},
    codes,
    model::{Actions, Batch, BatchOutcome, BatchRow, BatchState, Macro, Occasion},
    policy, queries,
};

/// What is done, to which.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBatch {
    /// To which: 1 to 5,000, each once.
    ids: Vec<ConversationId>,
    /// What: this, or what a macro says.
    actions: Option<Actions>,
    /// The macro; it may have no words to read first.
    macro_id: Option<Id<Macro>>,
}

/// Does the same to many conversations behind the page, in the order in which they are named: to each all of it or
/// nothing, as whoever asks, with the rights they have by then. It goes on whoever looks, and after a restart.
#[utoipa::path(post, path = "/batches", tag = "automation", request_body = NewBatch, responses((status = 200, body = Batch)))]
pub(crate) async fn begin(cx: Cx, Json(request): Json<NewBatch>) -> Answer<Batch> {
    let batch = cx
        .write(move |tx| {
            policy::may_use_macros(tx.actor())?;
            let one = request.macro_id.map(|id| usable(tx, id)).transpose()?;
            let both = one.is_some() && request.actions.is_some();
            let actions = one.as_ref().map(|one| one.actions.clone()).or(request.actions.clone()).unwrap_or_default();
            let mut each = request.ids.clone();
            each.sort_unstable();
            each.dedup();
            let check = Check::new()
                .that(!each.is_empty(), "ids", "required")
                .that(request.ids.len() <= MOST, "ids", "too_many")
                .that(each.len() == request.ids.len(), "ids", "repeated")
                .that(!both, "macro_id", "not_allowed");
            actions.check(check, Occasion::Batch).done()?;
            // Whoever reaches none of them is told what they would be told of one.
            if !request.ids.iter().any(|id| conversations::api::workable(tx, *id).is_ok()) {
                return Err(Error::NotFound);
            }
            let (name, macro_id) = one.map(|one| (one.name, one.id)).unzip();
            let rows = request.ids.iter().map(|id| (*id, None)).collect();
            let batch =
                batch::begin(tx, Wish { name: name.unwrap_or_default(), actions, macro_id, undoes: None, rows })?;
            told(tx, "automation.batch_begun", &batch)?;
            Ok(batch)
        })
        .await?;
    Ok(Json(batch))
}

/// One's own batches of the last day, the latest first.
#[utoipa::path(get, path = "/batches", tag = "automation", responses((status = 200, body = Vec<Batch>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<Batch>> {
    let batches = cx
        .read(|tx| {
            let me = policy::may_use_macros(tx.actor())?;
            let since = tx.now().plus_millis(-24 * 3_600_000);
            queries::batches(tx, me, since)
        })
        .await?;
    Ok(Json(batches))
}

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RowsQuery {
    /// Those of which this came.
    #[param(inline)]
    outcome: BatchOutcome,
    /// Those after this place: `next_cursor` of the page before.
    cursor: Option<i64>,
}

/// Rows of one page.
const PAGE: i64 = 100;

/// What came of it in one conversation.
#[derive(Serialize, ToSchema)]
pub(crate) struct BatchRowView {
    /// Its place, from 1.
    position: i64,
    /// Which.
    conversation_id: ConversationId,
    /// What came of it.
    outcome: BatchOutcome,
    /// Why nothing was done.
    #[schema(value_type = Option<crate::hand::Refusal>)]
    refused: Option<Value>,
}

/// What came of a batch in each conversation, as they were named; 100 a page.
#[utoipa::path(get, path = "/batches/{id}/rows", tag = "automation", params(("id" = Id<Batch>, Path), RowsQuery), responses((status = 200, body = Page<BatchRowView>)))]
pub(crate) async fn rows(
    cx: Cx,
    Path(id): Path<Id<Batch>>,
    Query(query): Query<RowsQuery>,
) -> Answer<Page<BatchRowView>> {
    let rows = cx
        .read(move |tx| {
            own(tx, id)?;
            queries::batch_rows(tx, id, query.outcome, query.cursor.unwrap_or(0), PAGE + 1)
        })
        .await?;
    let more = rows.len() as i64 > PAGE;
    let view = |row: BatchRow| BatchRowView {
        position: row.position,
        conversation_id: row.conversation_id,
        outcome: row.outcome,
        refused: row.refusal.and_then(|text| serde_json::from_str(&text).ok()),
    };
    let items: Vec<_> = rows.into_iter().take(PAGE as usize).map(view).collect();
    let next_cursor = items.last().filter(|_| more).map(|last| last.position.to_string());
    Ok(Json(Page { items, next_cursor }))
}

/// Stops a batch: what was done stays, what was not is left as it is.
#[utoipa::path(post, path = "/batches/{id}/cancellation", tag = "automation", params(("id" = Id<Batch>, Path)), responses((status = 200, body = Batch)))]
pub(crate) async fn cancel(cx: Cx, Path(id): Path<Id<Batch>>) -> Answer<Batch> {
    let batch = cx
        .write(move |tx| {
            own(tx, id)?;
            let now = tx.now();
            if !queries::end_batch(tx, id, BatchState::Cancelled, now)? {
                return Err(codes::BATCH_OVER.conflict());
            }
            let batch = queries::batch(tx, id)?;
            told(tx, "automation.batch_cancelled", &batch)?;
            Ok(batch)
        })
        .await?;
    Ok(Json(batch))
}

/// Takes back what can be taken back of a batch that is over, behind the page as well: tags, and what was put away.
#[utoipa::path(post, path = "/batches/{id}/undo", tag = "automation", params(("id" = Id<Batch>, Path)), responses((status = 200, body = Batch)))]
pub(crate) async fn undo(cx: Cx, Path(id): Path<Id<Batch>>) -> Answer<Batch> {
    let batch = cx
        .write(move |tx| {
            let before = own(tx, id)?;
            if before.state == BatchState::Running {
                return Err(codes::BATCH_RUNNING.conflict());
            }
            if before.undoable == 0 || !queries::undo_once(tx, id)? {
                return Err(codes::NOT_UNDOABLE.conflict());
            }
            let rows = queries::undoable_rows(tx, id)?;
            let rows = rows.into_iter().map(|row| (row.conversation_id, row.undo)).collect();
            let (name, actions) = (before.name, Actions::default());
            let batch = batch::begin(tx, Wish { name, actions, macro_id: None, undoes: Some(id), rows })?;
            told(tx, "automation.batch_undone", &batch)?;
            Ok(batch)
        })
        .await?;
    Ok(Json(batch))
}

/// Whoever wanted it sees it.
fn own(tx: &mut Tx<'_>, id: Id<Batch>) -> Result<Batch> {
    let me = policy::may_use_macros(tx.actor())?;
    let batch = queries::batch(tx, id)?;
    if batch.user_id == me { Ok(batch) } else { Err(Error::NotFound) }
}

fn told(tx: &mut Tx<'_>, action: &'static str, batch: &Batch) -> Result<()> {
    let about = json!({ "actions": batch.actions, "macro": batch.macro_id, "total": batch.total, "done": batch.done, "undoes": batch.undoes });
    audit::api::record(tx, Entry::new(action, "batch", batch.id).created(&about))
}
