//! The night's run: goes through everybody twice, some at a time, and keeps what it finds.
//!
//! The first time it samples, so that cuts and models come from at most [`SAMPLE`] buyers in bounded memory; the second
//! time it scores everybody, each page in a transaction of its own. Whoever looks meanwhile sees some rows of this night
//! and some of the last, each with its date.

use std::{collections::HashMap, sync::Arc};

use audit::api::Entry;
use customers::{PassedCustomer, Stage};
use jiff::tz::TimeZone;
use kernel::{CustomerId, Error, Origin, Result, Timestamp};
use orders::Order;
use serde_json::json;
use store::{Db, Fact, Tx};
use tasks::api::{Assignee, Due, NewTask, Subject};

use crate::{
    events::{self, StageFact},
    measure::{Measure, day_of, services},
    model::{Findings, Kept, LifecycleStep, Run, ServiceHabit, ServiceRule, WEEKS, Worth, WorthRunState},
    models::{
        bgnbd::{self, History},
        rfm::{Cuts, RfmCuts},
        sample::Sample,
        services::{Census, Pairs},
        spend::{self, Spending},
    },
    queries,
    rules::{LifecycleStage, Reason},
    win_backs,
};

/// People of one transaction.
const AT_ONCE: i64 = 500;
/// Buyers that cuts and models come from, at most.
const SAMPLE: usize = 50_000;
/// How long runs are kept, in milliseconds: 400 days.
const KEPT: i64 = 400 * 86_400_000;
/// A run that takes longer than this has ended with its node, in milliseconds: 4 hours.
pub(crate) const STUCK: i64 = 4 * 3_600_000;
/// What the tasks of playbooks come from.
pub(crate) const SOURCE: &str = "worth";

/// Some people with what they ordered.
type People = Vec<(PassedCustomer, Vec<Order>)>;

/// What every step needs.
struct Frame {
    run: Run,
    rules: Kept,
    zone: TimeZone,
    today: i64,
}

/// What somebody is scored by.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Yardstick {
    pub cuts: Option<RfmCuts>,
    pub purchases: Option<bgnbd::Model>,
    pub spending: Option<spend::Fit>,
}

/// Counts everybody anew. Results of a run that never ended are those of the next.
///
/// # Errors
/// From the database.
pub(crate) async fn count(db: &Db, origin: &Arc<Origin>) -> Result<()> {
    let frame = Arc::new(db.write(origin, begin).await?);
    let mut look = Look::new(&frame);
    let mut after = None;
    loop {
        let (page, next) = db.read(origin, move |tx| page(tx, after)).await?;
        if page.is_empty() {
            break;
        }
        look.see(&frame, &page);
        after = next;
    }
    let Look { findings, census, sample } = look;
    // Seconds of arithmetic for the largest sample: not on a thread that others wait for.
    let today = frame.today;
    let (mut findings, yardstick) =
        tokio::task::spawn_blocking(move || fit(&sample, today, findings)).await.map_err(Error::internal)?;
    let mut pairs = census.found();
    after = None;
    loop {
        let (page, next) = db.read(origin, move |tx| page(tx, after)).await?;
        if page.is_empty() {
            break;
        }
        let (shared, scored) = (frame.clone(), Arc::new(score_all(&frame, &yardstick, &mut pairs, &page)));
        findings.moved += db.write(origin, move |tx| keep(tx, &shared, &scored)).await?;
        after = next;
    }
    let found = found(&pairs, frame.run.began_at);
    db.write(origin, move |tx| end(tx, &frame, &findings, &found)).await
}

/// The same within one transaction: for the demo story, as of the moment that it tells of.
pub(crate) fn count_at_once(tx: &mut Tx<'_>) -> Result<()> {
    let frame = begin(tx)?;
    let mut look = Look::new(&frame);
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let (page, next) = page(tx, after)?;
        if page.is_empty() {
            break;
        }
        look.see(&frame, &page);
        pages.push(page);
        after = next;
    }
    let (mut findings, yardstick) = fit(&look.sample, frame.today, look.findings);
    let mut pairs = look.census.found();
    for page in &pages {
        let scored = score_all(&frame, &yardstick, &mut pairs, page);
        findings.moved += keep(tx, &frame, &scored)?;
    }
    end(tx, &frame, &findings, &found(&pairs, frame.run.began_at))
}

fn begin(tx: &mut Tx<'_>) -> Result<Frame> {
    let now = tx.now();
    queries::drop_runs(tx, now.plus_millis(-KEPT), now.plus_millis(-STUCK))?;
    let rules = queries::rules(tx)?;
    let zone = settings::api::calendar(tx)?.zone().clone();
    let findings = Findings { currency: rules.rules.currency.clone(), ..Findings::default() };
    let run = Run { id: tx.new_id(), state: WorthRunState::Running, began_at: now, ended_at: None, findings };
    queries::insert_run(tx, &run)?;
    Ok(Frame { today: day_of(now, &zone), run, rules, zone })
}

/// The next people behind `after`, with what they ordered by now, and where to go on.
fn page(tx: &mut Tx<'_>, after: Option<CustomerId>) -> Result<(People, Option<CustomerId>)> {
    let people = customers::api::pass(tx, after, AT_ONCE)?;
    let next = people.last().map(|one| one.id);
    let ids: Vec<_> = people.iter().flat_map(|one| one.members.iter().copied()).collect();
    let mut bought: HashMap<CustomerId, Vec<Order>> = HashMap::new();
    // A till's clock may be ahead of ours by a little.
    let latest = tx.now().plus_millis(86_400_000);
    for order in orders::api::of(tx, &ids)?.into_iter().filter(|order| order.placed_at <= latest) {
        bought.entry(order.customer_id).or_default().push(order);
    }
    let with = |one: PassedCustomer| {
        let mut orders: Vec<_> = one.members.iter().filter_map(|id| bought.remove(id)).flatten().collect();
        orders.sort_by_key(|order| (order.placed_at, order.id));
        (one, orders)
    };
    Ok((people.into_iter().map(with).collect(), next))
}

/// The first going through: how many there are, a sample of buyers, which services.
struct Look {
    findings: Findings,
    census: Census,
    sample: Sample<Measure>,
}

impl Look {
    fn new(frame: &Frame) -> Self {
        Self { findings: frame.run.findings.clone(), census: Census::default(), sample: Sample::new(SAMPLE) }
    }

    fn see(&mut self, frame: &Frame, page: &People) {
        let currency = &frame.rules.rules.currency;
        for (one, orders) in page {
            self.findings.customers += 1;
            let measure = Measure::of(orders, currency, frame.today, &frame.zone);
            self.findings.foreign_orders += measure.foreign;
            if measure.purchases == 0 {
                continue;
            }
            self.findings.buyers += 1;
            // What it was called last.
            let lines = orders.iter().flat_map(|order| &order.lines.0);
            let labels: HashMap<&str, &str> = lines.map(|line| (line.service(), line.what.as_str())).collect();
            let bought = services(orders, currency, frame.today, &frame.zone);
            self.census.count(bought.keys().map(|service| (*service, labels.get(service).copied().unwrap_or(service))));
            self.sample.offer(&one.id.to_string(), measure);
        }
        self.findings.sample = self.sample.iter().count() as i64;
    }
}

fn score_all(frame: &Frame, yardstick: &Yardstick, pairs: &mut Pairs, page: &People) -> Vec<Worth> {
    for (_, orders) in page {
        let bought = services(orders, &frame.rules.rules.currency, frame.today, &frame.zone);
        if !bought.is_empty() {
            pairs.count(&bought);
        }
    }
    page.iter().map(|(one, orders)| score(frame, yardstick, one, orders)).collect()
}

fn end(
    tx: &mut Tx<'_>,
    frame: &Frame,
    findings: &Findings,
    found: &(Vec<ServiceHabit>, Vec<ServiceRule>),
) -> Result<()> {
    queries::drop_old(tx, frame.run.began_at)?;
    queries::keep_services(tx, &found.0, &found.1)?;
    let findings = Findings { services: found.0.len() as i64, ..findings.clone() };
    let trace = json!({"customers": findings.customers, "buyers": findings.buyers, "moved": findings.moved,
        "purchases": findings.purchases, "spending": findings.spending});
    let run = Run { state: WorthRunState::Done, ended_at: Some(tx.now()), findings, ..frame.run.clone() };
    queries::save_run(tx, &run)?;
    audit::api::record(tx, Entry::new("worth.counted", "worth_run", run.id).created(&trace))
}

/// Cuts and models from the sample.
fn fit(sample: &Sample<Measure>, today: i64, findings: Findings) -> (Findings, Yardstick) {
    let each = |of: fn(&Measure) -> i64| Cuts::of(sample.iter().map(of).collect());
    let cuts = each(|one| one.last_day).zip(each(|one| one.purchases)).zip(each(|one| one.total));
    let cuts = cuts.map(|((recency, frequency), monetary)| RfmCuts { recency, frequency, monetary });
    let histories: Vec<_> = sample.iter().filter_map(|one| one.history(today)).collect();
    let spendings: Vec<_> = sample.iter().filter_map(Measure::spending).collect();
    let (purchases, spending) = (bgnbd::fit(&histories), spend::fit(&spendings));
    let yardstick = Yardstick { cuts, purchases: purchases.ok().map(|fit| fit.model), spending: spending.ok() };
    let (no_spending, correlation) = spending.err().map_or((None, None), |(why, correlation)| (Some(why), correlation));
    let findings = Findings {
        cuts,
        purchases: purchases.ok(),
        no_purchases: purchases.err(),
        spending: spending.ok(),
        no_spending,
        correlation,
        ..findings
    };
    (findings, yardstick)
}

/// What somebody is worth by the yardstick; where they stand is said by [`keep`].
fn score(frame: &Frame, yardstick: &Yardstick, one: &PassedCustomer, orders: &[Order]) -> Worth {
    let measure = Measure::of(orders, &frame.rules.rules.currency, frame.today, &frame.zone);
    let history = measure.history(frame.today);
    let rated = Rated::by(yardstick, history.as_ref(), measure.spending().as_ref());
    let cuts = yardstick.cuts.filter(|_| measure.purchases > 0);
    let fifth = |of: fn(&RfmCuts) -> &Cuts, value: i64| cuts.map_or(0, |cuts| of(&cuts).score(value));
    Worth {
        customer_id: one.id,
        owner_id: one.owner_id,
        unit_id: one.unit_id,
        at: frame.run.began_at,
        today: frame.today,
        is_lead: one.stage == Stage::Lead,
        since_at: one.created_at,
        contact_at: one.contact_at,
        orders: measure.orders,
        purchases: measure.purchases,
        first_day: measure.first_day,
        last_day: measure.last_day,
        total: measure.total,
        after_first: measure.after_first,
        lately: measure.lately,
        before: measure.before,
        services: measure.services,
        recency: fifth(|cuts| &cuts.recency, measure.last_day),
        frequency: fifth(|cuts| &cuts.frequency, measure.purchases),
        monetary: fifth(|cuts| &cuts.monetary, measure.total),
        alive: rated.alive,
        expected: rated.expected,
        spend: rated.spend,
        value: rated.value,
        place: rated.value.unwrap_or(measure.total),
        stage: LifecycleStage::Lead,
        stage_at: frame.run.began_at,
        rules_version: frame.rules.version,
    }
}

/// What the models say of somebody, in whole numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rated {
    /// Ten-thousandths.
    alive: Option<i64>,
    /// Thousandths.
    expected: Option<i64>,
    /// Minor units.
    spend: Option<i64>,
    value: Option<i64>,
}

impl Rated {
    pub(crate) fn by(yardstick: &Yardstick, history: Option<&History>, spending: Option<&Spending>) -> Self {
        let Some((history, model)) = history.zip(yardstick.purchases) else { return Self::default() };
        let expected = model.expected(history, WEEKS);
        let spend = yardstick.spending.map(|fit| fit.expected(spending));
        let whole = |number: f64| number.round().clamp(0.0, 9e15) as i64;
        Self {
            alive: model.alive(history).map(|alive| whole(alive * 10_000.0)),
            expected: Some(whole(expected * 1_000.0)),
            spend: spend.map(whole),
            value: spend.map(|spend| whole(spend * expected)),
        }
    }
}

/// Keeps some rows, with where each stands and what follows; answers how many moved.
fn keep(tx: &mut Tx<'_>, frame: &Frame, scored: &[Worth]) -> Result<i64> {
    let ids: Vec<CustomerId> = scored.iter().map(|one| one.customer_id).collect();
    let before: HashMap<_, _> = queries::of(tx, &ids)?.into_iter().map(|one| (one.customer_id, one)).collect();
    let kept_out = win_backs::kept_out(tx, &ids)?;
    let (mut rows, mut steps) = (Vec::with_capacity(scored.len()), Vec::new());
    for one in scored {
        let (stage, evidence) = frame.rules.rules.stage(one);
        let known = before.get(&one.customer_id);
        let stage_at = known.filter(|known| known.stage == stage).map_or(one.at, |known| known.stage_at);
        let row = Worth { stage, stage_at, ..one.clone() };
        if let Some(known) = known.filter(|known| known.stage != stage) {
            let rules_changed = known.rules_version != frame.rules.version;
            let mut step = LifecycleStep {
                id: tx.new_id(),
                customer_id: row.customer_id,
                owner_id: row.owner_id,
                unit_id: row.unit_id,
                stage,
                before: known.stage,
                reason: Reason { evidence, rules_changed },
                task_id: None,
                at: row.at,
            };
            // Whoever only stands elsewhere because the rules changed is left alone, and so is who is compared with.
            if !rules_changed && !kept_out.contains(&row.customer_id) {
                step.task_id = play(tx, frame, &step)?;
                if let Some(tag) = frame.rules.rules.playbook(stage).and_then(|playbook| playbook.tag_id) {
                    profiles::api::tag(tx, row.customer_id, tag)?;
                }
            }
            let fact = StageFact { customer_id: row.customer_id, stage, before: known.stage, rules_changed };
            tx.emit(Fact::new(events::STAGE_CHANGED, row.customer_id, &fact)?);
            steps.push(step);
        }
        rows.push(row);
    }
    queries::keep(tx, &rows)?;
    queries::insert_steps(tx, &steps)?;
    let worth: Vec<_> = rows.iter().map(|row| (row.customer_id, row.value.unwrap_or(0))).collect();
    customers::api::set_worth(tx, &worth)?;
    http::attributes_changed(tx, &changed(&before, &rows))?;
    Ok(steps.len() as i64)
}

/// Of whom something is other than it was that segments are drawn by.
fn changed(before: &HashMap<CustomerId, Worth>, rows: &[Worth]) -> Vec<CustomerId> {
    let of = |one: &Worth| {
        (one.stage, one.alive, one.purchases, one.last_day, one.total, (one.recency, one.frequency, one.monetary))
    };
    let other = |row: &&Worth| match before.get(&row.customer_id) {
        Some(known) => of(known) != of(row),
        None => row.purchases > 0,
    };
    rows.iter().filter(other).map(|row| row.customer_id).collect()
}

/// The task of the stage's playbook for whoever looks after the customer, once for the step.
fn play(tx: &mut Tx<'_>, frame: &Frame, step: &LifecycleStep) -> Result<Option<String>> {
    let playbook = frame.rules.rules.playbook(step.stage).filter(|playbook| !playbook.task.trim().is_empty());
    let (Some(playbook), Some(owner)) = (playbook, step.owner_id) else { return Ok(None) };
    let task = NewTask {
        source: SOURCE,
        key: Some(step.id.to_string()),
        title: playbook.task.trim().to_owned(),
        detail: None,
        assignee: Assignee::Person { id: owner, unit: step.unit_id },
        subject: Some(Subject::new("customer", step.customer_id)),
        due: Some(Due::At(tx.now().plus_millis(playbook.due_days * 86_400_000))),
        by_hand: true,
    };
    Ok(Some(tasks::api::create(tx, task)?.id.to_string()))
}

fn found(pairs: &Pairs, at: Timestamp) -> (Vec<ServiceHabit>, Vec<ServiceRule>) {
    let habit = |habit: crate::models::services::Habit| ServiceHabit {
        service: habit.service,
        label: habit.label,
        buyers: habit.buyers,
        again: habit.again,
        days: habit.days,
        at,
    };
    let rule = |rule: crate::models::services::Rule| ServiceRule {
        one: rule.from,
        other: rule.to,
        together: rule.both,
        one_buyers: rule.with,
        other_buyers: rule.of_to,
        buyers: rule.buyers,
    };
    (pairs.habits().into_iter().map(habit).collect(), pairs.rules().into_iter().map(rule).collect())
}
