//! What an automation would have done, before it does anything.

use conversations::{ConversationId, State};
use http::{Answer, Cx, Json};
use kernel::{Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use super::manage::AutomationDraft;
use crate::{
    compile::Rule,
    model::{Automation, AutomationEvent, Finding},
    policy,
    scene::{Brought, Scene},
};

/// Conversations looked at, at most.
const MOST: i64 = 50;

/// An automation to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RehearsalRequest {
    /// As it would be.
    automation: AutomationDraft,
}

/// One of the latest conversations, as the automation sees it now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rehearsed {
    /// Which.
    conversation_id: ConversationId,
    /// The customer's name.
    customer_name: String,
    /// Since when.
    opened_at: Timestamp,
    /// Whether what sets it off has happened to this conversation, as far as one can see by it.
    happened: bool,
    /// Whether it would act, when that happens.
    fires: bool,
    /// Why: each condition with the value it sees.
    findings: Vec<Finding>,
}

/// Tries an automation against the latest conversations, latest first. Nothing is done to any of them.
#[utoipa::path(post, path = "/automations/rehearsal", tag = "automation", request_body = RehearsalRequest, responses((status = 200, body = Vec<Rehearsed>)))]
pub(crate) async fn rehearse(cx: Cx, Json(request): Json<RehearsalRequest>) -> Answer<Vec<Rehearsed>> {
    let rows = cx
        .read(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let draft = request.automation.over(tx, None);
            draft.spec.check(draft.event, &draft.name)?;
            let rule = Rule::new(draft);
            let latest = conversations::api::latest(tx, MOST)?;
            latest.iter().map(|one| seen(tx, &rule, one)).collect()
        })
        .await?;
    Ok(Json(rows))
}

fn seen(tx: &mut Tx<'_>, rule: &Rule, conversation: &conversations::Conversation) -> Result<Rehearsed> {
    let brought = Brought {
        outcome: inquiries::api::of_conversation(tx, conversation.id)?.map(|record| record.outcome.text().to_owned()),
        target: None,
    };
    let recorded = brought.outcome.is_some();
    let scene = Scene::of(tx, conversation, brought)?;
    Ok(Rehearsed {
        conversation_id: conversation.id,
        customer_name: conversation.customer_name.clone(),
        opened_at: conversation.opened_at,
        happened: happened(&rule.automation, conversation, &scene, recorded),
        fires: rule.fires(&scene),
        findings: rule.findings(&scene),
    })
}

fn happened(rule: &Automation, of: &conversations::Conversation, scene: &Scene, recorded: bool) -> bool {
    let open = of.state != State::Closed;
    match rule.event {
        AutomationEvent::Assigned => of.assignee_id.is_some(),
        AutomationEvent::Closed => !open,
        AutomationEvent::AfterHours => of.after_hours,
        AutomationEvent::Rated => of.rating.is_some(),
        AutomationEvent::InquiryRecorded => recorded,
        AutomationEvent::Unanswered => scene.waiting_minutes >= rule.spec.minutes,
        AutomationEvent::Daily => open,
        AutomationEvent::SlaWarned | AutomationEvent::SlaMissed => of.terms.is_some(),
        AutomationEvent::Opened | AutomationEvent::Requeued => true,
    }
}
