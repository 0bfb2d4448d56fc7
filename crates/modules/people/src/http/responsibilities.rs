//! The responsibility matrix.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::Result;
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use crate::{
    codes, policy, queries,
    raci::{self, PartHolder, Responsibility},
};

/// Who of which post has which part in what the department does.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResponsibilityMatrix {
    /// The parts there are.
    responsibilities: Vec<Responsibility>,
    /// Whether somebody said so; otherwise it is a proposal, made of the posts' names.
    kept: bool,
    /// Rises with each change; 0 while nobody said anything.
    version: i64,
}

fn matrix(tx: &mut Tx<'_>) -> Result<ResponsibilityMatrix> {
    let version = raci::version(tx)?;
    let responsibilities = match version {
        0 => raci::proposed(&queries::posts(tx)?),
        _ => raci::kept(tx)?,
    };
    Ok(ResponsibilityMatrix { responsibilities, kept: version > 0, version })
}

/// The responsibility matrix: for each activity which post is responsible (R), accountable (A), consulted (C),
/// informed (I). While nobody said anything, a proposal.
#[utoipa::path(get, path = "/responsibilities", tag = "people", responses((status = 200, body = ResponsibilityMatrix)))]
pub(crate) async fn read(cx: Cx) -> Answer<ResponsibilityMatrix> {
    Ok(Json(cx.read(|tx| policy::may_read(tx.actor()).and_then(|_scope| matrix(tx))).await?))
}

/// What the matrix is to be.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResponsibilityChange {
    /// The version that was seen.
    version: i64,
    /// All its parts: for each activity one post that is accountable, and one at least that is responsible.
    responsibilities: Vec<Responsibility>,
}

/// Sets the responsibility matrix.
#[utoipa::path(put, path = "/responsibilities", tag = "people", request_body = ResponsibilityChange, responses((status = 200, body = ResponsibilityMatrix)))]
pub(crate) async fn set(cx: Cx, Json(request): Json<ResponsibilityChange>) -> Answer<ResponsibilityMatrix> {
    let changed = cx
        .write(move |tx| {
            let permit = policy::may_assign(tx.actor(), tx.now())?;
            let posts = queries::posts(tx)?;
            let before = raci::kept(tx)?;
            let after = raci::checked(&permit, request.responsibilities.clone(), &posts)?;
            if raci::version(tx)? != request.version {
                return Err(codes::STALE.conflict());
            }
            raci::keep(tx, request.version, &after)?;
            let (before, after) = (by_name(&before, &posts), by_name(&after, &posts));
            let entry = Entry::new("people.responsibilities_changed", "responsibilities", "raci");
            audit::api::record(tx, entry.change(&before, &after))?;
            matrix(tx)
        })
        .await?;
    Ok(Json(changed))
}

/// As it reads on the trail: activity and post → part.
fn by_name(all: &[Responsibility], posts: &[crate::model::Post]) -> std::collections::BTreeMap<String, String> {
    let name =
        |one: &Responsibility| posts.iter().find(|post| post.id == one.post_id).map_or("", |post| post.name.as_str());
    all.iter().map(|one| (format!("{} · {}", one.activity.text(), name(one)), one.part.text().to_owned())).collect()
}

/// Everybody who has a part in an activity by the post they hold: whom to ask first. Nobody while the matrix is only a
/// proposal.
#[utoipa::path(get, path = "/responsibilities/{activity}/holders", tag = "people", params(("activity" = raci::Activity, Path)), responses((status = 200, body = Vec<PartHolder>)))]
pub(crate) async fn holders(cx: Cx, Path(activity): Path<String>) -> Answer<Vec<PartHolder>> {
    let holders = cx
        .read(move |tx| {
            let _scope = policy::may_read(tx.actor())?;
            raci::holders(tx, raci::activity(&activity)?)
        })
        .await?;
    Ok(Json(holders))
}
