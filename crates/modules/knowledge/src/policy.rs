//! Who may use, and who may write, which canned replies.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Timestamp, UnitId, UserId};
use store::Tx;

use crate::model::{CannedReply, CannedScope};

const READ: &str = "knowledge.read";
const TEAM: &str = "knowledge.team";
pub(crate) const MANAGE: &str = "knowledge.manage";
const EVERYBODY: Option<Reach> = Some(Reach::All);

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::whole(READ).at_first(EVERYBODY, EVERYBODY, EVERYBODY),
    Permission::reaching(TEAM).at_first(None, Some(Reach::Team), Some(Reach::Department)),
    Permission::whole(MANAGE).at_first(None, None, EVERYBODY),
];

/// Whose replies somebody may use: their own, and those of the units they stand in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Desk {
    pub user: UserId,
    /// The person's unit and all above it.
    pub units: Vec<UnitId>,
}

impl Desk {
    pub(crate) fn holds(&self, reply: &CannedReply) -> bool {
        match reply.scope {
            CannedScope::Personal => reply.owner_id == Some(self.user),
            CannedScope::Team => reply.unit_id.is_some_and(|unit| self.units.contains(&unit)),
            CannedScope::All => true,
        }
    }
}

/// What the actor may use.
pub(crate) fn may_use(tx: &mut Tx<'_>) -> Result<Desk> {
    let _scope = tx.actor().scope(READ)?;
    let (user, unit) = {
        let staff = tx.actor().staff()?;
        (staff.id, staff.unit)
    };
    let units = match unit {
        Some(unit) => people::api::tree(tx)?.line(unit).into_iter().map(|unit| unit.id).collect(),
        None => Vec::new(),
    };
    Ok(Desk { user, units })
}

/// To write, change or delete one of this scope, so owned: one's own always, a team's as far as
/// one's permission reaches, everybody's with the permission to manage them, which covers teams too.
pub(crate) fn may_write(actor: &Actor, scope: CannedScope, owned: &Owned, now: Timestamp) -> Result<Permit> {
    match scope {
        CannedScope::Personal if actor.staff()?.id == owned.owner.ok_or(Error::NotFound)? => {
            actor.permit(READ, &Owned::NOBODY, now)
        }
        CannedScope::Personal => Err(Error::NotFound),
        CannedScope::Team if !actor.has(MANAGE) => actor.permit(TEAM, owned, now),
        CannedScope::Team | CannedScope::All => actor.permit(MANAGE, &Owned::NOBODY, now),
    }
}

pub(crate) fn may_change(actor: &Actor, reply: &CannedReply, now: Timestamp) -> Result<Permit> {
    may_write(actor, reply.scope, &Owned::by(reply.owner_id, reply.unit_id), now)
}
