//! All SQL of this module.

use kernel::{Cursor, CustomerId, Id, Result, Scope, Timestamp, UserId};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{Approval, AuthorityLimits, Decision, Delegation},
};

/// A list by `$narrowed`, the condition its index serves, and by every filter that is given: `$1 $2`
/// the cursor, `$3 $4 $5` the scope, `$6` state, `$7` applicant, `$8` subject, `$9` how many.
macro_rules! list {
    ($narrowed:literal) => {
        concat!(
            "SELECT {cols} FROM approvals WHERE ",
            $narrowed,
            " AND (created_at, id) < ($1, $2)
              AND (CAST($3 AS BOOLEAN) OR applicant_id = $4
                OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
              AND (CAST($6 AS TEXT) IS NULL OR state = $6)
              AND (CAST($7 AS TEXT) IS NULL OR applicant_id = $7)
              AND (CAST($8 AS TEXT) IS NULL OR subject_id = $8)
            ORDER BY created_at DESC, id DESC LIMIT $9"
        )
    };
}

sql! {
    INSERT(Approval) = "INSERT INTO approvals ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE(Approval) = "UPDATE approvals SET {sets} WHERE id = $1 AND version = $17 - 1";
    FIND(Approval) = "SELECT {cols} FROM approvals WHERE id = $1";
    FIND_KEY(Approval) = "SELECT {cols} FROM approvals WHERE source = $1 AND key = $2";
    LIST(Approval) = list!("id <> ''");
    LIST_STANDING(Approval) = list!("state = $6");
    LIST_OF_APPLICANT(Approval) = list!("applicant_id = $7");
    LIST_ABOUT(Approval) = list!("subject_id = $8");
    WAITING(Approval) = "SELECT {cols} FROM approvals
        WHERE state = 'pending' AND (created_at, id) < ($1, $2) AND applicant_id <> $3
        ORDER BY created_at DESC, id DESC LIMIT $4";

    INSERT_DECISION(Decision) = "INSERT INTO approval_decisions ({cols}) VALUES ({vals})";
    DECISIONS(Decision) = "SELECT {cols} FROM approval_decisions
        WHERE approval_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY decided_at, id";

    LIMITS(AuthorityLimits) = "SELECT {cols} FROM authority_limits WHERE id = 'all'";
    INSERT_LIMITS(AuthorityLimits) = "INSERT INTO authority_limits ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_LIMITS(AuthorityLimits) = "UPDATE authority_limits SET {sets} WHERE id = $1 AND version = $4 - 1";

    INSERT_DELEGATION(Delegation) = "INSERT INTO delegations ({cols}) VALUES ({vals})";
    REVOKE = "UPDATE delegations SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    FIND_DELEGATION(Delegation) = "SELECT {cols} FROM delegations WHERE id = $1";
    DELEGATIONS_TO(Delegation) = "SELECT {cols} FROM delegations
        WHERE delegate_id = $1 AND ends_at > $2 AND revoked_at IS NULL ORDER BY created_at, id";
    DELEGATIONS_OF(Delegation) = "SELECT {cols} FROM delegations
        WHERE (created_at, id) < ($2, $3) AND (delegator_id = $1 OR delegate_id = $1)
        ORDER BY created_at DESC, id DESC LIMIT $4";
    OPEN_CUSTOMERS = "SELECT DISTINCT subject_id FROM approvals
        WHERE subject_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND subject_kind = 'customer' AND state = 'pending'";
}

/// Which requests; what is none lets all through.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub state: Option<&'static str>,
    pub applicant: Option<UserId>,
    pub subject: Option<String>,
}

pub(crate) fn list(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<Approval>> {
    let Filter { state, applicant, subject } = filter;
    let statement = match (applicant, subject, state) {
        (_, Some(_), _) => &LIST_ABOUT,
        (Some(_), ..) => &LIST_OF_APPLICANT,
        (.., Some(_)) => &LIST_STANDING,
        _ => &LIST,
    };
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(statement, params![before.key, before.id, all, own, units, state, applicant, subject, limit])
}

/// Requests of others that wait for a decision, the newest first; who may decide them is not asked.
pub(crate) fn waiting(tx: &mut Tx<'_>, me: UserId, before: &Cursor, limit: i64) -> Result<Vec<Approval>> {
    tx.all(&WAITING, params![before.key, before.id, me, limit])
}

/// The request, or the one its source made under the same key before.
pub(crate) fn insert(tx: &mut Tx<'_>, approval: &Approval) -> Result<Option<Approval>> {
    if tx.exec(&INSERT, &approval.values())? == 1 {
        return Ok(None);
    }
    tx.one(&FIND_KEY, params![approval.source, approval.key]).map(Some)
}

pub(crate) fn save(tx: &mut Tx<'_>, approval: &Approval) -> Result<()> {
    tx.exec_one(&UPDATE, &approval.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<Approval>) -> Result<Approval> {
    tx.one(&FIND, params![id])
}

pub(crate) fn insert_decision(tx: &mut Tx<'_>, decision: &Decision) -> Result<()> {
    tx.exec(&INSERT_DECISION, &decision.values()).map(drop)
}

/// The decisions on these requests, in the order they were taken.
pub(crate) fn decisions(tx: &mut Tx<'_>, approvals: &[Approval]) -> Result<Vec<Decision>> {
    let ids: Vec<String> = approvals.iter().map(|approval| approval.id.to_string()).collect();
    tx.all(&DECISIONS, params![serde_json::json!(ids).to_string()])
}

/// What was set; none while nothing was.
pub(crate) fn limits(tx: &mut Tx<'_>) -> Result<Option<AuthorityLimits>> {
    tx.maybe(&LIMITS, &[])
}

pub(crate) fn save_limits(tx: &mut Tx<'_>, limits: &AuthorityLimits) -> Result<()> {
    let statement = if limits.version == 1 { &INSERT_LIMITS } else { &UPDATE_LIMITS };
    tx.exec_one(statement, &limits.values(), codes::STALE)
}

pub(crate) fn insert_delegation(tx: &mut Tx<'_>, delegation: &Delegation) -> Result<()> {
    tx.exec(&INSERT_DELEGATION, &delegation.values()).map(drop)
}

pub(crate) fn delegation(tx: &mut Tx<'_>, id: Id<Delegation>) -> Result<Delegation> {
    tx.one(&FIND_DELEGATION, params![id])
}

pub(crate) fn revoke(tx: &mut Tx<'_>, id: Id<Delegation>) -> Result<bool> {
    let now = tx.now();
    Ok(tx.exec(&REVOKE, params![id, now])? == 1)
}

/// What was delegated to `me` and is not over at `now`.
pub(crate) fn delegations_to(tx: &mut Tx<'_>, me: UserId, now: Timestamp) -> Result<Vec<Delegation>> {
    tx.all(&DELEGATIONS_TO, params![me, now])
}

/// What `me` gave and got, the newest first.
pub(crate) fn delegations_of(tx: &mut Tx<'_>, me: UserId, before: &Cursor, limit: i64) -> Result<Vec<Delegation>> {
    tx.all(&DELEGATIONS_OF, params![me, before.key, before.id, limit])
}

/// Those of these customers for whom a decision is waited for.
pub(crate) fn open_customers(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<CustomerId>> {
    let open: Vec<(CustomerId,)> = tx.all(&OPEN_CUSTOMERS, params![serde_json::json!(customers).to_string()])?;
    Ok(open.into_iter().map(|(id,)| id).collect())
}
