//! Checking a list, taking it in, stopping.

use http::{Answer, Cx, Json, Path};
use kernel::{Id, Permit, Result};

use crate::{
    api,
    jobs::Work,
    model::{Import, ImportState},
    policy, queries,
};

/// Finds out, in the background, what would become of each line; nothing is written.
#[utoipa::path(post, path = "/imports/{id}/check", tag = "imports", params(("id" = Id<Import>, Path)), responses((status = 200, body = Import)))]
pub(crate) async fn check(cx: Cx, Path(id): Path<Id<Import>>) -> Answer<Import> {
    turn(cx, id, "imports.checked", |import, permit| import.checking(permit)).await
}

/// Takes the lines in, in the background: from the beginning once they were checked, or from where it was stopped.
#[utoipa::path(post, path = "/imports/{id}/run", tag = "imports", params(("id" = Id<Import>, Path)), responses((status = 200, body = Import)))]
pub(crate) async fn run(cx: Cx, Path(id): Path<Id<Import>>) -> Answer<Import> {
    turn(cx, id, "imports.started", |import, permit| import.running(permit)).await
}

/// Stops a check or an import. What was taken in stays; an import may go on later.
#[utoipa::path(post, path = "/imports/{id}/stop", tag = "imports", params(("id" = Id<Import>, Path)), responses((status = 200, body = Import)))]
pub(crate) async fn stop(cx: Cx, Path(id): Path<Id<Import>>) -> Answer<Import> {
    turn(cx, id, "imports.stopped", |import, permit| import.stopped(permit)).await
}

async fn turn(
    cx: Cx,
    id: Id<Import>,
    action: &'static str,
    turn: impl Fn(Import, &Permit) -> Result<Import> + Send + Sync + 'static,
) -> Answer<Import> {
    let after = cx
        .write(move |tx| {
            let before = queries::lock(tx, id)?;
            let permit = policy::may(tx.actor(), &before, tx.now())?;
            let after = turn(before, &permit)?;
            // From the beginning: what was refused in the check is judged anew.
            if after.line == 0 && after.state != ImportState::Draft {
                queries::clear(tx, id)?;
            }
            queries::save(tx, &after)?;
            if after.is_at_work() {
                work::enqueue(tx, &Work { import_id: id })?;
            }
            api::record(tx, action, &after)?;
            api::show(tx, &after)?;
            Ok(after)
        })
        .await?;
    Ok(Json(after))
}
