//! Saying with which others an ask belongs.

use conversations::WrapUpReason;
use http::{Answer, Cx, Json, Path};
use kernel::{Error, Id};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{AskThread, thread};
use crate::{api, model::Ask, policy, queries};

/// With which others it belongs: exactly one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskLikeness {
    /// An earlier ask that is the same.
    same_as: Option<Id<Ask>>,
    /// Or the wrap-up reason it is sorted under.
    reason_id: Option<Id<WrapUpReason>>,
}

/// Says that an ask is the same as an earlier one, or under which reason it is sorted. Three of the same within seven
/// days become a task to write the answer down.
#[utoipa::path(put, path = "/asks/{id}/likeness", tag = "asks", params(("id" = Id<Ask>, Path)), request_body = AskLikeness, responses((status = 200, body = AskThread)))]
pub(crate) async fn sort(cx: Cx, Path(id): Path<Id<Ask>>, Json(request): Json<AskLikeness>) -> Answer<AskThread> {
    let sorted = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let _permit = policy::may_answer(tx.actor(), &before, tx.now())?;
            let after = match (request.same_as, request.reason_id) {
                (Some(_), Some(_)) => return Err(Error::field("reason_id", "not_allowed")),
                (None, None) => return Err(Error::field("same_as", "required")),
                (None, Some(reason)) => {
                    let words =
                        conversations::api::reason_words(tx, reason).map_err(Error::absent("reason_id", "unknown"))?;
                    before.clone().alike(reason.to_string(), Some(words))
                }
                (Some(same), None) if same == id => return Err(Error::field("same_as", "not_allowed")),
                (Some(same), None) => {
                    let earlier = queries::find(tx, same).map_err(Error::absent("same_as", "unknown"))?;
                    policy::may_see(tx.actor(), &earlier).map_err(Error::absent("same_as", "unknown"))?;
                    let likeness = match earlier.likeness.clone() {
                        Some(likeness) => likeness,
                        // The earlier one is what they have in common.
                        None => {
                            let first = earlier.clone().alike(same.to_string(), None);
                            api::sort(tx, &earlier, first)?;
                            same.to_string()
                        }
                    };
                    before.clone().alike(likeness, earlier.reason)
                }
            };
            let after = api::sort(tx, &before, after)?;
            thread(tx, after)
        })
        .await?;
    Ok(Json(sorted))
}
