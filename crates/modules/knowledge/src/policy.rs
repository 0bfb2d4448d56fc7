//! Who may use, and who may write, which canned replies and articles.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Timestamp, UnitId, UserId};
use store::Tx;

use crate::model::{Article, CannedReply, CannedScope};

const READ: &str = "knowledge.read";
const TEAM: &str = "knowledge.team";
pub(crate) const MANAGE: &str = "knowledge.manage";
const WRITE: &str = "knowledge.write";
/// Also what makes a lead somebody who is asked to review.
pub(crate) const REVIEW: &str = "knowledge.review";
const EVERYBODY: Option<Reach> = Some(Reach::All);

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::whole(READ).at_first(EVERYBODY, EVERYBODY, EVERYBODY),
    Permission::reaching(TEAM).at_first(None, Some(Reach::Team), Some(Reach::Department)),
    Permission::whole(MANAGE).at_first(None, None, EVERYBODY),
    Permission::whole(WRITE).at_first(None, EVERYBODY, EVERYBODY),
    Permission::whole(REVIEW).at_first(None, EVERYBODY, EVERYBODY),
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

/// Which articles somebody sees: those in force for everybody or for their units; who writes or reviews sees all.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    desk: Desk,
    all: bool,
}

impl Sight {
    /// Whose desk narrows what is seen, if it is.
    pub(crate) fn desk(&self) -> Option<&Desk> {
        (!self.all).then_some(&self.desk)
    }

    /// Whether drafts and what is out of force are seen.
    pub(crate) fn sees_drafts(&self) -> bool {
        self.all
    }

    pub(crate) fn covers(&self, article: &Article) -> bool {
        let near = article.unit_id.is_none_or(|unit| self.desk.units.contains(&unit));
        self.all || (near && article.in_force())
    }
}

/// What the actor sees of the articles.
pub(crate) fn may_see(tx: &mut Tx<'_>) -> Result<Sight> {
    let desk = may_use(tx)?;
    let all = tx.actor().has(WRITE) || tx.actor().has(REVIEW);
    Ok(Sight { desk, all })
}

pub(crate) fn may_write_articles(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(WRITE, &Owned::NOBODY, now)
}

/// To publish, give back, archive, and sort what there is into categories.
pub(crate) fn may_review(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(REVIEW, &Owned::NOBODY, now)
}

/// The product itself, following what happened.
pub(crate) fn vouched(now: Timestamp) -> Result<Permit> {
    Actor::System("knowledge").permit(WRITE, &Owned::NOBODY, now)
}
