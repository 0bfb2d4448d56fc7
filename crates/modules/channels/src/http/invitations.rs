//! What came of a channel's invitations.

use http::{Answer, Cx, Json, Path};
use kernel::ChannelId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{policy, queries};

/// Over how many days is counted.
const DAYS: i64 = 30;

/// How an invitation did over the last 30 days.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvitationFigures {
    /// Which.
    id: String,
    /// How often visitors saw it, as their browsers say.
    shown: i64,
    /// How often somebody opened the chat by it.
    accepted: i64,
}

/// How the channel's invitations did over the last 30 days, in their order.
#[utoipa::path(get, path = "/channels/{id}/invitations", tag = "channels", params(("id" = ChannelId, Path)), responses((status = 200, body = Vec<InvitationFigures>)))]
pub(crate) async fn list(cx: Cx, Path(id): Path<ChannelId>) -> Answer<Vec<InvitationFigures>> {
    let figures = cx
        .read(move |tx| {
            let _scope = policy::may_read(tx.actor())?;
            let channel = queries::find(tx, id)?;
            let counts = queries::invitation_counts(tx, id, queries::day_of(tx.now()) - DAYS + 1)?;
            let of = |id: String| {
                let (shown, accepted) = counts.iter().find(|one| one.0 == id).map_or((0, 0), |one| (one.1, one.2));
                InvitationFigures { id, shown, accepted }
            };
            Ok(channel.settings.invitations.into_iter().map(|one| of(one.id)).collect())
        })
        .await?;
    Ok(Json(figures))
}
