//! Which conversations an incident is about.

use std::collections::HashSet;

use conversations::{Conversation, ConversationId, api::Matching};
use http::{Answer, Cx, Json, Path, Query};
use kernel::{ChannelId, Check, Error, Id, Page, PageQuery, QueueId, Result, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    api, codes,
    model::{Incident, IncidentLink, IncidentStep, IncidentStepKind},
    policy, queries,
};

/// Conversations that are offered to be linked, at most.
const OFFERED: usize = 200;
/// Conversations of one request.
const AT_ONCE: usize = 500;

/// A linked conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IncidentConversation {
    #[serde(flatten)]
    link: IncidentLink,
    /// The conversation.
    conversation: Conversation,
}

/// Lists the linked conversations one may read, the one opened last first.
#[utoipa::path(get, path = "/incidents/{id}/conversations", tag = "incidents", params(("id" = Id<Incident>, Path), PageQuery), responses((status = 200, body = Page<IncidentConversation>)))]
pub(crate) async fn list(
    cx: Cx,
    Path(id): Path<Id<Incident>>,
    Query(page): Query<PageQuery>,
) -> Answer<Page<IncidentConversation>> {
    let page = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            queries::find(tx, id)?;
            let (limit, before) = (page.limit()?, page.before()?);
            // Ids rise with time: beyond them all is whatever sorts after `cnv_`.
            let before = if before.key == i64::MAX { "cnw".to_owned() } else { before.id };
            let links = queries::links(tx, id, &before, limit + 1)?;
            let page = Page::of(links, limit, |one: &IncidentLink| (0, one.conversation_id.to_string()));
            let (mut items, next_cursor) = (Vec::new(), page.next_cursor);
            for link in page.items {
                let conversation = conversations::api::get(tx, link.conversation_id)?;
                if policy::knows(tx.actor(), &conversation)? {
                    items.push(IncidentConversation { link, conversation });
                }
            }
            Ok(Page { items, next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// Which open conversations.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CandidateQuery {
    /// Only those of this queue; those the incident touches unless told.
    queue: Option<QueueId>,
    /// Only those on this channel.
    channel: Option<ChannelId>,
    /// Only those in which something was said at or after this time; since the incident began unless told.
    since: Option<Timestamp>,
    /// Only those in which the customer used one of these words: up to 10, with commas between them.
    words: Option<String>,
}

/// Open conversations that are not linked and that one may link, of a queue, a channel, since a time, by words:
/// at most 200, the latest first.
#[utoipa::path(get, path = "/incidents/{id}/candidates", tag = "incidents", params(("id" = Id<Incident>, Path), CandidateQuery), responses((status = 200, body = Vec<Conversation>)))]
pub(crate) async fn candidates(
    cx: Cx,
    Path(id): Path<Id<Incident>>,
    Query(query): Query<CandidateQuery>,
) -> Answer<Vec<Conversation>> {
    let found = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let incident = queries::find(tx, id)?;
            let linked: HashSet<_> = queries::linked(tx, id)?.into_iter().collect();
            let text = query.words.as_deref().unwrap_or_default();
            Check::new().text("words", text, 0..=250).done()?;
            let words: Vec<_> = text.split([',', '，', '、']).map(str::trim).filter(|word| !word.is_empty()).collect();
            Check::new().that(words.len() <= 10, "words", "too_many").done()?;
            let touched = incident.queues.0.iter().filter_map(|one| one.id.parse().ok()).collect();
            let matching = Matching {
                queues: query.queue.map_or(touched, |queue| vec![queue]),
                channel: query.channel,
                since: query.since.unwrap_or(incident.since),
                words: words.into_iter().map(str::to_owned).collect(),
            };
            conversations::api::open_matching(tx, &matching, OFFERED, |tx, one| {
                Ok(!linked.contains(&one.id) && policy::knows(tx.actor(), one)?)
            })
        })
        .await?;
    Ok(Json(found))
}

/// Which conversations are about it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIncidentLinks {
    /// Which: 1 to 500.
    conversation_ids: Vec<ConversationId>,
}

/// What came of linking.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IncidentLinked {
    /// How many were not linked before.
    linked: i64,
    /// How many of those asked for were over by then.
    closed: i64,
    /// The incident after it.
    incident: Incident,
}

/// Links open conversations to an incident: each hears what is said to all from then on. Whoever leads it may
/// link any they know of, others those they may answer in.
#[utoipa::path(post, path = "/incidents/{id}/links", tag = "incidents", params(("id" = Id<Incident>, Path)), request_body = NewIncidentLinks, responses((status = 200, body = IncidentLinked)))]
pub(crate) async fn link(
    cx: Cx,
    Path(id): Path<Id<Incident>>,
    Json(request): Json<NewIncidentLinks>,
) -> Answer<IncidentLinked> {
    let linked = cx
        .write(move |tx| {
            let _permit = policy::may_link(tx.actor(), tx.now())?;
            let ids = &request.conversation_ids;
            Check::new()
                .that(!ids.is_empty(), "conversation_ids", "required")
                .that(ids.len() <= AT_ONCE, "conversation_ids", "too_many")
                .done()?;
            let by = api::who(tx.actor())?;
            let before = queries::lock(tx, id)?;
            let (mut open, mut closed) = (Vec::with_capacity(ids.len()), 0);
            for (at, id) in ids.iter().enumerate() {
                let refused = Error::absent(format!("conversation_ids[{at}]"), "unknown");
                let conversation = if policy::leads(tx.actor()) {
                    known(tx, *id).map_err(refused)?
                } else {
                    conversations::api::workable(tx, *id).map_err(refused)?
                };
                if conversation.state == conversations::State::Closed {
                    closed += 1;
                } else {
                    open.push(conversation);
                }
            }
            if open.is_empty() {
                return Err(codes::CLOSED.conflict());
            }
            let (incident, linked) = api::link(tx, before, &by, &open)?;
            Ok(IncidentLinked { linked, closed, incident })
        })
        .await?;
    Ok(Json(linked))
}

fn known(tx: &mut store::Tx<'_>, id: ConversationId) -> Result<Conversation> {
    let conversation = conversations::api::get(tx, id)?;
    if policy::knows(tx.actor(), &conversation)? {
        Ok(conversation)
    } else {
        Err(Error::NotFound)
    }
}

/// Takes a conversation out of an incident; what was said in it stays said.
#[utoipa::path(delete, path = "/incidents/{id}/links/{conversation}", tag = "incidents", params(("id" = Id<Incident>, Path), ("conversation" = ConversationId, Path)), responses((status = 200, body = Incident)))]
pub(crate) async fn unlink(cx: Cx, Path((id, conversation)): Path<(Id<Incident>, ConversationId)>) -> Answer<Incident> {
    let incident = cx
        .write(move |tx| {
            let _permit = policy::may_link(tx.actor(), tx.now())?;
            let before = queries::lock(tx, id)?;
            before.must_go_on()?;
            if policy::leads(tx.actor()) {
                known(tx, conversation)?;
            } else {
                conversations::api::workable(tx, conversation).map_err(Error::absent("conversation", "unknown"))?;
            }
            if !queries::unlink(tx, id, conversation)? {
                return Err(Error::NotFound);
            }
            let (by, now) = (api::who(tx.actor())?, tx.now());
            let mut after = before.clone();
            after.linked -= 1;
            let step = IncidentStep { count: Some(1), ..after.step(IncidentStepKind::Unlinked, &by, "", now) };
            api::keep(tx, "incidents.unlinked", &before, &after, &step)?;
            Ok(after)
        })
        .await?;
    Ok(Json(incident))
}
