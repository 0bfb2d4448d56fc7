//! The fourth step: options, the customer's choice, the leader's decision (R093, R096, H06).

use approvals::{ApprovalKind, ApprovalState, api::Ask};
use http::{Answer, Cx, Json, Path};
use kernel::{Check, Error, Id, Result};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::view::{ComplaintCourse, changed};
use crate::{
    api::{self, Happening},
    codes, duty,
    model::{Compensating, Complaint, ComplaintMoveKind, OPTIONS, SolutionOption, Submission},
    policy, queries,
};

/// What may be done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOptions {
    /// The version one saw: of two who write at once, one hears of the other.
    version: i64,
    /// In order: at most 6.
    options: Vec<SolutionOption>,
}

/// Writes down what may be done, and what each way costs.
#[utoipa::path(put, path = "/complaints/{id}/options", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = NewOptions, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn write(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<NewOptions>,
) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.options", policy::may_handle), move |_tx, before, permit, _by| {
        check(&request.options)?;
        if request.version != before.version {
            return Err(codes::STALE.conflict());
        }
        let after = before.with_options(permit, request.options.clone())?;
        let titles: Vec<_> = request.options.iter().map(|one| one.title.trim()).collect();
        Ok((after, Happening::new(ComplaintMoveKind::Options, titles.join(" · "))))
    })
    .await
}

fn check(options: &[SolutionOption]) -> Result<()> {
    let most = *OPTIONS.end();
    let mut check = Check::new().that(options.len() <= most, "options", "too_many");
    for (at, one) in options.iter().take(most).enumerate() {
        let field = |name: &str| format!("options[{at}].{name}");
        let same = options[..at].iter().any(|other| other.title.trim() == one.title.trim());
        check = check
            .text(field("title"), &one.title, 1..=60)
            .that(!same, field("title"), "repeated")
            .text(field("how"), &one.how, 1..=2_000)
            .text(field("takes"), &one.takes, 0..=100)
            .that((0..=approvals::LARGEST).contains(&one.cost.0), field("cost"), "out_of_range")
            .that((0..=one.cost.0.max(0)).contains(&one.compensation.0), field("compensation"), "out_of_range");
    }
    check.done()
}

/// Which option the customer chose.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComplaintChoice {
    /// Which, counted from 0.
    option: i64,
    /// How and where they said so: 1 to 500 characters.
    words: String,
}

/// Writes down which option the customer chose.
#[utoipa::path(put, path = "/complaints/{id}/customer-choice", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = ComplaintChoice, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn choose(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<ComplaintChoice>,
) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.customer_chose", policy::may_handle), move |_tx, before, permit, _by| {
        Check::new().text("words", &request.words, 1..=500).done()?;
        let after = before.chosen(permit, request.option)?;
        Ok((after, Happening::new(ComplaintMoveKind::Chosen, request.words.trim())))
    })
    .await
}

/// Who talked the options over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSubmission {
    /// By department and name: 1 to 500 characters.
    discussed_with: String,
}

/// Sends the options to the leader: two of them at least, each with what it costs.
#[utoipa::path(post, path = "/complaints/{id}/submission", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = NewSubmission, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn submit(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<NewSubmission>,
) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.submitted", policy::may_handle), move |_tx, before, permit, by| {
        Check::new().text("discussed_with", &request.discussed_with, 1..=500).done()?;
        let discussed_with = request.discussed_with.trim().to_owned();
        let words = discussed_with.clone();
        let after = before.submitted(permit, Submission { discussed_with, by })?;
        Ok((after, Happening::new(ComplaintMoveKind::Submitted, words)))
    })
    .await
}

/// What the leader decides: an option, or that others are to be found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDirective {
    /// The version one saw: whoever decides has read what they decide on.
    version: i64,
    /// Which option, counted from 0; none to send them back.
    option: Option<i64>,
    /// Why, and what to heed: 1 to 2,000 characters.
    words: String,
}

/// Chooses among the options and writes the directive, once. What its option pays to the customer beyond the leader's
/// own authority waits for approval; with everything there, the complaint goes on to be carried out.
#[utoipa::path(post, path = "/complaints/{id}/directive", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = NewDirective, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn decide(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<NewDirective>,
) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.decided", policy::may_decide), move |tx, before, permit, by| {
        Check::new().text("words", &request.words, 1..=2_000).done()?;
        let words = request.words.trim().to_owned();
        let Some(option) = request.option else {
            let after = before.refused(permit, &by)?;
            return Ok((after, Happening::new(ComplaintMoveKind::Refused, words)));
        };
        let seen = before.version;
        let after = before.clone().decided(permit, by, option, words.clone())?;
        if request.version != seen {
            return Err(codes::STALE.conflict());
        }
        let after = compensated(tx, after)?;
        let happening = Happening::new(ComplaintMoveKind::Decided, words);
        if after.duties().iter().any(|one| !one.met) {
            return Ok((after, happening));
        }
        api::keep(tx, "complaints.decided", &before, &after, happening)?;
        let turn = duty::turn(tx, &after, after.next())?;
        let gone_on = after.completed(permit, turn)?;
        Ok((gone_on, Happening::new(ComplaintMoveKind::Completed, "")))
    })
    .await
}

/// Asks for what the chosen option pays to the customer: at once approved where the leader's own authority covers it.
pub(crate) fn compensated(tx: &mut Tx<'_>, mut complaint: Complaint) -> Result<Complaint> {
    let currency = queries::rules(tx)?.currency;
    let chosen = complaint.directive.as_ref().map(|one| one.option).and_then(|option| usize::try_from(option).ok());
    let Some(amount) = chosen.and_then(|at| complaint.options.0.get(at)).map(|one| one.compensation) else {
        return Err(Error::internal("a directive without its option"));
    };
    let Some(directive) = complaint.directive.as_mut().filter(|one| one.compensating == Compensating::Pending) else {
        return Ok(complaint);
    };
    let asked = approvals::api::ask(
        tx,
        Ask {
            source: duty::SOURCE,
            key: Some(format!("{}/{}", complaint.id, complaint.version)),
            kind: ApprovalKind::Compensation,
            amount,
            currency: Some(currency),
            reason: format!("{} {}", complaint.number, directive.words).chars().take(1_000).collect(),
            subject: Some((duty::SUBJECT.to_owned(), complaint.id.to_string())),
            due: None,
        },
    )?;
    directive.approval_id = Some(asked.id);
    if asked.state == ApprovalState::Approved {
        directive.compensating = Compensating::Approved;
    }
    Ok(complaint)
}
