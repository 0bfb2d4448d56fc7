//! An action as it goes out, and the frame every change of one has.

use complaints::{Complaint, ComplaintStep};
use http::{Answer, Cx, Json};
use kernel::{Actor, Id, Permit, Result, Timestamp};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    api::{self, Happening},
    figures::Cost,
    model::{By, DAY_MS, ImprovementAction, ImprovementDuty, ImprovementMove, ImprovementState},
    policy,
    queries::{self, outcomes},
};

/// Days before an action was opened that are compared with those after it was done.
const BEFORE_DAYS: i64 = 30;

/// An action, with what a list shows beside it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ImprovementView {
    #[serde(flatten)]
    pub action: ImprovementAction,
    /// Whether it was not done in time.
    pub overdue: bool,
}

/// A complaint that led to an action.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ImprovementComplaint {
    /// Which.
    pub id: Id<Complaint>,
    /// Its number.
    pub number: String,
    /// What it is about.
    pub title: String,
    /// Where it stands.
    pub step: ComplaintStep,
    /// When it was taken in.
    pub registered_at: Timestamp,
}

/// What complaints of the cause came to within a time.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ImprovementSpan {
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
    #[serde(flatten)]
    pub cost: Cost,
    /// How many there are of it in 30 days, in hundredths; none before a day is over.
    pub monthly: Option<i64>,
}

/// What an action needs before it is complete.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct ImprovementDutyState {
    /// What.
    pub duty: ImprovementDuty,
    /// Whether that is there.
    pub met: bool,
}

/// What the caller may do with an action now.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct ImprovementMay {
    /// Plan it, do its steps, complete it, hand it over, note on it.
    pub handle: bool,
    /// Verify it, now.
    pub verify: bool,
}

/// An action with everything that happened to it and what came of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ImprovementCourse {
    #[serde(flatten)]
    pub view: ImprovementView,
    /// What happened, in order.
    pub course: Vec<ImprovementMove>,
    /// The complaints that led to it, as far as the caller may see them.
    pub led_by: Vec<ImprovementComplaint>,
    /// What it needs before it is complete.
    pub duties: Vec<ImprovementDutyState>,
    /// Complaints of the cause in the 30 days before it was opened.
    pub before: ImprovementSpan,
    /// Complaints of the cause since it was done; none while it is open.
    pub after: Option<ImprovementSpan>,
    /// Of which currency amounts are, ISO 4217.
    pub currency: String,
    /// What the caller may do.
    pub may: ImprovementMay,
}

pub(crate) fn view(tx: &Tx<'_>, action: ImprovementAction) -> ImprovementView {
    ImprovementView { overdue: action.is_overdue(tx.now()), action }
}

fn course(tx: &mut Tx<'_>, action: ImprovementAction) -> Result<ImprovementCourse> {
    let opened = action.opened_at;
    let before = span(tx, &action.cause_id, opened.plus_millis(-BEFORE_DAYS * DAY_MS), opened)?;
    let now = tx.now();
    let after = match action.completed_at {
        Some(done) => Some(span(tx, &action.cause_id, done, now)?),
        None => None,
    };
    let mut led_by: Vec<_> = complaints::api::among(tx, &action.complaints.0)?
        .into_iter()
        .map(|one| ImprovementComplaint {
            id: one.id,
            number: one.number,
            title: one.title,
            step: one.step,
            registered_at: one.registered_at,
        })
        .collect();
    led_by.sort_by_key(|one| (one.registered_at, one.id));
    let duties = action.duties().into_iter().map(|(duty, met)| ImprovementDutyState { duty, met }).collect();
    let me = tx.actor().staff().ok().map(|staff| staff.id);
    let own = me.is_some() && (me == action.completed_by || me == action.owner_id);
    let may = ImprovementMay {
        handle: policy::may_handle(tx.actor(), &action, now).is_ok(),
        verify: action.state == ImprovementState::Completed
            && !own
            && policy::may_verify(tx.actor(), &action, now).is_ok(),
    };
    Ok(ImprovementCourse {
        course: queries::moves(tx, action.id)?,
        currency: complaints::api::currency(tx)?,
        view: view(tx, action),
        led_by,
        duties,
        before,
        after,
        may,
    })
}

fn span(tx: &mut Tx<'_>, cause: &str, from: Timestamp, to: Timestamp) -> Result<ImprovementSpan> {
    let rules = queries::rules(tx)?;
    let cost = Cost::of(&outcomes::span(tx, cause, (from, to), &rules)?, &rules);
    let length = to.since(from);
    let monthly = (length >= DAY_MS).then(|| cost.complaints * 100 * BEFORE_DAYS * DAY_MS / length);
    Ok(ImprovementSpan { from, to, cost, monthly })
}

/// An action with its course, as it was just found.
pub(super) async fn shown(cx: Cx, id: Id<ImprovementAction>) -> Answer<ImprovementCourse> {
    let course = cx
        .read(move |tx| {
            let action = queries::find(tx, id)?;
            policy::may_see(tx.actor(), &action)?;
            course(tx, action)
        })
        .await?;
    Ok(Json(course))
}

/// Keeps an action, and answers it with its course.
pub(super) async fn made(
    cx: Cx,
    make: impl Fn(&mut Tx<'_>) -> Result<ImprovementAction> + Send + 'static,
) -> Answer<ImprovementCourse> {
    let course = cx
        .write(move |tx| {
            let action = make(tx)?;
            course(tx, action)
        })
        .await?;
    Ok(Json(course))
}

/// Who may.
pub(super) type May = fn(&Actor, &ImprovementAction, Timestamp) -> Result<Permit>;

/// A change of an action: found and locked, permitted, kept under `name`, answered with its course.
pub(super) async fn changed(
    cx: Cx,
    id: Id<ImprovementAction>,
    (name, may): (&'static str, May),
    change: impl Fn(&mut Tx<'_>, ImprovementAction, &Permit, By) -> Result<(ImprovementAction, Happening)> + Send + 'static,
) -> Answer<ImprovementCourse> {
    made(cx, move |tx| {
        let before = queries::lock(tx, id)?;
        let permit = may(tx.actor(), &before, tx.now())?;
        let by = api::by(tx)?;
        let (after, happening) = change(tx, before.clone(), &permit, by)?;
        api::keep(tx, name, &before, &after, happening)?;
        Ok(after)
    })
    .await
}
