//! What other modules call.

use audit::api::Entry;
use kernel::{Check, CustomerId, Error, Id, Money, Params, Result};
use serde_json::json;
use store::Tx;

use crate::{
    codes, days,
    ledger::{self, close, open, open_with},
    model::{
        Head, LoyaltyJoining, Member, Order, Parts, PointsAccount, PointsEntry, PointsEntryKind, PointsPosting,
        RulesVersion, earned,
    },
    queries,
};

/// An order that is complete: what was bought stays with the customer unless it is sent back.
#[derive(Clone, Debug)]
pub struct Purchase {
    /// Whose.
    pub customer: CustomerId,
    /// Who says so: `orders`, or a system of others. Up to 40 characters.
    pub source: String,
    /// What the source knows the order by: 1 to 100 characters. Said again, it earns nothing again.
    pub reference: String,
    /// What was paid, in minor units: from zero.
    pub amount: Money,
    /// ISO 4217.
    pub currency: String,
}

/// Money of an order that went back.
#[derive(Clone, Debug)]
pub struct Refund {
    /// As in the [`Purchase`].
    pub source: String,
    /// As in the [`Purchase`].
    pub reference: String,
    /// What the source knows this refund by: 1 to 100 characters. Said again, it takes nothing again.
    pub refund: String,
    /// How much, in minor units: above zero. What is beyond the order counts no more.
    pub amount: Money,
}

/// What somebody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Points that can be used now.
    pub active: i64,
    /// Points that can be used from a day on.
    pub pending: i64,
    /// Points that are owed.
    pub debt: i64,
    /// The tier's rank; 0 for none.
    pub tier_rank: i64,
}

/// What the person this id leads to has; none where they are no member.
///
/// # Errors
/// [`Error::NotFound`] without the customer.
pub fn balance(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Option<Balance>> {
    let now = tx.now();
    let members = members_of(tx, customer)?;
    if members.is_empty() {
        return Ok(None);
    }
    let lots = queries::lots(tx, &members, false)?;
    let debt: i64 = members.iter().map(|member| member.debt).sum();
    let good = lots.iter().filter(|lot| lot.expires_at > now);
    let (mut active, mut pending) = (0, 0);
    for lot in good {
        active += lot.active + if lot.matures_at <= now { lot.pending } else { 0 };
        pending += if lot.matures_at <= now { 0 } else { lot.pending };
    }
    let settled = debt.min(active);
    let tier_rank = members.first().map_or(0, |member| member.tier_rank);
    Ok(Some(Balance { active: active - settled, pending, debt: debt - settled, tier_rank }))
}

/// The memberships of one person, the survivor's own first.
pub(crate) fn members_of(tx: &mut Tx<'_>, customer: CustomerId) -> Result<Vec<Member>> {
    let ids = customers::api::members(tx, customer)?;
    let mut members = queries::of_customers(tx, &ids)?;
    members.sort_by_key(|member| ids.iter().position(|id| *id == member.customer_id));
    Ok(members)
}

/// Gives what an order earns by the rules of now; none where it earns nothing, or did so before. Whoever is no member
/// becomes one, where the rules say so.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::NotFound`] without the customer; `loyalty.reference_taken` for the order of another.
pub fn earn(tx: &mut Tx<'_>, purchase: &Purchase) -> Result<Option<Id<PointsEntry>>> {
    Check::new()
        .text("source", &purchase.source, 1..=40)
        .text("reference", &purchase.reference, 1..=100)
        .range("amount", purchase.amount.0, 0..=1_000_000_000_000)
        .done()?;
    let rules = queries::rules(tx)?;
    if !rules.rules.enabled {
        return Ok(None);
    }
    let key = order_key(&purchase.source, &purchase.reference);
    if let Some(known) = queries::once(tx, &key)? {
        let members = members_of(tx, purchase.customer)?;
        return match members.iter().any(|member| member.id == known.member_id) {
            true => Ok(None),
            false => Err(codes::REFERENCE_TAKEN.conflict()),
        };
    }
    let mut purse = match open(tx, purchase.customer)? {
        Some(purse) => purse,
        None if rules.rules.joining == LoyaltyJoining::ByHand => return Ok(None),
        None => {
            let customer = customers::api::get(tx, purchase.customer)?;
            ledger::join(tx, &customer, None)?;
            open(tx, customer.id)?.ok_or(Error::NotFound)?
        }
    };
    let (now, zone) = (tx.now(), days::zone(tx)?);
    let member = purse.members.first().ok_or(Error::NotFound)?.clone();
    let used = queries::campaigns(tx, member.id)?;
    let order = Order {
        amount: (purchase.currency == rules.rules.currency).then_some(purchase.amount.0),
        day: &days::date_of(&zone, now)?.to_string(),
        first: !queries::has_ordered(tx, &purse.members)?,
    };
    let parts = earned(&rules.rules, &order, member.tier_rank, &|name| {
        used.iter().find(|(known, _)| known == name).map_or(0, |(_, points)| *points)
    });
    let points = parts.points();
    if points == 0 {
        return Ok(None);
    }
    for part in parts.0.iter().filter(|part| part.rule == "campaign") {
        queries::count_campaign(tx, member.id, &part.name, part.points)?;
    }
    let head = Head {
        source: purchase.source.clone(),
        reference: purchase.reference.clone(),
        once_key: Some(key),
        base: Some(purchase.amount.0),
        qualifies: true,
        parts,
        rules_version: Some(rules.version),
        ..Head::own(PointsEntryKind::Earn)
    };
    let matures = days::matures(&zone, now, rules.rules.earning.pending_days)?;
    let entry = purse.earn(head, points, matures, days::expiry(&zone, &rules.rules.expiry, now)?)?;
    close(tx, purse, &rules)?;
    if order.first {
        crate::referrals::first_order(tx, purchase.customer, entry.id)?;
    }
    Ok(Some(entry.id))
}

pub(crate) fn order_key(source: &str, reference: &str) -> String {
    format!("order:{source}:{reference}")
}

/// Takes back what an order earned, in proportion to the money that went back: of all refunds of an order together, so
/// that what is rounded adds up, and everything once all of it did. Points that were used are owed.
///
/// # Errors
/// [`Error::Invalid`].
pub fn refund(tx: &mut Tx<'_>, refund: &Refund) -> Result<Option<Id<PointsEntry>>> {
    Check::new()
        .text("refund", &refund.refund, 1..=100)
        .range("amount", refund.amount.0, 1..=1_000_000_000_000)
        .done()?;
    let key = format!("refund:{}:{}", refund.source, refund.refund);
    let Some(earned) = queries::once(tx, &order_key(&refund.source, &refund.reference))? else { return Ok(None) };
    if queries::once(tx, &key)?.is_some() {
        return Ok(None);
    }
    let base = earned.base.unwrap_or(0);
    let refunded = base.min(earned.refunded.saturating_add(refund.amount.0));
    let target = share(earned.points, refunded, base);
    let head = Head {
        source: refund.source.clone(),
        reference: refund.refund.clone(),
        once_key: Some(key),
        base: Some(refunded - earned.refunded),
        about_id: Some(earned.id),
        ..Head::own(PointsEntryKind::Reverse)
    };
    let (points, order) = (target - earned.undone, earned.id);
    let entry = if points > 0 {
        Some(take_back(tx, &earned, points, refunded, head)?)
    } else {
        None
    };
    if points == 0 {
        queries::undo(tx, order, earned.undone, refunded)?;
    }
    if refunded >= base {
        crate::referrals::undone(tx, order)?;
    }
    Ok(entry)
}

/// How many points go back when so much of the money did: rounded down until all of it did.
fn share(points: i64, refunded: i64, base: i64) -> i64 {
    if refunded >= base {
        return points;
    }
    (i128::from(points) * i128::from(refunded) / i128::from(base)) as i64
}

/// Takes back so many of what an entry gave.
pub(crate) fn take_back(
    tx: &mut Tx<'_>,
    earned: &PointsEntry,
    points: i64,
    refunded: i64,
    head: Head,
) -> Result<Id<PointsEntry>> {
    let rules = queries::rules(tx)?;
    let owner = queries::member(tx, earned.member_id)?.customer_id;
    let lot = queries::lot_of(tx, earned.id)?;
    queries::undo(tx, earned.id, earned.undone + points, refunded)?;
    let mut purse = open_with(tx, owner, &[lot.id])?;
    let entry = purse.reverse(head, lot.id, points)?;
    close(tx, purse, &rules)?;
    Ok(entry.id)
}

/// What somebody pays with points.
#[derive(Clone, Debug)]
pub struct Payment {
    /// Who.
    pub customer: CustomerId,
    /// What for: `orders`, or a system of others.
    pub source: String,
    /// What the source knows it by. Said again, it takes nothing again.
    pub reference: String,
    /// How many points.
    pub points: i64,
    /// What is to be paid all together, in minor units of the programme's currency.
    pub total: Money,
}

/// Pays with points; answers the entry and what it paid, in minor units. Never more than there are, whoever else pays
/// at the same moment.
///
/// # Errors
/// `loyalty.off`, `loyalty.not_money`, `loyalty.not_enough`, `loyalty.reference_taken`; [`Error::Invalid`];
/// [`Error::NotFound`] for no member.
pub fn pay(tx: &mut Tx<'_>, payment: &Payment) -> Result<(PointsEntry, Money)> {
    let rules = on(tx)?;
    let burning = &rules.rules.burning;
    if !burning.as_money {
        return Err(codes::NOT_MONEY.conflict());
    }
    let worth = burning.worth_of(payment.points.min(crate::model::MOST));
    let most = (i128::from(payment.total.0) * i128::from(burning.most_percent) / 100) as i64;
    Check::new()
        .text("source", &payment.source, 1..=40)
        .text("reference", &payment.reference, 1..=100)
        .range("total", payment.total.0, 1..=1_000_000_000_000)
        .range("points", payment.points, burning.least..=crate::model::MOST)
        .that(worth > 0, "points", "worth_nothing")
        .that(worth <= most, "points", "more_than_may_be_paid")
        .done()?;
    let key = format!("pay:{}:{}", payment.source, payment.reference);
    if let Some(known) = queries::once(tx, &key)? {
        let mine = members_of(tx, payment.customer)?.iter().any(|member| member.id == known.member_id);
        return if mine && known.points == -payment.points {
            let worth = Money(known.base.unwrap_or(0));
            Ok((known, worth))
        } else {
            Err(codes::REFERENCE_TAKEN.conflict())
        };
    }
    let by = by(tx);
    let head = Head {
        source: payment.source.clone(),
        reference: payment.reference.clone(),
        once_key: Some(key),
        base: Some(worth),
        rules_version: Some(rules.version),
        by_id: by.0,
        by_name: by.1,
        ..Head::own(PointsEntryKind::Spend)
    };
    let entry = spend(tx, &rules, payment.customer, head, payment.points)?;
    Ok((entry, Money(worth)))
}

/// The rules, where the programme is on.
pub(crate) fn on(tx: &mut Tx<'_>) -> Result<RulesVersion> {
    let rules = queries::rules(tx)?;
    if rules.rules.enabled { Ok(rules) } else { Err(codes::OFF.conflict()) }
}

/// Uses points of somebody.
pub(crate) fn spend(
    tx: &mut Tx<'_>,
    rules: &RulesVersion,
    customer: CustomerId,
    head: Head,
    points: i64,
) -> Result<PointsEntry> {
    let mut purse = open(tx, customer)?.ok_or(Error::NotFound)?;
    let entry = purse.use_up(head, points, PointsAccount::Spent)?;
    close(tx, purse, rules)?;
    Ok(entry)
}

/// Gives back what an entry used: all that did not come back yet, or a part of it.
///
/// # Errors
/// `loyalty.undone` for more than was used, or for what uses nothing.
pub fn give_back(tx: &mut Tx<'_>, id: Id<PointsEntry>, points: Option<i64>, reason: &str) -> Result<PointsEntry> {
    let rules = queries::rules(tx)?;
    let used = queries::lock_entry(tx, id)?;
    let left = -used.points - used.undone;
    let points = points.unwrap_or(left);
    if used.kind != PointsEntryKind::Spend || points < 1 || points > left {
        return Err(Error::Conflict(codes::UNDONE, Params::from([("left", left.max(0).into())])));
    }
    let postings: Vec<PointsPosting> = queries::postings(tx, &[id])?;
    let lots: Vec<_> = postings.iter().map(|posting| posting.lot_id).collect();
    let owner = queries::member(tx, used.member_id)?.customer_id;
    let by = by(tx);
    let head = Head {
        source: used.source.clone(),
        reference: used.reference.clone(),
        about_id: Some(id),
        reason: reason.to_owned(),
        by_id: by.0,
        by_name: by.1,
        ..Head::own(PointsEntryKind::Return)
    };
    let (now, zone) = (tx.now(), days::zone(tx)?);
    let again = days::days_from(&zone, now, rules.rules.expiry.returned_days)?;
    let mut purse = open_with(tx, owner, &lots)?;
    let entry = purse.give_back(head, &postings, used.undone, points, &again)?;
    queries::undo(tx, id, used.undone + points, used.refunded)?;
    close(tx, purse, &rules)?;
    let trail = Entry::new("loyalty.given_back", "points_entry", id).created(&json!({ "points": points }));
    audit::api::record(tx, trail.reason(reason))?;
    Ok(entry)
}

/// Gives points that are not for an order, once under this key: for a birthday, a recommendation, by hand.
pub(crate) fn grant(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    head: Head,
    rule: &str,
    points: i64,
    pending_days: i64,
) -> Result<Option<PointsEntry>> {
    if let Some(key) = &head.once_key
        && queries::once(tx, key)?.is_some()
    {
        return Ok(None);
    }
    let rules = queries::rules(tx)?;
    let Some(mut purse) = open(tx, customer)? else { return Ok(None) };
    let (now, zone) = (tx.now(), days::zone(tx)?);
    let head = Head { parts: Parts::one(rule, points), rules_version: Some(rules.version), ..head };
    let expires = days::expiry(&zone, &rules.rules.expiry, now)?;
    let entry = purse.earn(head, points, days::matures(&zone, now, pending_days)?, expires)?;
    close(tx, purse, &rules)?;
    Ok(Some(entry))
}

/// Does what time brought for everybody, as the hourly job does: points that can be used, that expired, tiers.
///
/// # Errors
/// From the database.
pub fn look_again(tx: &mut Tx<'_>) -> Result<()> {
    while crate::jobs::catch_up(tx)? > 0 {}
    Ok(())
}

/// Who acts, for an entry.
pub(crate) fn by(tx: &Tx<'_>) -> (Option<kernel::UserId>, String) {
    match tx.actor() {
        kernel::Actor::Staff(staff) => (Some(staff.id), staff.name.clone()),
        _ => (None, String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r030_parts_of_a_refund_add_up_to_the_whole() {
        for (points, base, steps) in [(100, 9_999, 7), (1, 300, 3), (333, 1_000, 9), (128, 12_850, 5)] {
            let mut refunded = 0;
            let mut undone = 0;
            for at in 1..=steps {
                refunded = if at == steps { base } else { refunded + base / steps };
                let target = share(points, refunded, base);
                assert!(target >= undone, "nothing is given back by a refund");
                undone = target;
            }
            assert_eq!(undone, points);
        }
        assert_eq!(share(50, 0, 0), 50);
    }
}
