//! Who may define what is kept, and who sees and changes which field. Whose customer it is, `customers` says.

use access::Role;
use http::Permission;
use kernel::{Actor, Id, Owned, Permit, Reach, Result, Timestamp};
use store::Tx;

use crate::model::{CustomerField, CustomerFieldRoles};

/// To say which fields there are.
pub(crate) const MANAGE: &str = "profiles.manage";

/// To change and withdraw what others noticed.
pub(crate) const CURATE: &str = "profiles.curate";

pub(crate) const PERMISSIONS: &[Permission] =
    &[Permission::whole(MANAGE), Permission::whole(CURATE).at_first(None, Some(Reach::All), Some(Reach::All))];

/// Whether the actor changes and withdraws what others noticed, of customers whom they may change.
pub(crate) fn curates(actor: &Actor) -> bool {
    actor.has(CURATE)
}

/// To say what is kept of customers.
pub(crate) fn may_manage(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &Owned::NOBODY, now)
}

/// With whose eyes fields are looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Eyes {
    /// The product itself.
    All,
    /// Somebody in this role.
    Role(Id<Role>),
    /// Somebody without a role.
    None,
}

impl Eyes {
    /// Those of the actor: one statement for somebody of the department.
    pub(crate) fn of(tx: &mut Tx<'_>) -> Result<Self> {
        match tx.actor() {
            Actor::System(_) => Ok(Self::All),
            Actor::Staff(staff) => {
                let id = staff.id;
                access::api::user(tx, id).map(|user| Self::Role(user.role_id))
            }
            Actor::Visitor(_) | Actor::Anonymous => Ok(Self::None),
        }
    }

    fn among(self, roles: &CustomerFieldRoles) -> bool {
        match self {
            Self::All => true,
            Self::Role(role) => roles.0.is_empty() || roles.0.contains(&role),
            Self::None => false,
        }
    }

    /// Whether the field shows, of a customer whom the actor may see.
    pub(crate) fn see(self, field: &CustomerField) -> bool {
        self.among(&field.seen_by)
    }

    /// Whether the field may be changed, of a customer whom the actor may change.
    pub(crate) fn change(self, field: &CustomerField) -> bool {
        self.see(field) && self.among(&field.changed_by)
    }
}
