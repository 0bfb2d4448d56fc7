//! Reading incidents.

use conversations::{Author, ConversationId};
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Id, Page, PageQuery, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::view::{IncidentCourse, course};
use crate::{
    model::{Incident, IncidentState, Words},
    policy, queries,
};

/// Messages of a conversation that are looked through.
const LOOKED_AT: i64 = 200;

/// Which incidents.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those that stand so.
    #[param(inline)]
    state: Option<IncidentState>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists incidents, newest first.
#[utoipa::path(get, path = "/incidents", tag = "incidents", params(ListQuery), responses((status = 200, body = Page<Incident>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<Incident>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let page = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            let (limit, before) = (page.limit()?, page.before()?);
            let rows = queries::list(tx, query.state, &before, limit + 1)?;
            Ok(Page::of(rows, limit, |row: &Incident| (row.declared_at.millis(), row.id.to_string())))
        })
        .await?;
    Ok(Json(page))
}

/// The incidents that go on and touch a queue the caller serves; all that go on for whoever leads them.
#[utoipa::path(get, path = "/incidents/current", tag = "incidents", responses((status = 200, body = Vec<Incident>)))]
pub(crate) async fn current(cx: Cx) -> Answer<Vec<Incident>> {
    let current = cx
        .read(|tx| {
            policy::may_read(tx.actor())?;
            let going_on = queries::going_on(tx)?;
            if policy::leads(tx.actor()) || going_on.is_empty() {
                return Ok(going_on);
            }
            let me = tx.actor().staff()?.id;
            let queues = routing::api::queues_of(tx, me)?;
            Ok(going_on.into_iter().filter(|one| one.touches(&queues)).collect())
        })
        .await?;
    Ok(Json(current))
}

/// One incident with its steps, what was said and its figures.
#[utoipa::path(get, path = "/incidents/{id}", tag = "incidents", params(("id" = Id<Incident>, Path)), responses((status = 200, body = IncidentCourse)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Incident>>) -> Answer<IncidentCourse> {
    let found = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            let incident = queries::find(tx, id)?;
            course(tx, incident)
        })
        .await?;
    Ok(Json(found))
}

/// What a conversation has to do with incidents.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationIncidents {
    /// Those it is linked to.
    linked: Vec<Incident>,
    /// Those that go on, touch its queue, and of whose words the customer used one.
    suggested: Vec<Incident>,
    /// Others that go on and touch its queue.
    others: Vec<Incident>,
}

/// The incidents a conversation is linked to, and those it may be about.
#[utoipa::path(get, path = "/conversations/{id}/incidents", tag = "incidents", params(("id" = ConversationId, Path)), responses((status = 200, body = ConversationIncidents)))]
pub(crate) async fn of_conversation(cx: Cx, Path(id): Path<ConversationId>) -> Answer<ConversationIncidents> {
    let found = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            let conversation = conversations::api::readable(tx, id)?;
            let linked = queries::of_conversation(tx, id)?;
            let queues: Vec<_> = conversation.queue_id.into_iter().collect();
            let going_on = queries::going_on(tx)?.into_iter();
            let near: Vec<_> =
                going_on.filter(|one| one.touches(&queues) && !linked.iter().any(|known| known.id == one.id)).collect();
            let said = if near.is_empty() { String::new() } else { said(tx, id)? };
            let (suggested, others) = near.into_iter().partition(|one| speaks_of(&said, &one.words));
            Ok(ConversationIncidents { linked, suggested, others })
        })
        .await?;
    Ok(Json(found))
}

/// What the customer said, in small letters.
fn said(tx: &mut Tx<'_>, id: ConversationId) -> Result<String> {
    let messages = conversations::api::transcript(tx, id, 0, LOOKED_AT)?.into_iter();
    let theirs = messages.filter(|one| one.author == Author::Customer);
    Ok(theirs.map(|one| one.text.to_lowercase()).collect::<Vec<_>>().join("\n"))
}

fn speaks_of(said: &str, words: &Words) -> bool {
    words.0.iter().any(|word| said.contains(&word.to_lowercase()))
}
