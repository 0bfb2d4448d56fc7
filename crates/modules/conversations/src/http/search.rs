//! Finding what was said, and customers by name.

use http::{Answer, Cx, Json, Query};
use kernel::{ChannelId, CustomerId, Error, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::{Search, Tx, text_enum};
use utoipa::{IntoParams, ToSchema};

use crate::{
    marks::{Range, marked},
    model::{Author, Conversation, ConversationId, Message, MessageKind},
    policy, queries,
};

text_enum! {
    /// What is looked for.
    pub(crate) enum Kind {
        /// What was said.
        Message = "message",
        /// Customers.
        Customer = "customer",
    }
}

/// What to look for.
#[derive(Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// Words, Chinese from one character on; Traditional finds Simplified and the other way round.
    q: String,
    /// Only messages, or only customers; both unless told.
    #[param(inline)]
    kind: Option<Kind>,
    /// Only in what this person has, or had last.
    assignee: Option<UserId>,
    /// Only with this customer.
    customer: Option<CustomerId>,
    /// Only on this channel.
    channel: Option<ChannelId>,
    /// Only in conversations with this tag.
    tag: Option<String>,
    /// Only what was said at or after this time.
    from: Option<Timestamp>,
    /// Only what was said before this time.
    to: Option<Timestamp>,
    /// How many messages at most: 1 to 100, 20 unless told.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchResults {
    /// Messages, newest first.
    items: Vec<Found>,
    /// Customers, on the first page only.
    customers: Vec<FoundCustomer>,
    /// Hand this back as `cursor` for the next page of messages; none on the last.
    next_cursor: Option<String>,
}

/// A message that was found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundMessage)]
pub(crate) struct Found {
    /// Where it was said.
    conversation_id: ConversationId,
    /// With whom.
    customer_id: CustomerId,
    /// What they are called.
    customer_name: String,
    /// On which channel.
    channel_id: ChannelId,
    /// Its number there: `messages?around=` it leads to the place.
    seq: i64,
    /// What it is.
    kind: MessageKind,
    /// What was said, around the first place that was looked for.
    text: String,
    /// Where in `text` what was looked for stands.
    marks: Vec<Range>,
    /// Which side said it.
    author: Author,
    /// Who said it.
    author_name: String,
    /// When.
    at: Timestamp,
}

/// A customer who was found; personal data is masked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundCustomer {
    /// Who.
    id: CustomerId,
    /// What they are called.
    name: String,
    /// Their telephone number, masked; none while unknown.
    phone: Option<String>,
}

/// Customers at most.
const CUSTOMERS: usize = 5;

/// Finds messages in the conversations one may read, newest first, and customers one may see.
#[utoipa::path(get, path = "/search", tag = "conversations", params(SearchQuery), responses((status = 200, body = SearchResults)))]
pub(crate) async fn search(cx: Cx, Query(query): Query<SearchQuery>) -> Answer<SearchResults> {
    let limit = query.limit.unwrap_or(20);
    if !(1..=100).contains(&limit) {
        return Err(Error::field("limit", "out_of_range").into());
    }
    if query.q.chars().count() > 200 {
        return Err(Error::field("q", "too_long").into());
    }
    let before = match query.cursor.as_deref().map(str::parse) {
        None => None,
        Some(Ok(place)) => Some(place),
        Some(Err(_)) => return Err(Error::field("cursor", "malformed").into()),
    };
    let results = cx
        .read(move |tx| {
            let (items, next_cursor) = match query.kind {
                Some(Kind::Customer) => (Vec::new(), None),
                _ => messages(tx, &query, before, limit as usize)?,
            };
            let narrow = query.assignee.is_some() || query.customer.is_some() || query.channel.is_some();
            let customers = match query.kind {
                Some(Kind::Customer) => customers(tx, &query.q, limit as usize)?,
                None if before.is_none() && !narrow && query.tag.is_none() => customers(tx, &query.q, CUSTOMERS)?,
                _ => Vec::new(),
            };
            Ok(SearchResults { items, customers, next_cursor })
        })
        .await?;
    Ok(Json(results))
}

fn messages(
    tx: &mut Tx<'_>,
    query: &SearchQuery,
    before: Option<i64>,
    limit: usize,
) -> Result<(Vec<Found>, Option<String>)> {
    let scope = policy::may_list(tx.actor())?;
    let mut items = Vec::new();
    // Whoever reads everything may look among one person's; others look among their own anyway.
    let labels = match query.assignee {
        Some(assignee) if scope.is_all() => vec![assignee.to_string()],
        _ => scope.labels(),
    };
    let search = Search { kind: "message", words: &query.q, labels: &labels, before, limit };
    let hits = tx.search(&search, |tx, hit| {
        if query.from.is_some_and(|from| hit.at < from) || query.to.is_some_and(|to| hit.at >= to) {
            return Ok(false);
        }
        let place = hit.reference.split_once('/').and_then(|(id, seq)| Some((id.parse().ok()?, seq.parse().ok()?)));
        let Some((id, seq)) = place else { return Ok(false) };
        let conversation = queries::find(tx, id)?;
        let seen = scope.covers(&conversation.owned()) || conversation.part_of(tx.actor()).is_some();
        if !seen || !query.takes(&conversation) {
            return Ok(false);
        }
        let Some(message) = queries::message(tx, id, seq)? else { return Ok(false) };
        items.push(Found::of(conversation, message, &query.q));
        Ok(true)
    })?;
    let next_cursor = hits.last().filter(|_| hits.len() == limit).map(|last| last.place.to_string());
    Ok((items, next_cursor))
}

/// Whoever may see no customers finds none.
fn customers(tx: &mut Tx<'_>, words: &str, limit: usize) -> Result<Vec<FoundCustomer>> {
    let mut found = Vec::new();
    let search = Search { kind: customers::api::SEARCH_KIND, words, labels: &[], before: None, limit };
    let searched = tx.search(&search, |tx, hit| {
        let Ok(id) = hit.reference.parse() else { return Ok(false) };
        match customers::api::visible(tx, id) {
            Ok(card) => found.push(FoundCustomer { id: card.id, name: card.name, phone: card.phone }),
            Err(Error::NotFound) => return Ok(false),
            Err(error) => return Err(error),
        }
        Ok(true)
    });
    match searched {
        Ok(_) | Err(Error::Forbidden(_)) => Ok(found),
        Err(error) => Err(error),
    }
}

impl SearchQuery {
    fn takes(&self, conversation: &Conversation) -> bool {
        self.assignee.is_none_or(|id| conversation.assignee_id == Some(id))
            && self.customer.is_none_or(|id| conversation.customer_id == id)
            && self.channel.is_none_or(|id| conversation.channel_id == id)
            && self.tag.as_ref().is_none_or(|tag| conversation.tags.0.contains(tag))
    }
}

impl Found {
    fn of(conversation: Conversation, message: Message, words: &str) -> Self {
        let (text, marks) = marked(&message.text, words);
        Self {
            conversation_id: conversation.id,
            customer_id: conversation.customer_id,
            customer_name: conversation.customer_name,
            channel_id: conversation.channel_id,
            seq: message.seq,
            kind: message.kind,
            text,
            marks,
            author: message.author,
            author_name: message.author_name,
            at: message.at,
        }
    }
}
