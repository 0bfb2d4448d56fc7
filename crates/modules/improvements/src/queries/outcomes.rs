//! SQL of what complaints come to.

use complaints::Complaint;
use kernel::{Cursor, CustomerId, Id, Money, Result, Scope, Timestamp, UnitId};
use store::{FromRow, Record, Row, Tx, params, sql};

use crate::model::{ComplaintOutcome, DAY_MS, ImprovementRules, RECOVERY_DAYS, RecoveryVerdict};

/// Whether it lies within a scope (`$3 $4 $5`) and is looked after by units (`$6`).
macro_rules! within {
    () => {
        "(CAST($3 AS BOOLEAN) OR owner_id = $4 OR handler_id = $4
           OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT)))
           OR handler_unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
         AND (CAST($6 AS TEXT) IS NULL OR handler_unit_id IN (SELECT value FROM json_each(CAST($6 AS TEXT))))"
    };
}

/// Whether its customer was won back (R087); `$7` is the moment 90 days ago.
macro_rules! verdict {
    () => {
        "CASE WHEN COALESCE(score, 0) >= 4 THEN 'satisfied' WHEN bought_at IS NOT NULL THEN 'bought'
          WHEN anonymous THEN 'anonymous' WHEN unreachable THEN 'unreachable'
          WHEN closed_at > $7 THEN 'undecided' ELSE 'lost' END"
    };
}

/// What is added up: how many, how many of these without minutes, the minutes (`$7` an act), compensation, points, lost.
macro_rules! sums {
    ($act:literal) => {
        concat!(
            "COUNT(*), COUNT(CASE WHEN minutes IS NULL THEN 1 END),
             CAST(COALESCE(SUM(COALESCE(minutes, acts * CAST(",
            $act,
            " AS BIGINT))), 0) AS BIGINT),
             CAST(COALESCE(SUM(compensation), 0) AS BIGINT), CAST(COALESCE(SUM(points), 0) AS BIGINT),
             CAST(COALESCE(SUM(lost), 0) AS BIGINT)"
        )
    };
}

sql! {
    KEEP(ComplaintOutcome) = "INSERT INTO complaint_outcomes ({cols}) VALUES ({vals}) ON CONFLICT (complaint_id) DO UPDATE SET
        closed_day = excluded.closed_day, cause_id = excluded.cause_id, cause = excluded.cause, owner_id = excluded.owner_id,
        unit_id = excluded.unit_id, handler_id = excluded.handler_id, handler_unit_id = excluded.handler_unit_id,
        closed_at = excluded.closed_at, acts = excluded.acts, minutes = excluded.minutes,
        compensation = excluded.compensation, points = excluded.points, lost = excluded.lost,
        unreachable = excluded.unreachable, score = excluded.score, bought_at = excluded.bought_at";
    SAME = "SELECT complaint_id, registered_at FROM complaint_outcomes WHERE cause_id = $1 AND registered_at > $2
        AND registered_at >= $3 AND registered_at <= $4 ORDER BY registered_at, complaint_id LIMIT 1000";
    BOUGHT = "UPDATE complaint_outcomes SET bought_at = $2 WHERE complaint_id = $1";
    CLOSED_OF(ComplaintOutcome) = "SELECT {cols} FROM complaint_outcomes
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND closed_at >= $2 AND closed_at < $3
        ORDER BY closed_at, complaint_id";
    SPAN = concat!("SELECT ", sums!("$4"), " FROM complaint_outcomes WHERE cause_id = $1 AND registered_at > $2 AND registered_at <= $3");

    COSTS = concat!("SELECT cause_id, ", sums!("$7"), " FROM complaint_outcomes WHERE day >= $1 AND day <= $2 AND ",
        within!(), " GROUP BY cause_id ORDER BY cause_id");
    VERDICTS = concat!("SELECT ", verdict!(), ", COUNT(*) FROM complaint_outcomes WHERE closed_day >= $1 AND closed_day <= $2 AND ",
        within!(), " GROUP BY 1 ORDER BY 1");
    /// `$7` 90 days ago, `$8` cause (empty: none), `$9` verdict, `$10 $11` the cursor, `$12` how many.
    OF_REGISTERED(ComplaintOutcome) = concat!("SELECT {cols} FROM complaint_outcomes WHERE day >= $1 AND day <= $2 AND ", within!(),
        " AND (CAST($8 AS TEXT) IS NULL OR COALESCE(cause_id, '') = $8)
          AND (CAST($9 AS TEXT) IS NULL OR closed_at IS NOT NULL AND ", verdict!(), " = $9)
          AND (registered_at, complaint_id) < ($10, $11) ORDER BY registered_at DESC, complaint_id DESC LIMIT $12");
    OF_CLOSED(ComplaintOutcome) = concat!("SELECT {cols} FROM complaint_outcomes WHERE closed_day >= $1 AND closed_day <= $2 AND ", within!(),
        " AND (CAST($8 AS TEXT) IS NULL OR COALESCE(cause_id, '') = $8)
          AND (CAST($9 AS TEXT) IS NULL OR ", verdict!(), " = $9)
          AND (registered_at, complaint_id) < ($10, $11) ORDER BY registered_at DESC, complaint_id DESC LIMIT $12");
}

/// Which complaints are counted: of these days, within this scope, looked after by people of these units.
#[derive(Clone, Debug)]
pub(crate) struct Counting {
    pub from: String,
    pub to: String,
    pub scope: Scope,
    pub units: Option<Vec<UnitId>>,
}

/// What complaints of one cause, or of none, come to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sum {
    pub complaints: i64,
    /// Of these, those of which nobody wrote down the minutes.
    pub reckoned: i64,
    pub minutes: i64,
    pub compensation: Money,
    pub points: i64,
    pub lost: Money,
}

impl Sum {
    /// From the columns that `sums!` answers, beginning with this one.
    fn read(row: &Row<'_>, at: usize) -> Result<Self> {
        Ok(Self {
            complaints: row.get(at)?,
            reckoned: row.get(at + 1)?,
            minutes: row.get(at + 2)?,
            compensation: row.get(at + 3)?,
            points: row.get(at + 4)?,
            lost: row.get(at + 5)?,
        })
    }
}

impl FromRow for Sum {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Self::read(row, 0)
    }
}

/// The same of one cause; of none where it was not found.
pub(crate) struct CauseSum {
    pub cause_id: Option<String>,
    pub sum: Sum,
}

impl FromRow for CauseSum {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { cause_id: row.get(0)?, sum: Sum::read(row, 1)? })
    }
}

pub(crate) fn keep(tx: &mut Tx<'_>, outcome: &ComplaintOutcome) -> Result<()> {
    tx.exec(&KEEP, &outcome.values()).map(drop)
}

/// Those of a cause taken in after `after` and within `from` and `to`, in order.
pub(crate) fn same(
    tx: &mut Tx<'_>,
    cause: &str,
    after: Timestamp,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<(Id<Complaint>, Timestamp)>> {
    tx.all(&SAME, params![cause, after, from, to])
}

/// When its customer bought again.
pub(crate) fn bought(tx: &mut Tx<'_>, id: Id<Complaint>, at: Option<Timestamp>) -> Result<()> {
    tx.exec(&BOUGHT, params![id, at]).map(drop)
}

/// What these customers complained of that was closed within 90 days before a moment.
pub(crate) fn closed_before(
    tx: &mut Tx<'_>,
    customers: &[CustomerId],
    moment: Timestamp,
) -> Result<Vec<ComplaintOutcome>> {
    let from = moment.plus_millis(-RECOVERY_DAYS * DAY_MS);
    tx.all(&CLOSED_OF, params![serde_json::json!(customers).to_string(), from, moment])
}

/// What those of a cause taken in after `from` and until `to` come to.
pub(crate) fn span(
    tx: &mut Tx<'_>,
    cause: &str,
    (from, to): (Timestamp, Timestamp),
    rules: &ImprovementRules,
) -> Result<Sum> {
    tx.one(&SPAN, params![cause, from, to, rules.act_minutes])
}

/// What complaints taken in on these days come to, by cause.
pub(crate) fn costs(tx: &mut Tx<'_>, which: &Counting, rules: &ImprovementRules) -> Result<Vec<CauseSum>> {
    let (all, own, within) = (which.scope.is_all(), which.scope.own(), which.scope.units_json());
    let units = units(which);
    tx.all(&COSTS, params![which.from, which.to, all, own, within, units, rules.act_minutes])
}

/// How many of those closed on these days were won back, and how, or were not.
pub(crate) fn verdicts(tx: &mut Tx<'_>, which: &Counting) -> Result<Vec<(RecoveryVerdict, i64)>> {
    let (all, own, within) = (which.scope.is_all(), which.scope.own(), which.scope.units_json());
    let (units, since) = (units(which), ninety_days_ago(tx));
    tx.all(&VERDICTS, params![which.from, which.to, all, own, within, units, since])
}

/// Which of those counted are listed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listing {
    /// By the day they were closed, and not that on which they were taken in.
    pub closed: bool,
    /// Those of this cause; an empty text stands for none.
    pub cause: Option<String>,
    pub verdict: Option<RecoveryVerdict>,
}

pub(crate) fn list(
    tx: &mut Tx<'_>,
    which: &Counting,
    listing: &Listing,
    cursor: &Cursor,
    limit: i64,
) -> Result<Vec<ComplaintOutcome>> {
    let (all, own, within) = (which.scope.is_all(), which.scope.own(), which.scope.units_json());
    let (units, since) = (units(which), ninety_days_ago(tx));
    let statement = if listing.closed { &OF_CLOSED } else { &OF_REGISTERED };
    let (key, id) = (cursor.key, &cursor.id);
    tx.all(
        statement,
        params![which.from, which.to, all, own, within, units, since, listing.cause, listing.verdict, key, id, limit],
    )
}

fn units(which: &Counting) -> Option<String> {
    which.units.as_ref().map(|units| serde_json::json!(units).to_string())
}

/// Those closed before can be decided.
pub(crate) fn ninety_days_ago(tx: &Tx<'_>) -> Timestamp {
    tx.now().plus_millis(-RECOVERY_DAYS * DAY_MS)
}
