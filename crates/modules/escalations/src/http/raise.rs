//! Reporting what stands in the way.

use conversations::ConversationId;
use http::{Answer, Cx, Json};
use kernel::{Check, Error, Id, Owned};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{EscalationCourse, course};
use crate::{
    api, codes,
    model::{Escalation, EscalationState, Ladder, Severity, StepKind, Told, Who},
    policy, queries,
};

/// What stands in the way: a fault of the system, or something special.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEscalation {
    /// The ladder it goes up: what it is, and who is told when.
    ladder_id: Id<Ladder>,
    /// What stands in the way, in a line: 1 to 200 characters.
    what: String,
    /// More about it: up to 2,000 characters.
    detail: Option<String>,
    /// How bad it is; as the ladder says unless told.
    severity: Option<Severity>,
    /// In which conversation it came up.
    conversation_id: Option<ConversationId>,
}

/// Reports what stands in the way. Each level of its ladder has a task when its time comes, until it is solved.
#[utoipa::path(post, path = "/escalations", tag = "escalations", request_body = NewEscalation, responses((status = 200, body = EscalationCourse)))]
pub(crate) async fn raise(cx: Cx, Json(request): Json<NewEscalation>) -> Answer<EscalationCourse> {
    let raised = cx
        .write(move |tx| {
            let me = tx.actor().staff()?.clone();
            let _permit = policy::may_raise(tx.actor(), &Owned::by(me.id, me.unit), tx.now())?;
            let detail = request.detail.as_deref().map(str::trim).filter(|detail| !detail.is_empty());
            Check::new().text("what", &request.what, 1..=200).maybe_text("detail", detail, 0..=2_000).done()?;
            let ladder = queries::ladder(tx, request.ladder_id).map_err(Error::absent("ladder_id", "unknown"))?;
            if ladder.archived {
                return Err(codes::ARCHIVED.conflict());
            }
            let talk = match request.conversation_id {
                Some(id) => {
                    Some(conversations::api::readable(tx, id).map_err(Error::absent("conversation_id", "unknown"))?)
                }
                None => None,
            };
            let what = request.what.trim().to_owned();
            let mut escalation = Escalation {
                id: tx.new_id(),
                state: EscalationState::Open,
                ladder_id: ladder.id,
                name: ladder.name,
                severity: request.severity.unwrap_or(ladder.severity),
                clock: ladder.clock,
                levels: ladder.levels,
                what: what.clone(),
                detail: detail.map(str::to_owned),
                conversation_id: request.conversation_id,
                customer_id: talk.as_ref().map(|talk| talk.customer_id),
                customer_name: talk.map(|talk| talk.customer_name).unwrap_or_default(),
                raised_by: me.id,
                raised_by_name: me.name.clone(),
                unit_id: me.unit,
                raised_at: tx.now(),
                level: 0,
                next_at: None,
                told: Told::default(),
                late_since: None,
                result: None,
                closed_at: None,
                closed_by: None,
                closed_by_name: None,
                steps: 0,
                version: 0,
            };
            let by = Who { id: me.id, name: me.name.clone() };
            let step = escalation.step(StepKind::Raised, Some(by), what, tx.now());
            let escalation = api::raise(tx, escalation, &step)?;
            course(tx, escalation)
        })
        .await?;
    Ok(Json(raised))
}
