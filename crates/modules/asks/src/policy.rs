//! Who may see, ask, answer and sort.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp};

use crate::model::Ask;

const READ: &str = "asks.read";
const ASK: &str = "asks.ask";
/// Also what makes a lead somebody who can be asked.
pub(crate) const ANSWER: &str = "asks.answer";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(READ),
    Permission::reaching(ASK),
    Permission::reaching(ANSWER).at_first(None, Some(Reach::Team), Some(Reach::Department)),
];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

/// Whoever is asked sees it, wherever the asker belongs.
pub(crate) fn may_see(actor: &Actor, ask: &Ask) -> Result<()> {
    let scope = may_read(actor)?;
    if scope.covers(&ask.owned()) || scope.covers(&ask.asked_of()) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

pub(crate) fn may_ask(actor: &Actor, owned: &Owned, now: Timestamp) -> Result<Permit> {
    actor.permit(ASK, owned, now)
}

/// Whoever asked, and whoever may answer, goes on with the thread.
pub(crate) fn may_say(actor: &Actor, ask: &Ask, now: Timestamp) -> Result<Permit> {
    on_sight(actor, ask, [(ASK, ask.owned()), (ANSWER, ask.asked_of())], now)
}

pub(crate) fn may_answer(actor: &Actor, ask: &Ask, now: Timestamp) -> Result<Permit> {
    on_sight(actor, ask, [(ANSWER, ask.asked_of())], now)
}

pub(crate) fn may_withdraw(actor: &Actor, ask: &Ask, now: Timestamp) -> Result<Permit> {
    on_sight(actor, ask, [(ASK, ask.owned())], now)
}

/// What one sees but may not change is forbidden; what one does not see is not there.
fn on_sight<const N: usize>(
    actor: &Actor,
    ask: &Ask,
    any: [(&'static str, Owned); N],
    now: Timestamp,
) -> Result<Permit> {
    may_see(actor, ask)?;
    let mut answer = Err(Error::Forbidden(any[0].0));
    for (permission, owned) in any {
        match actor.permit(permission, &owned, now) {
            Ok(permit) => return Ok(permit),
            Err(Error::NotFound) => {}
            Err(error) => answer = Err(error),
        }
    }
    answer
}

/// The product itself, telling what happened.
pub(crate) fn vouched(now: Timestamp) -> Result<Permit> {
    Actor::System("asks").permit(ANSWER, &Owned::NOBODY, now)
}
