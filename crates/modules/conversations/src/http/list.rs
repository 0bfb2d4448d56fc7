//! Finding conversations, and opening one with a customer.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{CustomerId, Page, PageQuery, UserId};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api,
    model::{Conversation, ConversationId, State},
    policy,
    queries::{self, Filter},
};

/// Which conversations.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those that stand here.
    state: Option<State>,
    /// Only this person's.
    assignee: Option<UserId>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists conversations, newest first.
#[utoipa::path(get, path = "/conversations", tag = "conversations", params(ListQuery), responses((status = 200, body = Page<Conversation>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<Conversation>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, before) = (page.limit()?, page.before()?);
    let filter = Filter { state: query.state, assignee: query.assignee };
    let rows = cx
        .read(move |tx| {
            let scope = policy::may_list(tx.actor())?;
            queries::list(tx, &scope, filter, &before, limit + 1)
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.opened_at.millis(), row.id.to_string()))))
}

/// With whom, and where.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConversation {
    /// With whom.
    customer_id: CustomerId,
    /// On which channel; the first web chat without.
    channel_id: Option<kernel::ChannelId>,
}

/// Opens a conversation with a customer and takes it; answers the one they have open, if any.
#[utoipa::path(post, path = "/conversations", tag = "conversations", request_body = NewConversation, responses((status = 200, body = Conversation)))]
pub(crate) async fn open(cx: Cx, Json(request): Json<NewConversation>) -> Answer<Conversation> {
    let conversation = cx
        // A customer's one open conversation is a matter of its index, who has it of its row's lock.
        .append(move |tx| {
            policy::may_list(tx.actor())?;
            let customer = customers::api::visible(tx, request.customer_id)?;
            let channel = match request.channel_id {
                Some(id) => id,
                None => channels::api::default_web_chat(tx)?.id,
            };
            let me = api::assignee(tx.actor())?;
            let opened = api::open(tx, channel, customer.id, &customer.name)?;
            if opened.assignee_id.is_some() {
                policy::may_read(tx.actor(), &opened)?;
                return Ok(opened);
            }
            // Nobody has it: whoever writes to the customer takes it.
            let permit = tx.actor().permit_own(tx.now())?;
            api::assign(tx, &permit, opened.id, me)
        })
        .await?;
    Ok(Json(conversation))
}

/// One conversation.
#[utoipa::path(get, path = "/conversations/{id}", tag = "conversations", params(("id" = ConversationId, Path)), responses((status = 200, body = Conversation)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<ConversationId>) -> Answer<Conversation> {
    let conversation = cx
        .read(move |tx| {
            let conversation = queries::find(tx, id)?;
            policy::may_read(tx.actor(), &conversation)?;
            Ok(conversation)
        })
        .await?;
    Ok(Json(conversation))
}
