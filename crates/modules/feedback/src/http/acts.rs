//! What is done about an item: assigned, sorted, answered, closed, open again, noted on.

use conversations::api::Post;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, Error, Id, Result, UserId};
use serde::Deserialize;
use sms::api::NewSms;
use store::Tx;
use utoipa::ToSchema;

use super::view::{self, FeedbackCourse, changed};
use crate::{
    api::{self, Happening},
    duty,
    model::{self, AnswerWay, FeedbackItem, FeedbackKind, FeedbackMoveKind},
    policy, queries,
};

/// Who is to answer from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackOwner {
    /// Who; `null` to let it wait in its unit's pool.
    owner_id: Option<UserId>,
}

/// Gives an item that is to be answered to somebody; it is due when it was.
#[utoipa::path(put, path = "/feedback-items/{id}/owner", tag = "feedback", params(("id" = Id<FeedbackItem>, Path)), request_body = FeedbackOwner, responses((status = 200, body = FeedbackCourse)))]
pub(crate) async fn assign(
    cx: Cx,
    Path(id): Path<Id<FeedbackItem>>,
    Json(request): Json<FeedbackOwner>,
) -> Answer<FeedbackCourse> {
    changed(cx, id, "feedback.assigned", move |tx, before, permit, _by| {
        let turn = match request.owner_id {
            Some(owner) => {
                let turn = duty::of_person(tx, owner, before.due_at)?;
                turn.ok_or_else(|| Error::field("owner_id", "unknown"))?
            }
            None => duty::pool(before.unit_id, before.due_at),
        };
        let name = turn.owner_name.clone();
        Ok((before.assigned(permit, turn)?, Happening::new(FeedbackMoveKind::Assigned, name)))
    })
    .await
}

/// What it is after all.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackSorting {
    /// What it is.
    kind: FeedbackKind,
    /// Why: 1 to 500 characters.
    reason: String,
}

/// Sorts an item into another kind. What is praise from now on stands on the wall, what is none any more is taken off.
#[utoipa::path(put, path = "/feedback-items/{id}/kind", tag = "feedback", params(("id" = Id<FeedbackItem>, Path)), request_body = FeedbackSorting, responses((status = 200, body = FeedbackCourse)))]
pub(crate) async fn sort(
    cx: Cx,
    Path(id): Path<Id<FeedbackItem>>,
    Json(request): Json<FeedbackSorting>,
) -> Answer<FeedbackCourse> {
    changed(cx, id, "feedback.sorted", move |_tx, before, permit, _by| {
        Check::new().text("reason", &request.reason, 1..=500).done()?;
        let after = before.sorted(permit, request.kind)?;
        Ok((after, Happening::new(FeedbackMoveKind::Sorted, request.reason.trim())))
    })
    .await
}

/// What whoever said it is answered: the result, and thanks.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFeedbackAnswer {
    /// The words: 1 to 2,000 characters.
    words: String,
    /// Which way. By `conversation` they are sent there, by `sms` to the number they are known by, up to 500 characters; any
    /// other says how it was done.
    way: AnswerWay,
    /// Whether a suggestion is adopted: needed for one, and for nothing else.
    adopted: Option<bool>,
    /// Why, or why not: 1 to 1,000 characters; needed with it.
    reason: Option<String>,
    /// Whether it is over with that.
    close: Option<bool>,
}

/// Answers an item, with thanks. Into its conversation where that is the way: when that is over, another way is needed.
#[utoipa::path(post, path = "/feedback-items/{id}/answer", tag = "feedback", params(("id" = Id<FeedbackItem>, Path)), request_body = NewFeedbackAnswer, responses((status = 200, body = FeedbackCourse)))]
pub(crate) async fn answer(
    cx: Cx,
    Path(id): Path<Id<FeedbackItem>>,
    Json(request): Json<NewFeedbackAnswer>,
) -> Answer<FeedbackCourse> {
    view::made(cx, move |tx| {
        let before = queries::lock(tx, id)?;
        let permit = policy::may_handle(tx.actor(), &before, tx.now())?;
        let by = api::by(tx)?;
        check(&request, &before)?;
        let words = request.words.trim().to_owned();
        let unit = people::api::unit_of(tx, by.id)?;
        let answer = model::Answer {
            words: words.clone(),
            way: request.way,
            adopted: request.adopted,
            reason: request.reason.as_deref().map(|reason| reason.trim().to_owned()),
        };
        let answered = before.clone().answered(&permit, by, unit, answer)?;
        match request.way {
            AnswerWay::Conversation => say(tx, &answered, &words)?,
            AnswerWay::Sms => text(tx, &answered, &words)?,
            _ => {}
        }
        api::keep(tx, "feedback.answered", &before, &answered, Happening::new(FeedbackMoveKind::Answered, words))?;
        if !request.close.unwrap_or(false) {
            return Ok(answered);
        }
        let closed = answered.clone().closed(&permit, tx.now())?;
        api::keep(tx, "feedback.closed", &answered, &closed, Happening::new(FeedbackMoveKind::Closed, ""))?;
        Ok(closed)
    })
    .await
}

fn check(request: &NewFeedbackAnswer, item: &FeedbackItem) -> Result<()> {
    let is_suggestion = item.kind == FeedbackKind::Suggestion;
    let reason = request.reason.as_deref().unwrap_or_default().trim();
    let most = if request.way == AnswerWay::Sms { 500 } else { 2_000 };
    let check = Check::new()
        .text("words", &request.words, 1..=most)
        .that(request.way != AnswerWay::Sms || item.customer_id.is_some(), "way", "not_allowed")
        .that(request.way != AnswerWay::Conversation || item.conversation_id.is_some(), "way", "not_allowed")
        .maybe_text("reason", request.reason.as_deref(), 0..=1_000);
    if is_suggestion {
        check
            .that(request.adopted.is_some(), "adopted", "required")
            .that(!reason.is_empty(), "reason", "required")
            .done()
    } else {
        check
            .that(request.adopted.is_none(), "adopted", "not_allowed")
            .that(reason.is_empty(), "reason", "not_allowed")
            .done()
    }
}

/// Says it where it was asked, as whoever answers, who must be allowed to speak there; once, whatever is tried again.
fn say(tx: &mut Tx<'_>, item: &FeedbackItem, words: &str) -> Result<()> {
    let Some(id) = item.conversation_id else { return Err(Error::field("way", "not_allowed")) };
    conversations::api::workable(tx, id).map_err(Error::absent("way", "not_allowed"))?;
    let actor = tx.actor().clone();
    let client_id = format!("{}/{}", item.id, item.reopenings);
    conversations::api::post(tx, Post::new(id, actor, client_id, words.to_owned())).map(drop)
}

/// Sends it to the number they are known by, on the channel complainants are written to; refused where there is none.
fn text(tx: &mut Tx<'_>, item: &FeedbackItem, words: &str) -> Result<()> {
    let refused = || Error::field("way", "not_allowed");
    let customer = item.customer_id.ok_or_else(refused)?;
    let channel = complaints::api::form::ways(tx)?.sms.ok_or_else(refused)?;
    let reference = format!("feedback {}", item.number);
    sms::api::send(tx, &NewSms { channel, customer, text: words.to_owned(), reference }).map(drop)
}

/// Closes an item that was answered.
#[utoipa::path(post, path = "/feedback-items/{id}/closure", tag = "feedback", params(("id" = Id<FeedbackItem>, Path)), responses((status = 200, body = FeedbackCourse)))]
pub(crate) async fn close(cx: Cx, Path(id): Path<Id<FeedbackItem>>) -> Answer<FeedbackCourse> {
    changed(cx, id, "feedback.closed", |tx, before, permit, _by| {
        Ok((before.closed(permit, tx.now())?, Happening::new(FeedbackMoveKind::Closed, "")))
    })
    .await
}

/// Why it is open again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackReopening {
    /// In one's own words: 1 to 500 characters.
    reason: String,
}

/// Opens an item again that was answered or closed: whoever had it has it again, and as much time as at first.
#[utoipa::path(post, path = "/feedback-items/{id}/reopening", tag = "feedback", params(("id" = Id<FeedbackItem>, Path)), request_body = FeedbackReopening, responses((status = 200, body = FeedbackCourse)))]
pub(crate) async fn reopen(
    cx: Cx,
    Path(id): Path<Id<FeedbackItem>>,
    Json(request): Json<FeedbackReopening>,
) -> Answer<FeedbackCourse> {
    changed(cx, id, "feedback.reopened", move |tx, before, permit, _by| {
        Check::new().text("reason", &request.reason, 1..=500).done()?;
        let due_at = duty::due(tx, before.kind)?;
        let owner = match before.owner_id {
            Some(owner) => duty::of_person(tx, owner, due_at)?,
            None => None,
        };
        let turn = owner.unwrap_or_else(|| duty::pool(before.unit_id, due_at));
        let after = before.reopened(permit, turn)?;
        Ok((after, Happening::new(FeedbackMoveKind::Reopened, request.reason.trim())))
    })
    .await
}

/// A note.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackNote {
    /// In one's own words: 1 to 2,000 characters.
    words: String,
}

/// Notes something of an item, however it stands.
#[utoipa::path(post, path = "/feedback-items/{id}/notes", tag = "feedback", params(("id" = Id<FeedbackItem>, Path)), request_body = FeedbackNote, responses((status = 200, body = FeedbackCourse)))]
pub(crate) async fn note(
    cx: Cx,
    Path(id): Path<Id<FeedbackItem>>,
    Json(request): Json<FeedbackNote>,
) -> Answer<FeedbackCourse> {
    view::made(cx, move |tx| {
        let item = queries::lock(tx, id)?;
        let _permit = policy::may_handle(tx.actor(), &item, tx.now())?;
        Check::new().text("words", &request.words, 1..=2_000).done()?;
        api::note(tx, &item, request.words.trim())?;
        Ok(item)
    })
    .await
}
