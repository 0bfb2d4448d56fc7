//! Notice, appeal, decision and withdrawal.

use http::{Answer, Cx, Json, Path};
use kernel::{Check, Id, Money};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    evidence,
    view::{SanctionView, changed},
};
use crate::{
    api, codes, duty,
    model::{
        Sanction, SanctionAppeal, SanctionDecision, SanctionEvidence, SanctionKind, SanctionNotice, SanctionOutcome,
        SanctionWithdrawal, by,
    },
    policy, queries,
};

/// How notice was given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSanctionNotice {
    /// Where and before whom it was given to the person: 1 to 500 characters, needed of anybody but them.
    words: Option<String>,
}

/// The person concerned says that they read it; the days to appeal begin. Who did not in time may be given it in person,
/// by whoever may propose.
#[utoipa::path(post, path = "/sanctions/{id}/notice", tag = "sanctions", params(("id" = Id<Sanction>, Path)), request_body = NewSanctionNotice, responses((status = 200, body = SanctionView)))]
pub(crate) async fn notice(
    cx: Cx,
    Path(id): Path<Id<Sanction>>,
    Json(request): Json<NewSanctionNotice>,
) -> Answer<SanctionView> {
    changed(cx, id, move |tx, before| {
        let (me, now) = (tx.actor().staff()?.clone(), tx.now());
        let mine = before.concerns(me.id);
        let permit = if mine {
            policy::may_answer(tx.actor(), &before, now)?
        } else {
            policy::may_serve(tx.actor(), &before, now)?
        };
        let words = request.words.as_deref().unwrap_or_default().trim();
        Check::new().text("words", words, usize::from(!mine)..=500).done()?;
        let until = now.plus_millis(queries::rules(tx)?.appeal_days * duty::DAY_MS);
        let notice = SanctionNotice { by: by(me.id, &me.name, now), words: words.to_owned() };
        let after = before.clone().noticed(&permit, notice, until)?;
        api::keep(tx, "sanctions.noticed", &before, &after, None)?;
        Ok(after)
    })
    .await
}

/// Why somebody does not accept it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSanctionAppeal {
    /// Why: 1 to 2,000 characters.
    words: String,
    /// What shows it: at most 10 files and records.
    evidence: Option<Vec<SanctionEvidence>>,
}

/// The person concerned appeals: once, while there is time. Somebody who neither proposed it nor decided the complaint
/// is to decide.
#[utoipa::path(post, path = "/sanctions/{id}/appeal", tag = "sanctions", params(("id" = Id<Sanction>, Path)), request_body = NewSanctionAppeal, responses((status = 200, body = SanctionView)))]
pub(crate) async fn appeal(
    cx: Cx,
    Path(id): Path<Id<Sanction>>,
    Json(request): Json<NewSanctionAppeal>,
) -> Answer<SanctionView> {
    changed(cx, id, move |tx, before| {
        let permit = policy::may_answer(tx.actor(), &before, tx.now())?;
        Check::new().text("words", &request.words, 1..=2_000).done()?;
        let evidence = evidence::checked(request.evidence.clone().unwrap_or_default(), 0, false)?;
        let appeal = SanctionAppeal { words: request.words.trim().to_owned(), evidence, at: tx.now() };
        evidence::attach(tx, &appeal.evidence, id)?;
        let after = before.clone().appealed(&permit, appeal)?;
        api::keep(tx, "sanctions.appealed", &before, &after, None)?;
        Ok(after)
    })
    .await
}

/// What becomes of a sanction that was appealed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSanctionDecision {
    /// What becomes of it.
    outcome: SanctionOutcome,
    /// What it is from now on: milder than it was, of one that is changed alone.
    kind: Option<SanctionKind>,
    /// How much, of a deduction.
    amount: Option<Money>,
    /// Why, as the person reads it: 1 to 2,000 characters.
    words: String,
}

/// Decides an appeal. Whoever proposed the sanction, decided the complaint or is concerned cannot.
#[utoipa::path(post, path = "/sanctions/{id}/decision", tag = "sanctions", params(("id" = Id<Sanction>, Path)), request_body = NewSanctionDecision, responses((status = 200, body = SanctionView)))]
pub(crate) async fn decide(
    cx: Cx,
    Path(id): Path<Id<Sanction>>,
    Json(request): Json<NewSanctionDecision>,
) -> Answer<SanctionView> {
    changed(cx, id, move |tx, before| {
        let (me, now) = (tx.actor().staff()?.clone(), tx.now());
        let permit = policy::may_decide(tx.actor(), &before, now)?;
        let changes = request.outcome == SanctionOutcome::Changed;
        Check::new()
            .text("words", &request.words, 1..=2_000)
            .that(changes == request.kind.is_some(), "kind", if changes { "required" } else { "not_allowed" })
            .that(changes || request.amount.is_none(), "amount", "not_allowed")
            .done()?;
        if let Some(kind) = request.kind {
            queries::rules(tx)?.allows(kind, request.amount)?;
        }
        let words = request.words.trim().to_owned();
        let decision = SanctionDecision {
            outcome: request.outcome,
            kind: request.kind,
            amount: request.amount,
            was_kind: before.kind,
            was_amount: before.amount,
            words,
            by: by(me.id, &me.name, now),
        };
        let decided_by = duty::complaint_decided_by(tx, &before)?;
        let after = before.clone().decided(&permit, decision, decided_by)?;
        api::keep(tx, "sanctions.decided", &before, &after, None)?;
        Ok(after)
    })
    .await
}

/// Why it is taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSanctionWithdrawal {
    /// In one's own words: 1 to 500 characters.
    reason: String,
}

/// Takes a sanction back: whoever proposed it before it stands, later whoever may decide. The complaint stays what it is.
#[utoipa::path(post, path = "/sanctions/{id}/withdrawal", tag = "sanctions", params(("id" = Id<Sanction>, Path)), request_body = NewSanctionWithdrawal, responses((status = 200, body = SanctionView)))]
pub(crate) async fn withdraw(
    cx: Cx,
    Path(id): Path<Id<Sanction>>,
    Json(request): Json<NewSanctionWithdrawal>,
) -> Answer<SanctionView> {
    changed(cx, id, move |tx, before| {
        let (me, now) = (tx.actor().staff()?.clone(), tx.now());
        if before.concerns(me.id) {
            return Err(codes::OWN_SANCTION.conflict());
        }
        let permit = policy::may_withdraw(tx.actor(), &before, now)?;
        Check::new().text("reason", &request.reason, 1..=500).done()?;
        let reason = request.reason.trim();
        let withdrawal = SanctionWithdrawal { reason: reason.to_owned(), by: by(me.id, &me.name, now) };
        let after = before.clone().withdrawn(&permit, withdrawal)?;
        api::keep(tx, "sanctions.withdrawn", &before, &after, Some(reason))?;
        Ok(after)
    })
    .await
}
