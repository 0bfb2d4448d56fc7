//! On whose authority somebody may decide: their own, and that of colleagues who delegated to them.

use std::{collections::HashMap, sync::Arc};

use access::{Place, Placement, Role};
use kernel::{Actor, Error, Id, Money, Permit, Result, Staff, Timestamp, UserId};
use store::Tx;

use crate::{
    model::{Approval, ApprovalKind, AuthorityLimits, Decision, Delegation, Hand},
    policy, queries,
};

/// The matrix as it was set; until somebody does, the first one.
pub(crate) fn limits(tx: &mut Tx<'_>) -> Result<AuthorityLimits> {
    if let Some(limits) = queries::limits(tx)? {
        return Ok(limits);
    }
    let deciding = access::api::roles_granting(tx, policy::DECIDE)?;
    Ok(AuthorityLimits::first(&deciding.iter().map(|(role, reach)| (role.id, *reach)).collect::<Vec<_>>()))
}

/// Whether somebody else than who acts could agree to so much of this kind now, by their role: who reaches the unit is seen
/// when it is decided.
pub(crate) fn somebody_may(tx: &mut Tx<'_>, kind: ApprovalKind, currency: Option<&str>, amount: Money) -> Result<bool> {
    let (limits, me) = (limits(tx)?, tx.actor().staff()?.id);
    for (id, _) in access::api::granted(tx, policy::DECIDE)? {
        let role = access::api::user(tx, id)?.role_id;
        if id != me && limits.of(role, kind, currency) >= amount {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Everybody on whose authority the actor may decide now, and how far each authority goes.
pub(crate) struct Authorities {
    me: UserId,
    holders: Vec<Holder>,
    limits: AuthorityLimits,
    now: Timestamp,
}

/// One authority: somebody's own role and reach, asked as if they acted themselves.
struct Holder {
    id: UserId,
    role: Id<Role>,
    actor: Actor,
    /// What was delegated; everything when it is one's own.
    kinds: Option<Vec<ApprovalKind>>,
}

impl Authorities {
    /// Those of the actor, their own first.
    pub(crate) fn of_actor(tx: &mut Tx<'_>, placement: &dyn Placement) -> Result<Self> {
        let (actor, now) = (tx.actor().clone(), tx.now());
        let me = actor.staff()?.id;
        let role = access::api::user(tx, me)?.role_id;
        let mut holders = vec![Holder { id: me, role, actor, kinds: None }];
        for delegation in queries::delegations_to(tx, me, now)?.into_iter().filter(|one| one.holds(now)) {
            holders.extend(delegated(tx, placement, delegation)?);
        }
        Ok(Self { me, holders, limits: limits(tx)?, now })
    }

    /// The hands the actor could lend to this request, with the permit each rests on: those whose
    /// reach covers the applicant. Narrowed to one authority if `in_name_of` names it.
    pub(crate) fn hands(&self, approval: &Approval, in_name_of: Option<UserId>) -> Vec<(Permit, Hand)> {
        let named = self.holders.iter().filter(|holder| in_name_of.is_none_or(|name| name == holder.id));
        let fitting = named.filter(|holder| holder.kinds.as_ref().is_none_or(|kinds| kinds.contains(&approval.kind)));
        fitting
            .filter_map(|holder| {
                let permit = policy::may_decide(&holder.actor, approval, self.now).ok()?;
                let limit = self.limits.of(holder.role, approval.kind, approval.currency.as_deref());
                Some((permit, Hand { by: self.me, in_name_of: holder.id, limit }))
            })
            .collect()
    }

    /// Whether the actor may see this request: by the policy, or because it lies within an authority
    /// they may lend a hand to, even where a rule then keeps them from deciding it.
    pub(crate) fn may_see(&self, actor: &Actor, approval: &Approval, steps: &[Decision]) -> Result<()> {
        policy::may_see(actor, approval, steps, !self.hands(approval, None).is_empty())
    }

    /// Whether the actor may decide this request now, on whatever authority.
    pub(crate) fn may_decide(&self, approval: &Approval, earlier: &[Decision]) -> bool {
        self.hands(approval, None).iter().any(|(_, hand)| approval.may_be_decided_by(earlier, hand).is_ok())
    }
}

/// The delegator's authority as it is today: none once they are suspended or may no longer decide.
fn delegated(tx: &mut Tx<'_>, placement: &dyn Placement, delegation: Delegation) -> Result<Option<Holder>> {
    let id = delegation.delegator_id;
    let user = match access::api::user(tx, id) {
        Ok(user) => user,
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(reach) = access::api::reach_of(tx, id, policy::DECIDE)? else { return Ok(None) };
    let Place { unit, team, department } = placement.place(tx, id)?;
    let grants = HashMap::from([(policy::DECIDE.to_owned(), reach)]);
    let staff = Staff { id, name: user.name, unit, team, department, grants };
    let actor = Actor::Staff(Arc::new(staff));
    Ok(Some(Holder { id, role: user.role_id, actor, kinds: Some(delegation.kinds.0) }))
}
