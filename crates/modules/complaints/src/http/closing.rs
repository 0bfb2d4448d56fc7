//! The last three steps: carried out and signed, summed up, asked again.

use files::FileId;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, Error, Id, Result};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::{
    SIGNATURE,
    view::{ComplaintCourse, changed},
};
use crate::{
    api::Happening,
    model::{
        Complaint, ComplaintMoveKind, Feedback, Implementation, Revisit, RevisitOutcome, SignOff, SignOffKind, Summary,
    },
    policy,
};

/// A signature drawn on a screen has at most so many bytes and so many pixels a side; a scan is bounded as any file is.
const LARGEST_SIGNATURE: i64 = 2 * 1024 * 1024;
const WIDEST_SIGNATURE: i64 = 4_000;

/// What was done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewImplementation {
    /// What was done: 1 to 4,000 characters.
    what: String,
    /// How the customer was told, and when: up to 1,000 characters.
    told: Option<String>,
}

/// Writes down what was done, and how the customer was told.
#[utoipa::path(put, path = "/complaints/{id}/implementation", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = NewImplementation, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn implement(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<NewImplementation>,
) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.done", policy::may_handle), move |_tx, before, permit, by| {
        Check::new()
            .text("what", &request.what, 1..=4_000)
            .maybe_text("told", request.told.as_deref(), 0..=1_000)
            .done()?;
        let what = request.what.trim().to_owned();
        let told = request.told.as_deref().unwrap_or_default().trim().to_owned();
        let words = what.clone();
        let after = before.done(permit, Implementation { what, told, by })?;
        Ok((after, Happening::new(ComplaintMoveKind::Done, words)))
    })
    .await
}

/// An attempt to reach the customer that failed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAttempt {
    /// Which way, and what came of it: 1 to 500 characters.
    words: String,
}

/// Writes down an attempt to reach the customer; half an hour after the one before at the earliest.
#[utoipa::path(post, path = "/complaints/{id}/attempts", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = NewAttempt, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn attempt(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<NewAttempt>,
) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.attempted", policy::may_handle), move |_tx, before, permit, by| {
        Check::new().text("words", &request.words, 1..=500).done()?;
        let words = request.words.trim();
        let after = before.attempted(permit, by, words.to_owned())?;
        Ok((after, Happening::new(ComplaintMoveKind::Attempted, words)))
    })
    .await
}

/// How the customer put their name to it, or why not (R094).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSignOff {
    /// How.
    kind: SignOffKind,
    /// The picture of the name or of the paper, needed for these; for an oral consent its recording, if there is one. A
    /// file that the caller sent: a signature on the screen has at most 2 MiB and 4,000 pixels a side.
    file_id: Option<FileId>,
    /// Where an oral consent is on record, or why there is no signature: up to 1,000 characters, needed for these.
    words: Option<String>,
}

/// Writes down how the customer put their name to what was done, or why not. What is no consent needs a second reader,
/// and three attempts where they have a name.
#[utoipa::path(put, path = "/complaints/{id}/sign-off", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = NewSignOff, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn sign(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<NewSignOff>,
) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.signed", policy::may_handle), move |tx, before, permit, by| {
        let kind = request.kind;
        let pictured = matches!(kind, SignOffKind::Screen | SignOffKind::Paper);
        let words = request.words.as_deref().unwrap_or_default().trim().to_owned();
        Check::new()
            .that(!pictured || request.file_id.is_some(), "file_id", "required")
            .that(kind.is_consent() || request.file_id.is_none(), "file_id", "not_allowed")
            .that(pictured || !words.is_empty(), "words", "required")
            .text("words", &words, 0..=1_000)
            .done()?;
        let old = before.sign_off.as_ref().and_then(|one| one.file_id);
        let file_id = request.file_id;
        let complaint = before.id;
        let after = before.signed(permit, SignOff { kind, file_id, words: words.clone(), by, second_reader: None })?;
        if old != file_id {
            if let Some(file) = file_id {
                attach(tx, complaint, kind, file)?;
            }
            if let Some(old) = old {
                files::api::detach(tx, old, SIGNATURE, complaint)?;
            }
        }
        Ok((after, Happening::new(ComplaintMoveKind::Signed, words)))
    })
    .await
}

/// The picture of a name belongs to the complaint from now on.
pub(crate) fn attach(tx: &mut Tx<'_>, complaint: Id<Complaint>, kind: SignOffKind, file: FileId) -> Result<()> {
    let found = files::api::get(tx, file).map_err(Error::absent("file_id", "unknown"))?;
    let image = found.mime.starts_with("image/");
    let within = |side: Option<i64>| side.is_some_and(|side| (1..=WIDEST_SIGNATURE).contains(&side));
    let fine = match kind {
        SignOffKind::Screen => image && found.size <= LARGEST_SIGNATURE && within(found.width) && within(found.height),
        SignOffKind::Paper => image || found.mime == "application/pdf",
        _ => true,
    };
    if !fine {
        return Err(Error::field("file_id", if image { "too_large" } else { "type_refused" }));
    }
    files::api::attach(tx, file, SIGNATURE, complaint).map(drop).map_err(Error::absent("file_id", "unknown"))
}

/// What the customer says to what was done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFeedback {
    /// How content they are: 1 to 5.
    score: i64,
    /// In their words: up to 2,000 characters.
    words: Option<String>,
}

/// Writes down what the customer says to what was done.
#[utoipa::path(put, path = "/complaints/{id}/feedback", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = NewFeedback, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn feed_back(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<NewFeedback>,
) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.fed_back", policy::may_handle), move |_tx, before, permit, by| {
        Check::new()
            .range("score", request.score, 1..=5)
            .maybe_text("words", request.words.as_deref(), 0..=2_000)
            .done()?;
        let words = request.words.as_deref().unwrap_or_default().trim().to_owned();
        let said = words.clone();
        let after = before.fed_back(permit, Feedback { score: request.score, words, by })?;
        Ok((after, Happening::new(ComplaintMoveKind::Feedback, said)))
    })
    .await
}

/// What is learnt (R095).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSummary {
    /// How it went: 1 to 4,000 characters.
    words: String,
    /// What is done that it does not happen again: 1 to 4,000 characters.
    countermeasures: String,
}

/// Sums a complaint up: what a supervisor does.
#[utoipa::path(put, path = "/complaints/{id}/summary", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = NewSummary, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn sum_up(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<NewSummary>,
) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.summed_up", policy::may_summarise), move |_tx, before, permit, by| {
        Check::new()
            .text("words", &request.words, 1..=4_000)
            .text("countermeasures", &request.countermeasures, 1..=4_000)
            .done()?;
        let (words, countermeasures) = (request.words.trim().to_owned(), request.countermeasures.trim().to_owned());
        let said = countermeasures.clone();
        let after = before.summed(permit, Summary { words, countermeasures, by })?;
        Ok((after, Happening::new(ComplaintMoveKind::Summed, said)))
    })
    .await
}

/// What came of asking again (R085).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRevisit {
    /// What.
    outcome: RevisitOutcome,
    /// How content they are: 1 to 5; needed where somebody was reached, and only there.
    score: Option<i64>,
    /// In their words, or why nobody was reached: 1 to 2,000 characters.
    words: String,
}

/// Writes down what came of asking the customer again.
#[utoipa::path(put, path = "/complaints/{id}/revisit", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = NewRevisit, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn revisit(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<NewRevisit>,
) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.revisited", policy::may_handle), move |_tx, before, permit, by| {
        let NewRevisit { outcome, score, words } = &request;
        let reached = !matches!(outcome, RevisitOutcome::Unreachable | RevisitOutcome::Anonymous);
        Check::new()
            .text("words", words, 1..=2_000)
            .that(!reached || score.is_some(), "score", "required")
            .that(reached || score.is_none(), "score", "not_allowed")
            .range("score", score.unwrap_or(1), 1..=5)
            .done()?;
        let said = words.trim().to_owned();
        let revisit = Revisit { outcome: *outcome, score: *score, words: said.clone(), by };
        let after = before.revisited(permit, revisit)?;
        Ok((after, Happening::new(ComplaintMoveKind::Revisited, said)))
    })
    .await
}
