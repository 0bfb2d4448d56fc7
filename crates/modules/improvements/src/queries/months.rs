//! SQL of what is said of months.

use kernel::{Id, Result, Timestamp, UnitId};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{ImprovementAction, ImprovementMoveKind, MonthReport, MonthRevision},
};

sql! {
    /// Of one month, or from one month on.
    REPORT(MonthReport) = "SELECT {cols} FROM month_reports WHERE unit_key = $1 AND month = $2";
    REPORTS(MonthReport) = "SELECT {cols} FROM month_reports WHERE unit_key = $1 AND month >= $2 ORDER BY month DESC";
    INSERT(MonthReport) = "INSERT INTO month_reports ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE(MonthReport) = "UPDATE month_reports SET {sets} WHERE id = $1 AND version = $11 - 1";
    INSERT_REVISION(MonthRevision) = "INSERT INTO month_revisions ({cols}) VALUES ({vals})";
    REVISIONS(MonthRevision) = "SELECT {cols} FROM month_revisions WHERE month_report_id = $1 ORDER BY number DESC LIMIT 100";
    REVISION(MonthRevision) = "SELECT {cols} FROM month_revisions WHERE month_report_id = $1 AND number = $2";

    MOVES = "SELECT m.kind, COUNT(*) FROM improvement_moves m JOIN improvement_actions a ON a.id = m.improvement_action_id
        WHERE m.at >= $1 AND m.at < $2
          AND (CAST($3 AS TEXT) IS NULL OR a.unit_id IN (SELECT value FROM json_each(CAST($3 AS TEXT))))
        GROUP BY m.kind ORDER BY m.kind";
    MOVED(ImprovementAction) = "SELECT {cols} FROM improvement_actions WHERE id IN (
          SELECT improvement_action_id FROM improvement_moves WHERE at >= $1 AND at < $2
            AND kind IN ('opened', 'completed', 'verified', 'recurred', 'ineffective', 'overdue'))
        AND (CAST($3 AS TEXT) IS NULL OR unit_id IN (SELECT value FROM json_each(CAST($3 AS TEXT))))
        ORDER BY number LIMIT 100";
}

/// How a unit's, or the whole house's, reports are kept.
pub(crate) fn key(unit: Option<UnitId>) -> String {
    unit.map(|unit| unit.to_string()).unwrap_or_default()
}

pub(crate) fn report(tx: &mut Tx<'_>, unit: Option<UnitId>, month: &str) -> Result<Option<MonthReport>> {
    tx.maybe(&REPORT, params![key(unit), month])
}

/// Those of a month and of all after it, the latest first.
pub(crate) fn since(tx: &mut Tx<'_>, unit: Option<UnitId>, month: &str) -> Result<Vec<MonthReport>> {
    tx.all(&REPORTS, params![key(unit), month])
}

pub(crate) fn save(tx: &mut Tx<'_>, report: &MonthReport) -> Result<()> {
    let statement = if report.version == 1 { &INSERT } else { &UPDATE };
    tx.exec_one(statement, &report.values(), codes::STALE)
}

pub(crate) fn insert_revision(tx: &mut Tx<'_>, revision: &MonthRevision) -> Result<()> {
    tx.exec(&INSERT_REVISION, &revision.values()).map(drop)
}

/// As a report was signed, the latest first.
pub(crate) fn revisions(tx: &mut Tx<'_>, report: Id<MonthReport>) -> Result<Vec<MonthRevision>> {
    tx.all(&REVISIONS, params![report])
}

pub(crate) fn revision(tx: &mut Tx<'_>, report: Id<MonthReport>, number: i64) -> Result<MonthRevision> {
    tx.one(&REVISION, params![report, number])
}

/// What happened to actions within a time, and how often.
pub(crate) fn moves(
    tx: &mut Tx<'_>,
    (from, to): (Timestamp, Timestamp),
    units: Option<&[UnitId]>,
) -> Result<Vec<(ImprovementMoveKind, i64)>> {
    tx.all(&MOVES, params![from, to, json(units)])
}

/// The actions something happened to.
pub(crate) fn moved(
    tx: &mut Tx<'_>,
    (from, to): (Timestamp, Timestamp),
    units: Option<&[UnitId]>,
) -> Result<Vec<ImprovementAction>> {
    tx.all(&MOVED, params![from, to, json(units)])
}

fn json(units: Option<&[UnitId]>) -> Option<String> {
    units.map(|units| serde_json::json!(units).to_string())
}
