//! What customers do on their page: add words and files, choose, sign, rate, appeal.

use axum::{
    extract::{Multipart, State, multipart::MultipartRejection},
    http::HeaderMap,
    response::Response,
};
use files::FileId;
use http::App;
use kernel::{Error, Result};
use sms::api::visits::pages::{self, on_to};
use store::Tx;

use super::{COOKIE, answer, html, inside, sent::Sent, system};
use crate::{
    api::{self, Happening},
    duty,
    http::{EVIDENCE, SIGNATURE, attach_signature},
    model::{By, Complaint, ComplaintMoveKind, ComplaintStep, Feedback, Rating, SignOff, SignOffKind},
    policy, queries,
};

/// Files of one complaint, at most.
const MOST_FILES: usize = 40;

/// What was done; its name in the address of the page that says so.
type Done = Result<&'static str>;

/// Back to the page, which says what came of it.
fn back(done: Done) -> Response {
    match done {
        Ok(done) => on_to(&format!("/progress/mine?done={done}"), None),
        Err(Error::Unauthenticated) => on_to("/progress/over", None),
        Err(Error::Conflict(..)) => on_to("/progress/mine?done=too_late", None),
        Err(Error::Invalid(bad)) => {
            let refused = bad.first().map_or("refused", |bad| match bad.code {
                "too_large" | "type_refused" | "too_many" | "empty_file" | "required" => bad.code,
                _ => "refused",
            });
            on_to(&format!("/progress/mine?done={refused}"), None)
        }
        Err(Error::Limited { .. }) => on_to("/progress/mine?done=too_many", None),
        Err(error) => answer(Err(error)),
    }
}

/// Does something to the complaint of whoever is inside, kept under `action`.
async fn act(
    app: &App,
    headers: &HeaderMap,
    action: &'static str,
    change: impl Fn(&mut Tx<'_>, Complaint) -> Result<(Complaint, Happening)> + Send + 'static,
) -> Result<()> {
    let visit = pages::cookie(headers, COOKIE.0);
    app.db()
        .write(&system(), move |tx| {
            let (_, found) = inside(tx, &visit)?.ok_or(Error::Unauthenticated)?;
            let before = queries::lock(tx, found.id)?;
            let (after, happening) = change(tx, before.clone())?;
            api::keep(tx, action, &before, &after, happening)
        })
        .await
}

/// Refuses whoever is not inside before anything of theirs is read.
async fn known(app: &App, headers: &HeaderMap) -> Result<()> {
    let visit = pages::cookie(headers, COOKIE.0);
    app.db().read(&system(), move |tx| inside(tx, &visit)?.map(drop).ok_or(Error::Unauthenticated)).await
}

fn by(tx: &Tx<'_>, complaint: &Complaint) -> By {
    By { id: None, name: complaint.customer_name.clone(), at: tx.now() }
}

/// A score as radio buttons say it.
fn score(text: &str) -> Result<i64> {
    text.parse().ok().filter(|score| (1..=5).contains(score)).ok_or_else(|| Error::field("score", "required"))
}

/// Adds words and files: a form with files (`words`, `file` up to five times).
#[utoipa::path(post, path = "/progress/materials", tag = "complaints", request_body(content = String, content_type = "multipart/form-data"), responses((status = 303, description = "Back to the page")))]
pub(super) async fn add(
    State(app): State<App>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    back(added(&app, &headers, form).await)
}

async fn added(app: &App, headers: &HeaderMap, form: Result<Multipart, MultipartRejection>) -> Done {
    known(app, headers).await?;
    let form = form.map_err(|_| Error::field("form", "unreadable"))?;
    let sent = Sent::read(app, EVIDENCE, form).await?;
    let (words, files) = (sent.text("words", 2_000), sent.files);
    if words.is_empty() && files.is_empty() {
        return Err(Error::field("words", "required"));
    }
    let visit = pages::cookie(headers, COOKIE.0);
    app.db()
        .write(&system(), move |tx| {
            let (_, found) = inside(tx, &visit)?.ok_or(Error::Unauthenticated)?;
            let complaint = queries::lock(tx, found.id)?;
            keep_files(tx, &complaint, &files)?;
            api::note(tx, &complaint, Happening::by_customer(ComplaintMoveKind::Added, words.clone()))
        })
        .await?;
    Ok("added")
}

/// Files belong to the complaint from now on.
pub(super) fn keep_files(tx: &mut Tx<'_>, complaint: &Complaint, files: &[FileId]) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let there = files::api::attached(tx, EVIDENCE, complaint.id)?.len();
    if there + files.len() > MOST_FILES {
        return Err(Error::field("file", "too_many"));
    }
    for file in files {
        files::api::attach(tx, *file, EVIDENCE, complaint.id)?;
    }
    Ok(())
}

/// Chooses an option: a form as browsers send it (`option`: its place and what it was called then).
#[utoipa::path(post, path = "/progress/choice", tag = "complaints", request_body(content = String, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back to the page")))]
pub(super) async fn choose(State(app): State<App>, headers: HeaderMap, body: String) -> Response {
    let said = pages::said(&body, "option", 200);
    let done = act(&app, &headers, "complaints.customer_chose", move |tx, before| {
        let (place, title) = said.split_once(' ').ok_or_else(|| Error::field("option", "required"))?;
        let option: i64 = place.parse().map_err(|_| Error::field("option", "required"))?;
        // What was read is what is chosen: options may have been written anew since.
        let known = usize::try_from(option).ok().and_then(|at| before.options.0.get(at));
        if known.is_none_or(|known| html::mark(known) != title) {
            return Err(crate::codes::STALE.conflict());
        }
        let words = known.map(|known| known.title.clone()).unwrap_or_default();
        let after = before.chosen(&policy::vouched(tx.now())?, option)?;
        Ok((after, Happening::by_customer(ComplaintMoveKind::Chosen, words)))
    });
    back(done.await.map(|()| "chosen"))
}

/// Signs what was done, and says what the customer thinks of it: a form with a file (`name`, `drawn` or `file` or
/// `words`, `score`, `feedback`). A name that is drawn is a signature on the screen, a picture one on paper, words are
/// a consent on record here.
#[utoipa::path(post, path = "/progress/sign-off", tag = "complaints", request_body(content = String, content_type = "multipart/form-data"), responses((status = 303, description = "Back to the page")))]
pub(super) async fn sign(
    State(app): State<App>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    back(signed(&app, &headers, form).await)
}

async fn signed(app: &App, headers: &HeaderMap, form: Result<Multipart, MultipartRejection>) -> Done {
    known(app, headers).await?;
    let form = form.map_err(|_| Error::field("form", "unreadable"))?;
    let sent = Sent::read(app, SIGNATURE, form).await?;
    let score = score(&sent.text("score", 1))?;
    let (name, consent, feedback) = (sent.text("name", 80), sent.text("words", 900), sent.text("feedback", 2_000));
    if name.is_empty() {
        return Err(Error::field("name", "required"));
    }
    let drawn = sent.drawn(app, SIGNATURE).await?;
    let (kind, file_id) = match (drawn, sent.files.first()) {
        (Some(drawn), _) => (SignOffKind::Screen, Some(drawn)),
        (None, Some(file)) => (SignOffKind::Paper, Some(*file)),
        (None, None) if !consent.is_empty() => (SignOffKind::Oral, None),
        (None, None) => return Err(Error::field("drawn", "required")),
    };
    // What says yes on this page is on record here, under the name that was typed.
    let words = [name, consent].iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join(": ");
    act(app, headers, "complaints.signed", move |tx, before| {
        let signed = before.sign_off.as_ref().is_some_and(|one| one.kind.is_consent());
        if before.implementation.is_none() || signed {
            return Err(crate::codes::OTHER_STEP.conflict());
        }
        let (permit, by, id, version) = (policy::vouched(tx.now())?, by(tx, &before), before.id, before.version);
        let sign_off = SignOff { kind, file_id, words: words.clone(), by: by.clone(), second_reader: None };
        let old = before.sign_off.as_ref().and_then(|one| one.file_id);
        let after = before.signed(&permit, sign_off)?;
        let mut after = after.fed_back(&permit, Feedback { score, words: feedback.clone(), by })?;
        // Both are one change.
        after.version = version + 1;
        if let Some(file) = file_id {
            attach_signature(tx, id, kind, file)?;
        }
        if let Some(old) = old {
            files::api::detach(tx, old, SIGNATURE, id)?;
        }
        Ok((after, Happening::by_customer(ComplaintMoveKind::Signed, words.clone())))
    })
    .await?;
    Ok("signed")
}

/// Rates what was done, once it is over: a form as browsers send it (`score`, `words`).
#[utoipa::path(post, path = "/progress/rating", tag = "complaints", request_body(content = String, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back to the page")))]
pub(super) async fn rate(State(app): State<App>, headers: HeaderMap, body: String) -> Response {
    let (said, words) = (pages::said(&body, "score", 1), pages::said(&body, "words", 2_000));
    let done = act(&app, &headers, "complaints.rated", move |tx, before| {
        let rating = Rating { score: score(&said)?, words: words.clone(), at: tx.now() };
        let after = before.rated(rating)?;
        Ok((after, Happening::by_customer(ComplaintMoveKind::Rated, words.clone())))
    });
    back(done.await.map(|()| "rated"))
}

/// Appeals against what was decided: a form as browsers send it (`reasons`). Somebody who had no part in it has so long to
/// answer as the rules say.
#[utoipa::path(post, path = "/progress/appeal", tag = "complaints", request_body(content = String, content_type = "application/x-www-form-urlencoded"), responses((status = 303, description = "Back to the page")))]
pub(super) async fn appeal(State(app): State<App>, headers: HeaderMap, body: String) -> Response {
    let reasons = pages::said(&body, "reasons", 2_000);
    let visit = pages::cookie(&headers, COOKIE.0);
    let system = system();
    let done = app.db().write(&system, move |tx| {
        let (_, found) = inside(tx, &visit)?.ok_or(Error::Unauthenticated)?;
        let before = queries::lock(tx, found.id)?;
        if reasons.is_empty() {
            return Err(Error::field("reasons", "required"));
        }
        let after = duty::appealed(tx, &before, &reasons)?;
        let happening = Happening::by_customer(ComplaintMoveKind::Appealed, reasons.clone());
        api::keep(tx, "complaints.appealed", &before, &after, happening)?;
        duty::appeal(tx, &after)
    });
    back(done.await.map(|()| "appealed"))
}

/// Whether something can be signed now.
pub(super) fn may_sign(complaint: &Complaint) -> bool {
    complaint.step == ComplaintStep::Implementation
        && complaint.implementation.is_some()
        && !complaint.sign_off.as_ref().is_some_and(|one| one.kind.is_consent())
}

/// Whether an option can be chosen now.
pub(super) fn may_choose(complaint: &Complaint) -> bool {
    complaint.step == ComplaintStep::Solution && complaint.options.0.len() >= 2 && complaint.directive.is_none()
}
