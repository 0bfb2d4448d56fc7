//! The SQL of contact points, flags and rules.

pub(crate) mod purges;

use std::collections::HashMap;

use kernel::{Cursor, CustomerId, Id, Result, Scope, Timestamp, UserId};
use serde_json::json;
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{ContactPoint, ContactSignal, CustomerVerification, FlagReason, FlaggedCustomer, HygieneRules},
};

/// A list that begins with what an index serves: `$1 $2` the cursor, `$3` all, `$4 $5` one's own and one's units, `$6`
/// whether those whom nobody looks after too, `$7` owner, `$8` reason, `$9` how many.
macro_rules! list {
    ($lead:literal) => {
        concat!(
            "SELECT {cols} FROM flagged_customers WHERE ",
            $lead,
            " AND (active_at, customer_id) > ($1, $2)
              AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT)))
                OR (CAST($6 AS BOOLEAN) AND owner_id IS NULL AND unit_id IS NULL))
              AND (CAST($7 AS TEXT) IS NULL OR owner_id = $7)
              AND (CAST($8 AS TEXT) IS NULL OR (CAST($8 AS TEXT) = 'stale' AND stale)
                OR (CAST($8 AS TEXT) = 'invalid_contact' AND invalid_points > 0))
              ORDER BY active_at, customer_id LIMIT $9"
        )
    };
}

sql! {
    RULES(HygieneRules) = "SELECT {cols} FROM hygiene_rules WHERE id = 'rules'";
    SAVE_RULES(HygieneRules) = "UPDATE hygiene_rules SET {sets} WHERE id = $1 AND version = $5 - 1";

    POINTS(ContactPoint) = "SELECT {cols} FROM contact_points
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY customer_id, id";
    POINT(ContactPoint) = "SELECT {cols} FROM contact_points WHERE id = $1";
    PUT_POINT(ContactPoint) = "INSERT INTO contact_points ({cols}) VALUES ({vals}) ON CONFLICT (customer_id, mark) DO UPDATE SET
        failures = $6, failed_at = $7, worked_at = $8, invalid_at = $9, version = $10";
    DROP_POINT = "DELETE FROM contact_points WHERE id = $1";
    DROP_POINT_SIGNALS = "DELETE FROM contact_signals WHERE point_id = $1";
    DROP_POINTS = "DELETE FROM contact_points WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    INSERT_SIGNAL(ContactSignal) = "INSERT INTO contact_signals ({cols}) VALUES ({vals})";
    SIGNALS(ContactSignal) = "SELECT {cols} FROM contact_signals
        WHERE point_id = $1 ORDER BY at DESC, id DESC LIMIT $2";
    DROP_SIGNALS = "DELETE FROM contact_signals WHERE point_id IN (SELECT id FROM contact_points
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))))";

    FLAG(FlaggedCustomer) = "SELECT {cols} FROM flagged_customers WHERE customer_id = $1 FOR UPDATE";
    FLAGS(FlaggedCustomer) = "SELECT {cols} FROM flagged_customers
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY customer_id";
    PUT_FLAG(FlaggedCustomer) = "INSERT INTO flagged_customers ({cols}) VALUES ({vals}) ON CONFLICT (customer_id) DO UPDATE SET
        owner_id = $2, unit_id = $3, stale = $4, active_at = $5, invalid_points = $6, version = $8";
    PUT_STALE(FlaggedCustomer) = "INSERT INTO flagged_customers ({cols}) VALUES {rows} ON CONFLICT (customer_id) DO UPDATE SET
        owner_id = excluded.owner_id, unit_id = excluded.unit_id, stale = TRUE, active_at = excluded.active_at,
        version = flagged_customers.version + 1";
    DROP_FLAGS = "DELETE FROM flagged_customers WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    // Of those between two ids, who are not among these.
    DROP_ACTIVE = "DELETE FROM flagged_customers WHERE customer_id > $1 AND customer_id <= $2 AND stale AND invalid_points = 0
        AND customer_id NOT IN (SELECT value FROM json_each(CAST($3 AS TEXT)))";
    CLEAR_ACTIVE = "UPDATE flagged_customers SET stale = FALSE, version = version + 1
        WHERE customer_id > $1 AND customer_id <= $2 AND stale
        AND customer_id NOT IN (SELECT value FROM json_each(CAST($3 AS TEXT)))";

    LIST(FlaggedCustomer) = list!("active_at >= 0");
    LIST_STALE(FlaggedCustomer) = list!("stale");
    LIST_INVALID(FlaggedCustomer) = list!("invalid_points > 0");
    LIST_OF_OWNER(FlaggedCustomer) = list!("owner_id = $7");
    COUNTS = "SELECT count(CASE WHEN stale THEN 1 END), count(CASE WHEN invalid_points > 0 THEN 1 END), count(*) FROM flagged_customers
        WHERE CAST($1 AS BOOLEAN) OR owner_id = $2 OR unit_id IN (SELECT value FROM json_each(CAST($3 AS TEXT)))
          OR (CAST($4 AS BOOLEAN) AND owner_id IS NULL AND unit_id IS NULL)";

    PUT_VERIFICATION(CustomerVerification) = "INSERT INTO customer_verifications ({cols}) VALUES ({vals})
        ON CONFLICT (customer_id) DO UPDATE SET note = $2, by_id = $3, by_name = $4, at = $5";
    VERIFICATIONS(CustomerVerification) = "SELECT {cols} FROM customer_verifications
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at DESC, customer_id";
    DROP_VERIFICATIONS = "DELETE FROM customer_verifications WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

fn ids(of: &[CustomerId]) -> String {
    json!(of).to_string()
}

pub(crate) fn rules(tx: &mut Tx<'_>) -> Result<HygieneRules> {
    tx.one(&RULES, &[])
}

pub(crate) fn save_rules(tx: &mut Tx<'_>, rules: &HygieneRules) -> Result<()> {
    tx.exec_one(&SAVE_RULES, &rules.values(), codes::STALE)
}

/// All that was heard of these, under whichever of these ids.
pub(crate) fn points(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Vec<ContactPoint>> {
    tx.all(&POINTS, params![ids(of)])
}

pub(crate) fn point(tx: &mut Tx<'_>, id: Id<ContactPoint>) -> Result<Option<ContactPoint>> {
    tx.maybe(&POINT, params![id])
}

pub(crate) fn put_point(tx: &mut Tx<'_>, point: &ContactPoint) -> Result<()> {
    tx.exec(&PUT_POINT, &point.values()).map(drop)
}

/// Forgets one, with what was heard of it.
pub(crate) fn drop_point(tx: &mut Tx<'_>, id: Id<ContactPoint>) -> Result<()> {
    tx.exec(&DROP_POINT_SIGNALS, params![id])?;
    tx.exec(&DROP_POINT, params![id]).map(drop)
}

pub(crate) fn insert_signal(tx: &mut Tx<'_>, signal: &ContactSignal) -> Result<()> {
    tx.exec(&INSERT_SIGNAL, &signal.values()).map(drop)
}

/// What was heard of one, the latest first.
pub(crate) fn signals(tx: &mut Tx<'_>, point: Id<ContactPoint>, limit: i64) -> Result<Vec<ContactSignal>> {
    tx.all(&SIGNALS, params![point, limit])
}

/// The flag of this very customer, locked.
pub(crate) fn flag(tx: &mut Tx<'_>, of: CustomerId) -> Result<Option<FlaggedCustomer>> {
    tx.maybe(&FLAG, params![of])
}

pub(crate) fn flags(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<HashMap<CustomerId, FlaggedCustomer>> {
    let flags: Vec<FlaggedCustomer> = tx.all(&FLAGS, params![ids(of)])?;
    Ok(flags.into_iter().map(|flag| (flag.customer_id, flag)).collect())
}

/// Keeps a flag; one that says nothing is taken down.
pub(crate) fn put_flag(tx: &mut Tx<'_>, flag: &FlaggedCustomer) -> Result<()> {
    if flag.stale || flag.invalid_points > 0 {
        tx.exec(&PUT_FLAG, &flag.values()).map(drop)
    } else {
        drop_flags(tx, &[flag.customer_id])
    }
}

pub(crate) fn drop_flags(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<()> {
    tx.exec(&DROP_FLAGS, params![ids(of)]).map(drop)
}

/// Flags those who are out of date, and of the others between these two ids, the first left out, nobody.
pub(crate) fn put_stale(tx: &mut Tx<'_>, (after, upto): (&str, &str), stale: &[FlaggedCustomer]) -> Result<()> {
    let these = ids(&stale.iter().map(|flag| flag.customer_id).collect::<Vec<_>>());
    tx.exec(&DROP_ACTIVE, params![after, upto, these])?;
    tx.exec(&CLEAR_ACTIVE, params![after, upto, these])?;
    tx.exec_rows(&PUT_STALE, &stale.iter().map(FlaggedCustomer::values).collect::<Vec<_>>())
}

/// Those behind `after` whom one sees, who were active longest ago first.
pub(crate) fn list(
    tx: &mut Tx<'_>,
    (scope, unowned): &(Scope, bool),
    (owner, reason): (Option<UserId>, Option<FlagReason>),
    after: &Cursor,
    limit: i64,
) -> Result<Vec<FlaggedCustomer>> {
    let statement = match (owner, reason) {
        (Some(_), _) => &LIST_OF_OWNER,
        (None, Some(FlagReason::Stale)) => &LIST_STALE,
        (None, Some(FlagReason::InvalidContact)) => &LIST_INVALID,
        (None, None) => &LIST,
    };
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(statement, params![after.key, after.id, all, own, units, unowned, owner, reason, limit])
}

/// How many are out of date, how many have something dead, and how many there are of both.
pub(crate) fn counts(tx: &mut Tx<'_>, (scope, unowned): &(Scope, bool)) -> Result<(i64, i64, i64)> {
    tx.one(&COUNTS, params![scope.is_all(), scope.own(), scope.units_json(), unowned])
}

pub(crate) fn put_verification(tx: &mut Tx<'_>, verification: &CustomerVerification) -> Result<()> {
    tx.exec(&PUT_VERIFICATION, &verification.values()).map(drop)
}

/// Who said of these that what is known is right, the latest first.
pub(crate) fn verifications(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Vec<CustomerVerification>> {
    tx.all(&VERIFICATIONS, params![ids(of)])
}

/// When that was last said of these.
pub(crate) fn verified(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Vec<(CustomerId, Timestamp)>> {
    Ok(verifications(tx, of)?.into_iter().map(|one| (one.customer_id, one.at)).collect())
}

/// Forgets all that is kept of these.
pub(crate) fn forget(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<()> {
    tx.exec(&DROP_SIGNALS, params![ids(of)])?;
    tx.exec(&DROP_POINTS, params![ids(of)])?;
    tx.exec(&DROP_VERIFICATIONS, params![ids(of)])?;
    drop_flags(tx, of)
}
