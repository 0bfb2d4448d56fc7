//! Asking.

use conversations::{ConversationId, WrapUpReason};
use http::{Answer, Cx, Json};
use inquiries::RecordId;
use kernel::{Check, CustomerId, Error, Id, Owned, Result};
use serde::Deserialize;
use store::Tx;
use tasks::api::Due;
use utoipa::ToSchema;

use super::view::{AskThread, thread};
use crate::{
    alike, api,
    model::{Ask, AskState, LineKind, Who},
    policy,
};

/// A question to one's supervisor: from a conversation, about an inquiry, or on its own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAsk {
    /// What is asked: 1 to 1,000 characters.
    question: String,
    /// In which conversation it came up.
    conversation_id: Option<ConversationId>,
    /// In which inquiry.
    record_id: Option<RecordId>,
    /// The wrap-up reason it is sorted under; the conversation's own unless told.
    reason_id: Option<Id<WrapUpReason>>,
    /// Until when, in minutes of business time from now: 1 to 525,600, 30 unless told.
    due_minutes: Option<i64>,
}

/// Asks one's supervisor: the nearest lead above one who may answer. It is a task of theirs, and a line for staff
/// in the conversation.
#[utoipa::path(post, path = "/asks", tag = "asks", request_body = NewAsk, responses((status = 200, body = AskThread)))]
pub(crate) async fn ask(cx: Cx, Json(request): Json<NewAsk>) -> Answer<AskThread> {
    let asked = cx
        .write(move |tx| {
            let me = tx.actor().staff()?.clone();
            let _permit = policy::may_ask(tx.actor(), &Owned::by(me.id, me.unit), tx.now())?;
            let minutes = request.due_minutes.unwrap_or(api::DUE_MINUTES);
            Check::new()
                .text("question", &request.question, 1..=1_000)
                .range("due_minutes", minutes, 1..=525_600)
                .done()?;
            let about = about(tx, &request)?;
            let to = api::supervisor(tx, me.id)?;
            let (to_id, to_name) = to.map(|to| (to.id, to.name)).unzip();
            let question = request.question.trim().to_owned();
            let mut ask = Ask {
                id: tx.new_id(),
                state: AskState::Open,
                question: question.clone(),
                conversation_id: request.conversation_id,
                record_id: about.record,
                customer_id: about.customer,
                customer_name: about.name,
                asked_by: me.id,
                asked_by_name: me.name.clone(),
                unit_id: me.unit,
                asked_at: tx.now(),
                to_id,
                to_name,
                due_at: Due::BusinessMs(minutes * 60_000).at(tx)?,
                answer: None,
                found: None,
                answered_by: None,
                answered_by_name: None,
                answered_at: None,
                reason: about.reason.as_ref().map(|(_, words)| words.clone()),
                likeness: about.reason.map(|(id, _)| id),
                draft_id: None,
                lines: 0,
                version: 0,
            };
            let by = Who { id: me.id, name: me.name.clone() };
            let line = ask.line(LineKind::Question, by, question, tx.now());
            api::ask(tx, &ask, &line)?;
            let ask = alike::weigh(tx, ask)?;
            thread(tx, ask)
        })
        .await?;
    Ok(Json(asked))
}

/// What an ask is about.
struct About {
    record: Option<RecordId>,
    customer: Option<CustomerId>,
    name: String,
    /// The wrap-up reason: its id and its words.
    reason: Option<(String, String)>,
}

/// What a request names, as far as the actor may see it.
fn about(tx: &mut Tx<'_>, request: &NewAsk) -> Result<About> {
    let mut about = About { record: request.record_id, customer: None, name: String::new(), reason: None };
    if let Some(id) = request.record_id {
        let record = inquiries::api::visible(tx, id).map_err(Error::absent("record_id", "unknown"))?;
        (about.customer, about.name) = (record.customer_id, record.customer_name);
    }
    if let Some(id) = request.conversation_id {
        let conversation = conversations::api::readable(tx, id).map_err(Error::absent("conversation_id", "unknown"))?;
        (about.customer, about.name) = (Some(conversation.customer_id), conversation.customer_name);
        let said = conversation.wrap_up.and_then(|said| Some((said.reason_id?.to_string(), said.reason?)));
        about.reason = said;
    }
    if let Some(id) = request.reason_id {
        about.reason = Some((
            id.to_string(),
            conversations::api::reason_words(tx, id).map_err(Error::absent("reason_id", "unknown"))?,
        ));
    }
    Ok(about)
}
