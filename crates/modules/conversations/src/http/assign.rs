//! Giving a conversation to somebody.

use access::Placement;
use http::{Answer, Cx, Json, Path};
use kernel::UserId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api::{self, Assignee},
    codes,
    model::{Conversation, ConversationId},
    policy, queries,
};

/// To whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assignment {
    /// To whom.
    assignee_id: UserId,
}

/// Gives a conversation to a colleague, who need not accept it.
#[utoipa::path(post, path = "/conversations/{id}/assignment", tag = "conversations", params(("id" = ConversationId, Path)), request_body = Assignment, responses((status = 200, body = Conversation)))]
pub(crate) async fn assign(
    cx: Cx,
    Path(id): Path<ConversationId>,
    Json(request): Json<Assignment>,
) -> Answer<Conversation> {
    let placement = cx.app().part::<Box<dyn Placement>>();
    let conversation = cx
        .write(move |tx| {
            let conversation = queries::find(tx, id)?;
            let permit = policy::may_assign(tx.actor(), &conversation, tx.now())?;
            let to = access::api::user(tx, request.assignee_id).map_err(|_| codes::NOT_AN_AGENT.conflict())?;
            if access::api::reach_of(tx, to.id, policy::REPLY)?.is_none() {
                return Err(codes::NOT_AN_AGENT.conflict());
            }
            let unit = placement.place(tx, to.id)?.unit;
            api::assign(tx, &permit, id, Assignee { id: to.id, name: to.name, unit })
        })
        .await?;
    Ok(Json(conversation))
}
