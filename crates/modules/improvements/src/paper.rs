//! 《月底总结分析报表》 on paper: what the screen shows, with room for the signature.

use std::sync::LazyLock;

use documents::{Cell, Document, Grid, Hand, Part, Row, Value};
use http::Languages;
use kernel::{Money, Result};
use store::Tx;

use crate::model::{MonthFigures, MonthRevision};

static TEXTS: LazyLock<Languages> = LazyLock::new(|| Languages::of(crate::LOCALES));
/// The numbers of a line of complaints.
const HEADS: [&str; 10] = [
    "received",
    "founded",
    "unfounded",
    "closed",
    "in_time",
    "over_hops",
    "over_cost",
    "over_time",
    "compensation",
    "satisfied",
];

/// As the organisation writes of improvement.
pub(crate) fn hand(tx: &mut Tx<'_>) -> Result<Hand> {
    complaints::api::hand(tx, &TEXTS)
}

/// What is printed of a month.
pub(crate) struct Printed<'a> {
    pub month: &'a str,
    pub unit_name: &'a str,
    pub figures: &'a MonthFigures,
    /// The summary and the measures.
    pub words: (String, String),
    /// As it was signed; none for a draft.
    pub signed: Option<MonthRevision>,
    /// This one and those before it, the latest first.
    pub revisions: &'a [MonthRevision],
}

/// The whole report.
pub(crate) fn month(hand: &Hand, printed: &Printed<'_>) -> Document {
    let figures = printed.figures;
    let mut parts = overview(hand, figures);
    parts.extend(complaints(hand, figures));
    parts.extend(costs(hand, figures));
    parts.extend(actions(hand, figures));
    parts.extend(words(hand, printed));
    let state = match &printed.signed {
        Some(revision) => hand.said("revision", &[("n", &revision.number.to_string())]),
        None => hand.word("draft").to_owned(),
    };
    let form = format!("{}　{}　{state}", printed.month, printed.unit_name);
    Document { landscape: true, ..hand.document(hand.word("title_month").to_owned(), form, None, parts) }
}

/// Names and numbers side by side, four to a row.
fn pairs(hand: &Hand, all: &[(&str, Value)]) -> Grid {
    let rows = all.chunks(4).map(|chunk| {
        let mut cells: Vec<Cell> =
            chunk.iter().flat_map(|(key, value)| [hand.label(key), Cell::value(value.clone())]).collect();
        while cells.len() < 8 {
            cells.push(Cell::text(""));
        }
        Row::of(cells)
    });
    Grid { columns: [2.4, 1.6].repeat(4), heads: 0, rows: rows.collect() }
}

fn share(part: i64, whole: i64) -> Value {
    Value::Share((whole != 0).then(|| part as f64 / whole as f64))
}

fn overview(hand: &Hand, figures: &MonthFigures) -> Vec<Part> {
    let (all, won, said) = (&figures.statistics.total, &figures.recovery, figures.feedback);
    let count = Value::Count;
    let mean = if all.closed == 0 {
        Value::Share(None)
    } else {
        Value::Decimal(all.lasted_ms as f64 / all.closed as f64 / 3_600_000.0)
    };
    let totals = [
        ("received", count(all.received)),
        ("founded", count(all.founded)),
        ("unfounded", count(all.unfounded)),
        ("closed", count(all.closed)),
        ("in_time", share(all.in_time, all.closed)),
        ("mean_hours", mean),
        ("cause_known", share(all.caused, all.founded)),
        ("with_measures", share(all.countered, all.closed_founded)),
        ("over_hops", count(all.over_hops)),
        ("over_cost", count(all.over_cost)),
        ("over_time", count(all.over_time)),
        ("unsummed", count(figures.statistics.unsummed.len() as i64)),
    ];
    let recovery = [
        ("recovery_rate", share(won.recovered, won.recovered + won.lost)),
        ("satisfied", count(won.satisfied)),
        ("bought", count(won.bought)),
        ("lost_customers", count(won.lost)),
        ("undecided", count(won.undecided)),
        ("anonymous", count(won.anonymous)),
        ("unreachable", count(won.unreachable)),
        ("closed", count(won.closed)),
    ];
    let feedback = [
        ("complaint", count(said.complaint)),
        ("suggestion", count(said.suggestion)),
        ("opinion", count(said.opinion)),
        ("praise", count(said.praise)),
        ("recognised", count(said.recognised)),
    ];
    vec![
        Part::Heading(hand.word("overview").into()),
        Part::Grid(pairs(hand, &totals)),
        Part::Heading(hand.word("recovery").into()),
        Part::Grid(pairs(hand, &recovery)),
        Part::Heading(hand.word("feedback").into()),
        Part::Grid(pairs(hand, &feedback)),
    ]
}

fn line(name: String, one: &complaints::Figures, total: bool) -> Row {
    let count = Value::Count;
    let values = [
        count(one.received),
        count(one.founded),
        count(one.unfounded),
        count(one.closed),
        count(one.in_time),
        count(one.over_hops),
        count(one.over_cost),
        count(one.over_time),
        Value::Amount(Money(one.compensation)),
        count(one.satisfied),
    ];
    let cells = std::iter::once(Cell::text(name)).chain(values.into_iter().map(Cell::value));
    if total { Row::of(cells.map(Cell::total)) } else { Row::of(cells) }
}

fn complaints(hand: &Hand, figures: &MonthFigures) -> Vec<Part> {
    let all = &figures.statistics;
    let mut columns = vec![4.4];
    columns.extend([1.7; 10]);
    columns[9] = 2.6;
    let heads = |first: &'static str| {
        let keys: Vec<_> = std::iter::once(first).chain(HEADS).collect();
        hand.heads(&keys)
    };
    let mut categories = vec![heads("category")];
    for one in &all.categories {
        let name = match (&one.above_id, one.name.is_empty()) {
            (_, true) => hand.word("unfiled").to_owned(),
            (Some(_), _) => format!("　{}", one.name),
            (None, _) => one.name.clone(),
        };
        categories.push(line(name, &one.figures, false));
    }
    categories.push(line(hand.word("sum").to_owned(), &all.total, true));
    let mut weeks = vec![heads("week")];
    weeks.extend(all.periods.iter().map(|week| line(format!("{} – {}", week.from, week.to), &week.figures, false)));
    weeks.push(line(hand.word("sum").to_owned(), &all.total, true));
    vec![
        Part::Heading(hand.word("by_category").into()),
        Part::Grid(Grid { columns: columns.clone(), heads: 1, rows: categories }),
        Part::Heading(hand.word("by_week").into()),
        Part::Grid(Grid { columns, heads: 1, rows: weeks }),
    ]
}

fn costs(hand: &Hand, figures: &MonthFigures) -> Vec<Part> {
    let costs = &figures.costs;
    let row = |name: String, cost: &crate::figures::Cost, total: bool| {
        let values = [
            Value::Count(cost.complaints),
            Value::Decimal(cost.minutes as f64 / 60.0),
            Value::Amount(cost.handling),
            Value::Amount(cost.compensation),
            Value::Amount(cost.points_cost),
            Value::Amount(cost.lost),
            Value::Amount(cost.total),
        ];
        let cells = std::iter::once(Cell::text(name)).chain(values.into_iter().map(Cell::value));
        if total { Row::of(cells.map(Cell::total)) } else { Row::of(cells) }
    };
    let heads = ["cause", "complaint", "hours", "handling", "compensation", "points_cost", "lost_value", "cost_total"];
    let mut rows = vec![hand.heads(&heads)];
    for one in &costs.lines {
        let name = if one.cause.is_empty() {
            hand.word("not_analysed").to_owned()
        } else {
            one.cause.clone()
        };
        rows.push(row(name, &one.cost, false));
    }
    rows.push(row(hand.word("sum").to_owned(), &costs.total, true));
    let note = hand.said(
        "costs_note",
        &[
            ("currency", &costs.currency),
            ("rate", &hand.money(costs.hour_rate, &costs.currency)),
            ("minutes", &costs.act_minutes.to_string()),
            ("n", &costs.total.reckoned.to_string()),
        ],
    );
    vec![
        Part::Heading(hand.word("causes").into()),
        Part::Grid(Grid { columns: vec![5.0, 1.6, 1.6, 2.4, 2.4, 2.4, 2.4, 2.6], heads: 1, rows }),
        Part::Words(note),
    ]
}

fn actions(hand: &Hand, figures: &MonthFigures) -> Vec<Part> {
    let done = &figures.actions;
    let counts = [
        ("opened", Value::Count(done.opened)),
        ("completed", Value::Count(done.completed)),
        ("verified", Value::Count(done.closed)),
        ("reopened", Value::Count(done.reopened)),
        ("overdue", Value::Count(done.overdue)),
    ];
    let mut parts = vec![Part::Heading(hand.word("actions").into()), Part::Grid(pairs(hand, &counts))];
    if !done.actions.is_empty() {
        let mut rows = vec![hand.heads(&["number", "action", "owner", "state"])];
        for one in &done.actions {
            let state = hand.word(&format!("state_{}", one.state.text())).to_owned();
            let cells = [one.number.clone(), one.title.clone(), one.owner_name.clone(), state];
            rows.push(Row::of(cells.map(Cell::text)));
        }
        parts.push(Part::Grid(Grid { columns: vec![2.6, 8.0, 2.6, 2.0], heads: 1, rows }));
    }
    parts
}

/// The words, and who signed them; a draft leaves the room to sign by hand.
fn words(hand: &Hand, printed: &Printed<'_>) -> Vec<Part> {
    let (summary, measures) = &printed.words;
    let below = match &printed.signed {
        Some(revision) => format!("{}　{}", revision.by_name, hand.at(revision.at)),
        None => hand.word("sign_here").to_owned(),
    };
    let rows = vec![
        Row::of([hand.label("summary"), Cell::text(summary.clone())]).least(24.0),
        Row::of([hand.label("measures"), Cell::text(measures.clone()).signed(below)]).least(30.0),
    ];
    let mut parts = vec![
        Part::Heading(hand.word("conclusion").into()),
        Part::Grid(Grid { columns: vec![2.4, 14.0], heads: 0, rows }),
    ];
    if printed.signed.is_some() && printed.revisions.len() > 1 {
        let mut rows = vec![hand.heads(&["revision_number", "signed_by", "signed_at", "reason", "changed"])];
        for one in printed.revisions {
            let changed = one.differences.0.len().to_string();
            let cells = [one.number.to_string(), one.by_name.clone(), hand.at(one.at), one.reason.clone(), changed];
            rows.push(Row::of(cells.map(Cell::text)));
        }
        parts.push(Part::Heading(hand.word("revisions").into()));
        parts.push(Part::Grid(Grid { columns: vec![1.4, 2.6, 3.2, 8.0, 1.6], heads: 1, rows }));
    }
    parts
}
