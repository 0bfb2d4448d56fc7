//! The floor, at a glance.

use http::{Answer, Cx, Json};
use kernel::Error;

use crate::{
    policy,
    standing::{self, DeskView},
};

/// How the queues stand now, and what they did today in the organisation's time zone: those that
/// somebody within one's reach serves. The list topic `desk` tells, at most once a second, which
/// queues' figures changed.
#[utoipa::path(get, path = "/desk", tag = "routing", responses((status = 200, body = DeskView)))]
pub(crate) async fn read(cx: Cx) -> Answer<DeskView> {
    let view = cx
        .read(|tx| {
            let scope = policy::may_watch(tx.actor())?;
            let view = standing::desk(tx, &scope)?;
            if view.queues.is_empty() && !scope.is_all() {
                return Err(Error::NotFound);
            }
            Ok(view)
        })
        .await?;
    Ok(Json(view))
}
