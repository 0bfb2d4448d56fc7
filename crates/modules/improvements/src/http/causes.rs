//! The trees of root causes.

use audit::api::Entry;
use http::{Answer, Cx, Json};
use kernel::Error;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    codes,
    model::{RootCauseTree, RootCauses, Trees},
    policy, queries,
};

/// The root causes one chooses from, a tree for each trade or department; the shipped ones while nobody changed them.
#[utoipa::path(get, path = "/complaint-causes", tag = "improvements", responses((status = 200, body = RootCauses)))]
pub(crate) async fn read(cx: Cx) -> Answer<RootCauses> {
    let causes = cx
        .read(|tx| {
            policy::may_read(tx.actor())?;
            queries::causes(tx)
        })
        .await?;
    Ok(Json(causes))
}

/// The trees as they are to be from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRootCauses {
    /// The version one saw.
    version: i64,
    /// The trees: 1 to 20 of 1 to 30 groups of 1 to 40 causes. What is left out and was used stays, retired.
    trees: Vec<RootCauseTree>,
}

/// Sets the trees. A cause that complaints were filed under is retired and not lost.
#[utoipa::path(put, path = "/complaint-causes", tag = "improvements", request_body = NewRootCauses, responses((status = 200, body = RootCauses)))]
pub(crate) async fn write(cx: Cx, Json(request): Json<NewRootCauses>) -> Answer<RootCauses> {
    let causes = cx
        .write(move |tx| {
            let _permit = policy::may_keep_causes(tx.actor(), tx.now())?;
            let before = queries::causes(tx)?;
            let wanted = RootCauses { trees: Trees(request.trees.clone()), ..before.clone() };
            wanted.check()?;
            let units = people::api::tree(tx)?;
            for (at, tree) in wanted.trees.0.iter().enumerate() {
                if tree.unit_id.is_some_and(|unit| units.unit(unit).is_none()) {
                    return Err(Error::field(format!("trees[{at}].unit_id"), "unknown"));
                }
            }
            if request.version != before.version {
                return Err(codes::STALE.conflict());
            }
            let used = queries::used(tx)?;
            let after = wanted.settled(&before, &used, tx.rng());
            queries::save_causes(tx, &after)?;
            let entry = Entry::new("improvements.causes_set", "root_causes", "all");
            audit::api::record(tx, entry.change(&before, &after))?;
            Ok(after)
        })
        .await?;
    Ok(Json(causes))
}
