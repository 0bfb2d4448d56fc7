//! Telling all linked conversations at once.

use conversations::ConversationId;
use delivery::DeliveryState;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, Error, Id};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::{IncidentCourse, course, failed, ways};
use crate::{
    api,
    model::{Incident, IncidentSending, IncidentState, IncidentUpdate},
    policy, queries,
};

/// What all linked conversations are told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIncidentUpdate {
    /// What is said: 1 to 2,000 characters.
    text: String,
    /// How it stands from now on, if otherwise.
    state: Option<IncidentState>,
}

/// Says this in every linked conversation, each in its own channel and once, in the background.
#[utoipa::path(post, path = "/incidents/{id}/updates", tag = "incidents", params(("id" = Id<Incident>, Path)), request_body = NewIncidentUpdate, responses((status = 200, body = IncidentCourse)))]
pub(crate) async fn send(
    cx: Cx,
    Path(id): Path<Id<Incident>>,
    Json(request): Json<NewIncidentUpdate>,
) -> Answer<IncidentCourse> {
    let sent = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            Check::new().text("text", &request.text, 1..=2_000).done()?;
            let by = api::who(tx.actor())?;
            let before = queries::lock(tx, id)?;
            let after = api::update(tx, &before, &by, request.text.trim(), request.state)?;
            course(tx, after)
        })
        .await?;
    Ok(Json(sent))
}

/// Which update.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SendingQuery {
    /// Of which update; the latest unless told.
    update: Option<Id<IncidentUpdate>>,
}

/// What became of an update in one conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IncidentSendingView {
    #[serde(flatten)]
    sending: IncidentSending,
    /// With whom; none outside one's reach.
    customer_name: Option<String>,
    /// By what kind of channel.
    channel_kind: channels::ChannelKind,
    /// How far it came, where a channel carries it.
    delivery: Option<DeliveryState>,
    /// Why it did not arrive: what `deliveries` says.
    delivery_why: Option<String>,
    /// Whether it was left out, or failed on its way.
    missed: bool,
}

/// Whom an update reached and whom not, and why: first those it did not.
#[utoipa::path(get, path = "/incidents/{id}/sendings", tag = "incidents", params(("id" = Id<Incident>, Path), SendingQuery), responses((status = 200, body = Vec<IncidentSendingView>)))]
pub(crate) async fn sendings(
    cx: Cx,
    Path(id): Path<Id<Incident>>,
    Query(query): Query<SendingQuery>,
) -> Answer<Vec<IncidentSendingView>> {
    let found = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            queries::find(tx, id)?;
            let update = match query.update {
                Some(update) => Some(queries::update(tx, update)?),
                None => queries::updates(tx, id)?.into_iter().next(),
            };
            let Some(update) = update else { return Ok(Vec::new()) };
            if update.incident_id != id {
                return Err(Error::NotFound);
            }
            let sendings = queries::sendings(tx, update.id)?;
            let ways = ways(tx, &sendings)?;
            let mut rows = Vec::with_capacity(sendings.len());
            for sending in sendings {
                let conversation = conversations::api::get(tx, sending.conversation_id)?;
                let known = policy::knows(tx.actor(), &conversation)?;
                let place: Option<(ConversationId, i64)> = sending.seq.map(|seq| (sending.conversation_id, seq));
                let way = place.and_then(|place| ways.get(&place)).cloned();
                let missed = sending.why.is_some() || failed(&sending, &ways);
                rows.push(IncidentSendingView {
                    customer_name: known.then_some(conversation.customer_name),
                    channel_kind: conversation.channel_kind,
                    delivery: way.as_ref().map(|(state, _)| *state),
                    delivery_why: way.and_then(|(_, why)| why),
                    missed,
                    sending,
                });
            }
            rows.sort_by_key(|row| !row.missed);
            Ok(rows)
        })
        .await?;
    Ok(Json(found))
}
