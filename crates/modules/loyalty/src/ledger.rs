//! One person's purse: taken out of the database under lock, and put back with everything that follows.

use std::collections::{BTreeMap, BTreeSet};

use customers::Customer;
use kernel::{CustomerId, Error, Id, Result, Timestamp};
use store::{Fact, Tx};

use crate::{
    days,
    events::{MemberJoined, PointsChanged, TierChanged},
    model::{
        LoyaltyRules, Member, PointsLot, Purse, RulesVersion, Standing, TierBasis, TierChange, TierTransition, judge,
    },
    queries,
};

/// Letters of a code: none that is read as another.
const LETTERS: &[u8] = b"ABCDEFGHJKMNPQRSTVWXYZ23456789";
/// Characters of a code.
const CODE: usize = 8;

/// The purse of the person this id leads to, and what time brought done in it; none where they are no member.
pub(crate) fn open(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Option<Purse>> {
    let ids = customers::api::members(tx, customer)?;
    let mut members = queries::lock(tx, &ids)?;
    if members.is_empty() {
        return Ok(None);
    }
    // The survivor's own first.
    members.sort_by_key(|member| ids.iter().position(|id| *id == member.customer_id));
    let lots = queries::lots(tx, &members, true)?;
    let (now, rng) = (tx.now(), tx.rng().clone());
    let mut purse = Purse::new(members, lots, now, rng);
    purse.catch_up()?;
    Ok(Some(purse))
}

/// The purse with these lots in it too, whatever they hold.
pub(crate) fn open_with(tx: &mut Tx<'_>, customer: CustomerId, lots: &[Id<PointsLot>]) -> Result<Purse> {
    let mut purse = open(tx, customer)?.ok_or(Error::NotFound)?;
    let missing: Vec<_> = lots
        .iter()
        .copied()
        .filter(|id| purse.lots.iter().all(|lot| lot.id != *id))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    purse.lots.extend(queries::lots_by_id(tx, &missing)?);
    purse.lots.sort_by_key(|lot| (lot.expires_at, lot.id));
    Ok(purse)
}

/// Writes down what was done to a purse, and what it means for the tier.
pub(crate) fn close(tx: &mut Tx<'_>, purse: Purse, rules: &RulesVersion) -> Result<()> {
    let Purse { mut members, lots, entries, postings, born, .. } = purse;
    let touched: BTreeSet<_> = postings.iter().map(|posting| posting.lot_id).collect();
    for lot in lots.iter().filter(|lot| touched.contains(&lot.id)) {
        if born.contains(&lot.id) {
            queries::insert_lot(tx, lot)?;
        } else {
            queries::save_lot(tx, lot)?;
        }
    }
    if !entries.is_empty() {
        queries::insert_entries(tx, &entries, &postings)?;
    }
    let customers: BTreeMap<_, _> = members.iter().map(|member| (member.id, member.customer_id)).collect();
    for entry in &entries {
        let customer_id =
            customers.get(&entry.member_id).copied().ok_or_else(|| Error::internal("a member is missing"))?;
        let fact = PointsChanged {
            entry_id: entry.id,
            member_id: entry.member_id,
            customer_id,
            kind: entry.kind,
            points: entry.points,
            source: entry.source.clone(),
        };
        tx.emit(Fact::new(PointsChanged::KIND, entry.member_id, &fact)?);
    }
    let before = members.first().map(|member| member.tier_rank);
    look(tx, &mut members, rules)?;
    if let Some(first) = members.first().filter(|first| before != Some(first.tier_rank)) {
        let survivor = customers::api::survivor(tx, first.customer_id)?;
        customers::api::set_tier(tx, &[(survivor, first.tier_rank)])?;
    }
    if !entries.is_empty() {
        let whose: Vec<_> = members.iter().map(|member| member.customer_id).collect();
        http::attributes_changed(tx, &whose)?;
    }
    for member in &mut members {
        member.version += 1;
        queries::save_member(tx, member)?;
        tx.notify("loyalty_members", "loyalty_member.changed", member, Some(member.owned()))?;
    }
    Ok(())
}

/// Looks at the tier of one person again: what counts, what becomes of it, and when to look next.
fn look(tx: &mut Tx<'_>, members: &mut [Member], rules: &RulesVersion) -> Result<()> {
    let (now, zone) = (tx.now(), days::zone(tx)?);
    let since = days::months_back(&zone, now, rules.rules.tiers.window_months)?;
    let (points, money) = queries::qualifying(tx, members, since)?;
    let Some((member, others)) = members.split_first_mut() else { return Ok(()) };
    // The person has one tier, whatever they were before they were known to be one.
    others.iter_mut().for_each(|other| other.tier_check_at = crate::model::NEVER);
    member.qualifying = match rules.rules.tiers.basis {
        TierBasis::Points => points,
        TierBasis::Spend => money,
    };
    let mut standing = Standing { rank: member.tier_rank, grace_until: member.grace_until };
    while let Some((after, reason, needed)) = judge(&rules.rules, standing, member.qualifying, now) {
        let step = TierTransition {
            id: tx.new_id(),
            member_id: member.id,
            from_rank: standing.rank,
            to_rank: after.rank,
            reason,
            qualifying: member.qualifying,
            needed,
            until: after.grace_until,
            rules_version: rules.version,
            at: now,
        };
        queries::insert_transition(tx, &step)?;
        if after.rank != standing.rank {
            member.tier_since = (after.rank > 0).then_some(now);
            told(tx, member, standing.rank, after.rank, reason)?;
        }
        standing = after;
        // A grace begins now: nothing further happens before it is over.
        if matches!(reason, TierChange::Reached | TierChange::Kept | TierChange::Grace | TierChange::Ended) {
            break;
        }
    }
    (member.tier_rank, member.grace_until) = (standing.rank, standing.grace_until);
    member.tier_check_at = next_look(&zone, now, standing, &rules.rules)?;
    Ok(())
}

/// A tier is looked at each day while there is one to lose.
fn next_look(zone: &jiff::tz::TimeZone, now: Timestamp, standing: Standing, rules: &LoyaltyRules) -> Result<Timestamp> {
    if standing.rank == 0 || rules.tiers.list.is_empty() {
        return Ok(crate::model::NEVER);
    }
    let tomorrow = days::days_from(zone, now, 0)?.1;
    Ok(standing.grace_until.map_or(tomorrow, |until| until.min(tomorrow).max(now.plus_millis(1))))
}

fn told(tx: &mut Tx<'_>, member: &Member, from_rank: i64, to_rank: i64, reason: TierChange) -> Result<()> {
    let (member_id, customer_id) = (member.id, member.customer_id);
    let fact = TierChanged { member_id, customer_id, from_rank, to_rank, reason };
    tx.emit(Fact::new(TierChanged::KIND, member_id, &fact)?);
    Ok(())
}

/// Makes a customer a member.
pub(crate) fn join(tx: &mut Tx<'_>, customer: &Customer, birthday: Option<String>) -> Result<Member> {
    let now = tx.now();
    for _ in 0..20 {
        let member = Member {
            id: tx.new_id(),
            customer_id: customer.id,
            code: code(tx),
            joined_at: now,
            birthday: birthday.clone(),
            balance: 0,
            pending: 0,
            debt: 0,
            tier_rank: 0,
            tier_since: None,
            grace_until: None,
            qualifying: 0,
            tier_check_at: crate::model::NEVER,
            owner_id: customer.owner_id,
            unit_id: customer.unit_id,
            version: 1,
        };
        if queries::insert_member(tx, &member)? {
            let entry = audit::api::Entry::new("loyalty.joined", "loyalty_member", member.id);
            audit::api::record(tx, entry.created(&serde_json::json!({ "customer_id": customer.id })))?;
            let fact = MemberJoined { member_id: member.id, customer_id: customer.id };
            tx.emit(Fact::new(MemberJoined::KIND, member.id, &fact)?);
            tx.notify("loyalty_members", "loyalty_member.changed", &member, Some(member.owned()))?;
            return Ok(member);
        }
        if !queries::of_customers(tx, &[customer.id])?.is_empty() {
            return Err(crate::codes::MEMBER_ALREADY.conflict());
        }
    }
    Err(Error::Unavailable("codes"))
}

fn code(tx: &Tx<'_>) -> String {
    (0..CODE).map(|_| char::from(LETTERS[tx.rng().below(LETTERS.len() as u64) as usize])).collect()
}
