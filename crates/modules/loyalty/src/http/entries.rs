//! A member's statement: every entry, why it gave so many points, and between which accounts they went.

use std::collections::HashMap;

use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, Id, Page, PageQuery, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use super::members::find;
use crate::{
    api,
    model::{Member, PointsEntry, PointsLot, PointsPosting, TierTransition},
    policy, queries,
};

/// An entry, with its movements.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PointsEntryView)]
pub(crate) struct EntryView {
    #[serde(flatten)]
    entry: PointsEntry,
    /// Between which accounts its points went, lot by lot.
    postings: Vec<PointsPosting>,
}

/// The memberships of the person this one is of.
fn person(tx: &mut Tx<'_>, id: Id<Member>) -> Result<Vec<Member>> {
    let member = find(tx, id)?;
    api::members_of(tx, member.customer_id)
}

/// Lists what happened to a member's points, newest first.
#[utoipa::path(get, path = "/loyalty-members/{id}/entries", tag = "loyalty", params(("id" = Id<Member>, Path), PageQuery), responses((status = 200, body = Page<EntryView>)))]
pub(crate) async fn statement(
    cx: Cx,
    Path(id): Path<Id<Member>>,
    Query(query): Query<PageQuery>,
) -> Answer<Page<EntryView>> {
    let page = cx
        .read(move |tx| {
            let members = person(tx, id)?;
            let limit = query.limit()?;
            let rows = queries::statement(tx, &members, &query.before()?, limit + 1)?;
            let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
            let mut postings: HashMap<_, Vec<_>> = HashMap::new();
            for posting in queries::postings(tx, &ids)? {
                postings.entry(posting.entry_id).or_default().push(posting);
            }
            let page = Page::of(rows, limit, |row| (row.at.millis(), row.id.to_string()));
            Ok(page.map(|entry| EntryView { postings: postings.remove(&entry.id).unwrap_or_default(), entry }))
        })
        .await?;
    Ok(Json(page))
}

/// Lists the lots that hold points, the first to expire first.
#[utoipa::path(get, path = "/loyalty-members/{id}/lots", tag = "loyalty", params(("id" = Id<Member>, Path)), responses((status = 200, body = Vec<PointsLot>)))]
pub(crate) async fn lots(cx: Cx, Path(id): Path<Id<Member>>) -> Answer<Vec<PointsLot>> {
    let lots = cx
        .read(move |tx| {
            let (members, now) = (person(tx, id)?, tx.now());
            let lots = queries::lots(tx, &members, false)?;
            Ok(lots.into_iter().filter(|lot| lot.expires_at > now).collect())
        })
        .await?;
    Ok(Json(lots))
}

/// Lists how a member's tier came to be what it is, newest first.
#[utoipa::path(get, path = "/loyalty-members/{id}/tier-transitions", tag = "loyalty", params(("id" = Id<Member>, Path)), responses((status = 200, body = Vec<TierTransition>)))]
pub(crate) async fn transitions(cx: Cx, Path(id): Path<Id<Member>>) -> Answer<Vec<TierTransition>> {
    let transitions = cx
        .read(move |tx| {
            let members = person(tx, id)?;
            queries::transitions(tx, &members)
        })
        .await?;
    Ok(Json(transitions))
}

/// Points that come back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PointsReturn {
    /// How many of those that were used; all that did not come back yet unless told.
    points: Option<i64>,
    /// Why: 1 to 500 characters.
    reason: String,
}

/// Gives back points that were used to pay, to the lots they came from. A reward's come back by its cancellation.
#[utoipa::path(post, path = "/points-entries/{id}/return", tag = "loyalty", params(("id" = Id<PointsEntry>, Path)), request_body = PointsReturn, responses((status = 200, body = PointsEntry)))]
pub(crate) async fn give_back(
    cx: Cx,
    Path(id): Path<Id<PointsEntry>>,
    Json(request): Json<PointsReturn>,
) -> Answer<PointsEntry> {
    let entry = cx
        .write(move |tx| {
            let used = queries::entry(tx, id)?;
            let member = find(tx, used.member_id)?;
            let _permit = policy::may(tx.actor(), policy::SERVE, &member, tx.now())?;
            Check::new().text("reason", &request.reason, 1..=500).done()?;
            if used.source == crate::rewards::SOURCE {
                return Err(crate::codes::OF_A_REWARD.conflict());
            }
            api::give_back(tx, id, request.points, request.reason.trim())
        })
        .await?;
    Ok(Json(entry))
}
