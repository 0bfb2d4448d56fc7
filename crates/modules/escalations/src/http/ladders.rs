//! Setting who is told of what, and after how long.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, Error, Id, Result};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    model::{Ladder, LadderClock, Level, Levels, Severity},
    policy, queries,
};

/// Every ladder there is, in the order they are shown; archived ones too.
#[utoipa::path(get, path = "/escalation-ladders", tag = "escalations", responses((status = 200, body = Vec<Ladder>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<Ladder>> {
    Ok(Json(cx.read(|tx| policy::may_read(tx.actor()).and_then(|_scope| queries::ladders(tx))).await?))
}

/// A new ladder.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLadder {
    /// What can be reported: 1 to 40 characters.
    name: String,
    /// How bad that is.
    severity: Severity,
    /// By which clock its minutes count.
    clock: LadderClock,
    /// Who is told, level by level: 1 to 10.
    levels: Vec<Level>,
}

/// Makes a ladder.
#[utoipa::path(post, path = "/escalation-ladders", tag = "escalations", request_body = NewLadder, responses((status = 200, body = Ladder)))]
pub(crate) async fn add(cx: Cx, Json(request): Json<NewLadder>) -> Answer<Ladder> {
    let ladder = cx
        .write(move |tx| {
            let _permit = policy::may_set_ladders(tx.actor(), tx.now())?;
            let position = queries::ladders(tx)?.len() as i64;
            let ladder = Ladder {
                id: tx.new_id(),
                name: request.name.clone(),
                severity: request.severity,
                clock: request.clock,
                levels: Levels(request.levels.clone()),
                archived: false,
                position,
                version: 1,
            }
            .checked()?;
            known(tx, &ladder)?;
            queries::insert_ladder(tx, &ladder)?;
            let entry = Entry::new("escalations.ladder_created", "escalation_ladder", ladder.id);
            audit::api::record(tx, entry.created(&ladder))?;
            Ok(ladder)
        })
        .await?;
    Ok(Json(ladder))
}

/// What is to change of a ladder; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LadderChange {
    /// The version one saw.
    version: i64,
    /// What can be reported: 1 to 40 characters.
    name: Option<String>,
    /// How bad that is.
    severity: Option<Severity>,
    /// By which clock its minutes count.
    clock: Option<LadderClock>,
    /// Who is told, level by level: 1 to 10.
    levels: Option<Vec<Level>>,
    /// Whether it can no longer be chosen.
    archived: Option<bool>,
}

/// Changes a ladder. What was reported before goes up as it was set then.
#[utoipa::path(patch, path = "/escalation-ladders/{id}", tag = "escalations", params(("id" = Id<Ladder>, Path)), request_body = LadderChange, responses((status = 200, body = Ladder)))]
pub(crate) async fn change(cx: Cx, Path(id): Path<Id<Ladder>>, Json(request): Json<LadderChange>) -> Answer<Ladder> {
    let ladder = cx
        .write(move |tx| {
            let _permit = policy::may_set_ladders(tx.actor(), tx.now())?;
            let before = queries::ladder(tx, id)?;
            let after = Ladder {
                name: request.name.clone().unwrap_or_else(|| before.name.clone()),
                severity: request.severity.unwrap_or(before.severity),
                clock: request.clock.unwrap_or(before.clock),
                levels: request.levels.clone().map_or_else(|| before.levels.clone(), Levels),
                archived: request.archived.unwrap_or(before.archived),
                version: request.version + 1,
                ..before.clone()
            }
            .checked()?;
            known(tx, &after)?;
            queries::save_ladder(tx, &after)?;
            let entry = Entry::new("escalations.ladder_changed", "escalation_ladder", id);
            audit::api::record(tx, entry.change(&before, &after))?;
            Ok(after)
        })
        .await?;
    Ok(Json(ladder))
}

/// Refuses people and posts that are not there.
fn known(tx: &mut Tx<'_>, ladder: &Ladder) -> Result<()> {
    let posts = people::api::posts(tx)?;
    let mut check = Check::new();
    for (at, level) in ladder.levels.0.iter().enumerate() {
        let person = match level.user_id.map(|id| access::api::user(tx, id)) {
            Some(Err(Error::NotFound)) => false,
            Some(Err(error)) => return Err(error),
            Some(Ok(_)) | None => true,
        };
        let post = level.post_id.is_none_or(|id| posts.iter().any(|post| post.id == id));
        check = check.that(person, format!("levels[{at}].user_id"), "unknown").that(
            post,
            format!("levels[{at}].post_id"),
            "unknown",
        );
    }
    check.done()
}
