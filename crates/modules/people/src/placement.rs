//! Answers `access` where a person stands, and so how far their permissions reach.

use access::{Place, Placement};
use audit::api::Entry;
use kernel::{Result, UnitId, UserId};
use store::{Fact, Tx};

use crate::{
    api,
    events::MemberMoved,
    model::{Member, Membership},
    queries,
};

struct InTheTree;

impl Placement for InTheTree {
    fn place(&self, tx: &mut Tx<'_>, user: UserId) -> Result<Place> {
        let (revision, unit) = queries::standing(tx, user)?;
        let Some(unit) = unit else { return Ok(Place::default()) };
        Ok(api::tree_at(tx, revision)?.place(unit))
    }

    fn has_unit(&self, tx: &mut Tx<'_>, unit: UnitId) -> Result<bool> {
        Ok(api::tree(tx)?.unit(unit).is_some_and(|unit| !unit.is_closed()))
    }

    fn unit_named(&self, tx: &mut Tx<'_>, name: &str) -> Result<Option<UnitId>> {
        Ok(api::tree(tx)?.named(name))
    }

    fn settle(&self, tx: &mut Tx<'_>, user: UserId, unit: UnitId) -> Result<()> {
        if !self.has_unit(tx, unit)? {
            return Ok(());
        }
        let (id, since) = (tx.new_id(), tx.now());
        let seen = queries::member(tx, user)?;
        begin(tx, &seen, &Membership { id, user_id: user, unit_id: Some(unit), post_id: None, since, until: None })
            .map(drop)
    }
}

pub(crate) fn placement() -> Box<dyn Placement> {
    Box::new(InTheTree)
}

/// Ends where somebody, seen as they stand, belonged until now, and begins this.
pub(crate) fn begin(tx: &mut Tx<'_>, seen: &Member, membership: &Membership) -> Result<Member> {
    let user_id = membership.user_id;
    queries::begin_membership(tx, membership)?;
    let member = queries::member(tx, user_id)?;
    audit::api::record(tx, Entry::new("people.member_moved", "user", user_id).change(seen, &member))?;
    let (unit_id, post_id, from_unit_id) = (membership.unit_id, membership.post_id, seen.unit_id);
    tx.emit(Fact::new(MemberMoved::KIND, user_id, &MemberMoved { user_id, unit_id, post_id, from_unit_id })?);
    Ok(member)
}
