//! The same done to several conversations.

use conversations::{Conversation, ConversationId};
use http::{Answer, Cx, Json};
use kernel::{Check, Error, Id};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::macros::{usable, used};
use crate::{
    hand::{self, Hands, Refusal},
    model::{Actions, Macro, Occasion},
    policy,
};

/// Conversations of one request.
const MOST: usize = 50;

/// What is done, to which.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Batch {
    /// To which: 1 to 50, each once.
    ids: Vec<ConversationId>,
    /// What: this, or what a macro says.
    actions: Option<Actions>,
    /// The macro; it may have no words to read first.
    macro_id: Option<Id<Macro>>,
}

/// What came of it in one conversation.
#[derive(Serialize, ToSchema)]
pub(crate) struct BatchResult {
    /// Which.
    conversation_id: ConversationId,
    /// As it is now, where all was done.
    conversation: Option<Conversation>,
    /// Why nothing was done, where it was refused.
    refused: Option<Refusal>,
}

/// Does the same to several conversations, as whoever asks: to each all of it or nothing, in the order in which they
/// are named. What is refused in one does not stand in the way of the others.
#[utoipa::path(post, path = "/conversation-batches", tag = "automation", request_body = Batch, responses((status = 200, body = Vec<BatchResult>)))]
pub(crate) async fn run(cx: Cx, Json(request): Json<Batch>) -> Answer<Vec<BatchResult>> {
    let Batch { ids, actions, macro_id } = request;
    let (one, actions) = cx
        .read(move |tx| {
            policy::may_use_macros(tx.actor())?;
            let one = macro_id.map(|id| usable(tx, id)).transpose()?;
            let both = one.is_some() && actions.is_some();
            let chosen = one.as_ref().map(|one| one.actions.clone()).or(actions.clone()).unwrap_or_default();
            Ok((one, (chosen, both)))
        })
        .await?;
    let (actions, both) = actions;
    let mut each = ids.clone();
    each.sort_unstable();
    each.dedup();
    let check = Check::new()
        .that(!ids.is_empty(), "ids", "required")
        .that(ids.len() <= MOST, "ids", "too_many")
        .that(each.len() == ids.len(), "ids", "repeated")
        .that(!both, "macro_id", "not_allowed");
    actions.check(check, Occasion::Batch).done()?;
    let hands = Hands::of(cx.app());
    let mut results = Vec::with_capacity(ids.len());
    for id in ids {
        let (hands, actions, one) = (hands.clone(), actions.clone(), one.clone());
        let done = cx
            .write(move |tx| {
                let done = hand::perform(tx, &hands, id, &actions, &mut Vec::new())?;
                if let Some(one) = &one {
                    used(tx, one, id)?;
                }
                Ok(done.conversation)
            })
            .await;
        results.push(match done {
            Ok(conversation) => BatchResult { conversation_id: id, conversation: Some(conversation), refused: None },
            Err(error) => BatchResult { conversation_id: id, conversation: None, refused: Some(Refusal::of(error)?) },
        });
    }
    // Whoever reaches none of them is told what they would be told of one.
    if results.iter().all(|one| one.refused.as_ref().is_some_and(|refused| refused.code == "not_found")) {
        return Err(Error::NotFound.into());
    }
    Ok(Json(results))
}
