//! All SQL of this module.

use conversations::ConversationId;
use kernel::{Cursor, Error, Id, Result, Timestamp, UserId};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    compile::Revision,
    model::{
        Actions, Automation, AutomationRun, AutomationVersion, Batch, BatchOutcome, BatchRow, BatchState, Macro,
        RunOutcome,
    },
};

sql! {
    AUTOMATIONS(Automation) = "SELECT {cols} FROM automations ORDER BY position, created_at, id";
    AUTOMATION(Automation) = "SELECT {cols} FROM automations WHERE id = $1";
    TAKEN = "SELECT id FROM automations WHERE name = $1";
    INSERT(Automation) = "INSERT INTO automations ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    SAVE(Automation) = "UPDATE automations SET {sets} WHERE id = $1 AND version = $13 - 1";
    PLACE = "UPDATE automations SET position = $2 WHERE id = $1";
    DELETE = "DELETE FROM automations WHERE id = $1";
    RAN = "UPDATE automations SET failures = 0, ran_at = $2 WHERE id = $1";
    FAILED = "UPDATE automations SET failures = failures + 1 WHERE id = $1";
    PAUSE = "UPDATE automations SET paused_at = $2, paused_why = $3 WHERE id = $1 AND paused_at IS NULL";

    REVISION = "SELECT revision FROM automation_revisions WHERE one";
    REVISE = "INSERT INTO automation_revisions (one, revision) VALUES (TRUE, $1)
        ON CONFLICT (one) DO UPDATE SET revision = excluded.revision";

    INSERT_VERSION(AutomationVersion) = "INSERT INTO automation_versions ({cols}) VALUES ({vals})";
    VERSIONS(AutomationVersion) = "SELECT {cols} FROM automation_versions WHERE automation_id = $1 ORDER BY version DESC LIMIT 100";
    VERSION(AutomationVersion) = "SELECT {cols} FROM automation_versions WHERE automation_id = $1 AND version = $2";

    INSERT_RUN(AutomationRun) = "INSERT INTO automation_runs ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    RUN(AutomationRun) = "SELECT {cols} FROM automation_runs WHERE id = $1";
    END_RUN = "UPDATE automation_runs SET outcome = $2, why = $3 WHERE id = $1";
    RUNS(AutomationRun) = "SELECT {cols} FROM automation_runs WHERE (at, id) < ($1, $2) ORDER BY at DESC, id DESC LIMIT $3";
    RUNS_OF(AutomationRun) = "SELECT {cols} FROM automation_runs WHERE automation_id = $4 AND (at, id) < ($1, $2)
        ORDER BY at DESC, id DESC LIMIT $3";
    RUNS_IN(AutomationRun) = "SELECT {cols} FROM automation_runs WHERE conversation_id = $4 AND (at, id) < ($1, $2)
        ORDER BY at DESC, id DESC LIMIT $3";
    LATELY = "SELECT automation_id, at FROM automation_runs
        WHERE conversation_id = $1 AND at > $2 AND outcome IN ('waiting', 'done', 'failed') ORDER BY at";
}

sql! {
    MACROS(Macro) = "SELECT {cols} FROM macros WHERE scope = 'all' OR owner_id = $1 ORDER BY name, id";
    MACRO(Macro) = "SELECT {cols} FROM macros WHERE id = $1";
    MACRO_TAKEN = "SELECT id FROM macros WHERE scope = $1 AND COALESCE(owner_id, '') = COALESCE(CAST($2 AS TEXT), '') AND name = $3";
    INSERT_MACRO(Macro) = "INSERT INTO macros ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    SAVE_MACRO = "UPDATE macros SET name = $3, actions = $4, version = $2 WHERE id = $1 AND version = $2 - 1";
    DELETE_MACRO = "DELETE FROM macros WHERE id = $1";
    USED_MACRO = "UPDATE macros SET uses = uses + 1 WHERE id = $1";
}

sql! {
    INSERT_BATCH(Batch) = "INSERT INTO batches ({cols}) VALUES ({vals})";
    INSERT_ROW(BatchRow) = "INSERT INTO batch_rows ({cols}) VALUES {rows}";
    BATCH(Batch) = "SELECT {cols} FROM batches WHERE id = $1";
    BATCHES(Batch) = "SELECT {cols} FROM batches WHERE user_id = $1 AND created_at > $2 ORDER BY created_at DESC, id DESC LIMIT 20";
    RUNNING_BATCHES = "SELECT COUNT(*) FROM batches WHERE user_id = $1 AND created_at > $2 AND state = 'running'";
    FORGET_ROWS = "DELETE FROM batch_rows WHERE batch_id IN (SELECT id FROM batches WHERE user_id = $1 AND created_at < $2 AND state <> 'running')";
    FORGET_BATCHES = "DELETE FROM batches WHERE user_id = $1 AND created_at < $2 AND state <> 'running'";
    END_BATCH = "UPDATE batches SET state = $2, finished_at = $3 WHERE id = $1 AND state = 'running'";
    UNDO_ONCE = "UPDATE batches SET undone = TRUE WHERE id = $1 AND NOT undone";
    ROWS(BatchRow) = "SELECT {cols} FROM batch_rows WHERE batch_id = $1 AND outcome = $2 AND position > $3 ORDER BY position LIMIT $4";
    UNDOABLE(BatchRow) = "SELECT {cols} FROM batch_rows WHERE batch_id = $1 AND outcome = 'done' AND undo IS NOT NULL ORDER BY position";
    END_ROW = "UPDATE batch_rows SET outcome = $3, refusal = $4 WHERE batch_id = $1 AND position = $2 AND outcome = 'waiting'
        AND EXISTS (SELECT 1 FROM batches WHERE id = $1 AND state = 'running')";
    KEEP_UNDO = "UPDATE batch_rows SET undo = $3 WHERE batch_id = $1 AND position = $2";
    COUNT_ROW = "UPDATE batches SET done = done + $2, refused = refused + $3, undoable = undoable + $4 WHERE id = $1";
}

/// Keeps a new batch with its rows.
pub(crate) fn insert_batch(tx: &mut Tx<'_>, batch: &Batch, rows: &[BatchRow]) -> Result<()> {
    tx.exec(&INSERT_BATCH, &batch.values())?;
    let rows: Vec<_> = rows.iter().map(Record::values).collect();
    tx.exec_rows(&INSERT_ROW, &rows)
}

pub(crate) fn batch(tx: &mut Tx<'_>, id: Id<Batch>) -> Result<Batch> {
    tx.maybe(&BATCH, params![id])?.ok_or(Error::NotFound)
}

/// A person's, the latest first.
pub(crate) fn batches(tx: &mut Tx<'_>, user: UserId, since: Timestamp) -> Result<Vec<Batch>> {
    tx.all(&BATCHES, params![user, since])
}

pub(crate) fn running_batches(tx: &mut Tx<'_>, user: UserId) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&RUNNING_BATCHES, params![user, Timestamp::from_millis(0)])?.0)
}

/// Forgets what is over since before then.
pub(crate) fn forget_batches(tx: &mut Tx<'_>, user: UserId, before: Timestamp) -> Result<()> {
    tx.exec(&FORGET_ROWS, params![user, before])?;
    tx.exec(&FORGET_BATCHES, params![user, before]).map(drop)
}

/// Ends a batch that goes on; false when it was over before.
pub(crate) fn end_batch(tx: &mut Tx<'_>, id: Id<Batch>, state: BatchState, now: Timestamp) -> Result<bool> {
    Ok(tx.exec(&END_BATCH, params![id, state, now])? == 1)
}

/// Whether it was not taken back before.
pub(crate) fn undo_once(tx: &mut Tx<'_>, id: Id<Batch>) -> Result<bool> {
    Ok(tx.exec(&UNDO_ONCE, params![id])? == 1)
}

pub(crate) fn batch_rows(
    tx: &mut Tx<'_>,
    id: Id<Batch>,
    outcome: BatchOutcome,
    after: i64,
    limit: i64,
) -> Result<Vec<BatchRow>> {
    tx.all(&ROWS, params![id, outcome, after, limit])
}

/// Those whose turn comes next.
pub(crate) fn waiting_rows(tx: &mut Tx<'_>, id: Id<Batch>, limit: i64) -> Result<Vec<BatchRow>> {
    batch_rows(tx, id, BatchOutcome::Waiting, 0, limit)
}

pub(crate) fn undoable_rows(tx: &mut Tx<'_>, id: Id<Batch>) -> Result<Vec<BatchRow>> {
    tx.all(&UNDOABLE, params![id])
}

/// Writes down what came of a row; false when that is known already, or the batch was stopped.
pub(crate) fn end_row(
    tx: &mut Tx<'_>,
    id: Id<Batch>,
    position: i64,
    outcome: BatchOutcome,
    refusal: Option<&str>,
) -> Result<bool> {
    Ok(tx.exec(&END_ROW, params![id, position, outcome, refusal])? == 1)
}

pub(crate) fn keep_undo(tx: &mut Tx<'_>, id: Id<Batch>, position: i64, undo: &Actions) -> Result<()> {
    tx.exec(&KEEP_UNDO, params![id, position, undo]).map(drop)
}

pub(crate) fn count_row(tx: &mut Tx<'_>, id: Id<Batch>, done: bool, undoable: bool) -> Result<()> {
    tx.exec(&COUNT_ROW, params![id, i64::from(done), i64::from(!done), i64::from(undoable)]).map(drop)
}

/// Those this person may use, by name.
pub(crate) fn macros(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<Macro>> {
    tx.all(&MACROS, params![user])
}

pub(crate) fn find_macro(tx: &mut Tx<'_>, id: Id<Macro>) -> Result<Macro> {
    tx.one(&MACRO, params![id])
}

/// # Errors
/// [`codes::MACRO_TAKEN`] when another there has its name.
pub(crate) fn insert_macro(tx: &mut Tx<'_>, new: &Macro) -> Result<()> {
    tx.exec_one(&INSERT_MACRO, &new.values(), codes::MACRO_TAKEN)
}

/// # Errors
/// [`codes::MACRO_TAKEN`]; [`codes::STALE`] when it was changed meanwhile.
pub(crate) fn save_macro(tx: &mut Tx<'_>, one: &Macro) -> Result<()> {
    let taken: Option<(Id<Macro>,)> = tx.maybe(&MACRO_TAKEN, params![one.scope, one.owner_id, one.name])?;
    if taken.is_some_and(|(id,)| id != one.id) {
        return Err(codes::MACRO_TAKEN.conflict());
    }
    tx.exec_one(&SAVE_MACRO, params![one.id, one.version, one.name, one.actions], codes::STALE)
}

pub(crate) fn delete_macro(tx: &mut Tx<'_>, id: Id<Macro>) -> Result<()> {
    tx.exec(&DELETE_MACRO, params![id]).map(drop)
}

pub(crate) fn used_macro(tx: &mut Tx<'_>, id: Id<Macro>) -> Result<()> {
    tx.exec(&USED_MACRO, params![id]).map(drop)
}

pub(crate) fn automations(tx: &mut Tx<'_>) -> Result<Vec<Automation>> {
    tx.all(&AUTOMATIONS, &[])
}

pub(crate) fn automation(tx: &mut Tx<'_>, id: Id<Automation>) -> Result<Automation> {
    tx.one(&AUTOMATION, params![id])
}

/// # Errors
/// [`codes::NAME_TAKEN`] when another has its name.
pub(crate) fn insert(tx: &mut Tx<'_>, automation: &Automation) -> Result<()> {
    tx.exec_one(&INSERT, &automation.values(), codes::NAME_TAKEN)?;
    revise(tx)
}

/// # Errors
/// [`codes::NAME_TAKEN`]; [`codes::STALE`] when it was changed meanwhile.
pub(crate) fn save(tx: &mut Tx<'_>, automation: &Automation) -> Result<()> {
    let taken: Option<(Id<Automation>,)> = tx.maybe(&TAKEN, params![automation.name])?;
    if taken.is_some_and(|(id,)| id != automation.id) {
        return Err(codes::NAME_TAKEN.conflict());
    }
    tx.exec_one(&SAVE, &automation.values(), codes::STALE)?;
    revise(tx)
}

pub(crate) fn place(tx: &mut Tx<'_>, ids: &[Id<Automation>]) -> Result<()> {
    for (position, id) in ids.iter().enumerate() {
        tx.exec(&PLACE, params![id, position as i64])?;
    }
    revise(tx)
}

pub(crate) fn delete(tx: &mut Tx<'_>, id: Id<Automation>) -> Result<()> {
    tx.exec(&DELETE, params![id])?;
    revise(tx)
}

/// It did what it should.
pub(crate) fn ran(tx: &mut Tx<'_>, id: Id<Automation>) -> Result<()> {
    let now = tx.now();
    tx.exec(&RAN, params![id, now]).map(drop)
}

pub(crate) fn failed(tx: &mut Tx<'_>, id: Id<Automation>) -> Result<()> {
    tx.exec(&FAILED, params![id]).map(drop)
}

/// Whether it had not paused itself before.
pub(crate) fn pause(tx: &mut Tx<'_>, id: Id<Automation>, why: &str) -> Result<bool> {
    let now = tx.now();
    let paused = tx.exec(&PAUSE, params![id, now, why])? == 1;
    revise(tx)?;
    Ok(paused)
}

/// None while there never was an automation.
pub(crate) fn revision(tx: &mut Tx<'_>) -> Result<Option<Id<Revision>>> {
    Ok(tx.maybe::<(Id<Revision>,)>(&REVISION, &[])?.map(|(revision,)| revision))
}

fn revise(tx: &mut Tx<'_>) -> Result<()> {
    let revision: Id<Revision> = tx.new_id();
    tx.exec(&REVISE, params![revision]).map(drop)
}

pub(crate) fn insert_version(tx: &mut Tx<'_>, version: &AutomationVersion) -> Result<()> {
    tx.exec(&INSERT_VERSION, &version.values()).map(drop)
}

pub(crate) fn versions(tx: &mut Tx<'_>, id: Id<Automation>) -> Result<Vec<AutomationVersion>> {
    tx.all(&VERSIONS, params![id])
}

pub(crate) fn version(tx: &mut Tx<'_>, id: Id<Automation>, version: i64) -> Result<AutomationVersion> {
    tx.one(&VERSION, params![id, version])
}

/// Whether it is new: what set it off may have done so before.
pub(crate) fn insert_run(tx: &mut Tx<'_>, run: &AutomationRun) -> Result<bool> {
    Ok(tx.exec(&INSERT_RUN, &run.values())? == 1)
}

pub(crate) fn run(tx: &mut Tx<'_>, id: Id<AutomationRun>) -> Result<AutomationRun> {
    tx.one(&RUN, params![id])
}

pub(crate) fn end_run(tx: &mut Tx<'_>, id: Id<AutomationRun>, outcome: RunOutcome, why: Option<&str>) -> Result<()> {
    tx.exec(&END_RUN, params![id, outcome, why]).map(drop)
}

/// Latest first: all, of one automation, or in one conversation.
pub(crate) fn runs(
    tx: &mut Tx<'_>,
    automation: Option<Id<Automation>>,
    conversation: Option<ConversationId>,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<AutomationRun>> {
    match (automation, conversation) {
        (_, Some(conversation)) => tx.all(&RUNS_IN, params![before.key, before.id, limit, conversation]),
        (Some(automation), None) => tx.all(&RUNS_OF, params![before.key, before.id, limit, automation]),
        (None, None) => tx.all(&RUNS, params![before.key, before.id, limit]),
    }
}

/// Which automations did something to this conversation since then, and when.
pub(crate) fn lately(
    tx: &mut Tx<'_>,
    conversation: ConversationId,
    since: Timestamp,
) -> Result<Vec<(Id<Automation>, Timestamp)>> {
    tx.all(&LATELY, params![conversation, since])
}
