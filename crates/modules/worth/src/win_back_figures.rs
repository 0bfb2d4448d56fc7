//! What became of an attempt to win customers back: counted from orders when somebody asks.

use std::collections::HashMap;

use kernel::{CustomerId, Ratio, Result};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    models::uplift::{Interval, difference, wilson},
    win_backs::{WinBack, WinBackArm, WinBackMember, WinBackOutcome},
};

/// What became of one arm.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WinBackArmFigures)]
pub(crate) struct ArmFigures {
    /// Who came back.
    back: Ratio,
    /// 95 % of the time the true share lies in it (Wilson); none of nobody.
    interval: Option<Interval>,
    /// What those spent who came back, in minor units.
    spent: i64,
}

/// What became of an attempt.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WinBackFigures {
    /// With the offer.
    offer: ArmFigures,
    /// Without.
    control: ArmFigures,
    /// The first share less the second; none while one of them is of nobody.
    uplift: Option<f64>,
    /// 95 % of the time the true difference lies in it (Newcombe); when 0 does too, chance may have done it.
    uplift_interval: Option<Interval>,
    /// Members by what they said.
    accepted: i64,
    refused: i64,
    not_reached: i64,
}

/// Counts what became of an attempt by now: who bought in its time, whatever they said.
pub(crate) fn figures(tx: &mut Tx<'_>, attempt: &WinBack, members: &[WinBackMember]) -> Result<WinBackFigures> {
    let bought = bought(tx, attempt, members)?;
    let arm = |arm: WinBackArm| {
        let of: Vec<_> = members.iter().filter(|one| one.arm == arm).map(|one| bought.get(&one.customer_id)).collect();
        let back = Ratio::share(of.iter().flatten().count() as i64, of.len() as i64);
        ArmFigures { interval: wilson(&back), back, spent: of.into_iter().flatten().sum() }
    };
    let said = |outcome: WinBackOutcome| members.iter().filter(|one| one.outcome == Some(outcome)).count() as i64;
    let (offer, control) = (arm(WinBackArm::Offer), arm(WinBackArm::Control));
    let (uplift, uplift_interval) = difference(&offer.back, &control.back).unzip();
    Ok(WinBackFigures {
        offer,
        control,
        uplift,
        uplift_interval,
        accepted: said(WinBackOutcome::Accepted),
        refused: said(WinBackOutcome::Refused),
        not_reached: said(WinBackOutcome::NotReached),
    })
}

/// Who bought in the time of the attempt, and for how much.
pub(crate) fn bought(
    tx: &mut Tx<'_>,
    attempt: &WinBack,
    members: &[WinBackMember],
) -> Result<HashMap<CustomerId, i64>> {
    let ids: Vec<_> = members.iter().map(|one| one.customer_id).collect();
    let people = customers::api::members_of(tx, &ids)?;
    let mut whose: HashMap<CustomerId, CustomerId> = HashMap::new();
    for (member, all) in &people {
        whose.extend(all.iter().map(|id| (*id, *member)));
    }
    let all: Vec<_> = whose.keys().copied().collect();
    let mut bought: HashMap<CustomerId, i64> = HashMap::new();
    for order in orders::api::of(tx, &all)? {
        let within = order.placed_at > attempt.began_at && order.placed_at <= attempt.until_at;
        if within && order.counts() && order.currency == attempt.currency {
            *bought.entry(whose[&order.customer_id]).or_default() += order.kept();
        }
    }
    Ok(bought)
}
