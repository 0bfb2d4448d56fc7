//! The first three steps: told of its number, judged, investigated.

use http::{Answer, Cx, Json, Path};
use kernel::{Check, Error, Id, Result, Timestamp, UnitId};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::view::{ComplaintCourse, changed};
use crate::{
    api::Happening,
    model::{
        Assessment, BrandRisk, By, Complaint, ComplaintMoveKind, ComplaintSeverity, Complexity, Filing, Impact,
        Investigation, Judgement, Understanding, UnfoundedReason,
    },
    policy, queries,
};

/// Says that the complainant was told of the number.
#[utoipa::path(post, path = "/complaints/{id}/acknowledgement", tag = "complaints", params(("id" = Id<Complaint>, Path)), responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn acknowledge(cx: Cx, Path(id): Path<Id<Complaint>>) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.acknowledged", policy::may_handle), |_tx, before, permit, _by| {
        let after = before.acknowledged(permit)?;
        Ok((after, Happening::new(ComplaintMoveKind::Acknowledged, "")))
    })
    .await
}

/// How grave it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAssessment {
    /// How grave it is.
    severity: ComplaintSeverity,
    /// Whether anybody's safety is touched.
    safety: bool,
    /// How hard it is to solve.
    complexity: Complexity,
    /// How many it touches.
    impact: Impact,
    /// What it may do to the name of the house; one that spreads is told to the leader at once.
    brand_risk: BrandRisk,
}

/// Weighs anew how grave a complaint is, at any step.
#[utoipa::path(put, path = "/complaints/{id}/assessment", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = NewAssessment, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn assess(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<NewAssessment>,
) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.assessed", policy::may_handle), move |_tx, before, permit, _by| {
        let NewAssessment { severity, safety, complexity, impact, brand_risk } = request;
        let after = before.assessed(permit, Assessment { severity, safety, complexity, impact, brand_risk })?;
        Ok((after, Happening::new(ComplaintMoveKind::Assessed, "")))
    })
    .await
}

/// How a complaint is judged (R091).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewJudgement {
    /// Whether there are sufficient grounds.
    grounds: bool,
    /// Whether what is asked for is reasonable.
    reasonable: bool,
    /// Whether it is founded.
    upheld: bool,
    /// Its category of the second level (R021).
    category_id: String,
    /// Why it is judged so: up to 2,000 characters.
    words: Option<String>,
    /// The department that answers for it: needed when it is founded.
    responsible_unit_id: Option<UnitId>,
    /// Until when the customer was promised an answer: a moment to come; needed when it is founded and they have a name.
    answer_by: Option<Timestamp>,
    /// Why it is not founded: needed then.
    reason: Option<UnfoundedReason>,
    /// What the customer was answered then: 10 to 2,000 characters.
    reply: Option<String>,
    /// How they took it: needed then, when they have a name.
    understanding: Option<Understanding>,
}

/// Judges a complaint. What is not founded waits for a second reader.
#[utoipa::path(put, path = "/complaints/{id}/judgement", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = NewJudgement, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn judge(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<NewJudgement>,
) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.judged", policy::may_handle), move |tx, before, permit, by| {
        check(tx, &request, before.anonymous)?;
        let filing = filing(tx, &request.category_id)?;
        let judgement = judgement(tx, &request, by)?;
        let words = if request.upheld { judgement.words.clone() } else { judgement.reply.clone() };
        let after = before.judged(permit, judgement, request.upheld, filing, request.answer_by)?;
        Ok((after, Happening::new(ComplaintMoveKind::Judged, words)))
    })
    .await
}

fn check(tx: &Tx<'_>, request: &NewJudgement, anonymous: bool) -> Result<()> {
    let upheld = request.upheld;
    let check = Check::new()
        .text("category_id", &request.category_id, 1..=40)
        .maybe_text("words", request.words.as_deref(), 0..=2_000)
        .that(request.answer_by.is_none_or(|at| at > tx.now()), "answer_by", "in_the_past");
    let check = if upheld {
        check
            .that(request.responsible_unit_id.is_some(), "responsible_unit_id", "required")
            .that(anonymous || request.answer_by.is_some(), "answer_by", "required")
            .that(request.reason.is_none(), "reason", "not_allowed")
            .that(request.reply.is_none(), "reply", "not_allowed")
            .that(request.understanding.is_none(), "understanding", "not_allowed")
    } else {
        check
            .that(!(request.grounds && request.reasonable), "upheld", "contradicts")
            .that(request.responsible_unit_id.is_none(), "responsible_unit_id", "not_allowed")
            .that(request.reason.is_some(), "reason", "required")
            .text("reply", request.reply.as_deref().unwrap_or_default(), 10..=2_000)
            .that(anonymous || request.understanding.is_some(), "understanding", "required")
    };
    check.done()
}

fn filing(tx: &mut Tx<'_>, category: &str) -> Result<Filing> {
    let rules = queries::rules(tx)?;
    let (above, below) = rules.category(category).ok_or_else(|| Error::field("category_id", "unknown"))?;
    let (kind, category_id) = (above.kind, below.id.clone());
    Ok(Filing { kind, category_id, category: format!("{} / {}", above.name, below.name) })
}

fn judgement(tx: &mut Tx<'_>, request: &NewJudgement, by: By) -> Result<Judgement> {
    let trimmed = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_owned();
    let unit = match request.responsible_unit_id {
        Some(id) => {
            let tree = people::api::tree(tx)?;
            let unit = tree.unit(id).filter(|unit| !unit.is_closed());
            Some(unit.ok_or_else(|| Error::field("responsible_unit_id", "unknown"))?.name.clone())
        }
        None => None,
    };
    Ok(Judgement {
        grounds: request.grounds,
        reasonable: request.reasonable,
        words: trimmed(&request.words),
        responsible_unit_id: request.responsible_unit_id,
        responsible_unit_name: unit.unwrap_or_default(),
        reason: request.reason,
        reply: trimmed(&request.reply),
        understanding: request.understanding,
        by,
        second_reader: None,
    })
}

/// What a second reader says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecondReading {
    /// Whether they agree; what they do not agree with is to be written anew.
    agrees: bool,
    /// Why: up to 1,000 characters; needed for a no.
    words: Option<String>,
}

/// Reads, after whoever wrote it, that a complaint is not founded, or that there is no signature.
#[utoipa::path(post, path = "/complaints/{id}/second-reading", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = SecondReading, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn read_after(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<SecondReading>,
) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.read_after", policy::may_confirm), move |_tx, before, permit, by| {
        let words = request.words.as_deref().unwrap_or_default().trim();
        Check::new()
            .that(request.agrees || !words.is_empty(), "words", "required")
            .maybe_text("words", request.words.as_deref(), 0..=1_000)
            .done()?;
        let after = before.read_by_another(permit, by, request.agrees)?;
        let kind = if request.agrees {
            ComplaintMoveKind::Confirmed
        } else {
            ComplaintMoveKind::Objected
        };
        Ok((after, Happening::new(kind, words)))
    })
    .await
}

/// What was found (R092).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewInvestigation {
    /// What was the cause: 1 to 4,000 characters.
    cause: String,
    /// Who answers for it, or what else was the reason: 1 to 200 characters.
    responsible: String,
}

/// Writes down what was the cause and who answers for it.
#[utoipa::path(put, path = "/complaints/{id}/investigation", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = NewInvestigation, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn investigate(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<NewInvestigation>,
) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.investigated", policy::may_handle), move |_tx, before, permit, by| {
        Check::new()
            .text("cause", &request.cause, 1..=4_000)
            .text("responsible", &request.responsible, 1..=200)
            .done()?;
        let (cause, responsible) = (request.cause.trim().to_owned(), request.responsible.trim().to_owned());
        let words = cause.clone();
        let after = before.investigated(permit, Investigation { cause, responsible, by })?;
        Ok((after, Happening::new(ComplaintMoveKind::Investigated, words)))
    })
    .await
}
