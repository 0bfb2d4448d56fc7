//! Declaring an incident, and saying how it stands.

use conversations::{ConversationId, Named};
use escalations::{Escalation, Severity};
use http::{Answer, Cx, Json, Path};
use kernel::{Check, Error, Id, QueueId, Result, Timestamp};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::view::{IncidentCourse, course};
use crate::{
    api, codes,
    model::{Change, Incident, IncidentState, IncidentStep, IncidentStepKind, Touched, Words},
    policy, queries,
};

/// Something that goes wrong for many customers at once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIncident {
    /// What goes wrong, in a line: 1 to 100 characters.
    title: String,
    /// What is known of it: up to 2,000 characters.
    known: Option<String>,
    /// What agents may answer whoever asks: up to 2,000 characters.
    reply: Option<String>,
    /// How bad it is.
    severity: Severity,
    /// Since when; now unless told.
    since: Option<Timestamp>,
    /// The queues it touches; all unless told.
    queue_ids: Option<Vec<QueueId>>,
    /// Words by which customers speak of it: at most 10 of up to 20 characters.
    words: Option<Vec<String>>,
    /// The escalation it comes from.
    escalation_id: Option<Id<Escalation>>,
    /// A conversation that is about it.
    conversation_id: Option<ConversationId>,
}

/// Declares an incident: every agent of its queues sees it at once.
#[utoipa::path(post, path = "/incidents", tag = "incidents", request_body = NewIncident, responses((status = 200, body = IncidentCourse)))]
pub(crate) async fn declare(cx: Cx, Json(request): Json<NewIncident>) -> Answer<IncidentCourse> {
    let declared = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let (by, now) = (api::who(tx.actor())?, tx.now());
            let since = request.since.unwrap_or(now);
            let (check, words) = Words::checked(Check::new(), request.words.as_deref().unwrap_or_default());
            check
                .text("title", &request.title, 1..=100)
                .maybe_text("known", request.known.as_deref(), 0..=2_000)
                .maybe_text("reply", request.reply.as_deref(), 0..=2_000)
                .that(since <= now, "since", "in_the_future")
                .done()?;
            let queues = queues(tx, request.queue_ids.as_deref().unwrap_or_default())?;
            if let Some(id) = request.escalation_id {
                escalations::api::seen(tx, id).map_err(Error::absent("escalation_id", "unknown"))?;
            }
            let talk = match request.conversation_id {
                Some(id) => {
                    Some(conversations::api::readable(tx, id).map_err(Error::absent("conversation_id", "unknown"))?)
                }
                None => None,
            };
            let trimmed = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_owned();
            let mut incident = Incident {
                id: tx.new_id(),
                state: IncidentState::Investigating,
                severity: request.severity,
                title: request.title.trim().to_owned(),
                known: trimmed(&request.known),
                reply: trimmed(&request.reply),
                queues,
                words,
                since,
                escalation_id: request.escalation_id,
                declared_by: by.id,
                declared_by_name: by.name.clone(),
                declared_at: now,
                mended_at: None,
                ended_at: None,
                linked: 0,
                steps: 0,
                review: None,
                version: 0,
            };
            let known = incident.known.clone();
            let step = incident.step(IncidentStepKind::Declared, &by, &known, now);
            let step = IncidentStep { state: Some(incident.state), ..step };
            api::declare(tx, &incident, &step)?;
            if let Some(talk) = talk {
                incident = api::link(tx, incident, &by, &[talk])?.0;
            }
            course(tx, incident)
        })
        .await?;
    Ok(Json(declared))
}

/// What is to change of an incident; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IncidentChange {
    /// The version one saw.
    version: i64,
    /// How it stands from now on.
    state: Option<IncidentState>,
    /// What goes wrong, in a line: 1 to 100 characters.
    title: Option<String>,
    /// What is known of it: up to 2,000 characters.
    known: Option<String>,
    /// What agents may answer whoever asks: up to 2,000 characters.
    reply: Option<String>,
    /// How bad it is.
    severity: Option<Severity>,
    /// Since when.
    since: Option<Timestamp>,
    /// The queues it touches; none of them: all.
    queue_ids: Option<Vec<QueueId>>,
    /// Words by which customers speak of it: at most 10 of up to 20 characters.
    words: Option<Vec<String>>,
}

/// Changes what is known of an incident, and how it stands. Once it is over it stays so.
#[utoipa::path(patch, path = "/incidents/{id}", tag = "incidents", params(("id" = Id<Incident>, Path)), request_body = IncidentChange, responses((status = 200, body = IncidentCourse)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<Incident>>,
    Json(request): Json<IncidentChange>,
) -> Answer<IncidentCourse> {
    let changed = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let (by, now) = (api::who(tx.actor())?, tx.now());
            let mut check = Check::new()
                .maybe_text("title", request.title.as_deref(), 1..=100)
                .maybe_text("known", request.known.as_deref(), 0..=2_000)
                .maybe_text("reply", request.reply.as_deref(), 0..=2_000)
                .that(request.since.is_none_or(|since| since <= now), "since", "in_the_future");
            let mut words = None;
            if let Some(given) = &request.words {
                let (checked, kept) = Words::checked(check, given);
                (check, words) = (checked, Some(kept));
            }
            check.done()?;
            let queues = request.queue_ids.as_deref().map(|ids| queues(tx, ids)).transpose()?;
            let before = queries::lock(tx, id)?;
            if before.version != request.version {
                return Err(codes::STALE.conflict());
            }
            let trimmed = |text: &Option<String>| text.as_deref().map(|text| text.trim().to_owned());
            let change = Change {
                title: trimmed(&request.title),
                known: trimmed(&request.known),
                reply: trimmed(&request.reply),
                severity: request.severity,
                since: request.since,
                queues,
                words,
            };
            let (mut after, step) = before.clone().changed(&permit, &by, change)?;
            if let Some(step) = step {
                api::keep(tx, "incidents.changed", &before, &after, &step)?;
            }
            if let Some(state) = request.state {
                let (stands, step) = after.clone().stands(&permit, &by, state, "")?;
                if let Some(step) = step {
                    api::keep(tx, "incidents.state", &after, &stands, &step)?;
                    after = stands;
                }
            }
            course(tx, after)
        })
        .await?;
    Ok(Json(changed))
}

/// A word on how it goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IncidentWord {
    /// What is noted: 1 to 1,000 characters.
    text: String,
}

/// Notes something in the course of an incident: seen by staff alone.
#[utoipa::path(post, path = "/incidents/{id}/words", tag = "incidents", params(("id" = Id<Incident>, Path)), request_body = IncidentWord, responses((status = 200, body = IncidentCourse)))]
pub(crate) async fn say(
    cx: Cx,
    Path(id): Path<Id<Incident>>,
    Json(request): Json<IncidentWord>,
) -> Answer<IncidentCourse> {
    let said = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            Check::new().text("text", &request.text, 1..=1_000).done()?;
            let (by, now) = (api::who(tx.actor())?, tx.now());
            let before = queries::lock(tx, id)?;
            before.must_go_on()?;
            let mut after = before.clone();
            let step = after.step(IncidentStepKind::Word, &by, request.text.trim(), now);
            api::keep(tx, "incidents.noted", &before, &after, &step)?;
            course(tx, after)
        })
        .await?;
    Ok(Json(said))
}

/// These queues with their names.
fn queues(tx: &mut Tx<'_>, ids: &[QueueId]) -> Result<Touched> {
    let mut touched = Touched::default();
    for (at, id) in ids.iter().enumerate().take(100) {
        if !routing::api::is_queue(tx, *id)? {
            return Err(Error::field(format!("queue_ids[{at}]"), "unknown"));
        }
        let named = Named::new(id, routing::api::queue_name(tx, *id)?.unwrap_or_default());
        if !touched.0.contains(&named) {
            touched.0.push(named);
        }
    }
    Ok(touched)
}
