//! All SQL about items.

pub(crate) mod wall;

use complaints::Complaint;
use conversations::ConversationId;
use kernel::{Cursor, CustomerId, Error, Id, Result, Scope, Timestamp, UnitId, UserId};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{FeedbackItem, FeedbackKind, FeedbackMove, FeedbackRules, FeedbackState},
};

/// Whether an item lies within a scope: `$3 $4 $5`.
macro_rules! within {
    () => {
        "(CAST($3 AS BOOLEAN) OR owner_id = $4 OR registered_by = $4
           OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT)))
           OR registered_unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))"
    };
}

/// A list that begins with what an index serves, by every filter that is given: `$1 $2` the cursor, `$3 $4 $5` the
/// scope, `$6` state, `$7` whether to be answered, `$8` owner, `$9` customers, `$10` conversation, `$11` overdue as of,
/// `$12` number, `$13` kind, `$14 $15` from and to which day, `$16` complaint, `$17` how many.
macro_rules! list {
    ($lead:literal) => {
        concat!(
            "SELECT {cols} FROM feedback_items WHERE ",
            $lead,
            " AND (registered_at, id) < ($1, $2) AND ",
            within!(),
            " AND (CAST($6 AS TEXT) IS NULL OR state = $6)
              AND (CAST($7 AS BOOLEAN) IS NULL OR (state IN ('received', 'assigned')) = $7)
              AND (CAST($8 AS TEXT) IS NULL OR owner_id = $8)
              AND (CAST($9 AS TEXT) IS NULL OR customer_id IN (SELECT value FROM json_each(CAST($9 AS TEXT))))
              AND (CAST($10 AS TEXT) IS NULL OR conversation_id = $10)
              AND (CAST($11 AS BIGINT) IS NULL OR (state IN ('received', 'assigned') AND due_at < $11))
              AND (CAST($12 AS TEXT) IS NULL OR number = $12)
              AND (CAST($13 AS TEXT) IS NULL OR kind = $13)
              AND (CAST($14 AS TEXT) IS NULL OR day >= $14)
              AND (CAST($15 AS TEXT) IS NULL OR day <= $15)
              AND (CAST($16 AS TEXT) IS NULL OR complaint_id = $16)
              ORDER BY registered_at DESC, id DESC LIMIT $17"
        )
    };
}

sql! {
    INSERT(FeedbackItem) = "INSERT INTO feedback_items ({cols}) VALUES ({vals})";
    UPDATE(FeedbackItem) = "UPDATE feedback_items SET {sets} WHERE id = $1 AND version = $38 - 1";
    FIND(FeedbackItem) = "SELECT {cols} FROM feedback_items WHERE id = $1";
    LOCK(FeedbackItem) = "SELECT {cols} FROM feedback_items WHERE id = $1 FOR UPDATE";

    ALL(FeedbackItem) = list!("id <> ''");
    OF_KIND(FeedbackItem) = list!("kind = $13");
    OF_STATE(FeedbackItem) = list!("state = $6");
    OF_OWNER(FeedbackItem) = list!("owner_id = $8");
    OF_CUSTOMER(FeedbackItem) = list!("customer_id IN (SELECT value FROM json_each(CAST($9 AS TEXT)))");
    OF_CONVERSATION(FeedbackItem) = list!("conversation_id = $10");
    OF_NUMBER(FeedbackItem) = list!("number = $12");
    OF_COMPLAINT(FeedbackItem) = list!("complaint_id = $16");

    BY_DAY = concat!("SELECT day, kind, count(*) FROM feedback_items WHERE day >= $1 AND day <= $2 AND ", within!(),
        " GROUP BY day, kind ORDER BY day, kind");
    TALLY = "SELECT kind, count(*) FROM feedback_items WHERE day >= $1 AND day <= $2
        AND (CAST($3 AS TEXT) IS NULL OR unit_id IN (SELECT value FROM json_each(CAST($3 AS TEXT)))) GROUP BY kind ORDER BY kind";
    COUNTS = concat!("SELECT kind, count(*), count(CASE WHEN due_at < $1 THEN 1 END), count(CASE WHEN owner_id = $2 THEN 1 END)
        FROM feedback_items WHERE state IN ('received', 'assigned') AND ", within!(), " GROUP BY kind ORDER BY kind");
    LEFT_BEHIND(FeedbackItem) = "SELECT {cols} FROM feedback_items WHERE owner_id = $1 AND state IN ('received', 'assigned')
        ORDER BY registered_at, id LIMIT 1000 FOR UPDATE";
    OPEN_CUSTOMERS = "SELECT DISTINCT customer_id FROM feedback_items
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND state IN ('received', 'assigned', 'answered')";

    NUMBER = "INSERT INTO feedback_days (day, last) VALUES ($1, 1) ON CONFLICT (day) DO UPDATE SET last = feedback_days.last + 1";
    NUMBERED = "SELECT last FROM feedback_days WHERE day = $1";

    INSERT_MOVE(FeedbackMove) = "INSERT INTO feedback_moves ({cols}) VALUES ({vals})";
    LAST_MOVE = "SELECT COALESCE(max(number), 0) FROM feedback_moves WHERE feedback_item_id = $1";
    MOVES(FeedbackMove) = "SELECT {cols} FROM feedback_moves WHERE feedback_item_id = $1 ORDER BY number";

    RULES(FeedbackRules) = "SELECT {cols} FROM feedback_rules WHERE id = 'all'";
    INSERT_RULES(FeedbackRules) = "INSERT INTO feedback_rules ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_RULES(FeedbackRules) = "UPDATE feedback_rules SET {sets} WHERE id = $1 AND version = $6 - 1";
}

/// Which items; what is none lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub kind: Option<FeedbackKind>,
    pub state: Option<FeedbackState>,
    pub open: Option<bool>,
    pub owner: Option<UserId>,
    /// Every id of one person.
    pub customers: Option<Vec<CustomerId>>,
    pub conversation: Option<ConversationId>,
    pub complaint: Option<Id<Complaint>>,
    pub overdue_at: Option<Timestamp>,
    pub number: Option<String>,
    /// From this day on.
    pub from: Option<String>,
    /// Until this day, it included.
    pub to: Option<String>,
}

pub(crate) fn insert(tx: &mut Tx<'_>, item: &FeedbackItem) -> Result<()> {
    tx.exec(&INSERT, &item.values()).map(drop)
}

pub(crate) fn save(tx: &mut Tx<'_>, item: &FeedbackItem) -> Result<()> {
    tx.exec_one(&UPDATE, &item.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<FeedbackItem>) -> Result<FeedbackItem> {
    tx.one(&FIND, params![id])
}

/// For whoever changes it: whoever else does waits.
pub(crate) fn lock(tx: &mut Tx<'_>, id: Id<FeedbackItem>) -> Result<FeedbackItem> {
    tx.one(&LOCK, params![id])
}

pub(crate) fn list(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    cursor: &Cursor,
    limit: i64,
) -> Result<Vec<FeedbackItem>> {
    let Filter { kind, state, open, owner, customers, conversation, complaint, overdue_at, number, from, to } = filter;
    let statement = match (number, complaint, conversation, customers, owner, state, kind) {
        (Some(_), ..) => &OF_NUMBER,
        (_, Some(_), ..) => &OF_COMPLAINT,
        (_, _, Some(_), ..) => &OF_CONVERSATION,
        (_, _, _, Some(_), ..) => &OF_CUSTOMER,
        (.., Some(_), _, _) => &OF_OWNER,
        (.., Some(_), _) => &OF_STATE,
        (.., Some(_)) => &OF_KIND,
        _ => &ALL,
    };
    let customers = customers.as_ref().map(serde_json::to_string).transpose().map_err(Error::internal)?;
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    let (key, id) = (cursor.key, &cursor.id);
    tx.all(
        statement,
        params![
            key,
            id,
            all,
            own,
            units,
            state,
            open,
            owner,
            customers,
            conversation,
            overdue_at,
            number,
            kind,
            from,
            to,
            complaint,
            limit
        ],
    )
}

/// How many of each kind came on each day from `from` to `to`, both included, within `scope`.
pub(crate) fn by_day(tx: &mut Tx<'_>, scope: &Scope, from: &str, to: &str) -> Result<Vec<(String, FeedbackKind, i64)>> {
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(&BY_DAY, params![from, to, all, own, units])
}

/// How many of each kind came on some days, of what people of these units have, or of all.
pub(crate) fn tally(
    tx: &mut Tx<'_>,
    from: &str,
    to: &str,
    units: Option<&[UnitId]>,
) -> Result<Vec<(FeedbackKind, i64)>> {
    tx.all(&TALLY, params![from, to, units.map(|units| serde_json::json!(units).to_string())])
}

/// Of each kind: how many are to be answered within `scope`, how many of these are overdue, and how many `me` has.
pub(crate) fn counts(
    tx: &mut Tx<'_>,
    scope: &Scope,
    me: UserId,
    now: Timestamp,
) -> Result<Vec<(FeedbackKind, i64, i64, i64)>> {
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(&COUNTS, params![now, me, all, own, units])
}

/// What somebody has that is to be answered.
pub(crate) fn left_behind(tx: &mut Tx<'_>, who: UserId) -> Result<Vec<FeedbackItem>> {
    tx.all(&LEFT_BEHIND, params![who])
}

/// Those of these customers with whom something is not over.
pub(crate) fn open_customers(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<CustomerId>> {
    let open: Vec<(CustomerId,)> = tx.all(&OPEN_CUSTOMERS, params![serde_json::json!(customers).to_string()])?;
    Ok(open.into_iter().map(|(id,)| id).collect())
}

/// The next number of a day: who takes one in at the same time waits, and one not kept gives it back.
pub(crate) fn next_number(tx: &mut Tx<'_>, day: &str) -> Result<i64> {
    tx.exec(&NUMBER, params![day])?;
    Ok(tx.one::<(i64,)>(&NUMBERED, params![day])?.0)
}

/// Keeps what happened, in its place.
pub(crate) fn insert_move(tx: &mut Tx<'_>, mut one: FeedbackMove) -> Result<()> {
    one.number = tx.one::<(i64,)>(&LAST_MOVE, params![one.feedback_item_id])?.0 + 1;
    tx.exec(&INSERT_MOVE, &one.values()).map(drop)
}

pub(crate) fn moves(tx: &mut Tx<'_>, id: Id<FeedbackItem>) -> Result<Vec<FeedbackMove>> {
    tx.all(&MOVES, params![id])
}

pub(crate) fn rules(tx: &mut Tx<'_>) -> Result<FeedbackRules> {
    Ok(tx.maybe(&RULES, &[])?.unwrap_or_default())
}

pub(crate) fn save_rules(tx: &mut Tx<'_>, rules: &FeedbackRules) -> Result<()> {
    let statement = if rules.version == 1 { &INSERT_RULES } else { &UPDATE_RULES };
    tx.exec_one(statement, &rules.values(), codes::STALE)
}
