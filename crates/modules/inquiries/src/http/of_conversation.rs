//! The record of a conversation, beside it: read before it is over, and written with its wrap-up.

use conversations::{ConversationId, WrapUpReason};
use http::{Answer, Cx, Json, Path};
use kernel::{Id, Result};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::{change::settled, create::Words, list, view::RecordView};
use crate::{
    api, codes, draft,
    model::{InquiryRecord, Outcome},
    policy, queries,
};

/// The record of a conversation; of one that has none yet, what it would say: its `version` is 0 then.
#[utoipa::path(get, path = "/conversations/{id}/inquiry-record", tag = "inquiries", params(("id" = ConversationId, Path)), responses((status = 200, body = RecordView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<ConversationId>) -> Answer<RecordView> {
    let record = cx
        .read(move |tx| {
            let (record, _) = of(tx, id)?;
            policy::may_see(tx.actor(), &record)?;
            list::view(tx, record)
        })
        .await?;
    Ok(Json(record))
}

/// What is to stand in the record; what is left out is what the conversation says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConversationInquiry {
    /// What they asked: 1 to 1,000 characters.
    asked: Option<String>,
    /// What they were told, or what was done: up to 1,000 characters.
    answer: Option<String>,
    /// The reason it is sorted under.
    reason_id: Option<Id<WrapUpReason>>,
    /// Whether the matter is settled.
    outcome: Option<Outcome>,
}

/// Writes the record of a conversation, during it or afterwards.
#[utoipa::path(put, path = "/conversations/{id}/inquiry-record", tag = "inquiries", params(("id" = ConversationId, Path)), request_body = ConversationInquiry, responses((status = 200, body = RecordView)))]
pub(crate) async fn write(
    cx: Cx,
    Path(id): Path<ConversationId>,
    Json(request): Json<ConversationInquiry>,
) -> Answer<RecordView> {
    let app = cx.app().clone();
    let record = cx
        .write(move |tx| {
            let (before, kept) = of(tx, id)?;
            let permit = policy::may_write(tx.actor(), &before, tx.now())?;
            let words = Words {
                asked: request.asked.clone(),
                answer: request.answer.clone(),
                reason_id: request.reason_id,
                outcome: request.outcome,
                ..Words::default()
            };
            let change = words.read(tx)?;
            if kept && api::is_signed(tx, &before)? {
                return Err(codes::SIGNED.conflict());
            }
            let seen = before.version;
            let mut after = before.clone().changed(&permit, seen, change)?;
            settled(tx, &app, &before, &after)?;
            if kept {
                api::keep(tx, &before, &after, None)?;
            } else {
                after.created_by = tx.actor().staff().ok().map(|staff| staff.id);
                after = api::add(tx, after)?;
            }
            list::view(tx, after)
        })
        .await?;
    Ok(Json(record))
}

/// The conversation's record, and whether it is kept. A conversation that nobody has had has none.
fn of(tx: &mut Tx<'_>, id: ConversationId) -> Result<(InquiryRecord, bool)> {
    let conversation = conversations::api::get(tx, id)?;
    conversations::api::may_read(tx.actor(), &conversation)?;
    if let Some(record) = queries::of_conversation(tx, id)? {
        return Ok((record, true));
    }
    if conversation.assignee_id.is_none() {
        return Err(codes::NO_RECORD.conflict());
    }
    let draft = draft::of(tx, &conversation)?;
    Ok((InquiryRecord { version: 0, ..draft }, false))
}
