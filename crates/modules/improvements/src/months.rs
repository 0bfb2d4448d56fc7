//! What a month came to (R066): figures of the same sums that days and weeks are added up from.

use complaints::StatisticsPeriod;
use jiff::{ToSpan, civil::Date};
use kernel::{Error, Result, UnitId};
use store::Tx;

use crate::{
    figures,
    model::{ImprovementMoveKind, MonthAction, MonthActions, MonthFeedback, MonthFigures},
    policy,
    queries::{months, outcomes::Counting},
};

/// The first day of a month as somebody names it, `2026-11`.
///
/// # Errors
/// [`Error::Invalid`] on `month`: `malformed`, or `out_of_range` for one that has not begun.
pub(crate) fn first_day(tx: &mut Tx<'_>, month: &str) -> Result<Date> {
    let first = settings::api::parse_day("month", &format!("{month}-01"))?;
    let now = tx.now();
    if first > settings::api::day_of(tx, now)? {
        return Err(Error::field("month", "out_of_range"));
    }
    Ok(first)
}

/// What a month came to for a unit, or for the whole house, as it stands now.
pub(crate) fn figures(tx: &mut Tx<'_>, first: Date, unit: Option<UnitId>) -> Result<MonthFigures> {
    let (from, to) = (first.to_string(), first.last_of_month().to_string());
    let units = match unit {
        Some(unit) => Some(people::api::subtree(tx, unit)?),
        None => None,
    };
    let days = (from.as_str(), to.as_str());
    let statistics = complaints::api::statistics(tx, days, StatisticsPeriod::Week, units.clone())?;
    let which = Counting { from: from.clone(), to: to.clone(), scope: policy::everything()?, units: units.clone() };
    let (recovery, costs) = (figures::recovery(tx, &which)?, figures::costs(tx, &which)?);
    let next = first.checked_add(1.month()).map_err(Error::internal)?;
    let span = (settings::api::begin_of(tx, first)?, settings::api::begin_of(tx, next)?);
    let moves = months::moves(tx, span, units.as_deref())?;
    let count = |kinds: &[ImprovementMoveKind]| -> i64 {
        moves.iter().filter(|(kind, _)| kinds.contains(kind)).map(|(_, n)| n).sum()
    };
    let moved = months::moved(tx, span, units.as_deref())?;
    let actions = moved.into_iter().map(|one| MonthAction {
        id: one.id,
        number: one.number,
        title: one.title,
        state: one.state,
        owner_name: one.owner_name,
    });
    let actions = MonthActions {
        opened: count(&[ImprovementMoveKind::Opened]),
        completed: count(&[ImprovementMoveKind::Completed]),
        closed: count(&[ImprovementMoveKind::Verified]),
        reopened: count(&[ImprovementMoveKind::Recurred, ImprovementMoveKind::Ineffective]),
        overdue: count(&[ImprovementMoveKind::Overdue]),
        actions: actions.collect(),
    };
    let month = first.strftime("%Y-%m").to_string();
    let tally = feedback::api::tally(tx, days, &month, units.as_deref())?;
    let feedback = MonthFeedback {
        complaint: statistics.total.received,
        suggestion: tally.suggestion,
        opinion: tally.opinion,
        praise: tally.praise,
        recognised: tally.recognised,
    };
    Ok(MonthFigures { statistics, recovery, costs, actions, feedback })
}
