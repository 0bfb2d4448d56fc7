//! All SQL of this module.

use conversations::ConversationId;
use kernel::{Cursor, CustomerId, Error, Id, Result, Scope, Timestamp, UserId};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{Ask, AskLine, AskState},
};

/// A list that begins with what an index serves, by every filter that is given: `$1 $2` the cursor,
/// `$3 $4 $5` the scope, `$6` state, `$7` asker, `$8` of whom, `$9` conversation, `$10` customer, `$11` likeness,
/// `$12` overdue as of, `$13` how many.
macro_rules! list {
    ($lead:literal, $page:literal, $order:literal) => {
        concat!(
            "SELECT {cols} FROM asks WHERE ",
            $lead,
            " AND ",
            $page,
            " AND (CAST($3 AS BOOLEAN) OR asked_by = $4 OR to_id = $4
                OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
              AND (CAST($6 AS TEXT) IS NULL OR state = $6)
              AND (CAST($7 AS TEXT) IS NULL OR asked_by = $7)
              AND (CAST($8 AS TEXT) IS NULL OR to_id = $8)
              AND (CAST($9 AS TEXT) IS NULL OR conversation_id = $9)
              AND (CAST($10 AS TEXT) IS NULL OR customer_id = $10)
              AND (CAST($11 AS TEXT) IS NULL OR likeness = $11)
              AND (CAST($12 AS BIGINT) IS NULL OR (state = 'open' AND due_at < $12))
              ORDER BY ",
            $order,
            " LIMIT $13"
        )
    };
    ($lead:literal, due) => {
        list!($lead, "(due_at, id) > ($1, $2)", "due_at, id")
    };
    ($lead:literal, asked) => {
        list!($lead, "(asked_at, id) < ($1, $2)", "asked_at DESC, id DESC")
    };
}

sql! {
    INSERT(Ask) = "INSERT INTO asks ({cols}) VALUES ({vals})";
    UPDATE(Ask) = "UPDATE asks SET {sets} WHERE id = $1 AND version = $24 - 1";
    FIND(Ask) = "SELECT {cols} FROM asks WHERE id = $1";
    INSERT_LINE(AskLine) = "INSERT INTO ask_lines ({cols}) VALUES ({vals})";
    LINES(AskLine) = "SELECT {cols} FROM ask_lines WHERE ask_id = $1 ORDER BY number";

    DUE(Ask) = list!("state = $6", due);
    DUE_OF(Ask) = list!("to_id = $8 AND state = $6", due);
    ASKED(Ask) = list!("id <> ''", asked);
    ASKED_BY(Ask) = list!("asked_by = $7", asked);
    OF_CONVERSATION(Ask) = list!("conversation_id = $9", asked);
    OF_CUSTOMER(Ask) = list!("customer_id = $10", asked);
    ALIKE(Ask) = list!("likeness = $11", asked);

    UNSORTED(Ask) = "SELECT {cols} FROM asks WHERE conversation_id = $1 AND likeness IS NULL AND state <> 'withdrawn' ORDER BY asked_at, id";
    /// What was found in the knowledge tells of no gap; what counted once does not count again.
    WEIGHED(Ask) = "SELECT {cols} FROM asks WHERE likeness = $1 AND asked_at > $2 AND draft_id IS NULL AND state <> 'withdrawn'
        AND (found IS NULL OR found <> 'knowledge') ORDER BY asked_at, id";
    SAME = "SELECT count(*) FROM asks WHERE likeness = $1 AND asked_at > $2 AND state <> 'withdrawn'";
    COUNTS = "SELECT count(*), count(CASE WHEN due_at < $2 THEN 1 END) FROM asks WHERE to_id = $1 AND state = 'open'";
    OPEN_IN_REACH = "SELECT count(*), count(CASE WHEN due_at < $4 THEN 1 END) FROM asks WHERE state = 'open'
        AND (CAST($1 AS BOOLEAN) OR asked_by = $2 OR to_id = $2 OR unit_id IN (SELECT value FROM json_each(CAST($3 AS TEXT))))";
}

/// Which asks; what is none lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub state: Option<AskState>,
    pub asker: Option<UserId>,
    pub to: Option<UserId>,
    pub conversation: Option<ConversationId>,
    pub customer: Option<CustomerId>,
    pub likeness: Option<String>,
    pub overdue_at: Option<Timestamp>,
}

impl Filter {
    /// Open ones come in the order in which they are due, others newest first.
    pub(crate) fn by_due(&self) -> bool {
        let about = self.conversation.is_some() || self.customer.is_some() || self.likeness.is_some();
        self.state == Some(AskState::Open) && self.asker.is_none() && !about
    }
}

pub(crate) fn insert(tx: &mut Tx<'_>, ask: &Ask) -> Result<()> {
    match tx.exec(&INSERT, &ask.values())? {
        1 => Ok(()),
        _ => Err(Error::internal("an ask was not written")),
    }
}

pub(crate) fn save(tx: &mut Tx<'_>, ask: &Ask) -> Result<()> {
    tx.exec_one(&UPDATE, &ask.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<Ask>) -> Result<Ask> {
    tx.one(&FIND, params![id])
}

pub(crate) fn insert_line(tx: &mut Tx<'_>, line: &AskLine) -> Result<()> {
    tx.exec(&INSERT_LINE, &line.values()).map(drop)
}

pub(crate) fn lines(tx: &mut Tx<'_>, id: Id<Ask>) -> Result<Vec<AskLine>> {
    tx.all(&LINES, params![id])
}

pub(crate) fn list(tx: &mut Tx<'_>, scope: &Scope, filter: &Filter, from: &Cursor, limit: i64) -> Result<Vec<Ask>> {
    let Filter { state, asker, to, conversation, customer, likeness, overdue_at } = filter;
    let statement = match (conversation, customer, likeness, asker) {
        (Some(_), ..) => &OF_CONVERSATION,
        (_, Some(_), ..) => &OF_CUSTOMER,
        (_, _, Some(_), _) => &ALIKE,
        (.., Some(_)) => &ASKED_BY,
        _ if filter.by_due() && to.is_some() => &DUE_OF,
        _ if filter.by_due() => &DUE,
        _ => &ASKED,
    };
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(
        statement,
        params![
            from.key,
            from.id,
            all,
            own,
            units,
            state,
            asker,
            to,
            conversation,
            customer,
            likeness,
            overdue_at,
            limit
        ],
    )
}

/// Those of a conversation that nobody has sorted yet.
pub(crate) fn unsorted(tx: &mut Tx<'_>, id: ConversationId) -> Result<Vec<Ask>> {
    tx.all(&UNSORTED, params![id])
}

/// Those that count for the next task to write something down, oldest first.
pub(crate) fn weighed(tx: &mut Tx<'_>, likeness: &str, since: Timestamp) -> Result<Vec<Ask>> {
    tx.all(&WEIGHED, params![likeness, since])
}

/// How many are the same since then.
pub(crate) fn same(tx: &mut Tx<'_>, likeness: &str, since: Timestamp) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&SAME, params![likeness, since])?.0)
}

/// How many wait for this person's answer, and how many of them are overdue.
pub(crate) fn counts(tx: &mut Tx<'_>, to: UserId, now: Timestamp) -> Result<(i64, i64)> {
    tx.one(&COUNTS, params![to, now])
}

/// As [`counts`], of those within reach.
pub(crate) fn in_reach(tx: &mut Tx<'_>, scope: &Scope, now: Timestamp) -> Result<(i64, i64)> {
    tx.one(&OPEN_IN_REACH, params![scope.is_all(), scope.own(), scope.units_json(), now])
}
