//! The SQL of segments themselves; columns and members have theirs beside what they do.

use kernel::{CustomerId, Id, Result, Timestamp};
use store::{Record, ToValue, Tx, params, sql};

use crate::{codes, model::Segment};

/// Segments there may be: each is looked through every night.
pub(crate) const MOST: i64 = 500;

sql! {
    INSERT(Segment) = "INSERT INTO segments ({cols}) VALUES ({vals})";
    UPDATE(Segment) = "UPDATE segments SET {sets} WHERE id = $1 AND version = $12 - 1";
    FIND(Segment) = "SELECT {cols} FROM segments WHERE id = $1";
    ALL(Segment) = "SELECT {cols} FROM segments WHERE removed_at IS NULL ORDER BY created_at, id LIMIT $1";
    COUNT = "SELECT count(*) FROM segments WHERE removed_at IS NULL";
    OLD = "SELECT id FROM segments WHERE removed_at < $1";
    DELETE = "DELETE FROM segments WHERE id = $1";
    IDS = "SELECT number, customer_id FROM segment_customers WHERE number {in:BIGINT}";
    NUMBER = "SELECT number FROM segment_customers WHERE customer_id = $1";
}

pub(crate) fn insert(tx: &mut Tx<'_>, segment: &Segment) -> Result<()> {
    tx.exec(&INSERT, &segment.values()).map(drop)
}

pub(crate) fn save(tx: &mut Tx<'_>, segment: &Segment) -> Result<()> {
    tx.exec_one(&UPDATE, &segment.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<Segment>) -> Result<Segment> {
    tx.one(&FIND, params![id])
}

/// Those that are not put away, oldest first.
pub(crate) fn all(tx: &mut Tx<'_>) -> Result<Vec<Segment>> {
    tx.all(&ALL, params![MOST])
}

pub(crate) fn count(tx: &mut Tx<'_>) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&COUNT, &[])?.0)
}

/// Those put away before then.
pub(crate) fn old(tx: &mut Tx<'_>, before: Timestamp) -> Result<Vec<Id<Segment>>> {
    Ok(tx.all::<(Id<Segment>,)>(&OLD, params![before])?.into_iter().map(|(id,)| id).collect())
}

pub(crate) fn delete(tx: &mut Tx<'_>, id: Id<Segment>) -> Result<()> {
    tx.exec(&DELETE, params![id]).map(drop)
}

/// Who has these numbers, in their order.
pub(crate) fn customers(tx: &mut Tx<'_>, numbers: &[i64]) -> Result<Vec<CustomerId>> {
    let keys: Vec<_> = numbers.iter().map(|number| vec![number.to_value()]).collect();
    let known: std::collections::HashMap<i64, CustomerId> =
        tx.all_rows::<(i64, CustomerId)>(&IDS, &keys)?.into_iter().collect();
    Ok(numbers.iter().filter_map(|number| known.get(number).copied()).collect())
}

/// The number of this customer, once there is one.
pub(crate) fn number(tx: &mut Tx<'_>, id: CustomerId) -> Result<Option<i64>> {
    Ok(tx.maybe::<(i64,)>(&NUMBER, params![id])?.map(|(number,)| number))
}
