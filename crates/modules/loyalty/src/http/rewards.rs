//! Rewards, and the desk that hands them out.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, CustomerId, Id, Page, PageQuery, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::members::find;
use crate::{
    model::{MOST, Member, Redemption, RedemptionState, RedemptionWay, Referral, Reward, RewardState},
    policy,
    queries::{self, desk},
    referrals, rewards,
};

/// What a reward is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReward {
    /// What it is called: 1 to 60 characters.
    name: String,
    /// What members should know of it: up to 500 characters.
    detail: Option<String>,
    /// How many points.
    points: i64,
    /// How many there are; none: as many as are asked for.
    stock: Option<i64>,
    /// How many one person may have; none: as many as they like.
    per_member: Option<i64>,
    /// The tier it begins with: 0 for anybody, unless told.
    min_rank: Option<i64>,
}

impl NewReward {
    fn check(&self) -> Result<()> {
        Check::new()
            .text("name", &self.name, 1..=60)
            .maybe_text("detail", self.detail.as_deref(), 0..=500)
            .range("points", self.points, 1..=MOST)
            .range("stock", self.stock.unwrap_or(0), 0..=1_000_000)
            .range("per_member", self.per_member.unwrap_or(1), 1..=1_000)
            .range("min_rank", self.min_rank.unwrap_or(0), 0..=9)
            .done()
    }
}

/// Lists the rewards: those that can be had first, the cheapest first.
#[utoipa::path(get, path = "/rewards", tag = "loyalty", responses((status = 200, body = Vec<Reward>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<Reward>> {
    let rewards = cx
        .read(|tx| {
            let _sight = policy::may_read(tx.actor())?;
            desk::rewards(tx, true)
        })
        .await?;
    Ok(Json(rewards))
}

/// Offers another reward.
#[utoipa::path(post, path = "/rewards", tag = "loyalty", request_body = NewReward, responses((status = 200, body = Reward)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewReward>) -> Answer<Reward> {
    let reward = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            request.check()?;
            let reward = Reward {
                id: tx.new_id(),
                name: request.name.trim().to_owned(),
                detail: request.detail.as_deref().unwrap_or_default().trim().to_owned(),
                points: request.points,
                stock: request.stock,
                per_member: request.per_member,
                min_rank: request.min_rank.unwrap_or(0),
                state: RewardState::Offered,
                created_at: permit.at(),
                version: 1,
            };
            desk::insert_reward(tx, &reward)?;
            audit::api::record(tx, Entry::new("loyalty.reward_added", "reward", reward.id).created(&reward))?;
            Ok(reward)
        })
        .await?;
    Ok(Json(reward))
}

/// What a reward is to be from now on. What was asked for before stays as it was.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RewardChange {
    /// The version one saw.
    version: i64,
    /// Whether it can be had.
    state: RewardState,
    /// Everything else.
    details: NewReward,
}

/// Changes a reward, or withdraws it.
#[utoipa::path(put, path = "/rewards/{id}", tag = "loyalty", params(("id" = Id<Reward>, Path)), request_body = RewardChange, responses((status = 200, body = Reward)))]
pub(crate) async fn change(cx: Cx, Path(id): Path<Id<Reward>>, Json(request): Json<RewardChange>) -> Answer<Reward> {
    let reward = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let before = desk::reward(tx, id)?;
            let details = &request.details;
            details.check()?;
            let after = Reward {
                name: details.name.trim().to_owned(),
                detail: details.detail.as_deref().unwrap_or_default().trim().to_owned(),
                points: details.points,
                stock: details.stock,
                per_member: details.per_member,
                min_rank: details.min_rank.unwrap_or(0),
                state: request.state,
                version: request.version + 1,
                ..before.clone()
            };
            desk::save_reward(tx, &after)?;
            audit::api::record(tx, Entry::new("loyalty.reward_changed", "reward", id).change(&before, &after))?;
            Ok(after)
        })
        .await?;
    Ok(Json(reward))
}

/// A redemption, with what the desk shows beside it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RedemptionView {
    #[serde(flatten)]
    redemption: Redemption,
    /// The customer's name; empty while unknown.
    customer_name: String,
    /// Whether the caller may say what became of it.
    may_close: bool,
}

fn shown(tx: &mut Tx<'_>, redemption: Redemption, name: String) -> Result<RedemptionView> {
    let member = queries::member(tx, redemption.member_id)?;
    let open = redemption.state == RedemptionState::Open;
    let may_close = open && policy::may(tx.actor(), policy::SERVE, &member, tx.now()).is_ok();
    Ok(RedemptionView { redemption, customer_name: name, may_close })
}

/// Which redemptions.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RedemptionQuery {
    /// Only those that stand so.
    #[param(inline)]
    state: Option<RedemptionState>,
    /// Only this member's.
    member: Option<Id<Member>>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists what was asked for: open ones in the order in which they were, others newest first.
#[utoipa::path(get, path = "/redemptions", tag = "loyalty", params(RedemptionQuery), responses((status = 200, body = Page<RedemptionView>)))]
pub(crate) async fn redemptions(cx: Cx, Query(query): Query<RedemptionQuery>) -> Answer<Page<RedemptionView>> {
    let page = cx
        .read(move |tx| {
            let sight = policy::may_read(tx.actor())?;
            let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
            let rising = query.state == Some(RedemptionState::Open) && query.member.is_none();
            let (limit, from) = (page.limit()?, if rising { page.after()? } else { page.before()? });
            let rows = desk::redemptions(tx, &sight, query.state, query.member, &from, limit + 1)?;
            let page = Page::of(rows, limit, |row| (row.asked_at.millis(), row.id.to_string()));
            let ids: Vec<CustomerId> = page.items.iter().map(|row| row.customer_id).collect();
            let mut names = customers::api::names(tx, &ids)?;
            let mut items = Vec::with_capacity(page.items.len());
            for row in page.items {
                let name = names.get_mut(&row.customer_id).map(|name| name.clone()).unwrap_or_default();
                items.push(shown(tx, row, name)?);
            }
            Ok(Page { items, next_cursor: page.next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// What a member wants.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRedemption {
    /// Which reward.
    reward_id: Id<Reward>,
}

/// Asks for a reward for a member: its points are taken now.
#[utoipa::path(post, path = "/loyalty-members/{id}/redemptions", tag = "loyalty", params(("id" = Id<Member>, Path)), request_body = NewRedemption, responses((status = 200, body = RedemptionView)))]
pub(crate) async fn redeem(
    cx: Cx,
    Path(id): Path<Id<Member>>,
    Json(request): Json<NewRedemption>,
) -> Answer<RedemptionView> {
    let redemption = cx
        .write(move |tx| {
            let member = find(tx, id)?;
            let _permit = policy::may(tx.actor(), policy::SERVE, &member, tx.now())?;
            let one = rewards::redeem(tx, &member, request.reward_id, RedemptionWay::Desk, None)?;
            let name = customers::api::name_of(tx, member.customer_id)?;
            shown(tx, one, name)
        })
        .await?;
    Ok(Json(redemption))
}

/// How it was handed over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RedemptionFulfilment {
    /// A parcel's number, who took it: up to 200 characters.
    note: Option<String>,
}

/// Says that a reward was handed over.
#[utoipa::path(post, path = "/redemptions/{id}/fulfilment", tag = "loyalty", params(("id" = Id<Redemption>, Path)), request_body = RedemptionFulfilment, responses((status = 200, body = RedemptionView)))]
pub(crate) async fn fulfil(
    cx: Cx,
    Path(id): Path<Id<Redemption>>,
    Json(request): Json<RedemptionFulfilment>,
) -> Answer<RedemptionView> {
    close(cx, id, RedemptionState::Fulfilled, request.note.unwrap_or_default(), 0).await
}

/// Why it will not be handed over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RedemptionCancellation {
    /// In one's own words: 1 to 200 characters.
    reason: String,
}

/// Cancels what was asked for: the points come back, and the reward to the shelf.
#[utoipa::path(post, path = "/redemptions/{id}/cancellation", tag = "loyalty", params(("id" = Id<Redemption>, Path)), request_body = RedemptionCancellation, responses((status = 200, body = RedemptionView)))]
pub(crate) async fn cancel(
    cx: Cx,
    Path(id): Path<Id<Redemption>>,
    Json(request): Json<RedemptionCancellation>,
) -> Answer<RedemptionView> {
    close(cx, id, RedemptionState::Cancelled, request.reason, 1).await
}

async fn close(
    cx: Cx,
    id: Id<Redemption>,
    state: RedemptionState,
    words: String,
    least: usize,
) -> Answer<RedemptionView> {
    let redemption = cx
        .write(move |tx| {
            let before = desk::redemption(tx, id)?;
            let member = find(tx, before.member_id)?;
            let permit = policy::may(tx.actor(), policy::SERVE, &member, tx.now())?;
            let field = if least > 0 { "reason" } else { "note" };
            Check::new().text(field, &words, least..=200).done()?;
            let after = rewards::close(tx, &permit, before, state, words.trim())?;
            let name = customers::api::name_of(tx, member.customer_id)?;
            shown(tx, after, name)
        })
        .await?;
    Ok(Json(redemption))
}

/// A recommendation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReferral {
    /// The code of who recommended.
    code: String,
    /// Who was recommended: a customer one may see, known by a number or an address.
    customer_id: CustomerId,
}

/// Notes who recommended the house to a newcomer: both are rewarded once they have a first order that stays.
#[utoipa::path(post, path = "/referrals", tag = "loyalty", request_body = NewReferral, responses((status = 200, body = Referral)))]
pub(crate) async fn refer(cx: Cx, Json(request): Json<NewReferral>) -> Answer<Referral> {
    let referral = cx
        .write(move |tx| {
            let _scope = policy::may_enter(tx.actor())?;
            Check::new().text("code", &request.code, 1..=20).done()?;
            let card = customers::api::visible(tx, request.customer_id)?;
            referrals::note(tx, &request.code, card.id)
        })
        .await?;
    Ok(Json(referral))
}

/// A recommendation, with the newcomer's name where one may know it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReferralView {
    #[serde(flatten)]
    referral: Referral,
    /// Who was recommended; empty while unknown, and for whom the caller may not see.
    customer_name: String,
}

/// Lists whom a member recommended, newest first.
#[utoipa::path(get, path = "/loyalty-members/{id}/referrals", tag = "loyalty", params(("id" = Id<Member>, Path)), responses((status = 200, body = Vec<ReferralView>)))]
pub(crate) async fn of_member(cx: Cx, Path(id): Path<Id<Member>>) -> Answer<Vec<ReferralView>> {
    let referrals = cx
        .read(move |tx| {
            let member = find(tx, id)?;
            let mut views = Vec::new();
            for referral in referrals::of(tx, &member)? {
                let card = customers::api::visible(tx, referral.customer_id);
                views.push(ReferralView { customer_name: card.map(|card| card.name).unwrap_or_default(), referral });
            }
            Ok(views)
        })
        .await?;
    Ok(Json(referrals))
}
