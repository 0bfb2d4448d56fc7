//! Handing customers over, and giving them back.

use http::{Answer, Cx, Json, Path};
use kernel::{Id, Permit, Result};

use crate::{api, jobs::Work, model::AllocationRun, policy, queries};

/// Hands the customers over as was worked out, in the background; each only while who looks after them is whom it was
/// worked out with.
#[utoipa::path(post, path = "/allocation-runs/{id}/application", tag = "allocation", params(("id" = Id<AllocationRun>, Path)), responses((status = 200, body = AllocationRun)))]
pub(crate) async fn apply(cx: Cx, Path(id): Path<Id<AllocationRun>>) -> Answer<AllocationRun> {
    turn(cx, id, "allocation.started", AllocationRun::applying).await
}

/// Gives the customers back to who had them, in the background; each only while nobody has changed that since.
#[utoipa::path(post, path = "/allocation-runs/{id}/undoing", tag = "allocation", params(("id" = Id<AllocationRun>, Path)), responses((status = 200, body = AllocationRun)))]
pub(crate) async fn undo(cx: Cx, Path(id): Path<Id<AllocationRun>>) -> Answer<AllocationRun> {
    turn(cx, id, "allocation.undoing", AllocationRun::undoing).await
}

async fn turn(
    cx: Cx,
    id: Id<AllocationRun>,
    action: &'static str,
    turn: impl Fn(AllocationRun, &Permit) -> Result<AllocationRun> + Send + Sync + 'static,
) -> Answer<AllocationRun> {
    let after = cx
        .write(move |tx| {
            let before = queries::lock(tx, id)?;
            let permit = policy::may(tx.actor(), &before, tx.now())?;
            let after = turn(before, &permit)?;
            queries::save(tx, &after)?;
            work::enqueue(tx, &Work { run_id: id })?;
            api::record(tx, action, &after)?;
            api::show(tx, &after)?;
            Ok(after)
        })
        .await?;
    Ok(Json(after))
}
