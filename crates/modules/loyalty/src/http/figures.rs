//! Figures that add up to the ledger.

use http::{Answer, Cx, Json};
use kernel::Result;
use serde::Serialize;
use store::{Tx, sql};
use utoipa::ToSchema;

use crate::{model::PointsAccount, policy, queries};

sql! {
    OUT = "SELECT from_account, CAST(SUM(points) AS BIGINT) FROM points_postings GROUP BY from_account ORDER BY from_account";
    INTO = "SELECT to_account, CAST(SUM(points) AS BIGINT) FROM points_postings GROUP BY to_account ORDER BY to_account";
    LOTS = "SELECT COALESCE(CAST(SUM(points) AS BIGINT), 0), COALESCE(CAST(SUM(pending) AS BIGINT), 0),
            COALESCE(CAST(SUM(active) AS BIGINT), 0), COALESCE(CAST(SUM(spent) AS BIGINT), 0),
            COALESCE(CAST(SUM(expired) AS BIGINT), 0), COALESCE(CAST(SUM(owed - settled) AS BIGINT), 0) FROM points_lots";
    MEMBERS = "SELECT count(*), COALESCE(CAST(SUM(balance) AS BIGINT), 0), COALESCE(CAST(SUM(pending) AS BIGINT), 0),
            COALESCE(CAST(SUM(debt) AS BIGINT), 0) FROM loyalty_members";
    BY_TIER = "SELECT tier_rank, count(*) FROM loyalty_members GROUP BY tier_rank ORDER BY tier_rank";
    BY_MONTH = "SELECT substr(expires_on, 1, 7) AS month, CAST(SUM(pending) AS BIGINT), CAST(SUM(active) AS BIGINT)
        FROM points_lots WHERE pending > 0 OR active > 0 GROUP BY 1 ORDER BY 1";
}

/// What is in the accounts, what it would cost, and when it expires.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PointsFigures {
    /// All points ever given: the sum of the next five, of `reversed` and minus `debt`.
    issued: i64,
    /// Members', to be used from a day on.
    pending: i64,
    /// Members', to be used now.
    active: i64,
    /// Used.
    spent: i64,
    /// Not used in time.
    expired: i64,
    /// Taken by hand.
    withdrawn: i64,
    /// Taken back with what earned them.
    reversed: i64,
    /// Owed by members.
    debt: i64,
    /// What all points of members pay, in minor units; none where points are no money.
    worth: Option<i64>,
    /// How many members there are.
    members: i64,
    /// Members by tier, from 0 for none.
    tiers: Vec<TierFigure>,
    /// Points of members by the month in which they expire; without a month those that do not.
    months: Vec<MonthFigure>,
    /// Whether postings, lots and members say the same. They always do: anything else is a fault, to be reported.
    balanced: bool,
}

/// How many have a tier.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TierFigure {
    /// Its rank; 0 for none.
    rank: i64,
    /// What it is called.
    name: Option<String>,
    /// How many have it.
    members: i64,
}

/// Points that expire in a month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PointsMonth)]
pub(crate) struct MonthFigure {
    /// `YYYY-MM`; none: they do not expire.
    month: Option<String>,
    /// To be used from a day on.
    pending: i64,
    /// To be used now.
    active: i64,
}

/// What members have, and what became of all that was given.
#[utoipa::path(get, path = "/points-figures", tag = "loyalty", responses((status = 200, body = PointsFigures)))]
pub(crate) async fn figures(cx: Cx) -> Answer<PointsFigures> {
    // All of it as of one moment: else what is booked meanwhile would look like a fault.
    let figures = cx
        .app()
        .db()
        .snapshot(cx.origin(), |tx| {
            let _permit = policy::may_see_figures(tx.actor(), tx.now())?;
            reckon(tx)
        })
        .await?;
    Ok(Json(figures))
}

fn reckon(tx: &mut Tx<'_>) -> Result<PointsFigures> {
    let out: Vec<(PointsAccount, i64)> = tx.all(&OUT, &[])?;
    let into: Vec<(PointsAccount, i64)> = tx.all(&INTO, &[])?;
    let find = |all: &[(PointsAccount, i64)], account| {
        all.iter().find(|(known, _)| *known == account).map_or(0, |(_, sum)| *sum)
    };
    let account = |account| find(&into, account) - find(&out, account);
    let (issued, debt) = (-account(PointsAccount::Issued), -account(PointsAccount::Debt));
    let (pending, active) = (account(PointsAccount::Pending), account(PointsAccount::Active));
    let (spent, expired) = (account(PointsAccount::Spent), account(PointsAccount::Expired));
    let lots: (i64, i64, i64, i64, i64, i64) = tx.one(&LOTS, &[])?;
    let (members, balance, waiting, owed): (i64, i64, i64, i64) = tx.one(&MEMBERS, &[])?;
    let mut months = tx.all::<(Option<String>, i64, i64)>(&BY_MONTH, &[])?;
    months.sort_by_key(|(month, ..)| (month.is_none(), month.clone()));
    let rules = queries::current(tx)?;
    let balanced = lots == (issued, pending, active, spent, expired, debt)
        && (balance, waiting, owed) == (active, pending, debt)
        && months.iter().map(|(_, pending, active)| pending + active).sum::<i64>() == pending + active;
    let tiers = tx.all::<(i64, i64)>(&BY_TIER, &[])?.into_iter().map(|(rank, members)| TierFigure {
        rank,
        name: rules.tier(rank).map(|tier| tier.name.clone()),
        members,
    });
    let months = months.into_iter().map(|(month, pending, active)| MonthFigure { month, pending, active });
    Ok(PointsFigures {
        issued,
        pending,
        active,
        spent,
        expired,
        withdrawn: account(PointsAccount::Withdrawn),
        reversed: account(PointsAccount::Reversed),
        debt,
        worth: rules.burning.as_money.then(|| rules.burning.worth_of(pending + active)),
        members,
        tiers: tiers.collect(),
        months: months.collect(),
        balanced,
    })
}
