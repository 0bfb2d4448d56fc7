//! All SQL of this module.

use std::collections::HashSet;

use conversations::{ConversationId, WrapUpReason};
use kernel::{Cursor, CustomerId, Error, Id, Result, Scope, UnitId, UserId};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{DailyRecord, InquiryRecord, Outcome, RecordId, RecordVersion, Way},
};

/// A list that begins with what an index serves, by every filter that is given: `$1 $2` the cursor,
/// `$3 $4 $5` the scope, `$6` owner, `$7` unit, `$8` customer, `$9` reason, `$10` day, `$11` way, `$12`
/// outcome, `$13` part of the words, `$14` how many.
macro_rules! list {
    ($lead:literal) => {
        concat!(
            "SELECT {cols} FROM inquiry_records WHERE ",
            $lead,
            " AND (ended_at, id) < ($1, $2)
              AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
              AND (CAST($6 AS TEXT) IS NULL OR owner_id = $6)
              AND (CAST($7 AS TEXT) IS NULL OR unit_id = $7)
              AND (CAST($8 AS TEXT) IS NULL OR customer_id = $8)
              AND (CAST($9 AS TEXT) IS NULL OR reason_id = $9)
              AND (CAST($10 AS TEXT) IS NULL OR day = $10)
              AND (CAST($11 AS TEXT) IS NULL OR way = $11)
              AND (CAST($12 AS TEXT) IS NULL OR outcome = $12)
              AND ($13 = '' OR instr(lower(asked), $13) > 0 OR instr(lower(answer), $13) > 0
                OR instr(lower(customer_name), $13) > 0)
              ORDER BY ended_at DESC, id DESC LIMIT $14"
        )
    };
}

sql! {
    INSERT(InquiryRecord) = "INSERT INTO inquiry_records ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE(InquiryRecord) = "UPDATE inquiry_records SET {sets} WHERE id = $1 AND version = $24 - 1";
    FIND(InquiryRecord) = "SELECT {cols} FROM inquiry_records WHERE id = $1";
    OF_CONVERSATION(InquiryRecord) = "SELECT {cols} FROM inquiry_records WHERE conversation_id = $1";

    LIST(InquiryRecord) = list!("id <> ''");
    OF_OWNER(InquiryRecord) = list!("owner_id = $6");
    OF_CUSTOMER(InquiryRecord) = list!("customer_id = $8");
    OF_DAY(InquiryRecord) = list!("day = $10");
    OF_REASON(InquiryRecord) = list!("reason_id = $9");

    ENDED_AFTER(InquiryRecord) = "SELECT {cols} FROM inquiry_records WHERE (ended_at, id) > ($1, $2) ORDER BY ended_at, id LIMIT $3";
    SHEET(InquiryRecord) = "SELECT {cols} FROM inquiry_records
        WHERE day = $1 AND ((CAST($2 AS TEXT) IS NULL AND unit_id IS NULL) OR unit_id = $2) ORDER BY ended_at, id";
    DAYS = "SELECT day, unit_id, count(*), count(CASE WHEN outcome = 'solved' THEN 1 END), count(CASE WHEN outcome = 'unsolved' THEN 1 END)
        FROM inquiry_records
        WHERE day BETWEEN $1 AND $2
          AND (CAST($3 AS BOOLEAN) OR unit_id IN (SELECT value FROM json_each(CAST($4 AS TEXT))))
        GROUP BY day, unit_id ORDER BY day DESC, COALESCE(unit_id, '')";
    SIGNATURES(DailyRecord) = "SELECT {cols} FROM daily_records WHERE day BETWEEN $1 AND $2 ORDER BY day, id";

    SIGN(DailyRecord) = "INSERT INTO daily_records ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    SIGNATURE(DailyRecord) = "SELECT {cols} FROM daily_records WHERE sheet = $1";
    SIGNED_SINCE = "SELECT day FROM daily_records WHERE ((CAST($1 AS TEXT) IS NULL AND unit_id IS NULL) OR unit_id = $1) AND day >= $2 ORDER BY day";

    ADD_VERSION(RecordVersion) = "INSERT INTO inquiry_record_versions ({cols}) VALUES ({vals})";
    VERSIONS(RecordVersion) = "SELECT {cols} FROM inquiry_record_versions WHERE record_id = $1 ORDER BY number";
}

/// Which records; what is none lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub owner: Option<UserId>,
    pub unit: Option<UnitId>,
    pub customer: Option<CustomerId>,
    pub reason: Option<Id<WrapUpReason>>,
    pub day: Option<String>,
    pub way: Option<Way>,
    pub outcome: Option<Outcome>,
    /// In lower case.
    pub text: String,
}

/// Keeps a new record; false when its conversation has one.
pub(crate) fn insert(tx: &mut Tx<'_>, record: &InquiryRecord) -> Result<bool> {
    Ok(tx.exec(&INSERT, &record.values())? == 1)
}

pub(crate) fn save(tx: &mut Tx<'_>, record: &InquiryRecord) -> Result<()> {
    tx.exec_one(&UPDATE, &record.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: RecordId) -> Result<InquiryRecord> {
    tx.one(&FIND, params![id])
}

pub(crate) fn of_conversation(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<InquiryRecord>> {
    tx.maybe(&OF_CONVERSATION, params![id])
}

/// The contact that ended last comes first.
pub(crate) fn list(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<InquiryRecord>> {
    let Filter { owner, unit, customer, reason, day, way, outcome, text } = filter;
    let statement = match (customer, owner, day, reason) {
        (Some(_), ..) => &OF_CUSTOMER,
        (_, Some(_), ..) => &OF_OWNER,
        (_, _, Some(_), _) => &OF_DAY,
        (.., Some(_)) => &OF_REASON,
        _ => &LIST,
    };
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(
        statement,
        params![before.key, before.id, all, own, units, owner, unit, customer, reason, day, way, outcome, text, limit],
    )
}

pub(crate) fn ended_after(tx: &mut Tx<'_>, after: &Cursor, limit: i64) -> Result<Vec<InquiryRecord>> {
    tx.all(&ENDED_AFTER, params![after.key, after.id, limit])
}

/// What stands on a team's sheet, in the order in which the contacts ended.
pub(crate) fn of_day(tx: &mut Tx<'_>, unit: Option<UnitId>, day: &str) -> Result<Vec<InquiryRecord>> {
    tx.all(&SHEET, params![day, unit])
}

/// Day, team, how many, how many settled, how many not.
pub(crate) type DayCount = (String, Option<UnitId>, i64, i64, i64);

/// The sheets of these days, those of teams out of sight left out.
pub(crate) fn days(tx: &mut Tx<'_>, scope: &Scope, from: &str, to: &str) -> Result<Vec<DayCount>> {
    tx.all(&DAYS, params![from, to, scope.is_all(), scope.units_json()])
}

pub(crate) fn signatures(tx: &mut Tx<'_>, from: &str, to: &str) -> Result<Vec<DailyRecord>> {
    tx.all(&SIGNATURES, params![from, to])
}

pub(crate) fn sign(tx: &mut Tx<'_>, signed: &DailyRecord) -> Result<()> {
    tx.exec_one(&SIGN, &signed.values(), codes::SIGNED)
}

pub(crate) fn signature(tx: &mut Tx<'_>, unit: Option<UnitId>, day: &str) -> Result<Option<DailyRecord>> {
    tx.maybe(&SIGNATURE, params![DailyRecord::sheet(unit, day)])
}

/// The signed days of a team from `day` on.
pub(crate) fn signed_since(tx: &mut Tx<'_>, unit: Option<UnitId>, day: &str) -> Result<HashSet<String>> {
    let days: Vec<(String,)> = tx.all(&SIGNED_SINCE, params![unit, day])?;
    Ok(days.into_iter().map(|(day,)| day).collect())
}

pub(crate) fn add_version(tx: &mut Tx<'_>, version: &RecordVersion) -> Result<()> {
    match tx.exec(&ADD_VERSION, &version.values())? {
        1 => Ok(()),
        _ => Err(Error::internal("a version was not written")),
    }
}

pub(crate) fn versions(tx: &mut Tx<'_>, id: RecordId) -> Result<Vec<RecordVersion>> {
    tx.all(&VERSIONS, params![id])
}
