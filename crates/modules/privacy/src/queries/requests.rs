//! Requests and copies.

use kernel::{Cursor, CustomerId, Error, Id, Result, Scope, Timestamp, UserId};
use serde_json::json;
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{PrivacyCopy, PrivacyRequest, PrivacyRequestKind, PrivacyRequestState},
};

/// A list that begins with what an index serves: `$1 $2` the cursor, `$3 $4 $5` the scope, `$6` state, `$7` owner, `$8`
/// customer, `$9` kind, `$10` overdue as of, `$11` how many.
macro_rules! list {
    ($lead:literal, $page:literal, $order:literal) => {
        concat!(
            "SELECT {cols} FROM privacy_requests WHERE ",
            $lead,
            " AND ",
            $page,
            " AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
              AND (CAST($6 AS TEXT) IS NULL OR state = $6)
              AND (CAST($7 AS TEXT) IS NULL OR owner_id = $7)
              AND (CAST($8 AS TEXT) IS NULL OR customer_id IN (SELECT value FROM json_each(CAST($8 AS TEXT))))
              AND (CAST($9 AS TEXT) IS NULL OR kind = $9)
              AND (CAST($10 AS BIGINT) IS NULL OR due_at < COALESCE(closed_at, $10))
              ORDER BY ",
            $order,
            " LIMIT $11"
        )
    };
    ($lead:literal, due) => {
        list!($lead, "(due_at, id) > ($1, $2)", "due_at, id")
    };
    ($lead:literal, received) => {
        list!($lead, "(received_at, id) < ($1, $2)", "received_at DESC, id DESC")
    };
}

sql! {
    INSERT(PrivacyRequest) = "INSERT INTO privacy_requests ({cols}) VALUES ({vals})";
    UPDATE(PrivacyRequest) = "UPDATE privacy_requests SET {sets} WHERE id = $1 AND version = $27 - 1";
    FIND(PrivacyRequest) = "SELECT {cols} FROM privacy_requests WHERE id = $1";
    DUE(PrivacyRequest) = list!("state = $6", due);
    DUE_OF_OWNER(PrivacyRequest) = list!("owner_id = $7 AND state = $6", due);
    RECEIVED(PrivacyRequest) = list!("id <> ''", received);
    OF_CUSTOMER(PrivacyRequest) = list!("customer_id IN (SELECT value FROM json_each(CAST($8 AS TEXT)))", received);
    DUE_BEFORE(PrivacyRequest) = "SELECT {cols} FROM privacy_requests
        WHERE state = 'open' AND due_at < $1 AND reminded_at IS NULL ORDER BY due_at, id LIMIT $2";
    COUNTS = "SELECT count(*), count(CASE WHEN due_at < $1 THEN 1 END), count(CASE WHEN due_at < $2 THEN 1 END)
        FROM privacy_requests WHERE state = 'open'
          AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))";
    OF_THESE(PrivacyRequest) = "SELECT {cols} FROM privacy_requests
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY received_at, id";
    OPEN = "SELECT DISTINCT customer_id FROM privacy_requests
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND state = 'open'";
    EMPTY = "UPDATE privacy_requests SET words = '', customer_name = '', answer = NULL, claimant = NULL, version = version + 1
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    KEEP_COPY(PrivacyCopy) = "INSERT INTO privacy_copies ({cols}) VALUES ({vals})
        ON CONFLICT (request_id) DO UPDATE SET body = $3, made_at = $4, until_at = $5, downloads = 0";
    COPY(PrivacyCopy) = "SELECT {cols} FROM privacy_copies WHERE request_id = $1 AND until_at > $2";
    COPY_HEAD = "SELECT made_at, until_at, downloads FROM privacy_copies WHERE request_id = $1 AND until_at > $2";
    DOWNLOADED = "UPDATE privacy_copies SET downloads = downloads + 1 WHERE request_id = $1";
    FORGET_COPIES = "DELETE FROM privacy_copies WHERE until_at <= $1";
    FORGET_COPIES_OF = "DELETE FROM privacy_copies WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

/// Which requests; what is none lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub state: Option<PrivacyRequestState>,
    pub owner: Option<UserId>,
    /// Everybody who is one person.
    pub customer: Option<Vec<CustomerId>>,
    pub kind: Option<PrivacyRequestKind>,
    pub overdue_at: Option<Timestamp>,
}

impl Filter {
    /// Open ones come in the order in which they are due, others newest first.
    pub(crate) fn by_due(&self) -> bool {
        self.state == Some(PrivacyRequestState::Open) && self.customer.is_none()
    }
}

pub(crate) fn insert(tx: &mut Tx<'_>, request: &PrivacyRequest) -> Result<()> {
    match tx.exec(&INSERT, &request.values())? {
        1 => Ok(()),
        _ => Err(Error::internal("a request was not written")),
    }
}

pub(crate) fn save(tx: &mut Tx<'_>, request: &PrivacyRequest) -> Result<()> {
    tx.exec_one(&UPDATE, &request.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<PrivacyRequest>) -> Result<PrivacyRequest> {
    tx.one(&FIND, params![id])
}

pub(crate) fn list(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    from: &Cursor,
    limit: i64,
) -> Result<Vec<PrivacyRequest>> {
    let Filter { state, owner, customer, kind, overdue_at } = filter;
    let statement = match (customer, owner) {
        (Some(_), _) => &OF_CUSTOMER,
        (_, Some(_)) if filter.by_due() => &DUE_OF_OWNER,
        _ if filter.by_due() => &DUE,
        _ => &RECEIVED,
    };
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    let customer = customer.as_ref().map(|ids| json!(ids).to_string());
    tx.all(statement, params![from.key, from.id, all, own, units, state, owner, customer, kind, overdue_at, limit])
}

/// Of how many within `scope` nobody was reminded that they are due before this moment.
pub(crate) fn due_before(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<Vec<PrivacyRequest>> {
    tx.all(&DUE_BEFORE, params![before, limit])
}

/// How many within `scope` are open; of these, due before `soon` and due before `now`.
pub(crate) fn counts(tx: &mut Tx<'_>, scope: &Scope, soon: Timestamp, now: Timestamp) -> Result<(i64, i64, i64)> {
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.one(&COUNTS, params![soon, now, all, own, units])
}

/// All requests of these.
pub(crate) fn of(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<PrivacyRequest>> {
    tx.all(&OF_THESE, params![json!(customers).to_string()])
}

/// Empties the words and names of these, and forgets their copies.
pub(crate) fn empty(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    tx.exec(&EMPTY, params![json!(customers).to_string()])?;
    tx.exec(&FORGET_COPIES_OF, params![json!(customers).to_string()]).map(drop)
}

pub(crate) fn keep_copy(tx: &mut Tx<'_>, copy: &PrivacyCopy) -> Result<()> {
    tx.exec(&KEEP_COPY, &copy.values()).map(drop)
}

/// The copy made for a request, while its time lasts.
pub(crate) fn copy(tx: &mut Tx<'_>, id: Id<PrivacyRequest>, now: Timestamp) -> Result<Option<PrivacyCopy>> {
    tx.maybe(&COPY, params![id, now])
}

/// When the copy was made, until when it is kept, and how often it was downloaded.
pub(crate) fn copy_head(
    tx: &mut Tx<'_>,
    id: Id<PrivacyRequest>,
    now: Timestamp,
) -> Result<Option<(Timestamp, Timestamp, i64)>> {
    tx.maybe(&COPY_HEAD, params![id, now])
}

pub(crate) fn downloaded(tx: &mut Tx<'_>, id: Id<PrivacyRequest>) -> Result<()> {
    tx.exec(&DOWNLOADED, params![id]).map(drop)
}

pub(crate) fn forget_copies(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    tx.exec(&FORGET_COPIES, params![now]).map(drop)
}

/// Those of these customers of whom a request is open.
pub(crate) fn open(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<CustomerId>> {
    let open: Vec<(CustomerId,)> = tx.all(&OPEN, params![json!(customers).to_string()])?;
    Ok(open.into_iter().map(|(id,)| id).collect())
}
