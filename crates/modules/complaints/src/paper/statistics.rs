//! 《顾客投诉分类统计表》 on paper: what the screen shows.

use documents::{Cell, Document, Grid, Hand, Part, Row, Value};
use kernel::Money;

use crate::{
    model::Figures,
    statistics::{Statistics, StatisticsPeriod},
};

/// The numbers of a line, in the order of the screen.
const HEADS: [&str; 17] = [
    "received",
    "founded",
    "unfounded",
    "closed",
    "in_time",
    "mean_hours",
    "over_hops",
    "over_cost",
    "over_time",
    "compensated",
    "compensation_sum",
    "signed_count",
    "refused",
    "unreachable",
    "unnamed",
    "rated",
    "satisfied",
];
const HOUR: f64 = 3_600_000.0;

fn numbers(one: &Figures) -> Vec<Value> {
    let count = Value::Count;
    let mean = match one.closed {
        0 => Value::Share(None),
        closed => Value::Decimal(one.lasted_ms as f64 / closed as f64 / HOUR),
    };
    vec![
        count(one.received),
        count(one.founded),
        count(one.unfounded),
        count(one.closed),
        count(one.in_time),
        mean,
        count(one.over_hops),
        count(one.over_cost),
        count(one.over_time),
        count(one.compensated),
        Value::Amount(Money(one.compensation)),
        count(one.signed),
        count(one.refused),
        count(one.unreachable),
        count(one.anonymous),
        count(one.rated),
        count(one.satisfied),
    ]
}

fn row(name: Cell, figures: &Figures, total: bool) -> Row {
    let cells = numbers(figures).into_iter().map(Cell::value);
    let cells = std::iter::once(name).chain(cells);
    if total { Row::of(cells.map(Cell::total)) } else { Row::of(cells) }
}

/// The statistics of a unit, or of all one may see.
pub(crate) fn statistics(hand: &Hand, all: &Statistics, unit: String) -> Document {
    let heads = |first: &str| {
        let heads = HEADS.iter().map(|key| Cell::head(hand.word(key)));
        Row::of(std::iter::once(Cell::head(hand.word(first))).chain(heads))
    };
    let mut columns = vec![4.4];
    columns.extend([1.7; 17]);
    columns[11] = 3.0;
    let mut categories = vec![heads("category")];
    for line in &all.categories {
        let name = match (&line.above_id, line.name.is_empty()) {
            (_, true) => hand.word("unfiled").to_owned(),
            (Some(_), _) => format!("　{}", line.name),
            (None, _) => line.name.clone(),
        };
        categories.push(row(Cell::text(name), &line.figures, false));
    }
    categories.push(row(Cell::text(hand.word("sum")), &all.total, true));
    let by = match all.by {
        StatisticsPeriod::Day => "by_day",
        StatisticsPeriod::Week => "by_week",
        StatisticsPeriod::Month => "by_month",
    };
    let mut periods = vec![heads("period")];
    for period in &all.periods {
        let name = if period.from == period.to {
            period.from.clone()
        } else {
            format!("{} – {}", period.from, period.to)
        };
        periods.push(row(Cell::text(name), &period.figures, false));
    }
    periods.push(row(Cell::text(hand.word("sum")), &all.total, true));
    let mut parts = vec![
        Part::Grid(Grid { columns: columns.clone(), heads: 1, rows: categories }),
        Part::Heading(hand.word(by).into()),
        Part::Grid(Grid { columns, heads: 1, rows: periods }),
    ];
    if !all.unsummed.is_empty() {
        let heads = ["supervisor_name", "number_of", "title_of", "due"];
        let mut rows = vec![Row::of(heads.map(|key| Cell::head(hand.word(key))))];
        for one in &all.unsummed {
            let name = if one.owner_name.is_empty() {
                hand.word("pool").to_owned()
            } else {
                one.owner_name.clone()
            };
            let due = one.due_at.map(|at| hand.at(at)).unwrap_or_default();
            rows.push(Row::of([name, one.number.clone(), one.title.clone(), due].map(Cell::text)));
        }
        parts.push(Part::Heading(hand.word("unsummed").into()));
        parts.push(Part::Grid(Grid { columns: vec![2.0, 2.5, 6.0, 2.5], heads: 1, rows }));
    }
    parts.push(Part::Words(hand.said(
        "statistics_note",
        &[
            ("hops", &all.most_hops.to_string()),
            ("cost", &format!("{} {}", all.currency, all.most_cost / 100)),
            ("days", &all.most_days.to_string()),
        ],
    )));
    let title = hand.word("title_statistics").to_owned();
    let days = format!("{} – {}　{unit}", all.from, all.to);
    Document { landscape: true, ..hand.document(title, days, None, parts) }
}
