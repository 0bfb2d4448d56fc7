//! How an item, and what stands on the wall, are kept with what follows from them.

use audit::api::Entry;
use kernel::{Id, Money, Result, UnitId, UserId};
use store::{Fact, Tx};

use crate::{
    codes, day, duty,
    events::{self, FeedbackFact, RecognitionFact},
    model::{
        By, FeedbackItem, FeedbackKind, FeedbackMove, FeedbackMoveKind, FeedbackState, Recognition, RecognitionKind,
    },
    queries,
};

/// How many items of each kind came on some days, and how often somebody was praised on the wall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Suggestions.
    pub suggestion: i64,
    /// Opinions.
    pub opinion: i64,
    /// Praise.
    pub praise: i64,
    /// Recognitions on the wall: by customers, leads and colleagues.
    pub recognised: i64,
}

/// What came on the days from `from` to `to`, `2026-11-26`, both included, of what people of these units have, or of all,
/// whoever asks; `month` is the one whose recognitions are counted.
///
/// # Errors
/// From the database.
pub fn tally(tx: &mut Tx<'_>, (from, to): (&str, &str), month: &str, units: Option<&[UnitId]>) -> Result<Tally> {
    let mut tally = Tally { recognised: queries::wall::count(tx, month, units)?, ..Tally::default() };
    for (kind, count) in queries::tally(tx, from, to, units)? {
        match kind {
            FeedbackKind::Suggestion => tally.suggestion = count,
            FeedbackKind::Opinion => tally.opinion = count,
            FeedbackKind::Praise => tally.praise = count,
        }
    }
    Ok(tally)
}

/// What happened, in words where there are any.
pub(crate) struct Happening {
    pub kind: FeedbackMoveKind,
    pub words: String,
}

impl Happening {
    pub(crate) fn new(kind: FeedbackMoveKind, words: impl Into<String>) -> Self {
        Self { kind, words: words.into() }
    }
}

/// Whoever acts, as of now.
///
/// # Errors
/// [`kernel::Error::Unauthenticated`] for anyone but staff.
pub(crate) fn by(tx: &Tx<'_>) -> Result<By> {
    let staff = tx.actor().staff()?;
    Ok(By { id: staff.id, name: staff.name.clone(), at: tx.now() })
}

/// Keeps a new item, the duty to answer it, and praise on the wall.
pub(crate) fn register(tx: &mut Tx<'_>, item: &FeedbackItem) -> Result<()> {
    queries::insert(tx, item)?;
    happened(tx, item, Happening::new(FeedbackMoveKind::Received, item.content.as_str()))?;
    audit::api::record(tx, Entry::new("feedback.received", "feedback_item", item.id).created(&item.trace()))?;
    duty::begin(tx, item)?;
    told(tx, events::RECEIVED, None, item)?;
    on_wall(tx, item)
}

/// Keeps what became of an item.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    action: &'static str,
    before: &FeedbackItem,
    after: &FeedbackItem,
    happening: Happening,
) -> Result<()> {
    queries::save(tx, after)?;
    let mut entry = Entry::new(action, "feedback_item", after.id).change(&before.trace(), &after.trace());
    let is_reason = matches!(happening.kind, FeedbackMoveKind::Reopened | FeedbackMoveKind::Sorted);
    let reason = happening.words.clone();
    if is_reason && !reason.is_empty() {
        entry = entry.reason(&reason);
    }
    happened(tx, after, happening)?;
    audit::api::record(tx, entry)?;
    duty::follow(tx, before, after)?;
    let over = |item: &FeedbackItem| matches!(item.state, FeedbackState::Closed | FeedbackState::Converted);
    told(tx, if over(after) && !over(before) { events::CLOSED } else { events::CHANGED }, Some(before), after)?;
    let praise = |item: &FeedbackItem| item.kind == FeedbackKind::Praise && item.state != FeedbackState::Converted;
    match (praise(before), praise(after)) {
        (false, true) => on_wall(tx, after),
        (true, false) => off_wall(tx, after),
        _ => Ok(()),
    }
}

/// Writes down that something happened that changes nothing.
pub(crate) fn note(tx: &mut Tx<'_>, item: &FeedbackItem, words: &str) -> Result<()> {
    happened(tx, item, Happening::new(FeedbackMoveKind::Noted, words))?;
    audit::api::record(tx, Entry::new("feedback.noted", "feedback_item", item.id))?;
    told(tx, events::CHANGED, None, item)
}

fn happened(tx: &mut Tx<'_>, item: &FeedbackItem, happening: Happening) -> Result<()> {
    let staff = tx.actor().staff().ok().cloned();
    let id: Id<FeedbackMove> = tx.new_id();
    let one = FeedbackMove {
        id,
        feedback_item_id: item.id,
        number: 0,
        kind: happening.kind,
        words: happening.words,
        by_id: staff.as_ref().map(|staff| staff.id),
        by_name: staff.map(|staff| staff.name.clone()),
        at: tx.now(),
    };
    queries::insert_move(tx, one)
}

/// Keeps the fact, and tells everybody who watches it, and those who lose sight of it a last time.
fn told(tx: &mut Tx<'_>, kind: &'static str, before: Option<&FeedbackItem>, after: &FeedbackItem) -> Result<()> {
    tx.emit(Fact::new(kind, after.id, &FeedbackFact::of(after))?);
    let mut audiences = vec![after.owned()];
    for one in [Some(after.registered()), before.map(FeedbackItem::owned)] {
        audiences.extend(one.filter(|one| !audiences.contains(one)));
    }
    for audience in audiences {
        tx.notify("feedback_items", "feedback_item.changed", after, Some(audience))?;
    }
    Ok(())
}

/// Praise of somebody, or of a unit, stands on the wall as it comes in (R105); that of goods does not.
fn on_wall(tx: &mut Tx<'_>, item: &FeedbackItem) -> Result<()> {
    if item.kind != FeedbackKind::Praise || (item.about_id.is_none() && item.about_unit_id.is_none()) {
        return Ok(());
    }
    let mut one = recognition(tx, RecognitionKind::Customer, item.content.clone())?;
    (one.person_id, one.person_name) = (item.about_id, item.about_name.clone());
    (one.unit_id, one.unit_name) = (item.about_unit_id, item.about_unit_name.clone());
    one.feedback_item_id = Some(item.id);
    recognise(tx, &one)
}

/// What turned out to be no praise is taken off the wall, unless it was rewarded.
fn off_wall(tx: &mut Tx<'_>, item: &FeedbackItem) -> Result<()> {
    let Some(one) = queries::wall::of_item(tx, item.id)? else { return Ok(()) };
    if one.reward.is_some() {
        return Err(codes::REWARDED.conflict());
    }
    queries::wall::remove(tx, one.id)?;
    audit::api::record(tx, Entry::new("feedback.recognition_withdrawn", "recognition", one.id).deleted(&one.trace()))
}

/// Of nobody yet, as of now.
pub(crate) fn recognition(tx: &mut Tx<'_>, kind: RecognitionKind, words: String) -> Result<Recognition> {
    let now = tx.now();
    Ok(Recognition {
        id: tx.new_id(),
        kind,
        person_id: None,
        person_name: String::new(),
        unit_id: None,
        unit_name: String::new(),
        words,
        by_id: None,
        by_name: String::new(),
        feedback_item_id: None,
        month: day::month_of(tx, now)?,
        reward: None,
        currency: None,
        rewarded_by: None,
        rewarded_by_name: None,
        rewarded_at: None,
        at: now,
        version: 1,
    })
}

/// Puts it on the wall: whoever it is of, and their team, hear of it at once.
pub(crate) fn recognise(tx: &mut Tx<'_>, one: &Recognition) -> Result<()> {
    if !queries::wall::insert(tx, one)? {
        return Ok(());
    }
    audit::api::record(tx, Entry::new("feedback.recognised", "recognition", one.id).created(&one.trace()))?;
    shown(tx, events::RECOGNISED, one)
}

/// Takes so much out of a month's budget of a unit, or of the nearest one above that has one, and answers its currency.
/// The budget's row is locked: what is left is never overrun, whoever gives at the same time.
///
/// # Errors
/// `feedback.no_budget`, `feedback.over_budget`.
pub(crate) fn spend(tx: &mut Tx<'_>, unit: Option<UnitId>, month: &str, amount: Money) -> Result<String> {
    let mut budget = None;
    if let Some(unit) = unit {
        let line: Vec<_> = people::api::tree(tx)?.line(unit).iter().map(|unit| unit.id).collect();
        for unit in line {
            budget = queries::wall::budget(tx, unit, month)?;
            if budget.is_some() {
                break;
            }
        }
    }
    let mut budget = budget.ok_or_else(|| codes::NO_BUDGET.conflict())?;
    budget.spent.0 += amount.0;
    if budget.spent > budget.amount {
        return Err(codes::OVER_BUDGET.conflict());
    }
    budget.version += 1;
    queries::wall::save_budget(tx, &budget)?;
    Ok(budget.currency)
}

/// Keeps the reward of one.
pub(crate) fn keep_reward(tx: &mut Tx<'_>, before: &Recognition, after: &Recognition) -> Result<()> {
    queries::wall::save(tx, after)?;
    let entry = Entry::new("feedback.rewarded", "recognition", after.id);
    audit::api::record(tx, entry.change(&before.trace(), &after.trace()))?;
    shown(tx, events::REWARDED, after)
}

fn shown(tx: &mut Tx<'_>, kind: &'static str, one: &Recognition) -> Result<()> {
    tx.emit(Fact::new(kind, one.id, &RecognitionFact::of(one))?);
    tx.notify("recognitions", "recognition.changed", one, Some(one.owned()))
}

/// A unit's name; empty where there is none.
pub(crate) fn unit_name(tx: &mut Tx<'_>, unit: Option<UnitId>) -> Result<String> {
    Ok(match unit {
        Some(id) => people::api::tree(tx)?.unit(id).map(|unit| unit.name.clone()).unwrap_or_default(),
        None => String::new(),
    })
}

/// Somebody who may sign in, with their unit.
///
/// # Errors
/// [`kernel::Error::NotFound`] where there is nobody, or nobody any more.
pub(crate) fn somebody(tx: &mut Tx<'_>, id: UserId) -> Result<(String, Option<UnitId>)> {
    let user = access::api::user(tx, id)?;
    if !user.is_active() {
        return Err(kernel::Error::NotFound);
    }
    Ok((user.name, people::api::unit_of(tx, id)?))
}
