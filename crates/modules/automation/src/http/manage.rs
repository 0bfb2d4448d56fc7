//! What is automated.

use audit::api::Entry;
use axum::http::StatusCode;
use http::{Answer, Cx, Json, Path, Problem};
use kernel::{Error, Id, Result};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    model::{Action, Automation, AutomationEvent, AutomationVersion, Holder, Spec},
    policy, queries,
};

/// Automations there can be.
const MOST: usize = 500;

/// Lists the automations in the order in which they act.
#[utoipa::path(get, path = "/automations", tag = "automation", responses((status = 200, body = Vec<Automation>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<Automation>> {
    let all = cx
        .read(|tx| {
            let _permit = policy::may_read(tx.actor(), tx.now())?;
            queries::automations(tx)
        })
        .await?;
    Ok(Json(all))
}

/// An automation as it is to be, all of it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AutomationDraft {
    /// The version that was seen: a change must name it, a new one has none.
    pub version: Option<i64>,
    /// Its name, its own: 1 to 60 characters.
    pub name: String,
    /// Whether it is on; so unless told. Turned on again, it is no longer paused.
    pub active: Option<bool>,
    /// What sets it off.
    pub event: AutomationEvent,
    /// What must hold, and what is done.
    pub spec: Spec,
}

impl AutomationDraft {
    /// This automation as the draft says; a new one has an id of its own and the last place.
    pub(super) fn over(&self, tx: &Tx<'_>, before: Option<&Automation>) -> Automation {
        Automation {
            id: before.map_or_else(|| tx.new_id(), |before| before.id),
            name: self.name.trim().to_owned(),
            active: self.active.unwrap_or(true),
            position: before.map_or(0, |before| before.position),
            event: self.event,
            spec: self.spec.clone(),
            since: tx.now(),
            paused_at: None,
            paused_why: None,
            failures: 0,
            ran_at: before.and_then(|before| before.ran_at),
            created_at: before.map_or_else(|| tx.now(), |before| before.created_at),
            version: self.version.map_or(1, |seen| seen + 1),
        }
    }
}

/// Refuses what names somebody or something that is not there.
pub(super) fn known(tx: &mut Tx<'_>, actions: &[Action], within: &str) -> Result<()> {
    for (at, action) in actions.iter().enumerate() {
        let unknown = |field: &str| Error::field(format!("{within}actions[{at}].{field}"), "unknown");
        if let Action::Close { reason_id: Some(reason), .. } = action
            && conversations::api::reason_words(tx, *reason).is_err()
        {
            return Err(unknown("reason_id"));
        }
        let (queue, user) = match action {
            Action::SetQueue { queue_id } => (Some(*queue_id), None),
            Action::Assign { user_id } | Action::Notify { user_id, .. } => (None, Some(*user_id)),
            Action::Task { holder: Holder::Person { user_id }, .. } => (None, Some(*user_id)),
            _ => (None, None),
        };
        if let Some(queue) = queue
            && !routing::api::is_queue(tx, queue)?
        {
            return Err(unknown("queue_id"));
        }
        if let Some(user) = user {
            match access::api::user(tx, user) {
                Ok(user) if user.is_active() => {}
                Ok(_) | Err(Error::NotFound) => return Err(unknown("user_id")),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// Keeps how it stands now among its versions.
pub(crate) fn note(tx: &mut Tx<'_>, automation: &Automation) -> Result<()> {
    let by = tx.actor().staff().ok().cloned();
    let version = AutomationVersion {
        id: tx.new_id(),
        automation_id: automation.id,
        version: automation.version,
        name: automation.name.clone(),
        active: automation.active,
        event: automation.event,
        spec: automation.spec.clone(),
        at: tx.now(),
        by_id: by.as_ref().map(|by| by.id),
        by_name: by.map(|by| by.name.clone()).unwrap_or_default(),
    };
    queries::insert_version(tx, &version)
}

/// Adds an automation, which acts after all others. What happened before sets nothing off.
#[utoipa::path(post, path = "/automations", tag = "automation", request_body = AutomationDraft, responses((status = 200, body = Automation)))]
pub(crate) async fn add(cx: Cx, Json(draft): Json<AutomationDraft>) -> Answer<Automation> {
    let added = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let all = queries::automations(tx)?;
            let position = all.last().map_or(0, |last| last.position + 1);
            let automation = Automation { position, version: 1, ..draft.over(tx, None) };
            automation.spec.check(automation.event, &automation.name)?;
            known(tx, &automation.spec.actions, "spec.")?;
            if all.len() >= MOST {
                return Err(Error::field("name", "too_many"));
            }
            queries::insert(tx, &automation)?;
            note(tx, &automation)?;
            let entry = Entry::new("automation.added", "automation", automation.id).created(&automation);
            audit::api::record(tx, entry)?;
            Ok(automation)
        })
        .await?;
    Ok(Json(added))
}

/// Changes an automation; how it was stays among its versions.
#[utoipa::path(put, path = "/automations/{id}", tag = "automation", params(("id" = Id<Automation>, Path)), request_body = AutomationDraft, responses((status = 200, body = Automation)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<Automation>>,
    Json(draft): Json<AutomationDraft>,
) -> Answer<Automation> {
    let changed = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let before = queries::automation(tx, id)?;
            draft.version.ok_or_else(|| Error::field("version", "required"))?;
            let after = draft.over(tx, Some(&before));
            changed(tx, &before, after)
        })
        .await?;
    Ok(Json(changed))
}

/// Keeps a change.
pub(super) fn changed(tx: &mut Tx<'_>, before: &Automation, after: Automation) -> Result<Automation> {
    after.spec.check(after.event, &after.name)?;
    known(tx, &after.spec.actions, "spec.")?;
    queries::save(tx, &after)?;
    note(tx, &after)?;
    let entry = Entry::new("automation.changed", "automation", after.id).change(before, &after);
    audit::api::record(tx, entry)?;
    Ok(after)
}

/// Deletes an automation; its runs stay in the log.
#[utoipa::path(delete, path = "/automations/{id}", tag = "automation", params(("id" = Id<Automation>, Path)), responses((status = 204)))]
pub(crate) async fn delete(cx: Cx, Path(id): Path<Id<Automation>>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let _permit = policy::may_manage(tx.actor(), tx.now())?;
        let before = queries::automation(tx, id)?;
        queries::delete(tx, id)?;
        audit::api::record(tx, Entry::new("automation.deleted", "automation", id).deleted(&before))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The order of the automations.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AutomationOrder {
    /// The ids of all, each once.
    ids: Vec<Id<Automation>>,
}

/// Says in which order automations act.
#[utoipa::path(put, path = "/automation-order", tag = "automation", request_body = AutomationOrder, responses((status = 200, body = Vec<Automation>)))]
pub(crate) async fn order(cx: Cx, Json(request): Json<AutomationOrder>) -> Answer<Vec<Automation>> {
    let all = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let before: Vec<_> = queries::automations(tx)?.into_iter().map(|one| one.id).collect();
            let sorted = |ids: &[Id<Automation>]| {
                let mut ids = ids.to_vec();
                ids.sort_unstable();
                ids
            };
            if sorted(&before) != sorted(&request.ids) {
                return Err(Error::field("ids", "incomplete"));
            }
            queries::place(tx, &request.ids)?;
            let order = |ids: &[Id<Automation>]| serde_json::json!({ "order": ids });
            let entry = Entry::new("automation.ordered", "organisation", "automations");
            audit::api::record(tx, entry.change(&order(&before), &order(&request.ids)))?;
            queries::automations(tx)
        })
        .await?;
    Ok(Json(all))
}
