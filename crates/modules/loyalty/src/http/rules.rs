//! The rules: read, tried, and changed by another version.

use audit::api::Entry;
use http::{Answer, Cx, Json};
use kernel::{Check, Permit, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use crate::{
    api, codes, days,
    model::{LoyaltyRules, Order, Parts, RulesVersion, Tier, TierBasis, earned},
    policy, queries,
};

/// The rules as they stand.
#[utoipa::path(get, path = "/loyalty-rules", tag = "loyalty", responses((status = 200, body = RulesVersion)))]
pub(crate) async fn read(cx: Cx) -> Answer<RulesVersion> {
    let rules = cx
        .read(|tx| {
            let _sight = policy::may_read(tx.actor())?;
            queries::rules(tx)
        })
        .await?;
    Ok(Json(rules))
}

/// Lists the versions of the rules, newest first.
#[utoipa::path(get, path = "/loyalty-rules/versions", tag = "loyalty", responses((status = 200, body = Vec<RulesVersion>)))]
pub(crate) async fn versions(cx: Cx) -> Answer<Vec<RulesVersion>> {
    let versions = cx
        .read(|tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            queries::versions(tx)
        })
        .await?;
    Ok(Json(versions))
}

/// Rules that are to stand from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLoyaltyRules)]
pub(crate) struct LoyaltyRulesChange {
    /// The version one saw.
    version: i64,
    /// All of them.
    rules: LoyaltyRules,
    /// What was changed, in one's own words: up to 200 characters.
    note: String,
}

/// Makes another version of the rules. What was given by those before stays as it was given; tiers are looked at again.
#[utoipa::path(put, path = "/loyalty-rules", tag = "loyalty", request_body = LoyaltyRulesChange, responses((status = 200, body = RulesVersion)))]
pub(crate) async fn change(cx: Cx, Json(request): Json<LoyaltyRulesChange>) -> Answer<RulesVersion> {
    let version = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            Check::new().text("note", &request.note, 0..=200).done()?;
            request.rules.check()?;
            save(tx, &permit, request.version, &request.rules, request.note.trim())
        })
        .await?;
    Ok(Json(version))
}

/// Keeps another version of the rules.
pub(crate) fn save(
    tx: &mut Tx<'_>,
    permit: &Permit,
    seen: i64,
    rules: &LoyaltyRules,
    note: &str,
) -> Result<RulesVersion> {
    let before = queries::rules(tx)?;
    if before.version != seen {
        return Err(codes::STALE.conflict());
    }
    let (by_id, by_name) = api::by(tx);
    let since = rules.enabled.then(|| before.since.unwrap_or(tx.now()));
    let version = RulesVersion {
        version: seen + 1,
        rules: rules.clone(),
        note: note.to_owned(),
        by_id,
        by_name,
        at: permit.at(),
        since,
    };
    queries::insert_rules(tx, &version)?;
    let entry = Entry::new("loyalty.rules_changed", "loyalty_rules", version.version);
    audit::api::record(tx, entry.change(&before.rules, rules).reason(note))?;
    if before.rules.tiers != rules.tiers {
        queries::check_all(tx, permit.at())?;
    }
    Ok(version)
}

/// Rules to be tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoyaltyRulesTrial {
    /// All of them.
    rules: LoyaltyRules,
}

/// What rules would give.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoyaltyRulesPreview {
    /// What some amounts would earn today.
    samples: Vec<PreviewSample>,
    /// Orders of the last 90 days that were looked at: 500 at most.
    orders: i64,
    /// What they earned.
    gave: i64,
    /// What they would have earned by these rules, without what campaigns had given before.
    would_give: i64,
}

/// What an amount would earn.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LoyaltyPreviewSample)]
pub(crate) struct PreviewSample {
    /// In minor units.
    amount: i64,
    /// The rank of whoever buys.
    rank: i64,
    /// What that tier is called.
    tier: Option<String>,
    /// All together.
    points: i64,
    /// Line by line.
    parts: Parts,
    /// What these points pay, in minor units; none where points are no money.
    worth: Option<i64>,
}

/// Days whose orders are reckoned again.
const BACK: i64 = 90 * 86_400_000;
/// How many of them.
const ORDERS: i64 = 500;

/// Tries rules: what they would give for some amounts, and for the orders of the last 90 days. Nothing is changed.
#[utoipa::path(post, path = "/loyalty-rules/preview", tag = "loyalty", request_body = LoyaltyRulesTrial, responses((status = 200, body = LoyaltyRulesPreview)))]
pub(crate) async fn preview(cx: Cx, Json(request): Json<LoyaltyRulesTrial>) -> Answer<LoyaltyRulesPreview> {
    let preview = cx
        .read(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let rules = &request.rules;
            rules.check()?;
            let (now, zone) = (tx.now(), days::zone(tx)?);
            let today = days::date_of(&zone, now)?.to_string();
            let mut samples = Vec::new();
            let ranks = [0, rules.tiers.list.len() as i64];
            for (amount, rank) in [(9_900, ranks[0]), (59_900, ranks[0]), (128_000, ranks[0]), (128_000, ranks[1])] {
                let parts = earned(rules, &Order { amount: Some(amount), day: &today, first: false }, rank, &|_| 0);
                let points = parts.points();
                let worth = rules.burning.as_money.then(|| rules.burning.worth_of(points));
                samples.push(PreviewSample {
                    amount,
                    rank,
                    tier: rules.tier(rank).map(|tier| tier.name.clone()),
                    points,
                    parts,
                    worth,
                });
            }
            samples.dedup_by_key(|sample| (sample.amount, sample.rank));
            let rows = queries::orders_since(tx, now.plus_millis(-BACK), ORDERS)?;
            let (mut gave, mut would_give) = (0, 0);
            for row in &rows {
                let first = row.parts.0.iter().any(|part| part.rule == "first_order");
                let rank =
                    row.parts.0.iter().find(|part| part.rule == "tier").map_or(0, |part| rank_of(rules, &part.name));
                let day = days::date_of(&zone, row.at)?.to_string();
                gave += row.points;
                would_give += earned(rules, &Order { amount: row.base, day: &day, first }, rank, &|_| 0).points();
            }
            Ok(LoyaltyRulesPreview { samples, orders: rows.len() as i64, gave, would_give })
        })
        .await?;
    Ok(Json(preview))
}

fn rank_of(rules: &LoyaltyRules, name: &str) -> i64 {
    rules.tiers.list.iter().position(|tier| tier.name == name).map_or(0, |at| at as i64 + 1)
}

/// A tier as pages show it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CustomerTierView {
    /// 1 for the lowest.
    rank: i64,
    #[serde(flatten)]
    tier: Tier,
    /// Whether points or money count.
    basis: TierBasis,
}

/// Lists the tiers, the lowest first; none while the programme is off.
#[utoipa::path(get, path = "/customer-tiers", tag = "loyalty", responses((status = 200, body = Vec<CustomerTierView>)))]
pub(crate) async fn tiers(cx: Cx) -> Answer<Vec<CustomerTierView>> {
    let tiers = cx
        .read(|tx| {
            let _sight = policy::may_read(tx.actor())?;
            let rules = queries::current(tx)?;
            let basis = rules.tiers.basis;
            let list = if rules.enabled { rules.tiers.list } else { Vec::new() };
            Ok((1..).zip(list).map(|(rank, tier)| CustomerTierView { rank, tier, basis }).collect())
        })
        .await?;
    Ok(Json(tiers))
}
