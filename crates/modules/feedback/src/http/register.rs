//! Taking in what a customer suggests, thinks or praises: 《意见、建议、表扬记录单》 (R061, R062, R066).

use conversations::ConversationId;
use files::FileId;
use http::{Answer, Cx, Json};
use kernel::{Check, CustomerId, Error, Result, UnitId, UserId};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::{
    FILES,
    view::{self, FeedbackCourse},
};
use crate::{
    api, day, duty,
    model::{By, FeedbackItem, FeedbackKind, FeedbackState, FeedbackWay},
    policy, queries,
};

/// An item as it is taken in. Who said it is a customer, a conversation's, or nobody named.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFeedbackItem {
    /// What it is.
    kind: FeedbackKind,
    /// Who said it: needed unless they stay unnamed or a conversation is named.
    customer_id: Option<CustomerId>,
    /// Whether whoever said it stays unnamed: not together with a customer.
    anonymous: Option<bool>,
    /// What it is about, in a line: up to 100 characters; the beginning of the content unless told.
    title: Option<String>,
    /// What was said, in the customer's words: 1 to 4,000 characters.
    content: String,
    /// About which goods or service: up to 200 characters.
    goods: Option<String>,
    /// Which way it came; a conversation's comes in one.
    way: FeedbackWay,
    /// The conversation it was said in.
    conversation_id: Option<ConversationId>,
    /// The message it was said with.
    message_seq: Option<i64>,
    /// About whom. Praise of them stands on their team's wall at once.
    about_id: Option<UserId>,
    /// About which unit, where it is about nobody by name.
    about_unit_id: Option<UnitId>,
    /// Who is to answer it; unless told it waits in the pool of the unit of whoever takes it in.
    owner_id: Option<UserId>,
    /// What stands in the form's own fields, by their ids.
    #[schema(value_type = Option<Object>)]
    own_fields: Option<serde_json::Map<String, serde_json::Value>>,
    /// What came with it: at most 10 files that the caller sent.
    files: Option<Vec<FileId>>,
}

/// Takes in a suggestion, an opinion or praise: it has a number at once, and is to be answered.
#[utoipa::path(post, path = "/feedback-items", tag = "feedback", request_body = NewFeedbackItem, responses((status = 200, body = FeedbackCourse)))]
pub(crate) async fn register(cx: Cx, Json(request): Json<NewFeedbackItem>) -> Answer<FeedbackCourse> {
    view::made(cx, move |tx| {
        let _permit = policy::may_register(tx.actor(), tx.now())?;
        let by = api::by(tx)?;
        check(&request)?;
        let talk = match request.conversation_id {
            Some(id) => {
                Some(conversations::api::readable(tx, id).map_err(Error::absent("conversation_id", "unknown"))?)
            }
            None => None,
        };
        let (customer_id, customer_name) =
            complaints::api::whose(tx, talk.as_ref(), request.message_seq, request.customer_id)?;
        let item = taken_in(tx, &request, Some(by), customer_id, customer_name)?;
        for file in request.files.iter().flatten() {
            files::api::attach(tx, *file, FILES, item.id).map_err(Error::absent("files", "unknown"))?;
        }
        let own = request.own_fields.clone().unwrap_or_default();
        forms::api::fill(tx, item.id, item.kind.form(), &own, false)?;
        api::register(tx, &item)?;
        Ok(item)
    })
    .await
}

fn check(request: &NewFeedbackItem) -> Result<()> {
    let anonymous = request.anonymous.unwrap_or(false);
    let known = request.customer_id.is_some() || request.conversation_id.is_some();
    let files = request.files.as_deref().unwrap_or_default();
    Check::new()
        .that(known || anonymous, "customer_id", "required")
        .that(!(known && anonymous), "anonymous", "not_allowed")
        .maybe_text("title", request.title.as_deref(), 0..=100)
        .text("content", &request.content, 1..=4_000)
        .maybe_text("goods", request.goods.as_deref(), 0..=200)
        .that(request.message_seq.is_none() || request.conversation_id.is_some(), "message_seq", "not_allowed")
        .that(request.about_id.is_none() || request.about_unit_id.is_none(), "about_unit_id", "not_allowed")
        .that(files.len() <= 10, "files", "too_many")
        .done()
}

/// About whom or which unit: ids with their names.
type About = (Option<UserId>, String, Option<UnitId>, String);

fn about(tx: &mut Tx<'_>, request: &NewFeedbackItem) -> Result<About> {
    if let Some(id) = request.about_id {
        let (name, unit) = api::somebody(tx, id).map_err(Error::absent("about_id", "unknown"))?;
        return Ok((Some(id), name, unit, api::unit_name(tx, unit)?));
    }
    let Some(id) = request.about_unit_id else { return Ok((None, String::new(), None, String::new())) };
    let tree = people::api::tree(tx)?;
    let unit = tree.unit(id).filter(|unit| !unit.is_closed());
    let name = unit.ok_or_else(|| Error::field("about_unit_id", "unknown"))?.name.clone();
    Ok((None, String::new(), Some(id), name))
}

/// An item as it is once taken in by somebody, or by the form, with its number.
pub(crate) fn taken_in(
    tx: &mut Tx<'_>,
    request: &NewFeedbackItem,
    by: Option<By>,
    customer_id: Option<CustomerId>,
    customer_name: String,
) -> Result<FeedbackItem> {
    let now = tx.now();
    let trimmed =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let line = request.content.split_whitespace().collect::<Vec<_>>().join(" ");
    let unit = match &by {
        Some(by) => people::api::unit_of(tx, by.id)?,
        None => queries::rules(tx)?.form.unit_id,
    };
    let (about_id, about_name, about_unit_id, about_unit_name) = about(tx, request)?;
    let due_at = duty::due(tx, request.kind)?;
    let turn = match request.owner_id {
        Some(id) => {
            let turn = duty::of_person(tx, id, due_at)?;
            turn.ok_or_else(|| Error::field("owner_id", "unknown"))?
        }
        None => duty::pool(unit, due_at),
    };
    let day = day::of(tx, now)?;
    // Last of all: what is refused takes no number.
    let number = format!("FK{}-{:04}", day.strftime("%Y%m%d"), queries::next_number(tx, &day.to_string())?);
    let item = FeedbackItem {
        id: tx.new_id(),
        number,
        day: day.to_string(),
        kind: request.kind,
        state: FeedbackState::Received,
        title: trimmed(&request.title).unwrap_or_else(|| line.chars().take(40).collect()),
        content: request.content.trim().to_owned(),
        goods: trimmed(&request.goods),
        way: if request.conversation_id.is_some() {
            FeedbackWay::Conversation
        } else {
            request.way
        },
        customer_id,
        customer_name,
        conversation_id: request.conversation_id,
        message_seq: request.message_seq,
        about_id,
        about_name,
        about_unit_id,
        about_unit_name,
        owner_id: None,
        owner_name: String::new(),
        unit_id: None,
        due_at: None,
        answer: None,
        answer_way: None,
        answered_by: None,
        answered_by_name: String::new(),
        answered_at: None,
        adopted: None,
        adoption_reason: None,
        award: None,
        complaint_id: None,
        complaint_number: None,
        reopenings: 0,
        registered_by: by.as_ref().map(|by| by.id),
        registered_by_name: by.map(|by| by.name).unwrap_or_default(),
        registered_unit_id: unit,
        registered_at: now,
        closed_at: None,
        version: 1,
    };
    Ok(item.with(turn))
}
