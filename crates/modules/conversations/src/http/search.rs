//! Finding what was said.

use http::{Answer, Cx, Json, Query};
use kernel::{Error, Page, Timestamp};
use serde::{Deserialize, Serialize};
use store::Search;
use utoipa::{IntoParams, ToSchema};

use crate::{model::ConversationId, policy, queries};

/// What to look for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// Words, Chinese from one character on; Traditional finds Simplified and the other way round.
    q: String,
    /// How many at most: 1 to 100, 20 unless told.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A message that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Found {
    /// Where it was said.
    conversation_id: ConversationId,
    /// With whom.
    customer_name: String,
    /// Its number there.
    seq: i64,
    /// What was said.
    text: String,
    /// Who said it.
    author_name: String,
    /// When.
    at: Timestamp,
}

/// Finds messages in the conversations one may read, newest first.
#[utoipa::path(get, path = "/search", tag = "conversations", params(SearchQuery), responses((status = 200, body = Page<Found>)))]
pub(crate) async fn search(cx: Cx, Query(query): Query<SearchQuery>) -> Answer<Page<Found>> {
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
    let page = cx
        .read(move |tx| {
            let scope = policy::may_list(tx.actor())?;
            let mut items = Vec::new();
            let labels = scope.labels();
            let search = Search { kind: "message", words: &query.q, labels: &labels, before, limit: limit as usize };
            let hits = tx.search(&search, |tx, hit| {
                let Some((id, seq)) = hit
                    .reference
                    .split_once('/')
                    .and_then(|(id, seq)| Some((id.parse().ok()?, seq.parse::<i64>().ok()?)))
                else {
                    return Ok(false);
                };
                let conversation = queries::find(tx, id)?;
                if !scope.covers(&conversation.owned()) {
                    return Ok(false);
                }
                let Some(message) = queries::message(tx, id, seq)? else { return Ok(false) };
                let customer_name = conversation.customer_name;
                items.push(Found {
                    conversation_id: id,
                    customer_name,
                    seq,
                    text: message.text,
                    author_name: message.author_name,
                    at: message.at,
                });
                Ok(true)
            })?;
            let next_cursor = hits.last().filter(|_| hits.len() as i64 == limit).map(|last| last.place.to_string());
            Ok(Page { items, next_cursor })
        })
        .await?;
    Ok(Json(page))
}
