//! All SQL of this module.

use conversations::ConversationId;
use kernel::{Cursor, CustomerId, Error, Id, Result, Scope, Timestamp};
use store::{Record, ToValue, Tx, params, sql};

use crate::{
    codes,
    model::{Escalation, EscalationState, EscalationStep, Ladder},
};

/// A list that begins with what an index serves, by every filter that is given: `$1 $2` the cursor,
/// `$3 $4 $5` the scope, `$6` state, `$7` conversation, `$8` customer, `$9` only late ones, `$10` how many.
macro_rules! list {
    ($lead:literal) => {
        concat!(
            "SELECT {cols} FROM escalations WHERE ",
            $lead,
            " AND (raised_at, id) < ($1, $2)
              AND (CAST($3 AS BOOLEAN) OR raised_by = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT)))
                OR id IN (SELECT escalation_id FROM escalation_told WHERE user_id = $4))
              AND (CAST($6 AS TEXT) IS NULL OR state = $6)
              AND (CAST($7 AS TEXT) IS NULL OR conversation_id = $7)
              AND (CAST($8 AS TEXT) IS NULL OR customer_id = $8)
              AND (NOT CAST($9 AS BOOLEAN) OR (state = 'open' AND late_since IS NOT NULL))
              ORDER BY raised_at DESC, id DESC LIMIT $10"
        )
    };
}

sql! {
    INSERT(Escalation) = "INSERT INTO escalations ({cols}) VALUES ({vals})";
    UPDATE(Escalation) = "UPDATE escalations SET {sets} WHERE id = $1 AND version = $26 - 1";
    FIND(Escalation) = "SELECT {cols} FROM escalations WHERE id = $1";
    INSERT_STEP(EscalationStep) = "INSERT INTO escalation_steps ({cols}) VALUES ({vals})";
    STEPS(EscalationStep) = "SELECT {cols} FROM escalation_steps WHERE escalation_id = $1 ORDER BY number";
    INSERT_TOLD = "INSERT INTO escalation_told (user_id, escalation_id) VALUES {rows:TEXT,TEXT} ON CONFLICT DO NOTHING";
    DUE(Escalation) = "SELECT {cols} FROM escalations WHERE state = 'open' AND next_at <= $1 ORDER BY next_at, id LIMIT $2";

    ALL(Escalation) = list!("id <> ''");
    OF_STATE(Escalation) = list!("state = $6");
    OF_CONVERSATION(Escalation) = list!("conversation_id = $7");
    COUNTS = "SELECT count(*), count(late_since) FROM escalations WHERE state = 'open'
        AND (CAST($1 AS BOOLEAN) OR raised_by = $2 OR unit_id IN (SELECT value FROM json_each(CAST($3 AS TEXT)))
          OR id IN (SELECT escalation_id FROM escalation_told WHERE user_id = $2))";

    LADDERS(Ladder) = "SELECT {cols} FROM escalation_ladders ORDER BY position, id";
    LADDER(Ladder) = "SELECT {cols} FROM escalation_ladders WHERE id = $1";
    INSERT_LADDER(Ladder) = "INSERT INTO escalation_ladders ({cols}) VALUES ({vals})";
    UPDATE_LADDER(Ladder) = "UPDATE escalation_ladders SET {sets} WHERE id = $1 AND version = $8 - 1";
}

/// Which escalations; what is none lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub state: Option<EscalationState>,
    pub conversation: Option<ConversationId>,
    pub customer: Option<CustomerId>,
    pub late: bool,
}

pub(crate) fn insert(tx: &mut Tx<'_>, escalation: &Escalation) -> Result<()> {
    match tx.exec(&INSERT, &escalation.values())? {
        1 => Ok(()),
        _ => Err(Error::internal("an escalation was not written")),
    }
}

pub(crate) fn save(tx: &mut Tx<'_>, escalation: &Escalation) -> Result<()> {
    tx.exec_one(&UPDATE, &escalation.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<Escalation>) -> Result<Escalation> {
    tx.one(&FIND, params![id])
}

/// Keeps a step, and lets those it told find the escalation.
pub(crate) fn insert_step(tx: &mut Tx<'_>, step: &EscalationStep) -> Result<()> {
    tx.exec(&INSERT_STEP, &step.values())?;
    let rows: Vec<_> = step.told.0.iter().map(|one| vec![one.id.to_value(), step.escalation_id.to_value()]).collect();
    tx.exec_rows(&INSERT_TOLD, &rows)
}

pub(crate) fn steps(tx: &mut Tx<'_>, id: Id<Escalation>) -> Result<Vec<EscalationStep>> {
    tx.all(&STEPS, params![id])
}

/// Those of which a level's time has come, the longest due first.
pub(crate) fn due(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<Escalation>> {
    tx.all(&DUE, params![now, limit])
}

pub(crate) fn list(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    from: &Cursor,
    limit: i64,
) -> Result<Vec<Escalation>> {
    let Filter { state, conversation, customer, late } = filter;
    let statement = match (conversation, state) {
        (Some(_), _) => &OF_CONVERSATION,
        (None, Some(_)) => &OF_STATE,
        (None, None) => &ALL,
    };
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(statement, params![from.key, from.id, all, own, units, state, conversation, customer, late, limit])
}

/// How many are open within reach, and how many of them are late.
pub(crate) fn counts(tx: &mut Tx<'_>, scope: &Scope) -> Result<(i64, i64)> {
    tx.one(&COUNTS, params![scope.is_all(), scope.own(), scope.units_json()])
}

pub(crate) fn ladders(tx: &mut Tx<'_>) -> Result<Vec<Ladder>> {
    tx.all(&LADDERS, &[])
}

pub(crate) fn ladder(tx: &mut Tx<'_>, id: Id<Ladder>) -> Result<Ladder> {
    tx.one(&LADDER, params![id])
}

pub(crate) fn insert_ladder(tx: &mut Tx<'_>, ladder: &Ladder) -> Result<()> {
    tx.exec(&INSERT_LADDER, &ladder.values()).map(drop)
}

pub(crate) fn save_ladder(tx: &mut Tx<'_>, ladder: &Ladder) -> Result<()> {
    tx.exec_one(&UPDATE_LADDER, &ladder.values(), codes::STALE)
}
