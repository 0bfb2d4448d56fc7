//! All SQL of this module.

use kernel::{Cursor, CustomerId, Result, Timestamp};
use store::{Record, ToValue, Tx, params, sql};

use crate::{
    codes,
    model::{Kept, LifecycleStep, Run, ServiceHabit, ServiceRule, Worth},
    policy::Sight,
    rules::LifecycleStage,
};

/// Rows within the scope `$1 $2 $3` and, by `$4`, those of nobody.
macro_rules! within {
    ($before:expr, $after:expr) => {
        concat!(
            $before,
            " (CAST($1 AS BOOLEAN) OR owner_id = $2 OR unit_id IN (SELECT value FROM json_each(CAST($3 AS TEXT)))
              OR (CAST($4 AS BOOLEAN) AND owner_id IS NULL AND unit_id IS NULL)) ",
            $after
        )
    };
}

/// A list that begins with what an index serves: `$5 $6` the cursor, `$7` stage, `$8 $9 $10` the scores, `$11` how many.
macro_rules! list {
    ($lead:literal) => {
        within!(
            concat!("SELECT {cols} FROM worths WHERE ", $lead, " AND (place, customer_id) < ($5, $6) AND"),
            "AND (CAST($7 AS TEXT) IS NULL OR stage = $7)
              AND (CAST($8 AS BIGINT) IS NULL OR recency = $8)
              AND (CAST($9 AS BIGINT) IS NULL OR frequency = $9)
              AND (CAST($10 AS BIGINT) IS NULL OR monetary = $10)
              ORDER BY place DESC, customer_id DESC LIMIT $11"
        )
    };
}

sql! {
    KEEP(Worth) = "INSERT INTO worths ({cols}) VALUES {rows} ON CONFLICT (customer_id) DO UPDATE SET
        owner_id = excluded.owner_id, unit_id = excluded.unit_id, at = excluded.at, today = excluded.today,
        is_lead = excluded.is_lead, since_at = excluded.since_at, contact_at = excluded.contact_at,
        orders = excluded.orders, purchases = excluded.purchases, first_day = excluded.first_day,
        last_day = excluded.last_day, total = excluded.total, after_first = excluded.after_first,
        lately = excluded.lately, before = excluded.before, services = excluded.services,
        recency = excluded.recency, frequency = excluded.frequency, monetary = excluded.monetary,
        alive = excluded.alive, expected = excluded.expected, spend = excluded.spend, value = excluded.value,
        place = excluded.place, stage = excluded.stage, stage_at = excluded.stage_at,
        rules_version = excluded.rules_version WHERE worths.at <= excluded.at";
    OF(Worth) = "SELECT {cols} FROM worths WHERE customer_id {in:TEXT}";
    FIND(Worth) = "SELECT {cols} FROM worths WHERE customer_id = $1";
    DROP_OLD = "DELETE FROM worths WHERE at < $1";
    FORGET = "DELETE FROM worths WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";

    LIST(Worth) = list!("customer_id <> ''");
    LIST_CELL(Worth) = list!("recency = $8 AND frequency = $9");
    LIST_STAGE(Worth) = list!("stage = $7");
    PASS(Worth) = within!("SELECT {cols} FROM worths WHERE customer_id > $5 AND", "ORDER BY customer_id LIMIT $6");

    CELLS = within!("SELECT recency, frequency, count(*), CAST(COALESCE(sum(total), 0) AS BIGINT), CAST(COALESCE(sum(value), 0) AS BIGINT) FROM worths WHERE purchases > 0 AND",
        "GROUP BY recency, frequency ORDER BY recency, frequency");
    STAGES = within!("SELECT stage, count(*), CAST(COALESCE(sum(value), 0) AS BIGINT) FROM worths WHERE", "GROUP BY stage ORDER BY stage");
    SPREAD = within!("SELECT CASE WHEN value < 10000 THEN 0 WHEN value < 50000 THEN 1 WHEN value < 100000 THEN 2
        WHEN value < 200000 THEN 3 WHEN value < 500000 THEN 4 ELSE 5 END AS part, count(*), CAST(COALESCE(sum(value), 0) AS BIGINT)
        FROM worths WHERE value IS NOT NULL AND", "GROUP BY 1 ORDER BY 1");
    STICKY = within!("SELECT services, count(*) FROM worths WHERE purchases > 0 AND", "GROUP BY services ORDER BY services");

    INSERT_RUN(Run) = "INSERT INTO worth_runs ({cols}) VALUES ({vals})";
    SAVE_RUN(Run) = "UPDATE worth_runs SET {sets} WHERE id = $1";
    RUNS(Run) = "SELECT {cols} FROM worth_runs ORDER BY began_at DESC, id DESC LIMIT $1";
    LAST_DONE(Run) = "SELECT {cols} FROM worth_runs WHERE state = 'done' ORDER BY began_at DESC, id DESC LIMIT 1";
    DROP_RUNS = "DELETE FROM worth_runs WHERE began_at < $1 OR (state = 'running' AND began_at < $2)";

    RULES(Kept) = "SELECT {cols} FROM worth_rules WHERE id = $1";
    KEEP_RULES(Kept) = "INSERT INTO worth_rules ({cols}) VALUES ({vals}) ON CONFLICT (id) DO UPDATE SET
        rules = excluded.rules, changed_by = excluded.changed_by, changed_by_name = excluded.changed_by_name,
        changed_at = excluded.changed_at, version = excluded.version";

    INSERT_STEPS(LifecycleStep) = "INSERT INTO lifecycle_steps ({cols}) VALUES {rows}";
    STEPS(LifecycleStep) = within!("SELECT {cols} FROM lifecycle_steps WHERE (at, id) < ($5, $6) AND",
        "AND (CAST($7 AS TEXT) IS NULL OR stage = $7) ORDER BY at DESC, id DESC LIMIT $8");
    STEPS_OF(LifecycleStep) = "SELECT {cols} FROM lifecycle_steps
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at DESC, id DESC LIMIT 50";
    MOVED = within!("SELECT before, stage, count(*) FROM lifecycle_steps WHERE at >= $5 AND", "GROUP BY before, stage ORDER BY before, stage");

    DROP_HABITS = "DELETE FROM service_habits WHERE service <> ''";
    DROP_RULES = "DELETE FROM service_rules WHERE one <> ''";
    INSERT_HABITS(ServiceHabit) = "INSERT INTO service_habits ({cols}) VALUES {rows}";
    INSERT_RULES(ServiceRule) = "INSERT INTO service_rules ({cols}) VALUES {rows}";
    HABITS(ServiceHabit) = "SELECT {cols} FROM service_habits ORDER BY buyers DESC, service";
    RULES_FROM(ServiceRule) = "SELECT {cols} FROM service_rules WHERE one {in:TEXT}";
}

/// What keys a list begins with.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Filter {
    pub stage: Option<LifecycleStage>,
    pub recency: Option<i64>,
    pub frequency: Option<i64>,
    pub monetary: Option<i64>,
}

pub(crate) fn keep(tx: &mut Tx<'_>, worths: &[Worth]) -> Result<()> {
    tx.exec_rows(&KEEP, &worths.iter().map(Worth::values).collect::<Vec<_>>())
}

/// What was known of these, in no order.
pub(crate) fn of(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<Vec<Worth>> {
    tx.all_rows(&OF, &ids.iter().map(|id| vec![id.to_value()]).collect::<Vec<_>>())
}

pub(crate) fn find(tx: &mut Tx<'_>, id: CustomerId) -> Result<Option<Worth>> {
    tx.maybe(&FIND, params![id])
}

/// Forgets who was not there any more in the run that began at `at`.
pub(crate) fn drop_old(tx: &mut Tx<'_>, at: Timestamp) -> Result<()> {
    tx.exec(&DROP_OLD, params![at]).map(drop)
}

pub(crate) fn forget(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<()> {
    tx.exec(&FORGET, params![json(ids)]).map(drop)
}

pub(crate) fn list(tx: &mut Tx<'_>, sight: &Sight, filter: &Filter, before: &Cursor, limit: i64) -> Result<Vec<Worth>> {
    let statement = match filter {
        Filter { recency: Some(_), frequency: Some(_), .. } => &LIST_CELL,
        Filter { stage: Some(_), .. } => &LIST_STAGE,
        _ => &LIST,
    };
    let (all, own, units) = (sight.scope.is_all(), sight.scope.own(), sight.scope.units_json());
    let Filter { stage, recency, frequency, monetary } = filter;
    tx.all(
        statement,
        params![all, own, units, sight.unowned, before.key, before.id, stage, recency, frequency, monetary, limit],
    )
}

/// The next of those within sight, in the order of their ids.
pub(crate) fn pass(tx: &mut Tx<'_>, sight: &Sight, after: &str, limit: i64) -> Result<Vec<Worth>> {
    let (all, own, units) = (sight.scope.is_all(), sight.scope.own(), sight.scope.units_json());
    tx.all(&PASS, params![all, own, units, sight.unowned, after, limit])
}

/// Recency, frequency, how many, what they spent, what they are worth.
pub(crate) type Cell = (i64, i64, i64, i64, i64);

/// By recency and frequency.
pub(crate) fn cells(tx: &mut Tx<'_>, sight: &Sight) -> Result<Vec<Cell>> {
    let (all, own, units) = (sight.scope.is_all(), sight.scope.own(), sight.scope.units_json());
    tx.all(&CELLS, params![all, own, units, sight.unowned])
}

/// By stage: how many, and what they are worth.
pub(crate) fn stages(tx: &mut Tx<'_>, sight: &Sight) -> Result<Vec<(LifecycleStage, i64, i64)>> {
    let (all, own, units) = (sight.scope.is_all(), sight.scope.own(), sight.scope.units_json());
    tx.all(&STAGES, params![all, own, units, sight.unowned])
}

/// By parts of the value (below 100, 500, 1,000, 2,000, 5,000, above): how many, and what they are worth.
pub(crate) fn spread(tx: &mut Tx<'_>, sight: &Sight) -> Result<Vec<(i64, i64, i64)>> {
    let (all, own, units) = (sight.scope.is_all(), sight.scope.own(), sight.scope.units_json());
    tx.all(&SPREAD, params![all, own, units, sight.unowned])
}

/// By the number of services they bought: how many.
pub(crate) fn sticky(tx: &mut Tx<'_>, sight: &Sight) -> Result<Vec<(i64, i64)>> {
    let (all, own, units) = (sight.scope.is_all(), sight.scope.own(), sight.scope.units_json());
    tx.all(&STICKY, params![all, own, units, sight.unowned])
}

pub(crate) fn insert_run(tx: &mut Tx<'_>, run: &Run) -> Result<()> {
    tx.exec(&INSERT_RUN, &run.values()).map(drop)
}

pub(crate) fn save_run(tx: &mut Tx<'_>, run: &Run) -> Result<()> {
    tx.exec(&SAVE_RUN, &run.values()).map(drop)
}

/// The last run there is, over or not.
pub(crate) fn last_run(tx: &mut Tx<'_>) -> Result<Option<Run>> {
    tx.maybe(&RUNS, params![1_i64])
}

/// The last run whose results stand.
pub(crate) fn last_done(tx: &mut Tx<'_>) -> Result<Option<Run>> {
    tx.maybe(&LAST_DONE, params![])
}

/// Forgets runs from before `at`, and those from before `stuck` that never ended.
pub(crate) fn drop_runs(tx: &mut Tx<'_>, at: Timestamp, stuck: Timestamp) -> Result<()> {
    tx.exec(&DROP_RUNS, params![at, stuck]).map(drop)
}

pub(crate) fn rules(tx: &mut Tx<'_>) -> Result<Kept> {
    let now = tx.now();
    Ok(tx.maybe(&RULES, params![Kept::ID])?.unwrap_or_else(|| Kept::first(now)))
}

pub(crate) fn keep_rules(tx: &mut Tx<'_>, kept: &Kept) -> Result<()> {
    tx.exec_one(&KEEP_RULES, &kept.values(), codes::STALE)
}

pub(crate) fn insert_steps(tx: &mut Tx<'_>, steps: &[LifecycleStep]) -> Result<()> {
    tx.exec_rows(&INSERT_STEPS, &steps.iter().map(LifecycleStep::values).collect::<Vec<_>>())
}

pub(crate) fn steps(
    tx: &mut Tx<'_>,
    sight: &Sight,
    stage: Option<LifecycleStage>,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<LifecycleStep>> {
    let (all, own, units) = (sight.scope.is_all(), sight.scope.own(), sight.scope.units_json());
    tx.all(&STEPS, params![all, own, units, sight.unowned, before.key, before.id, stage, limit])
}

/// The last of one person's, aliases and all.
pub(crate) fn steps_of(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<Vec<LifecycleStep>> {
    tx.all(&STEPS_OF, params![json(ids)])
}

/// How many moved since, from where to where.
pub(crate) fn moved(
    tx: &mut Tx<'_>,
    sight: &Sight,
    since: Timestamp,
) -> Result<Vec<(LifecycleStage, LifecycleStage, i64)>> {
    let (all, own, units) = (sight.scope.is_all(), sight.scope.own(), sight.scope.units_json());
    tx.all(&MOVED, params![all, own, units, sight.unowned, since])
}

/// Replaces what is known of services.
pub(crate) fn keep_services(tx: &mut Tx<'_>, habits: &[ServiceHabit], rules: &[ServiceRule]) -> Result<()> {
    tx.exec(&DROP_HABITS, params![])?;
    tx.exec(&DROP_RULES, params![])?;
    tx.exec_rows(&INSERT_HABITS, &habits.iter().map(ServiceHabit::values).collect::<Vec<_>>())?;
    tx.exec_rows(&INSERT_RULES, &rules.iter().map(ServiceRule::values).collect::<Vec<_>>())
}

pub(crate) fn habits(tx: &mut Tx<'_>) -> Result<Vec<ServiceHabit>> {
    tx.all(&HABITS, params![])
}

/// Rules that begin with one of these services.
pub(crate) fn rules_from(tx: &mut Tx<'_>, services: &[&str]) -> Result<Vec<ServiceRule>> {
    tx.all_rows(&RULES_FROM, &services.iter().map(|service| vec![service.to_value()]).collect::<Vec<_>>())
}

pub(crate) fn json(ids: &[CustomerId]) -> String {
    serde_json::json!(ids).to_string()
}
