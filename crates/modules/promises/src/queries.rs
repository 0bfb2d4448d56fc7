//! All SQL of this module.

use conversations::ConversationId;
use inquiries::RecordId;
use kernel::{Cursor, CustomerId, Error, Id, Result, Scope, Timestamp, UnitId, UserId};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{Promise, PromiseState},
};

/// A list that begins with what an index serves, by every filter that is given: `$1 $2` the cursor,
/// `$3 $4 $5` the scope, `$6` state, `$7` owner, `$8` unit, `$9` customer, `$10` conversation, `$11` record,
/// `$12` broken as of, `$13` how many.
macro_rules! list {
    ($lead:literal, $page:literal, $order:literal) => {
        concat!(
            "SELECT {cols} FROM promises WHERE ",
            $lead,
            " AND ",
            $page,
            " AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
              AND (CAST($6 AS TEXT) IS NULL OR state = $6)
              AND (CAST($7 AS TEXT) IS NULL OR owner_id = $7)
              AND (CAST($8 AS TEXT) IS NULL OR unit_id = $8)
              AND (CAST($9 AS TEXT) IS NULL OR customer_id = $9)
              AND (CAST($10 AS TEXT) IS NULL OR conversation_id = $10)
              AND (CAST($11 AS TEXT) IS NULL OR record_id = $11)
              AND (CAST($12 AS BIGINT) IS NULL OR (state <> 'withdrawn' AND due_at < COALESCE(closed_at, $12)))
              ORDER BY ",
            $order,
            " LIMIT $13"
        )
    };
    ($lead:literal, due) => {
        list!($lead, "(due_at, id) > ($1, $2)", "due_at, id")
    };
    ($lead:literal, made) => {
        list!($lead, "(made_at, id) < ($1, $2)", "made_at DESC, id DESC")
    };
}

sql! {
    INSERT(Promise) = "INSERT INTO promises ({cols}) VALUES ({vals})";
    UPDATE(Promise) = "UPDATE promises SET {sets} WHERE id = $1 AND version = $20 - 1";
    FIND(Promise) = "SELECT {cols} FROM promises WHERE id = $1";

    DUE(Promise) = list!("state = $6", due);
    DUE_OF_OWNER(Promise) = list!("owner_id = $7 AND state = $6", due);
    MADE(Promise) = list!("id <> ''", made);
    MADE_OF_OWNER(Promise) = list!("owner_id = $7", made);
    OF_CUSTOMER(Promise) = list!("customer_id = $9", made);
    OF_CONVERSATION(Promise) = list!("conversation_id = $10", made);
    OF_RECORD(Promise) = list!("record_id = $11", made);

    COUNTS = "SELECT count(*), count(CASE WHEN due_at < $2 THEN 1 END) FROM promises WHERE owner_id = $1 AND state = 'open'";
    BROKEN = "SELECT count(*) FROM promises WHERE state = 'open' AND due_at < $1
        AND (CAST($2 AS BOOLEAN) OR owner_id = $3 OR unit_id IN (SELECT value FROM json_each(CAST($4 AS TEXT))))";
    HELD = "SELECT count(*) FROM promises WHERE conversation_id = $1 AND state = 'open' AND report_back";
    HELD_RECORD = "SELECT count(*) FROM promises WHERE record_id = $1 AND state = 'open' AND report_back";
}

/// Which promises; what is none lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub state: Option<PromiseState>,
    pub owner: Option<UserId>,
    pub unit: Option<UnitId>,
    pub customer: Option<CustomerId>,
    pub conversation: Option<ConversationId>,
    pub record: Option<RecordId>,
    pub broken_at: Option<Timestamp>,
}

impl Filter {
    /// Open ones come in the order in which they are due, others newest first.
    pub(crate) fn by_due(&self) -> bool {
        let about = self.customer.is_some() || self.conversation.is_some() || self.record.is_some();
        self.state == Some(PromiseState::Open) && !about
    }
}

pub(crate) fn insert(tx: &mut Tx<'_>, promise: &Promise) -> Result<()> {
    match tx.exec(&INSERT, &promise.values())? {
        1 => Ok(()),
        _ => Err(Error::internal("a promise was not written")),
    }
}

pub(crate) fn save(tx: &mut Tx<'_>, promise: &Promise) -> Result<()> {
    tx.exec_one(&UPDATE, &promise.values(), codes::NOT_OPEN)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<Promise>) -> Result<Promise> {
    tx.one(&FIND, params![id])
}

pub(crate) fn list(tx: &mut Tx<'_>, scope: &Scope, filter: &Filter, from: &Cursor, limit: i64) -> Result<Vec<Promise>> {
    let Filter { state, owner, unit, customer, conversation, record, broken_at } = filter;
    let statement = match (customer, conversation, record, owner) {
        (Some(_), ..) => &OF_CUSTOMER,
        (_, Some(_), ..) => &OF_CONVERSATION,
        (_, _, Some(_), _) => &OF_RECORD,
        (.., Some(_)) if filter.by_due() => &DUE_OF_OWNER,
        (.., Some(_)) => &MADE_OF_OWNER,
        _ if filter.by_due() => &DUE,
        _ => &MADE,
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
            owner,
            unit,
            customer,
            conversation,
            record,
            broken_at,
            limit
        ],
    )
}

/// How many a person owes, and how many of these are broken at `now`.
pub(crate) fn counts(tx: &mut Tx<'_>, owner: UserId, now: Timestamp) -> Result<(i64, i64)> {
    tx.one(&COUNTS, params![owner, now])
}

/// How many within `scope` are broken at `now` and still to be kept.
pub(crate) fn broken(tx: &mut Tx<'_>, scope: &Scope, now: Timestamp) -> Result<i64> {
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    Ok(tx.one::<(i64,)>(&BROKEN, params![now, all, own, units])?.0)
}

/// Whether something about this conversation is to be reported back.
pub(crate) fn holds(tx: &mut Tx<'_>, id: ConversationId) -> Result<bool> {
    Ok(tx.one::<(i64,)>(&HELD, params![id])?.0 > 0)
}

/// Whether something about this record is.
pub(crate) fn holds_record(tx: &mut Tx<'_>, id: RecordId) -> Result<bool> {
    Ok(tx.one::<(i64,)>(&HELD_RECORD, params![id])?.0 > 0)
}
