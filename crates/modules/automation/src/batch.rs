//! Doing the same to many conversations behind the page: each is a transaction of its own, with what came of it, so
//! that a server that goes down in the midst goes on where it stopped, and nothing is done twice.

use std::{sync::Arc, time::Duration};

use conversations::ConversationId;
use http::App;
use kernel::{Error, Id, Origin, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::Tx;
use tokio::sync::watch;
use work::{Handler, Job, JobCx};

use crate::{
    codes,
    hand::{self, Hands, Refusal},
    model::{Actions, Batch, BatchOutcome, BatchRow, BatchState, Macro, undoing},
    queries,
};

/// Conversations of one batch.
pub(crate) const MOST: usize = 5_000;
/// Batches of one person that go on at once.
const AT_ONCE: i64 = 3;
/// Rows for which the person's rights are asked for once.
const CHUNK: i64 = 25;
/// How long one turn may last before the next is left to whoever is free, in milliseconds.
const TURN_MS: i64 = 30_000;
/// How long what came of batches is kept, in milliseconds.
const KEPT: i64 = 30 * 24 * 3_600_000;

/// Goes on with a batch.
#[derive(Serialize, Deserialize)]
struct GoOn {
    batch_id: Id<Batch>,
}

impl Job for GoOn {
    const KIND: &'static str = "automation.batch";
    const TIMEOUT: Duration = Duration::from_secs(180);
}

/// What is done to which, each with actions of its own where they differ.
pub(crate) struct Wish {
    pub name: String,
    pub actions: Actions,
    pub macro_id: Option<Id<Macro>>,
    pub undoes: Option<Id<Batch>>,
    pub rows: Vec<(ConversationId, Option<Actions>)>,
}

/// Begins one, as whoever acts.
///
/// # Errors
/// `automation.too_many_batches`.
pub(crate) fn begin(tx: &mut Tx<'_>, wish: Wish) -> Result<Batch> {
    let user_id = tx.actor().staff()?.id;
    if queries::running_batches(tx, user_id)? >= AT_ONCE {
        return Err(codes::TOO_MANY_BATCHES.conflict());
    }
    let now = tx.now();
    queries::forget_batches(tx, user_id, now.plus_millis(-KEPT))?;
    let batch = Batch {
        id: tx.new_id(),
        user_id,
        name: wish.name,
        actions: wish.actions,
        macro_id: wish.macro_id,
        undoes: wish.undoes,
        state: BatchState::Running,
        total: wish.rows.len() as i64,
        done: 0,
        refused: 0,
        undoable: 0,
        undone: false,
        created_at: now,
        finished_at: None,
    };
    let row = |(at, (conversation_id, actions)): (usize, (ConversationId, Option<Actions>))| BatchRow {
        batch_id: batch.id,
        position: at as i64 + 1,
        conversation_id,
        actions,
        outcome: BatchOutcome::Waiting,
        refusal: None,
        undo: None,
    };
    let rows: Vec<_> = wish.rows.into_iter().enumerate().map(row).collect();
    queries::insert_batch(tx, &batch, &rows)?;
    work::enqueue(tx, &GoOn { batch_id: batch.id })?;
    Ok(batch)
}

/// The product, once it runs.
pub(crate) type Known = watch::Receiver<Option<App>>;

pub(crate) fn going_on(known: Known) -> Handler {
    Handler::new(move |cx: JobCx, job: GoOn| {
        let mut known = known.clone();
        async move {
            let app = known.wait_for(Option::is_some).await.map_err(Error::internal)?.clone();
            go_on(&app.ok_or(Error::Unavailable("automation"))?, &cx, job.batch_id).await
        }
    })
}

async fn go_on(app: &App, cx: &JobCx, id: Id<Batch>) -> Result<()> {
    let (hands, began) = (Hands::of(app), app.clock().now());
    loop {
        let (batch, rows) = cx
            .db
            .read(&cx.origin, move |tx| Ok((queries::batch(tx, id)?, queries::waiting_rows(tx, id, CHUNK)?)))
            .await?;
        if rows.is_empty() || batch.state != BatchState::Running {
            return end(cx, id, BatchState::Done).await;
        }
        // As far as they may now, whatever they might when they asked.
        let Some(origin) = as_whom(app, cx, batch.user_id).await? else {
            return end(cx, id, BatchState::Failed).await;
        };
        for row in rows {
            one(cx, &hands, &origin, &batch, row).await?;
        }
        if app.clock().now().since(began) > TURN_MS {
            let (done, db, origin) = (cx.clone(), cx.db.clone(), cx.origin.clone());
            return db
                .write(&origin, move |tx| {
                    done.finish(tx)?;
                    work::enqueue(tx, &GoOn { batch_id: id }).map(drop)
                })
                .await;
        }
    }
}

/// The person with the rights they have now; none when they are nobody here any more.
async fn as_whom(app: &App, cx: &JobCx, user: UserId) -> Result<Option<Arc<Origin>>> {
    let actor = access::api::actor(app, user).await?;
    Ok(actor.map(|actor| Arc::new(Origin { actor, ..Origin::clone(&cx.origin) })))
}

/// Does it in one conversation, or writes down why not; once, whoever else goes on with the batch as well.
async fn one(cx: &JobCx, hands: &Hands, origin: &Arc<Origin>, batch: &Batch, row: BatchRow) -> Result<()> {
    let (hands, whole) = (hands.clone(), batch.clone());
    let (batch_id, position) = (row.batch_id, row.position);
    let done = cx
        .db
        .write(origin, move |tx| {
            if !queries::end_row(tx, batch_id, position, BatchOutcome::Done, None)? {
                return Ok(());
            }
            let actions = row.actions.as_ref().unwrap_or(&whole.actions);
            let before = conversations::api::workable(tx, row.conversation_id)?;
            hand::perform(tx, &hands, row.conversation_id, actions, &mut Vec::new())?;
            if let Some(macro_id) = whole.macro_id {
                queries::used_macro(tx, macro_id)?;
            }
            let undo = undoing(actions, &before).filter(|_| whole.undoes.is_none());
            if let Some(undo) = &undo {
                queries::keep_undo(tx, batch_id, position, undo)?;
            }
            queries::count_row(tx, batch_id, true, undo.is_some())
        })
        .await;
    let refused = match done {
        Ok(()) => return Ok(()),
        Err(error) => serde_json::to_string(&Refusal::of(error)?).map_err(Error::internal)?,
    };
    cx.db
        .write(origin, move |tx| {
            if queries::end_row(tx, batch_id, position, BatchOutcome::Refused, Some(&refused))? {
                queries::count_row(tx, batch_id, false, false)?;
            }
            Ok(())
        })
        .await
}

async fn end(cx: &JobCx, id: Id<Batch>, state: BatchState) -> Result<()> {
    let (done, db, origin) = (cx.clone(), cx.db.clone(), cx.origin.clone());
    db.write(&origin, move |tx| {
        done.finish(tx)?;
        let now: Timestamp = tx.now();
        queries::end_batch(tx, id, state, now).map(drop)
    })
    .await
}
