//! Who may see what customers said, take it in, answer it; who sees the wall, writes on it, rewards and sets budgets.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp};

use crate::model::{FeedbackItem, Recognition, RewardBudget};

const READ: &str = "feedback.read";
const REGISTER: &str = "feedback.register";
const HANDLE: &str = "feedback.handle";
/// To see the wall.
const WALL: &str = "feedback.wall";
/// To write on it.
const RECOGNISE: &str = "feedback.recognise";
/// To give small rewards from a unit's budget.
const REWARD: &str = "feedback.reward";
/// To set these budgets.
const BUDGETS: &str = "feedback.budgets";
/// To set times and levels.
const RULES: &str = "feedback.rules";

const EVERYBODY: Option<Reach> = Some(Reach::All);

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(READ),
    Permission::whole(REGISTER).at_first(EVERYBODY, EVERYBODY, EVERYBODY),
    Permission::reaching(HANDLE),
    Permission::reaching(WALL).at_first(Some(Reach::Team), Some(Reach::Team), Some(Reach::Department)),
    Permission::whole(RECOGNISE).at_first(EVERYBODY, EVERYBODY, EVERYBODY),
    Permission::reaching(REWARD).at_first(None, Some(Reach::Team), Some(Reach::Department)),
    Permission::reaching(BUDGETS).at_first(None, None, Some(Reach::Department)),
    Permission::whole(RULES).at_first(None, None, EVERYBODY),
];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

/// Whoever reaches the one who has it, or the one who took it in.
pub(crate) fn may_see(actor: &Actor, item: &FeedbackItem) -> Result<()> {
    let scope = may_read(actor)?;
    if scope.covers(&item.owned()) || scope.covers(&item.registered()) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

pub(crate) fn may_register(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(REGISTER, &Owned::NOBODY, now)
}

/// What one sees but may not change is forbidden; what one does not see is not there.
pub(crate) fn may_handle(actor: &Actor, item: &FeedbackItem, now: Timestamp) -> Result<Permit> {
    may_see(actor, item)?;
    let permit = match actor.permit(HANDLE, &item.owned(), now) {
        Err(Error::NotFound) => actor.permit(HANDLE, &item.registered(), now),
        answer => answer,
    };
    permit.map_err(|error| match error {
        Error::NotFound => Error::Forbidden(HANDLE),
        other => other,
    })
}

pub(crate) fn may_see_wall(actor: &Actor) -> Result<Scope> {
    actor.scope(WALL)
}

pub(crate) fn may_recognise(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(RECOGNISE, &Owned::NOBODY, now)
}

pub(crate) fn may_reward(actor: &Actor, one: &Recognition, now: Timestamp) -> Result<Permit> {
    if !may_see_wall(actor)?.covers(&one.owned()) {
        return Err(Error::NotFound);
    }
    actor.permit(REWARD, &one.owned(), now).map_err(|error| match error {
        Error::NotFound => Error::Forbidden(REWARD),
        other => other,
    })
}

/// Those who may reward within the unit that answers it.
pub(crate) fn may_award(actor: &Actor, item: &FeedbackItem, now: Timestamp) -> Result<Permit> {
    may_see(actor, item)?;
    actor.permit(REWARD, &item.owned(), now).map_err(|error| match error {
        Error::NotFound => Error::Forbidden(REWARD),
        other => other,
    })
}

/// Budgets are seen by those who give from them and those who set them.
pub(crate) fn may_see_budgets(actor: &Actor) -> Result<Scope> {
    actor.scope(REWARD).or_else(|_| actor.scope(BUDGETS))
}

pub(crate) fn may_set_budget(actor: &Actor, budget: &RewardBudget, now: Timestamp) -> Result<Permit> {
    actor.permit(BUDGETS, &Owned::by(None, budget.unit_id), now)
}

pub(crate) fn may_set_rules(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(RULES, &Owned::NOBODY, now)
}

/// The product itself, following what happened elsewhere.
pub(crate) fn vouched(now: Timestamp) -> Result<Permit> {
    Actor::System("feedback").permit(HANDLE, &Owned::NOBODY, now)
}
