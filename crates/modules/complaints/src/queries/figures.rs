//! SQL of the statistics.

use kernel::{Cursor, Error, Result, Scope, Timestamp, UnitId};
use store::{FromRow, Record, Row, Tx, params, sql};

use crate::model::{
    Complaint, ComplaintCounted, ComplaintFigure, ComplaintRules, ComplaintStep, ComplaintWay, Figures,
};

/// Whether what is counted lies within a scope (`$3 $4 $5`) and belongs to units (`$6`) and categories (`$7`; an empty
/// text stands for what has none).
macro_rules! counted {
    () => {
        "day >= $1 AND day <= $2
         AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR handler_id = $4
           OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT)))
           OR handler_unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
         AND (CAST($6 AS TEXT) IS NULL OR handler_unit_id IN (SELECT value FROM json_each(CAST($6 AS TEXT))))
         AND (CAST($7 AS TEXT) IS NULL OR COALESCE(category_id, '') IN (SELECT value FROM json_each(CAST($7 AS TEXT))))"
    };
}

sql! {
    KEEP(ComplaintFigure) = "INSERT INTO complaint_figures ({cols}) VALUES ({vals}) ON CONFLICT (complaint_id) DO UPDATE SET
        category_id = excluded.category_id, category = excluded.category, owner_id = excluded.owner_id,
        unit_id = excluded.unit_id, handler_id = excluded.handler_id, handler_unit_id = excluded.handler_unit_id,
        acknowledged_at = excluded.acknowledged_at, closed_at = excluded.closed_at, upheld = excluded.upheld,
        late = excluded.late, hops = excluded.hops, cost = excluded.cost, compensation = excluded.compensation,
        sign_off = excluded.sign_off, score = excluded.score, caused = excluded.caused, countered = excluded.countered";

    /// By day and category; `$8` hops, `$9` cost and `$10` milliseconds at most, `$11` now.
    SUMS = concat!("SELECT day, category_id, MAX(category), COUNT(*),
        COUNT(CASE WHEN upheld THEN 1 END), COUNT(CASE WHEN NOT upheld THEN 1 END), COUNT(closed_at),
        COUNT(CASE WHEN closed_at IS NOT NULL AND NOT late THEN 1 END),
        CAST(COALESCE(SUM(closed_at - registered_at), 0) AS BIGINT),
        COUNT(CASE WHEN hops > $8 THEN 1 END), COUNT(CASE WHEN cost > $9 THEN 1 END),
        COUNT(CASE WHEN COALESCE(closed_at, CAST($11 AS BIGINT)) - registered_at > $10 THEN 1 END),
        COUNT(CASE WHEN compensation > 0 THEN 1 END), CAST(COALESCE(SUM(compensation), 0) AS BIGINT),
        COUNT(CASE WHEN sign_off IN ('screen', 'paper', 'oral') THEN 1 END),
        COUNT(CASE WHEN sign_off = 'refused' THEN 1 END), COUNT(CASE WHEN sign_off = 'unreachable' THEN 1 END),
        COUNT(CASE WHEN sign_off = 'anonymous' THEN 1 END), COUNT(score), COUNT(CASE WHEN score >= 4 THEN 1 END),
        COUNT(acknowledged_at), CAST(COALESCE(SUM(acknowledged_at - registered_at), 0) AS BIGINT),
        COUNT(CASE WHEN upheld AND caused THEN 1 END),
        COUNT(CASE WHEN upheld AND closed_at IS NOT NULL THEN 1 END),
        COUNT(CASE WHEN upheld AND closed_at IS NOT NULL AND countered THEN 1 END)
        FROM complaint_figures WHERE ", counted!(), " GROUP BY day, category_id ORDER BY day, category_id");
    WAYS = concat!("SELECT way, COUNT(*) FROM complaint_figures WHERE ", counted!(), " GROUP BY way ORDER BY COUNT(*) DESC, way");

    /// Those that a number counts: `$8` to `$11` as above, `$12` which number, `$13 $14` the cursor, `$15` how many.
    COUNTED(Complaint) = concat!("SELECT {cols} FROM complaints WHERE (registered_at, id) < ($13, $14) AND id IN (
        SELECT complaint_id FROM complaint_figures WHERE ", counted!(), "
        AND CASE CAST($12 AS TEXT)
            WHEN 'received' THEN TRUE
            WHEN 'founded' THEN COALESCE(upheld, FALSE)
            WHEN 'unfounded' THEN NOT COALESCE(upheld, TRUE)
            WHEN 'closed' THEN closed_at IS NOT NULL
            WHEN 'in_time' THEN closed_at IS NOT NULL AND NOT late
            WHEN 'over_hops' THEN hops > $8
            WHEN 'over_cost' THEN cost > $9
            WHEN 'over_time' THEN COALESCE(closed_at, CAST($11 AS BIGINT)) - registered_at > $10
            WHEN 'compensated' THEN compensation > 0
            WHEN 'signed' THEN COALESCE(sign_off, '') IN ('screen', 'paper', 'oral')
            WHEN 'rated' THEN score IS NOT NULL
            WHEN 'satisfied' THEN COALESCE(score, 0) >= 4
            WHEN 'acknowledged' THEN acknowledged_at IS NOT NULL
            WHEN 'caused' THEN COALESCE(upheld, FALSE) AND caused
            WHEN 'countered' THEN COALESCE(upheld, FALSE) AND closed_at IS NOT NULL AND countered
            ELSE COALESCE(sign_off, '') = $12 END)
        ORDER BY registered_at DESC, id DESC LIMIT $15");
    /// At the summary, of those counted: whose turn it is, number, title, until when.
    UNSUMMED(Complaint) = concat!("SELECT {cols} FROM complaints WHERE step = $8 AND EXISTS (
        SELECT 1 FROM complaint_figures WHERE complaint_id = complaints.id AND ", counted!(), " AND closed_at IS NULL)
        ORDER BY owner_name, registered_at, id LIMIT 200");
}

/// Which complaints are counted.
#[derive(Clone, Debug)]
pub(crate) struct Counting {
    pub scope: Scope,
    pub from: String,
    pub to: String,
    /// Those of these units.
    pub units: Option<Vec<UnitId>>,
    /// Those filed under these; an empty text stands for those that are not filed.
    pub categories: Option<Vec<String>>,
}

/// What a day's complaints of one category come to.
pub(crate) struct DaySum {
    pub day: String,
    pub category_id: Option<String>,
    pub category: Option<String>,
    pub figures: Figures,
}

impl FromRow for DaySum {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let n = |at: usize| row.get::<i64>(at);
        let figures = Figures {
            received: n(3)?,
            founded: n(4)?,
            unfounded: n(5)?,
            closed: n(6)?,
            in_time: n(7)?,
            lasted_ms: n(8)?,
            over_hops: n(9)?,
            over_cost: n(10)?,
            over_time: n(11)?,
            compensated: n(12)?,
            compensation: n(13)?,
            signed: n(14)?,
            refused: n(15)?,
            unreachable: n(16)?,
            anonymous: n(17)?,
            rated: n(18)?,
            satisfied: n(19)?,
            acknowledged: n(20)?,
            acknowledged_ms: n(21)?,
            caused: n(22)?,
            closed_founded: n(23)?,
            countered: n(24)?,
        };
        Ok(Self { day: row.get(0)?, category_id: row.get(1)?, category: row.get(2)?, figures })
    }
}

/// As JSON, as filters are handed over.
fn json<T: serde::Serialize>(list: Option<&T>) -> Result<Option<String>> {
    list.map(serde_json::to_string).transpose().map_err(Error::internal)
}

/// The most a complaint may take, in milliseconds.
fn most_ms(rules: &ComplaintRules) -> i64 {
    rules.most_days * 86_400_000
}

pub(crate) fn keep(tx: &mut Tx<'_>, complaint: &Complaint) -> Result<()> {
    tx.exec(&KEEP, &ComplaintFigure::of(complaint).values()).map(drop)
}

/// What each day's complaints come to, by category, measured by these rules.
pub(crate) fn sums(tx: &mut Tx<'_>, which: &Counting, rules: &ComplaintRules) -> Result<Vec<DaySum>> {
    let Counting { scope, from, to, units, categories } = which;
    let (units, categories) = (json(units.as_ref())?, json(categories.as_ref())?);
    let (all, own, within) = (scope.is_all(), scope.own(), scope.units_json());
    let (hops, cost, ms, now) = (rules.most_hops, rules.most_cost, most_ms(rules), tx.now());
    tx.all(&SUMS, params![from, to, all, own, within, units, categories, hops, cost, ms, now])
}

/// Which ways they came.
pub(crate) fn ways(tx: &mut Tx<'_>, which: &Counting) -> Result<Vec<(ComplaintWay, i64)>> {
    let Counting { scope, from, to, units, categories } = which;
    let (units, categories) = (json(units.as_ref())?, json(categories.as_ref())?);
    let (all, own, within) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(&WAYS, params![from, to, all, own, within, units, categories])
}

/// Those that a number counts, the latest first.
pub(crate) fn counted(
    tx: &mut Tx<'_>,
    which: &Counting,
    rules: &ComplaintRules,
    number: ComplaintCounted,
    cursor: &Cursor,
    limit: i64,
) -> Result<Vec<Complaint>> {
    let Counting { scope, from, to, units, categories } = which;
    let (units, categories) = (json(units.as_ref())?, json(categories.as_ref())?);
    let (all, own, within) = (scope.is_all(), scope.own(), scope.units_json());
    let (hops, cost, ms, now): (i64, _, _, Timestamp) = (rules.most_hops, rules.most_cost, most_ms(rules), tx.now());
    let (key, id) = (cursor.key, &cursor.id);
    tx.all(
        &COUNTED,
        params![from, to, all, own, within, units, categories, hops, cost, ms, now, number, key, id, limit],
    )
}

/// Those whose summary nobody has written yet, by whose turn it is.
pub(crate) fn unsummed(tx: &mut Tx<'_>, which: &Counting) -> Result<Vec<Complaint>> {
    let Counting { scope, from, to, units, categories } = which;
    let (units, categories) = (json(units.as_ref())?, json(categories.as_ref())?);
    let (all, own, within) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(&UNSUMMED, params![from, to, all, own, within, units, categories, ComplaintStep::Summary])
}
