//! Members recommend the house: each newcomer once, never oneself, never in a ring; both are rewarded once the newcomer
//! has a first order, and not any more when it is sent back.

use std::collections::HashSet;

use audit::api::Entry;
use kernel::{CustomerId, Error, Id, Result};
use serde_json::json;
use store::Tx;

use crate::{
    api, codes, days,
    model::{Head, Member, PointsEntry, PointsEntryKind, Referral, ReferralState},
    queries::{self, desk},
};

/// Steps of a chain of recommendations that are followed.
const STEPS: usize = 50;

/// Notes that whoever has this code recommended the house to a customer known by a number or an address.
pub(crate) fn note(tx: &mut Tx<'_>, code: &str, customer: CustomerId) -> Result<Referral> {
    api::on(tx)?;
    let member = queries::by_code(tx, &code.trim().to_uppercase())?.ok_or_else(|| Error::field("code", "unknown"))?;
    let referred = customers::api::get(tx, customer)?;
    if referred.phone.is_none() && referred.email.is_none() {
        return Err(codes::REFERRED_UNKNOWN.conflict());
    }
    let referrer = customers::api::get(tx, member.customer_id)?;
    let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
    if referrer.id == referred.id || same(&referrer.phone, &referred.phone) || same(&referrer.email, &referred.email) {
        return Err(codes::SELF_REFERRAL.conflict());
    }
    let ids = customers::api::members(tx, referred.id)?;
    if desk::referred(tx, &ids)?.is_some() {
        return Err(codes::REFERRED_ALREADY.conflict());
    }
    let memberships = queries::of_customers(tx, &ids)?;
    if queries::has_ordered(tx, &memberships)? {
        return Err(codes::CUSTOMER_ALREADY.conflict());
    }
    if is_above(tx, referrer.id, referred.id)? {
        return Err(codes::RING.conflict());
    }
    let one = Referral {
        id: tx.new_id(),
        member_id: member.id,
        customer_id: referred.id,
        state: ReferralState::Waiting,
        order_entry_id: None,
        referrer_entry_id: None,
        referred_entry_id: None,
        by_name: api::by(tx).1,
        at: tx.now(),
        decided_at: None,
        version: 1,
    };
    if !desk::insert_referral(tx, &one)? {
        return Err(codes::REFERRED_ALREADY.conflict());
    }
    let trail = Entry::new("loyalty.referred", "loyalty_member", member.id);
    audit::api::record(tx, trail.created(&json!({ "customer_id": referred.id })))?;
    Ok(one)
}

/// Whether `person` is among those by whose recommendations `of` came, one after the other.
fn is_above(tx: &mut Tx<'_>, of: CustomerId, person: CustomerId) -> Result<bool> {
    let (mut at, mut seen) = (of, HashSet::new());
    for _ in 0..STEPS {
        let ids = customers::api::members(tx, at)?;
        let Some(found) = desk::referred(tx, &ids)? else { return Ok(false) };
        let member = queries::member(tx, found.member_id)?;
        at = customers::api::survivor(tx, member.customer_id)?;
        if at == person {
            return Ok(true);
        }
        if !seen.insert(at) {
            return Ok(false);
        }
    }
    Ok(false)
}

/// Somebody has their first order: who recommended them is rewarded, and they are.
pub(crate) fn first_order(tx: &mut Tx<'_>, customer: CustomerId, order: Id<PointsEntry>) -> Result<()> {
    let ids = customers::api::members(tx, customer)?;
    let Some(one) = desk::referred(tx, &ids)?.filter(|one| one.state == ReferralState::Waiting) else { return Ok(()) };
    let rules = queries::rules(tx)?.rules;
    let referrer = queries::member(tx, one.member_id)?;
    let (now, zone) = (tx.now(), days::zone(tx)?);
    let month = days::start_of(&zone, days::date_of(&zone, now)?.first_of_month())?;
    let theirs = api::members_of(tx, referrer.customer_id)?;
    // Two who were found to be one since recommended nobody but themselves.
    let itself = theirs.iter().any(|member| ids.contains(&member.customer_id));
    let beyond = itself || desk::rewarded_since(tx, &theirs, month)? >= rules.referrals.monthly;
    let mut after = Referral { order_entry_id: Some(order), decided_at: Some(now), version: one.version + 1, ..one };
    after.state = if beyond { ReferralState::Beyond } else { ReferralState::Rewarded };
    if !beyond {
        let days = rules.earning.pending_days;
        let give = |tx: &mut Tx<'_>, to: CustomerId, rule: &str, points: i64| -> Result<Option<Id<PointsEntry>>> {
            if points == 0 {
                return Ok(None);
            }
            let once_key = Some(format!("{rule}:{}", after.id));
            let head = Head { once_key, reference: after.id.to_string(), ..Head::own(PointsEntryKind::Earn) };
            Ok(api::grant(tx, to, head, rule, points, days)?.map(|entry| entry.id))
        };
        let referrer_entry = give(tx, referrer.customer_id, "referrer", rules.referrals.referrer)?;
        let referred_entry = give(tx, customer, "referred", rules.referrals.referred)?;
        (after.referrer_entry_id, after.referred_entry_id) = (referrer_entry, referred_entry);
    }
    desk::save_referral(tx, &after)
}

/// The order is sent back in full: so are the rewards for it.
pub(crate) fn undone(tx: &mut Tx<'_>, order: Id<PointsEntry>) -> Result<()> {
    let found = desk::referral_of(tx, order)?.filter(|one| one.state == ReferralState::Rewarded);
    let Some(one) = found else { return Ok(()) };
    for id in [one.referrer_entry_id, one.referred_entry_id].into_iter().flatten() {
        let earned = queries::lock_entry(tx, id)?;
        let points = earned.points - earned.undone;
        if points > 0 {
            let reference = one.id.to_string();
            let head = Head { reference, about_id: Some(id), ..Head::own(PointsEntryKind::Reverse) };
            api::take_back(tx, &earned, points, 0, head)?;
        }
    }
    let version = one.version + 1;
    desk::save_referral(tx, &Referral { state: ReferralState::Undone, version, ..one })
}

/// Whom a member recommended.
pub(crate) fn of(tx: &mut Tx<'_>, member: &Member) -> Result<Vec<Referral>> {
    let members = api::members_of(tx, member.customer_id)?;
    desk::referrals(tx, &members)
}
