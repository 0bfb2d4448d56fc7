//! What is done about an action: opened, planned, done step by step, completed, verified, handed over, noted on.

use http::{Answer, Cx, Json, Path};
use kernel::{Check, Error, Id, Owned, Result, Timestamp, UserId};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::view::{self, ImprovementCourse, changed};
use crate::{
    api::{self, Happening},
    codes, duty,
    model::{
        DAY_MS, ImprovementAction, ImprovementMoveKind, ImprovementOrigin, ImprovementState, Verification, WantedStep,
    },
    policy, queries,
    queries::outcomes,
    watch::{self, NewAction},
};

/// Steps at most.
const MOST_STEPS: usize = 30;

/// An action against a cause.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewImprovement {
    /// The root cause, of the second level.
    cause_id: String,
    /// What it is about: 1 to 100 characters.
    title: String,
    /// What it is to achieve: up to 2,000 characters.
    detail: Option<String>,
    /// Who has it; whoever opens it unless told.
    owner_id: Option<UserId>,
    /// Until when; as long as the rules allow unless told.
    due_at: Option<Timestamp>,
}

/// Opens an action by hand. One against a cause is open at a time.
#[utoipa::path(post, path = "/improvement-actions", tag = "improvements", request_body = NewImprovement, responses((status = 200, body = ImprovementCourse)))]
pub(crate) async fn open(cx: Cx, Json(request): Json<NewImprovement>) -> Answer<ImprovementCourse> {
    view::made(cx, move |tx| {
        let me = tx.actor().staff()?.id;
        let now = tx.now();
        let due_at = match request.due_at {
            Some(at) => Some(at),
            None => duty::due(tx)?,
        };
        // Whoever may open none at all hears so before anything is looked up.
        let _permit = policy::may_open(tx.actor(), &Owned::by(me, None), now)?;
        Check::new()
            .text("title", &request.title, 1..=100)
            .maybe_text("detail", request.detail.as_deref(), 0..=2_000)
            .that(request.due_at.is_none_or(|at| at > now), "due_at", "in_the_past")
            .done()?;
        let turn = duty::of_person(tx, request.owner_id.unwrap_or(me), due_at)?;
        let turn = turn.ok_or_else(|| Error::field("owner_id", "unknown"))?;
        let _permit = policy::may_open(tx.actor(), &Owned::by(turn.owner_id, turn.unit_id), now)
            .map_err(|_| Error::field("owner_id", "not_allowed"))?;
        let causes = queries::causes(tx)?;
        let known = causes.find(&request.cause_id).filter(|(_, _, cause)| !cause.retired);
        known.ok_or_else(|| Error::field("cause_id", "unknown"))?;
        queries::watch(tx, &request.cause_id)?;
        if queries::last_of(tx, &request.cause_id)?.is_some_and(|last| last.state == ImprovementState::Open) {
            return Err(codes::OPEN_ALREADY.conflict());
        }
        let detail = request.detail.as_deref().unwrap_or_default().trim().to_owned();
        let window = queries::rules(tx)?.window_days * DAY_MS;
        let lately = (now.plus_millis(-window), now);
        let complaints = outcomes::same(tx, &request.cause_id, lately.0, lately)?;
        let new = NewAction {
            title: request.title.trim().to_owned(),
            cause: causes.name(&request.cause_id).unwrap_or_default(),
            cause_id: request.cause_id.clone(),
            origin: ImprovementOrigin::ByHand,
            detail: detail.clone(),
            complaints: complaints.into_iter().map(|(id, _)| id).collect(),
            turn,
        };
        let action = watch::action(tx, new)?;
        api::open(tx, &action, detail)?;
        Ok(action)
    })
    .await
}

/// A step as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlannedStep {
    /// The number of one that is there; a new one without.
    number: Option<i64>,
    /// What is to be done: 1 to 200 characters.
    what: String,
}

/// What is to be done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImprovementPlan {
    /// The version one saw.
    version: i64,
    /// What puts right what went wrong: up to 2,000 characters.
    corrective: String,
    /// What keeps it from happening again: up to 2,000 characters.
    preventive: String,
    /// The steps, in order: up to 30. Those that were done stay, whatever is said.
    steps: Vec<PlannedStep>,
}

/// Writes down the measures and the steps of an open action.
#[utoipa::path(put, path = "/improvement-actions/{id}/plan", tag = "improvements", params(("id" = Id<ImprovementAction>, Path)), request_body = ImprovementPlan, responses((status = 200, body = ImprovementCourse)))]
pub(crate) async fn plan(
    cx: Cx,
    Path(id): Path<Id<ImprovementAction>>,
    Json(request): Json<ImprovementPlan>,
) -> Answer<ImprovementCourse> {
    changed(cx, id, ("improvements.planned", policy::may_handle), move |_tx, before, permit, _by| {
        let mut check = Check::new()
            .text("corrective", &request.corrective, 0..=2_000)
            .text("preventive", &request.preventive, 0..=2_000)
            .that(request.steps.len() <= MOST_STEPS, "steps", "too_many");
        for (at, step) in request.steps.iter().take(MOST_STEPS).enumerate() {
            check = check.text(format!("steps[{at}].what"), &step.what, 1..=200);
        }
        check.done()?;
        if request.version != before.version {
            return Err(codes::STALE.conflict());
        }
        let measures = (request.corrective.trim().to_owned(), request.preventive.trim().to_owned());
        let wanted = request.steps.iter();
        let wanted = wanted.map(|step| WantedStep { number: step.number, what: step.what.trim().to_owned() }).collect();
        let after = before.planned(permit, measures, wanted)?;
        let count = after.steps.0.len().to_string();
        Ok((after, Happening::new(ImprovementMoveKind::Planned, count)))
    })
    .await
}

/// Which step was done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepDone {
    /// Its number.
    step: i64,
}

/// Says that a step was done, once.
#[utoipa::path(post, path = "/improvement-actions/{id}/steps", tag = "improvements", params(("id" = Id<ImprovementAction>, Path)), request_body = StepDone, responses((status = 200, body = ImprovementCourse)))]
pub(crate) async fn do_step(
    cx: Cx,
    Path(id): Path<Id<ImprovementAction>>,
    Json(request): Json<StepDone>,
) -> Answer<ImprovementCourse> {
    changed(cx, id, ("improvements.step_done", policy::may_handle), move |_tx, before, permit, by| {
        let after = before.step_done(permit, request.step, &by)?;
        let done = after.steps.0.iter().find(|step| step.number == request.step).map(|step| step.what.clone());
        Ok((after, Happening::new(ImprovementMoveKind::StepDone, done.unwrap_or_default())))
    })
    .await
}

/// What came of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImprovementCompletion {
    /// In one's own words: 1 to 2,000 characters.
    result: String,
}

/// Completes an action: with both measures and every step done, or not at all. `improvements.duties_unmet` names what is
/// missing. Somebody else verifies it then.
#[utoipa::path(post, path = "/improvement-actions/{id}/completion", tag = "improvements", params(("id" = Id<ImprovementAction>, Path)), request_body = ImprovementCompletion, responses((status = 200, body = ImprovementCourse)))]
pub(crate) async fn complete(
    cx: Cx,
    Path(id): Path<Id<ImprovementAction>>,
    Json(request): Json<ImprovementCompletion>,
) -> Answer<ImprovementCourse> {
    changed(cx, id, ("improvements.completed", policy::may_handle), move |tx, before, permit, by| {
        Check::new().text("result", &request.result, 1..=2_000).done()?;
        let result = request.result.trim().to_owned();
        let verifier = duty::verifier(tx, &before, by.id)?;
        let after = before.completed(permit, by, result.clone(), verifier)?;
        Ok((after, Happening::new(ImprovementMoveKind::Completed, result)))
    })
    .await
}

/// Whether it helps.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewVerification {
    /// Whether it does; where not, the action is open again.
    effective: bool,
    /// By what one sees it: 1 to 1,000 characters.
    words: String,
}

/// Verifies what somebody else completed.
#[utoipa::path(post, path = "/improvement-actions/{id}/verification", tag = "improvements", params(("id" = Id<ImprovementAction>, Path)), request_body = NewVerification, responses((status = 200, body = ImprovementCourse)))]
pub(crate) async fn verify(
    cx: Cx,
    Path(id): Path<Id<ImprovementAction>>,
    Json(request): Json<NewVerification>,
) -> Answer<ImprovementCourse> {
    changed(cx, id, ("improvements.verified", policy::may_verify), move |tx, before, permit, by| {
        Check::new().text("words", &request.words, 1..=1_000).done()?;
        let words = request.words.trim().to_owned();
        let turn = duty::turn_again(tx, &before)?;
        let effective = request.effective;
        let verification = Verification { effective, words: words.clone(), by_id: by.id, by_name: by.name, at: by.at };
        let after = before.verified(permit, verification, turn)?;
        let kind = if effective {
            ImprovementMoveKind::Verified
        } else {
            ImprovementMoveKind::Ineffective
        };
        Ok((after, Happening::new(kind, words)))
    })
    .await
}

/// Who has it from now on, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImprovementHandover {
    /// Who: a colleague who may sign in.
    owner_id: UserId,
    /// Why: 1 to 500 characters.
    reason: String,
}

/// Hands an open action over; it is due when it was.
#[utoipa::path(post, path = "/improvement-actions/{id}/handover", tag = "improvements", params(("id" = Id<ImprovementAction>, Path)), request_body = ImprovementHandover, responses((status = 200, body = ImprovementCourse)))]
pub(crate) async fn hand_over(
    cx: Cx,
    Path(id): Path<Id<ImprovementAction>>,
    Json(request): Json<ImprovementHandover>,
) -> Answer<ImprovementCourse> {
    changed(cx, id, ("improvements.handed_over", policy::may_handle), move |tx, before, permit, _by| {
        Check::new().text("reason", &request.reason, 1..=500).done()?;
        let turn = duty::of_person(tx, request.owner_id, before.due_at)?;
        let turn = turn.ok_or_else(|| Error::field("owner_id", "unknown"))?;
        let words = format!("{}: {}", turn.owner_name, request.reason.trim());
        Ok((before.handed_over(permit, turn)?, Happening::new(ImprovementMoveKind::HandedOver, words)))
    })
    .await
}

/// A note.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImprovementNote {
    /// In one's own words: 1 to 2,000 characters.
    words: String,
}

/// Notes something of an action, however it stands.
#[utoipa::path(post, path = "/improvement-actions/{id}/notes", tag = "improvements", params(("id" = Id<ImprovementAction>, Path)), request_body = ImprovementNote, responses((status = 200, body = ImprovementCourse)))]
pub(crate) async fn note(
    cx: Cx,
    Path(id): Path<Id<ImprovementAction>>,
    Json(request): Json<ImprovementNote>,
) -> Answer<ImprovementCourse> {
    view::made(cx, move |tx: &mut Tx<'_>| -> Result<ImprovementAction> {
        let action = queries::lock(tx, id)?;
        let _permit = policy::may_handle(tx.actor(), &action, tx.now())?;
        Check::new().text("words", &request.words, 1..=2_000).done()?;
        api::note(tx, &action, request.words.trim())?;
        Ok(action)
    })
    .await
}
