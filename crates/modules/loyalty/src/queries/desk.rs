//! SQL of rewards, redemptions and referrals.

use kernel::{Cursor, CustomerId, Id, Result, Timestamp};
use store::{Record, Tx, params, sql};

use super::json;
use crate::{
    codes,
    model::{Member, PointsEntry, Redemption, RedemptionState, Referral, Reward},
    policy::Sight,
};

/// Redemptions one may see: `$1 $2` the cursor, `$3 … $6` the scope, `$7` state, `$8` member, `$9` how many.
macro_rules! redemptions {
    ($lead:literal, $page:literal, $order:literal) => {
        concat!(
            "SELECT {cols} FROM redemptions WHERE ",
            $lead,
            " AND ",
            $page,
            " AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT)))
                OR (CAST($6 AS BOOLEAN) AND owner_id IS NULL AND unit_id IS NULL))
              AND (CAST($7 AS TEXT) IS NULL OR state = $7) AND (CAST($8 AS TEXT) IS NULL OR member_id = $8)
              ORDER BY ",
            $order,
            " LIMIT $9"
        )
    };
}

sql! {
    INSERT_REWARD(Reward) = "INSERT INTO rewards ({cols}) VALUES ({vals})";
    UPDATE_REWARD(Reward) = "UPDATE rewards SET {sets} WHERE id = $1 AND version = $10 - 1";
    REWARD(Reward) = "SELECT {cols} FROM rewards WHERE id = $1";
    LOCK_REWARD(Reward) = "SELECT {cols} FROM rewards WHERE id = $1 FOR UPDATE";
    REWARDS(Reward) = "SELECT {cols} FROM rewards ORDER BY state, points, id LIMIT 500";
    OFFERED(Reward) = "SELECT {cols} FROM rewards WHERE state = 'offered' ORDER BY points, id LIMIT 100";

    INSERT_REDEMPTION(Redemption) = "INSERT INTO redemptions ({cols}) VALUES ({vals})";
    UPDATE_REDEMPTION(Redemption) = "UPDATE redemptions SET {sets} WHERE id = $1 AND version = $17 - 1";
    REDEMPTION(Redemption) = "SELECT {cols} FROM redemptions WHERE id = $1";
    OF_ENTRY(Redemption) = "SELECT {cols} FROM redemptions WHERE entry_id = $1";
    OPEN(Redemption) = redemptions!("state = $7", "(asked_at, id) > ($1, $2)", "asked_at, id");
    NEWEST(Redemption) = redemptions!("id <> ''", "(asked_at, id) < ($1, $2)", "asked_at DESC, id DESC");
    OF_MEMBER(Redemption) = redemptions!("member_id = $8", "(asked_at, id) < ($1, $2)", "asked_at DESC, id DESC");
    HAD = "SELECT count(*) FROM redemptions WHERE member_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
        AND reward_id = $2 AND state <> 'cancelled'";

    INSERT_REFERRAL(Referral) = "INSERT INTO referrals ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_REFERRAL(Referral) = "UPDATE referrals SET {sets} WHERE id = $1 AND version = $11 - 1";
    REFERRED(Referral) = "SELECT {cols} FROM referrals
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at, id LIMIT 1";
    OF_ORDER(Referral) = "SELECT {cols} FROM referrals WHERE order_entry_id = $1";
    REWARDED_SINCE = "SELECT count(*) FROM referrals WHERE member_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
        AND state = 'rewarded' AND decided_at >= $2";
    REFERRALS(Referral) = "SELECT {cols} FROM referrals WHERE member_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
        ORDER BY at DESC, id DESC LIMIT 200";
}

pub(crate) fn insert_reward(tx: &mut Tx<'_>, reward: &Reward) -> Result<()> {
    tx.exec(&INSERT_REWARD, &reward.values()).map(drop)
}

pub(crate) fn save_reward(tx: &mut Tx<'_>, reward: &Reward) -> Result<()> {
    tx.exec_one(&UPDATE_REWARD, &reward.values(), codes::STALE)
}

pub(crate) fn reward(tx: &mut Tx<'_>, id: Id<Reward>) -> Result<Reward> {
    tx.one(&REWARD, params![id])
}

pub(crate) fn lock_reward(tx: &mut Tx<'_>, id: Id<Reward>) -> Result<Reward> {
    tx.one(&LOCK_REWARD, params![id])
}

/// All, or those that can be had.
pub(crate) fn rewards(tx: &mut Tx<'_>, all: bool) -> Result<Vec<Reward>> {
    tx.all(if all { &REWARDS } else { &OFFERED }, &[])
}

pub(crate) fn insert_redemption(tx: &mut Tx<'_>, one: &Redemption) -> Result<()> {
    tx.exec(&INSERT_REDEMPTION, &one.values()).map(drop)
}

pub(crate) fn save_redemption(tx: &mut Tx<'_>, one: &Redemption) -> Result<()> {
    tx.exec_one(&UPDATE_REDEMPTION, &one.values(), codes::CLOSED)
}

pub(crate) fn redemption(tx: &mut Tx<'_>, id: Id<Redemption>) -> Result<Redemption> {
    tx.one(&REDEMPTION, params![id])
}

/// What an entry was used for.
pub(crate) fn of_entry(tx: &mut Tx<'_>, id: Id<PointsEntry>) -> Result<Redemption> {
    tx.one(&OF_ENTRY, params![id])
}

/// Open ones in the order in which they were asked for, others newest first.
pub(crate) fn redemptions(
    tx: &mut Tx<'_>,
    sight: &Sight,
    state: Option<RedemptionState>,
    member: Option<Id<Member>>,
    from: &Cursor,
    limit: i64,
) -> Result<Vec<Redemption>> {
    let statement = match (member, state) {
        (Some(_), _) => &OF_MEMBER,
        (None, Some(RedemptionState::Open)) => &OPEN,
        (None, _) => &NEWEST,
    };
    let (all, own, units) = (sight.scope.is_all(), sight.scope.own(), sight.scope.units_json());
    tx.all(statement, params![from.key, from.id, all, own, units, sight.unowned, state, member, limit])
}

/// How often these had a reward that they kept.
pub(crate) fn had(tx: &mut Tx<'_>, members: &[Member], reward: Id<Reward>) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&HAD, params![json(&super::ids(members))?, reward])?.0)
}

/// False where somebody recommended them before.
pub(crate) fn insert_referral(tx: &mut Tx<'_>, one: &Referral) -> Result<bool> {
    Ok(tx.exec(&INSERT_REFERRAL, &one.values())? == 1)
}

pub(crate) fn save_referral(tx: &mut Tx<'_>, one: &Referral) -> Result<()> {
    tx.exec_one(&UPDATE_REFERRAL, &one.values(), codes::STALE)
}

/// By whom this person was recommended.
pub(crate) fn referred(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<Option<Referral>> {
    tx.maybe(&REFERRED, params![json(ids)?])
}

/// What was rewarded for this order.
pub(crate) fn referral_of(tx: &mut Tx<'_>, order: Id<PointsEntry>) -> Result<Option<Referral>> {
    tx.maybe(&OF_ORDER, params![order])
}

pub(crate) fn rewarded_since(tx: &mut Tx<'_>, members: &[Member], since: Timestamp) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&REWARDED_SINCE, params![json(&super::ids(members))?, since])?.0)
}

/// Whom these recommended, newest first.
pub(crate) fn referrals(tx: &mut Tx<'_>, members: &[Member]) -> Result<Vec<Referral>> {
    tx.all(&REFERRALS, params![json(&super::ids(members))?])
}
