//! An incident as it goes out.

use std::collections::HashMap;

use channels::ChannelKind;
use conversations::ConversationId;
use delivery::DeliveryState;
use kernel::{Result, Timestamp};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    model::{Incident, IncidentSending, IncidentState, IncidentStep, IncidentUpdate, SendingState},
    queries,
};

/// An incident with its steps, what was said and its figures.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct IncidentCourse {
    #[serde(flatten)]
    pub incident: Incident,
    /// What happened, in order.
    pub course: Vec<IncidentStep>,
    /// What all linked conversations were told, the latest first.
    pub updates: Vec<IncidentUpdateView>,
    /// Its figures.
    pub figures: IncidentFigures,
}

/// What an incident came to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct IncidentFigures {
    /// Conversations linked.
    pub conversations: i64,
    /// Customers in them.
    pub customers: i64,
    /// When the first of them was opened.
    pub first_at: Option<Timestamp>,
    /// When the last was.
    pub last_at: Option<Timestamp>,
    /// From its beginning to its end, or to now, in minutes.
    pub minutes: i64,
    /// By kind of channel.
    pub channels: Vec<IncidentChannel>,
}

/// Conversations of one kind of channel.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct IncidentChannel {
    /// Of which kind.
    pub kind: ChannelKind,
    /// How many.
    pub conversations: i64,
}

/// What all linked conversations were told, and how many it reached.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct IncidentUpdateView {
    #[serde(flatten)]
    pub update: IncidentUpdate,
    /// To how many it is still to go.
    pub waiting: i64,
    /// In how many it was said, and did not fail on its way.
    pub reached: i64,
    /// In how many it was not, or failed.
    pub missed: i64,
}

/// How far what was said came, by conversation and number.
pub(crate) type Ways = HashMap<(ConversationId, i64), (DeliveryState, Option<String>)>;

/// How far what was said in these came, where a channel carries it.
pub(crate) fn ways(tx: &mut Tx<'_>, sendings: &[IncidentSending]) -> Result<Ways> {
    let said: Vec<_> = sendings.iter().filter_map(|one| Some((one.conversation_id, one.seq?))).collect();
    let found = delivery::api::stands(tx, &said)?;
    Ok(found.into_iter().map(|one| ((one.conversation_id, one.seq), (one.state, one.why_code))).collect())
}

pub(crate) fn failed(sending: &IncidentSending, ways: &Ways) -> bool {
    let way = sending.seq.and_then(|seq| ways.get(&(sending.conversation_id, seq)));
    way.is_some_and(|(state, _)| *state == DeliveryState::Failed)
}

fn update(tx: &mut Tx<'_>, update: IncidentUpdate) -> Result<IncidentUpdateView> {
    let sendings = queries::sendings(tx, update.id)?;
    let ways = ways(tx, &sendings)?;
    let mut view = IncidentUpdateView { update, waiting: 0, reached: 0, missed: 0 };
    for one in &sendings {
        match one.state {
            SendingState::Waiting => view.waiting += 1,
            SendingState::Said if !failed(one, &ways) => view.reached += 1,
            SendingState::Said | SendingState::LeftOut => view.missed += 1,
        }
    }
    Ok(view)
}

pub(crate) fn course(tx: &mut Tx<'_>, incident: Incident) -> Result<IncidentCourse> {
    let course = queries::steps(tx, incident.id)?;
    let mut updates = Vec::new();
    for one in queries::updates(tx, incident.id)? {
        updates.push(update(tx, one)?);
    }
    let (conversations, customers, first_at, last_at) = queries::touched(tx, incident.id)?;
    let until = if incident.state == IncidentState::Over { incident.ended_at } else { None };
    let minutes = until.unwrap_or(tx.now()).since(incident.since).max(0) / 60_000;
    let kinds = queries::by_kind(tx, incident.id)?.into_iter();
    let channels = kinds.map(|(kind, conversations)| IncidentChannel { kind, conversations }).collect();
    let figures = IncidentFigures { conversations, customers, first_at, last_at, minutes, channels };
    Ok(IncidentCourse { incident, course, updates, figures })
}
