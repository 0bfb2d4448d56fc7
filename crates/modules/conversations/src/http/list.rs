//! Finding conversations, and opening one with a customer.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{CustomerId, Page, PageQuery, QueueId, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api,
    lists::{self, Filter},
    model::{Conversation, ConversationId, State},
    policy, queries,
};

text_enum! {
    /// In which order.
    pub(crate) enum Sort {
        /// The one opened last first.
        Recent = "recent",
        /// Those that wait for an answer, the longest wait first; no others.
        Waiting = "waiting",
    }
}

/// Which conversations.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those that stand here.
    state: Option<State>,
    /// Only this person's.
    assignee: Option<UserId>,
    /// Only those with this customer.
    customer: Option<CustomerId>,
    /// Only those of this queue.
    queue: Option<QueueId>,
    /// Only those with this tag.
    tag: Option<String>,
    /// Only those in which the customer waits for an answer.
    #[serde(default)]
    #[param(required = false)]
    unanswered: bool,
    /// Only those in which this person takes part without having them.
    participant: Option<UserId>,
    /// Only those that are put away until a time.
    #[serde(default)]
    #[param(required = false)]
    snoozed: bool,
    /// In which order: `recent` unless told.
    #[param(inline)]
    sort: Option<Sort>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists conversations, newest first or longest wait first. The rows of open ones are few enough to be
/// held whole: a client lists them once and follows the topic `inbox`.
#[utoipa::path(get, path = "/conversations", tag = "conversations", params(ListQuery), responses((status = 200, body = Page<Conversation>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<Conversation>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let waiting = query.sort == Some(Sort::Waiting);
    let (limit, from) = (page.limit()?, if waiting { page.after()? } else { page.before()? });
    let ListQuery { state, assignee, customer, queue, tag, unanswered, participant, snoozed, .. } = query;
    let filter = Filter { state, assignee, customer, queue, tag, unanswered, participant, snoozed };
    let rows = cx
        .read(move |tx| {
            let scope = policy::may_list(tx.actor())?;
            if waiting {
                return lists::longest_waiting(tx, &scope, &filter, &from, limit + 1);
            }
            lists::list(tx, &scope, &filter, &from, limit + 1)
        })
        .await?;
    let key = |row: &Conversation| if waiting { row.waiting_since.unwrap_or_default() } else { row.opened_at };
    Ok(Json(Page::of(rows, limit, |row| (key(row).millis(), row.id.to_string()))))
}

/// How many there are.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct ConversationCounts {
    /// Wait for somebody.
    queued: i64,
    /// Are messages that somebody left rather than wait.
    messages: i64,
    /// Somebody has them.
    active: i64,
    /// Of these, the caller.
    mine: i64,
    /// In how many the customer waits for an answer.
    unanswered: i64,
    /// How many are put away until a time.
    snoozed: i64,
}

/// How many conversations are open, of those one may read: to begin with; `inbox` tells what changes.
#[utoipa::path(get, path = "/conversations/counts", tag = "conversations", responses((status = 200, body = ConversationCounts)))]
pub(crate) async fn counts(cx: Cx) -> Answer<ConversationCounts> {
    let counts = cx
        .read(|tx| {
            let scope = policy::may_list(tx.actor())?;
            let me = tx.actor().staff().ok().map(|staff| staff.id);
            let mut counts = ConversationCounts::default();
            for (state, assignee, all, unanswered, snoozed) in lists::open_counts(tx, &scope)? {
                counts.queued += if state == State::Queued { all } else { 0 };
                counts.messages += if state == State::Message { all } else { 0 };
                counts.active += if state == State::Active { all } else { 0 };
                counts.mine += if me.is_some() && assignee == me { all } else { 0 };
                counts.unanswered += unanswered;
                counts.snoozed += snoozed;
            }
            Ok(counts)
        })
        .await?;
    Ok(Json(counts))
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
                Some(id) => channels::api::get(tx, id)?,
                None => channels::api::default_web_chat(tx)?,
            };
            api::take_up(tx, &channel, customer.id, &customer.name)
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
