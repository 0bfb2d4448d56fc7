//! A reward is asked for, handed over, or not after all: points and stock go and come with it.

use audit::api::Entry;
use kernel::{Permit, Result};
use serde_json::json;
use store::Tx;

use crate::{
    api,
    model::{Head, Member, PointsEntryKind, Redemption, RedemptionState, RedemptionWay, Reward},
    queries::{self, desk},
};

/// This part, as the source of its entries.
pub(crate) const SOURCE: &str = "rewards";

/// A member asks for a reward. Said again under the same key it is not asked for again.
pub(crate) fn redeem(
    tx: &mut Tx<'_>,
    member: &Member,
    reward: kernel::Id<Reward>,
    way: RedemptionWay,
    key: Option<&str>,
) -> Result<Redemption> {
    let rules = api::on(tx)?;
    let once_key = key.map(|key| format!("redeem:{}:{key}", member.id));
    if let Some(key) = &once_key
        && let Some(known) = queries::once(tx, key)?
    {
        return desk::of_entry(tx, known.id);
    }
    let before = desk::lock_reward(tx, reward)?;
    let members = api::members_of(tx, member.customer_id)?;
    let rank = members.first().map_or(0, |member| member.tier_rank);
    let had = desk::had(tx, &members, reward)?;
    let after = before.taken(rank, had)?;
    let id = tx.new_id();
    let by = api::by(tx);
    let head = Head {
        source: SOURCE.into(),
        reference: id.to_string(),
        once_key,
        rules_version: Some(rules.version),
        reason: after.name.clone(),
        by_id: by.0,
        by_name: by.1.clone(),
        ..Head::own(PointsEntryKind::Spend)
    };
    let entry = api::spend(tx, &rules, member.customer_id, head, after.points)?;
    desk::save_reward(tx, &after)?;
    let one = Redemption {
        id,
        reward_id: after.id,
        reward_name: after.name.clone(),
        member_id: member.id,
        customer_id: member.customer_id,
        points: after.points,
        entry_id: entry.id,
        way,
        state: RedemptionState::Open,
        note: String::new(),
        asked_at: tx.now(),
        by_name: by.1,
        closed_at: None,
        closed_by_name: None,
        owner_id: member.owner_id,
        unit_id: member.unit_id,
        version: 1,
    };
    desk::insert_redemption(tx, &one)?;
    let trail = Entry::new("loyalty.redeemed", "redemption", one.id);
    audit::api::record(tx, trail.created(&json!({ "reward_id": after.id, "points": one.points })))?;
    tx.notify("redemptions", "redemption.changed", &one, Some(one.owned()))?;
    Ok(one)
}

/// It was handed over, or is not to be: then the points come back, and the reward to the shelf.
pub(crate) fn close(
    tx: &mut Tx<'_>,
    permit: &Permit,
    before: Redemption,
    state: RedemptionState,
    note: &str,
) -> Result<Redemption> {
    let by = api::by(tx).1;
    let after = before.clone().closed(permit, state, note, by)?;
    desk::save_redemption(tx, &after)?;
    if state == RedemptionState::Cancelled {
        api::give_back(tx, after.entry_id, None, note)?;
        let reward = desk::lock_reward(tx, after.reward_id)?;
        desk::save_reward(tx, &reward.put_back())?;
    }
    let action = match state {
        RedemptionState::Cancelled => "loyalty.redemption_cancelled",
        _ => "loyalty.redemption_fulfilled",
    };
    let told = |one: &Redemption| json!({ "state": one.state, "version": one.version });
    let trail = Entry::new(action, "redemption", after.id).change(&told(&before), &told(&after));
    audit::api::record(tx, trail.reason(note))?;
    tx.notify("redemptions", "redemption.changed", &after, Some(after.owned()))?;
    Ok(after)
}
