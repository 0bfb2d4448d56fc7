//! Reading how long what is kept.

use http::{Answer, Cx, Json, Keepings, Path, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    model::{RetentionTerm, aged, checked, kept},
    policy, queries,
};

/// The term of everything that can have one, those nobody has set among them: by kind, then by channel.
#[utoipa::path(get, path = "/retention-terms", tag = "retention", responses((status = 200, body = Vec<RetentionTerm>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<RetentionTerm>> {
    let keepings = cx.app().part::<Keepings>();
    let terms = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            let set = queries::all(tx)?;
            let all = keepings.0.iter().flat_map(|one| {
                let channels = if one.channels.is_empty() { &[""] } else { one.channels };
                channels.iter().map(move |channel| (one.kind, *channel))
            });
            Ok(all
                .map(|(kind, channel)| {
                    let known = set.iter().find(|term| (term.kind.as_str(), term.channel.as_str()) == (kind, channel));
                    known.cloned().unwrap_or_else(|| RetentionTerm::unset(tx.new_id(), kind, channel))
                })
                .collect())
        })
        .await?;
    Ok(Json(terms))
}

/// Which length, of which channel.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DueQuery {
    /// The kind of channel; left out where one term is for all.
    #[serde(default)]
    channel: String,
    /// After how many days.
    #[param(minimum = 30, maximum = 3_650)]
    days: i64,
}

/// What would be over.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionDue {
    /// Records that ended that long ago and are not emptied yet.
    records: i64,
}

/// Counts what a term of so many days would empty at the next look, but for what is held.
#[utoipa::path(get, path = "/retention-terms/{kind}/due", tag = "retention", params(("kind" = String, Path), DueQuery), responses((status = 200, body = RetentionDue)))]
pub(crate) async fn due(cx: Cx, Path(kind): Path<String>, Query(query): Query<DueQuery>) -> Answer<RetentionDue> {
    let keepings = cx.app().part::<Keepings>();
    let records = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            let (keeping, channel) = kept(&keepings, &kind, &query.channel)?;
            checked(Some(query.days))?;
            (keeping.count)(tx, &aged(tx.now(), query.days, channel, 0))
        })
        .await?;
    Ok(Json(RetentionDue { records }))
}
