//! Looking back on an incident.

use http::{Answer, Cx, Json, Path};
use kernel::{Check, Error, Id, Timestamp, UserId};
use serde::Deserialize;
use tasks::api::{Assignee, Due, NewTask, Subject};
use utoipa::ToSchema;

use super::view::{IncidentCourse, course};
use crate::{
    api, codes,
    model::{Incident, IncidentReview, IncidentState, IncidentStepKind, ReviewAction},
    policy, queries,
};

/// Things to be done after one incident, at most.
const MOST: usize = 20;

/// What was found out about an incident that is over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIncidentReview {
    /// What happened: 1 to 4,000 characters.
    what: String,
    /// Why: 1 to 4,000 characters.
    cause: String,
    /// What is to be done besides what was said before: each becomes a task.
    actions: Option<Vec<NewIncidentAction>>,
}

/// Something to be done after an incident.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIncidentAction {
    /// What: 1 to 200 characters.
    title: String,
    /// By whom.
    owner_id: UserId,
    /// Until when.
    due_at: Timestamp,
}

/// Keeps what was found out about an incident that is over. What was said before is replaced; what was to be
/// done stays, and what is new of it becomes tasks.
#[utoipa::path(put, path = "/incidents/{id}/review", tag = "incidents", params(("id" = Id<Incident>, Path)), request_body = NewIncidentReview, responses((status = 200, body = IncidentCourse)))]
pub(crate) async fn review(
    cx: Cx,
    Path(id): Path<Id<Incident>>,
    Json(request): Json<NewIncidentReview>,
) -> Answer<IncidentCourse> {
    let reviewed = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let (by, now) = (api::who(tx.actor())?, tx.now());
            let new = request.actions.as_deref().unwrap_or_default();
            let before = queries::lock(tx, id)?;
            let mut actions = before.review.as_ref().map(|one| one.actions.clone()).unwrap_or_default();
            let mut check = Check::new()
                .text("what", &request.what, 1..=4_000)
                .text("cause", &request.cause, 1..=4_000)
                .that(actions.len() + new.len() <= MOST, "actions", "too_many");
            for (at, action) in new.iter().take(MOST).enumerate() {
                check = check.text(format!("actions[{at}].title"), &action.title, 1..=200);
            }
            check.done()?;
            if before.state != IncidentState::Over {
                return Err(codes::NOT_OVER.conflict());
            }
            for (at, action) in new.iter().enumerate() {
                let owner = match access::api::user(tx, action.owner_id) {
                    Ok(user) if user.is_active() => user,
                    Ok(_) | Err(Error::NotFound) => {
                        return Err(Error::field(format!("actions[{at}].owner_id"), "unknown"));
                    }
                    Err(error) => return Err(error),
                };
                let unit = people::api::unit_of(tx, action.owner_id)?;
                let task = NewTask {
                    source: api::SOURCE,
                    key: Some(format!("{id}/{}", actions.len())),
                    title: action.title.trim().to_owned(),
                    detail: Some(before.title.clone()),
                    assignee: Assignee::Person { id: action.owner_id, unit },
                    subject: Some(Subject::new("incident", id)),
                    due: Some(Due::At(action.due_at)),
                    by_hand: true,
                };
                let task = tasks::api::create(tx, task)?;
                actions.push(ReviewAction {
                    title: task.title,
                    owner_id: action.owner_id,
                    owner_name: owner.name,
                    due_at: action.due_at,
                    task_id: task.id,
                });
            }
            let mut after = before.clone();
            after.review = Some(IncidentReview {
                what: request.what.trim().to_owned(),
                cause: request.cause.trim().to_owned(),
                actions,
                by_id: by.id,
                by_name: by.name.clone(),
                at: now,
            });
            let step = after.step(IncidentStepKind::Reviewed, &by, "", now);
            api::keep(tx, "incidents.reviewed", &before, &after, &step)?;
            course(tx, after)
        })
        .await?;
    Ok(Json(reviewed))
}
