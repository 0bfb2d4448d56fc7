//! A member as they go out.

use kernel::Result;
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    api,
    model::{LoyaltyRules, Member, TierBasis},
    policy,
};

/// A member, with what a list shows beside them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LoyaltyMemberView)]
pub(crate) struct MemberView {
    #[serde(flatten)]
    pub member: Member,
    /// The customer's name; empty while unknown.
    pub customer_name: String,
    /// What their tier is called; none without one.
    pub tier_name: Option<String>,
    /// How it is drawn.
    pub tier_colour: Option<String>,
    /// The tier above, and how much more counts for it.
    pub next_tier: Option<NextTier>,
    /// Whether points or money count.
    pub basis: TierBasis,
    /// Whether the caller may use their points for them.
    pub may_serve: bool,
    /// Whether the caller may give and take points by hand.
    pub may_adjust: bool,
}

/// What is missing for the tier above.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct NextTier {
    /// What it is called.
    pub name: String,
    /// What qualifies for it: points, or money in minor units.
    pub from: i64,
    /// How much is missing.
    pub missing: i64,
}

/// The tier above, and what is missing for it.
pub(crate) fn next(rules: &LoyaltyRules, member: &Member) -> Option<NextTier> {
    let tier = rules.tier(member.tier_rank + 1)?;
    Some(NextTier { name: tier.name.clone(), from: tier.from, missing: (tier.from - member.qualifying).max(0) })
}

pub(crate) fn view(tx: &mut Tx<'_>, rules: &LoyaltyRules, mut member: Member, name: String) -> Result<MemberView> {
    // As time has made it, whether or not that was written down yet.
    if let Some(balance) = api::balance(tx, member.customer_id)? {
        (member.balance, member.pending, member.debt) = (balance.active, balance.pending, balance.debt);
    }
    Ok(told(tx, rules, member, name))
}

pub(crate) fn told(tx: &Tx<'_>, rules: &LoyaltyRules, member: Member, name: String) -> MemberView {
    let tier = rules.tier(member.tier_rank);
    let may = |permission| policy::may(tx.actor(), permission, &member, tx.now()).is_ok();
    MemberView {
        customer_name: name,
        tier_name: tier.map(|tier| tier.name.clone()),
        tier_colour: tier.map(|tier| tier.colour.clone()),
        next_tier: next(rules, &member),
        basis: rules.tiers.basis,
        may_serve: may(policy::SERVE),
        may_adjust: may(policy::ADJUST),
        member,
    }
}
