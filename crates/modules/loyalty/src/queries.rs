//! SQL of members, lots and entries.

pub(crate) mod desk;

use kernel::{Cursor, CustomerId, Error, Id, Result, Scope, Timestamp};
use store::{Record, Tx, Value, params, sql};

use crate::{
    codes,
    model::{
        LoyaltyRules, Member, PointsAdjustment, PointsEntry, PointsLot, PointsPosting, RulesVersion, TierTransition,
    },
    policy::Sight,
};

/// The members one may see: `$1 $2` the cursor, `$3 $4 $5` the scope, `$6` whether those of nobody too, `$7` the tier,
/// `$8` only those who owe, `$9` how many.
macro_rules! members {
    ($lead:literal, $order:literal) => {
        concat!(
            "SELECT {cols} FROM loyalty_members WHERE ",
            $lead,
            " AND (CAST($3 AS BOOLEAN) OR owner_id = $4 OR unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT)))
                OR (CAST($6 AS BOOLEAN) AND owner_id IS NULL AND unit_id IS NULL))
              AND (CAST($7 AS BIGINT) IS NULL OR tier_rank = $7) AND (NOT CAST($8 AS BOOLEAN) OR debt > 0)
              ORDER BY ",
            $order,
            " LIMIT $9"
        )
    };
}

sql! {
    INSERT_MEMBER(Member) = "INSERT INTO loyalty_members ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_MEMBER(Member) = "UPDATE loyalty_members SET {sets} WHERE id = $1 AND version = $16 - 1";
    MEMBER(Member) = "SELECT {cols} FROM loyalty_members WHERE id = $1";
    BY_CODE(Member) = "SELECT {cols} FROM loyalty_members WHERE code = $1";
    OF_CUSTOMERS(Member) = "SELECT {cols} FROM loyalty_members
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY id";
    LOCK(Member) = "SELECT {cols} FROM loyalty_members
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY id FOR UPDATE";
    BY_JOINED(Member) = members!("(joined_at, id) < ($1, $2)", "joined_at DESC, id DESC");
    BY_BALANCE(Member) = members!("(balance, id) < ($1, $2)", "balance DESC, id DESC");
    BY_TIER(Member) = members!("tier_rank = $7 AND (joined_at, id) < ($1, $2)", "joined_at DESC, id DESC");
    TIERS_DUE = "SELECT customer_id FROM loyalty_members WHERE tier_check_at <= $1 ORDER BY tier_check_at, id LIMIT $2";
    CHECK_ALL = "UPDATE loyalty_members SET tier_check_at = $1 WHERE tier_check_at > $1";
    BORN_ON = "SELECT customer_id, id FROM loyalty_members WHERE birthday = $1 AND id > $2 ORDER BY id LIMIT $3";
    FORGET = "UPDATE loyalty_members SET birthday = NULL, version = version + 1
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    FORGET_WORDS = "UPDATE points_entries SET reason = '' WHERE reason <> '' AND member_id IN (SELECT id FROM loyalty_members
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))))";
    FORGET_ADJUSTMENTS = "UPDATE points_adjustments SET reason = '' WHERE member_id IN (SELECT id FROM loyalty_members
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))))";

    LOTS(PointsLot) = "SELECT {cols} FROM points_lots WHERE member_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
        AND (pending > 0 OR active > 0) ORDER BY expires_at, id FOR UPDATE";
    LOTS_READ(PointsLot) = "SELECT {cols} FROM points_lots WHERE member_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
        AND (pending > 0 OR active > 0) ORDER BY expires_at, id";
    LOT_OF(PointsLot) = "SELECT {cols} FROM points_lots WHERE entry_id = $1 FOR UPDATE";
    LOTS_BY_ID(PointsLot) = "SELECT {cols} FROM points_lots WHERE id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) FOR UPDATE";
    INSERT_LOT(PointsLot) = "INSERT INTO points_lots ({cols}) VALUES ({vals})";
    UPDATE_LOT(PointsLot) = "UPDATE points_lots SET {sets} WHERE id = $1";
    RIPE = "SELECT m.customer_id, l.id FROM points_lots l JOIN loyalty_members m ON m.id = l.member_id
        WHERE l.pending > 0 AND l.matures_at <= $1 ORDER BY l.matures_at, l.id LIMIT $2";
    OVER = "SELECT m.customer_id, l.id FROM points_lots l JOIN loyalty_members m ON m.id = l.member_id
        WHERE l.active > 0 AND l.expires_at <= $1 ORDER BY l.expires_at, l.id LIMIT $2";

    INSERT_ENTRIES(PointsEntry) = "INSERT INTO points_entries ({cols}) VALUES {rows}";
    ENTRY(PointsEntry) = "SELECT {cols} FROM points_entries WHERE id = $1";
    LOCK_ENTRY(PointsEntry) = "SELECT {cols} FROM points_entries WHERE id = $1 FOR UPDATE";
    ONCE(PointsEntry) = "SELECT {cols} FROM points_entries WHERE once_key = $1 FOR UPDATE";
    UNDO = "UPDATE points_entries SET undone = $2, refunded = $3 WHERE id = $1";
    STATEMENT(PointsEntry) = "SELECT {cols} FROM points_entries
        WHERE member_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND (at, id) < ($2, $3)
        ORDER BY at DESC, id DESC LIMIT $4";
    HAS_ORDERED = "SELECT id FROM points_entries WHERE member_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
        AND qualifies ORDER BY at LIMIT 1";
    QUALIFYING = "SELECT COALESCE(CAST(SUM(points - undone) AS BIGINT), 0),
            COALESCE(CAST(SUM(COALESCE(base, 0) - refunded) AS BIGINT), 0)
        FROM points_entries WHERE member_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND qualifies AND at >= $2";
    ORDERS_SINCE(PointsEntry) = "SELECT {cols} FROM points_entries WHERE qualifies AND (at, id) < ($1, $2) AND at >= $3
        ORDER BY at DESC, id DESC LIMIT $4";
    INSERT_POSTINGS(PointsPosting) = "INSERT INTO points_postings ({cols}) VALUES {rows}";
    POSTINGS(PointsPosting) = "SELECT {cols} FROM points_postings
        WHERE entry_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY entry_id, seq";

    CAMPAIGN = "SELECT campaign, points FROM campaign_points WHERE member_id = $1 ORDER BY campaign";
    COUNT_CAMPAIGN = "INSERT INTO campaign_points (member_id, campaign, points) VALUES ($1, $2, $3)
        ON CONFLICT (member_id, campaign) DO UPDATE SET points = campaign_points.points + $3";

    INSERT_ADJUSTMENT(PointsAdjustment) = "INSERT INTO points_adjustments ({cols}) VALUES ({vals})";
    UPDATE_ADJUSTMENT(PointsAdjustment) = "UPDATE points_adjustments SET {sets} WHERE id = $1 AND version = $11 - 1";
    ADJUSTMENT(PointsAdjustment) = "SELECT {cols} FROM points_adjustments WHERE id = $1 FOR UPDATE";
    ADJUSTMENTS(PointsAdjustment) = "SELECT {cols} FROM points_adjustments
        WHERE member_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at DESC, id DESC LIMIT 100";

    INSERT_TRANSITION(TierTransition) = "INSERT INTO tier_transitions ({cols}) VALUES ({vals})";
    TRANSITIONS(TierTransition) = "SELECT {cols} FROM tier_transitions
        WHERE member_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY at DESC, id DESC LIMIT 100";

    RULES(RulesVersion) = "SELECT {cols} FROM loyalty_rules ORDER BY version DESC LIMIT 1";
    VERSIONS(RulesVersion) = "SELECT {cols} FROM loyalty_rules ORDER BY version DESC LIMIT 100";
    INSERT_RULES(RulesVersion) = "INSERT INTO loyalty_rules ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    OPEN = "SELECT DISTINCT m.customer_id FROM loyalty_members m JOIN redemptions r ON r.member_id = m.id
        WHERE m.customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND r.state = 'open'";
}

/// Which members; what is none lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub tier: Option<i64>,
    pub owing: bool,
    pub by_balance: bool,
}

pub(crate) fn json<T: serde::Serialize + ?Sized>(ids: &T) -> Result<String> {
    serde_json::to_string(ids).map_err(Error::internal)
}

pub(crate) fn rows<T: Record>(of: &[T]) -> Vec<Vec<Value<'_>>> {
    of.iter().map(Record::values).collect()
}

/// False where the customer or the code has a member already.
pub(crate) fn insert_member(tx: &mut Tx<'_>, member: &Member) -> Result<bool> {
    Ok(tx.exec(&INSERT_MEMBER, &member.values())? == 1)
}

pub(crate) fn save_member(tx: &mut Tx<'_>, member: &Member) -> Result<()> {
    tx.exec_one(&UPDATE_MEMBER, &member.values(), codes::STALE)
}

pub(crate) fn member(tx: &mut Tx<'_>, id: Id<Member>) -> Result<Member> {
    tx.one(&MEMBER, params![id])
}

pub(crate) fn by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Member>> {
    tx.maybe(&BY_CODE, params![code])
}

pub(crate) fn of_customers(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<Vec<Member>> {
    tx.all(&OF_CUSTOMERS, params![json(ids)?])
}

/// Locked, to be changed, always in one order.
pub(crate) fn lock(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<Vec<Member>> {
    tx.all(&LOCK, params![json(ids)?])
}

pub(crate) fn members(
    tx: &mut Tx<'_>,
    sight: &Sight,
    filter: &Filter,
    from: &Cursor,
    limit: i64,
) -> Result<Vec<Member>> {
    let statement = match (filter.by_balance, filter.tier) {
        (true, _) => &BY_BALANCE,
        (false, Some(_)) => &BY_TIER,
        (false, None) => &BY_JOINED,
    };
    let scope: &Scope = &sight.scope;
    let (all, own, units) = (scope.is_all(), scope.own(), scope.units_json());
    tx.all(statement, params![from.key, from.id, all, own, units, sight.unowned, filter.tier, filter.owing, limit])
}

pub(crate) fn tiers_due(tx: &mut Tx<'_>, now: Timestamp, most: i64) -> Result<Vec<CustomerId>> {
    Ok(tx.all::<(CustomerId,)>(&TIERS_DUE, params![now, most])?.into_iter().map(|(id,)| id).collect())
}

/// Everybody's tier is looked at again.
pub(crate) fn check_all(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    tx.exec(&CHECK_ALL, params![now]).map(drop)
}

/// Whose birthday it is, after that member.
pub(crate) fn born_on(tx: &mut Tx<'_>, day: &str, after: &str, most: i64) -> Result<Vec<(CustomerId, Id<Member>)>> {
    tx.all(&BORN_ON, params![day, after, most])
}

/// Their birthdays and the words about them go; what happened to points stays.
pub(crate) fn forget(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    let ids = json(customers)?;
    tx.exec(&FORGET, params![ids])?;
    tx.exec(&FORGET_WORDS, params![ids])?;
    tx.exec(&FORGET_ADJUSTMENTS, params![ids]).map(drop)
}

pub(crate) fn ids(members: &[Member]) -> Vec<Id<Member>> {
    members.iter().map(|member| member.id).collect()
}

/// Those that hold points, in the order in which they expire; locked, or only looked at.
pub(crate) fn lots(tx: &mut Tx<'_>, members: &[Member], locked: bool) -> Result<Vec<PointsLot>> {
    let of = json(&ids(members))?;
    tx.all(if locked { &LOTS } else { &LOTS_READ }, params![of])
}

pub(crate) fn lot_of(tx: &mut Tx<'_>, entry: Id<PointsEntry>) -> Result<PointsLot> {
    tx.one(&LOT_OF, params![entry])
}

pub(crate) fn lots_by_id(tx: &mut Tx<'_>, ids: &[Id<PointsLot>]) -> Result<Vec<PointsLot>> {
    tx.all(&LOTS_BY_ID, params![json(ids)?])
}

pub(crate) fn insert_lot(tx: &mut Tx<'_>, lot: &PointsLot) -> Result<()> {
    tx.exec(&INSERT_LOT, &lot.values()).map(drop)
}

pub(crate) fn save_lot(tx: &mut Tx<'_>, lot: &PointsLot) -> Result<()> {
    tx.exec(&UPDATE_LOT, &lot.values()).map(drop)
}

/// Who has points to which time brought something.
pub(crate) fn due(tx: &mut Tx<'_>, now: Timestamp, most: i64) -> Result<Vec<CustomerId>> {
    let mut found: Vec<(CustomerId, Id<PointsLot>)> = tx.all(&RIPE, params![now, most])?;
    found.extend(tx.all::<(CustomerId, Id<PointsLot>)>(&OVER, params![now, most])?);
    let mut who: Vec<_> = found.into_iter().map(|(customer, _)| customer).collect();
    who.sort_unstable();
    who.dedup();
    Ok(who)
}

pub(crate) fn insert_entries(tx: &mut Tx<'_>, entries: &[PointsEntry], postings: &[PointsPosting]) -> Result<()> {
    tx.exec_rows(&INSERT_ENTRIES, &rows(entries))?;
    tx.exec_rows(&INSERT_POSTINGS, &rows(postings))
}

pub(crate) fn entry(tx: &mut Tx<'_>, id: Id<PointsEntry>) -> Result<PointsEntry> {
    tx.one(&ENTRY, params![id])
}

/// Locked, to be undone.
pub(crate) fn lock_entry(tx: &mut Tx<'_>, id: Id<PointsEntry>) -> Result<PointsEntry> {
    tx.one(&LOCK_ENTRY, params![id])
}

/// What was done under this key.
pub(crate) fn once(tx: &mut Tx<'_>, key: &str) -> Result<Option<PointsEntry>> {
    tx.maybe(&ONCE, params![key])
}

/// Notes how much of an entry is undone by now.
pub(crate) fn undo(tx: &mut Tx<'_>, id: Id<PointsEntry>, undone: i64, refunded: i64) -> Result<()> {
    tx.exec(&UNDO, params![id, undone, refunded]).map(drop)
}

/// Newest first, before the given one.
pub(crate) fn statement(tx: &mut Tx<'_>, of: &[Member], before: &Cursor, limit: i64) -> Result<Vec<PointsEntry>> {
    tx.all(&STATEMENT, params![json(&ids(of))?, before.key, before.id, limit])
}

pub(crate) fn has_ordered(tx: &mut Tx<'_>, members: &[Member]) -> Result<bool> {
    Ok(tx.maybe::<(Id<PointsEntry>,)>(&HAS_ORDERED, params![json(&ids(members))?])?.is_some())
}

/// Points and money that count since then.
pub(crate) fn qualifying(tx: &mut Tx<'_>, members: &[Member], since: Timestamp) -> Result<(i64, i64)> {
    tx.one(&QUALIFYING, params![json(&ids(members))?, since])
}

/// Orders that earned, newest first.
pub(crate) fn orders_since(tx: &mut Tx<'_>, since: Timestamp, most: i64) -> Result<Vec<PointsEntry>> {
    tx.all(&ORDERS_SINCE, params![i64::MAX, "~", since, most])
}

pub(crate) fn postings(tx: &mut Tx<'_>, of: &[Id<PointsEntry>]) -> Result<Vec<PointsPosting>> {
    tx.all(&POSTINGS, params![json(of)?])
}

/// What campaigns gave this member, by name.
pub(crate) fn campaigns(tx: &mut Tx<'_>, member: Id<Member>) -> Result<Vec<(String, i64)>> {
    tx.all(&CAMPAIGN, params![member])
}

pub(crate) fn count_campaign(tx: &mut Tx<'_>, member: Id<Member>, campaign: &str, points: i64) -> Result<()> {
    tx.exec(&COUNT_CAMPAIGN, params![member, campaign, points]).map(drop)
}

pub(crate) fn insert_adjustment(tx: &mut Tx<'_>, one: &PointsAdjustment) -> Result<()> {
    tx.exec(&INSERT_ADJUSTMENT, &one.values()).map(drop)
}

pub(crate) fn save_adjustment(tx: &mut Tx<'_>, one: &PointsAdjustment) -> Result<()> {
    tx.exec_one(&UPDATE_ADJUSTMENT, &one.values(), codes::STALE)
}

pub(crate) fn adjustment(tx: &mut Tx<'_>, id: Id<PointsAdjustment>) -> Result<PointsAdjustment> {
    tx.one(&ADJUSTMENT, params![id])
}

pub(crate) fn adjustments(tx: &mut Tx<'_>, of: &[Member]) -> Result<Vec<PointsAdjustment>> {
    tx.all(&ADJUSTMENTS, params![json(&ids(of))?])
}

pub(crate) fn insert_transition(tx: &mut Tx<'_>, one: &TierTransition) -> Result<()> {
    tx.exec(&INSERT_TRANSITION, &one.values()).map(drop)
}

pub(crate) fn transitions(tx: &mut Tx<'_>, of: &[Member]) -> Result<Vec<TierTransition>> {
    tx.all(&TRANSITIONS, params![json(&ids(of))?])
}

/// The rules as they stand.
pub(crate) fn rules(tx: &mut Tx<'_>) -> Result<RulesVersion> {
    tx.one(&RULES, &[])
}

/// Newest first.
pub(crate) fn versions(tx: &mut Tx<'_>) -> Result<Vec<RulesVersion>> {
    tx.all(&VERSIONS, &[])
}

/// Somebody else's version of the same number stays.
pub(crate) fn insert_rules(tx: &mut Tx<'_>, version: &RulesVersion) -> Result<()> {
    tx.exec_one(&INSERT_RULES, &version.values(), codes::STALE)
}

/// The rules alone.
pub(crate) fn current(tx: &mut Tx<'_>) -> Result<LoyaltyRules> {
    Ok(rules(tx)?.rules)
}

/// Those of these customers who wait for what they took for points.
pub(crate) fn open(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<CustomerId>> {
    let open: Vec<(CustomerId,)> = tx.all(&OPEN, params![serde_json::json!(customers).to_string()])?;
    Ok(open.into_iter().map(|(id,)| id).collect())
}
