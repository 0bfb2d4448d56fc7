//! Tasks that whoever serves a queue may take. Who serves which is known by `routing`.

use kernel::{QueueId, Result, UserId};
use store::Tx;

/// What `routing` registers, as a part `Box<dyn Pools>`: which queues somebody serves.
pub trait Pools: Send + Sync {
    /// The queues this person serves.
    ///
    /// # Errors
    /// From the database.
    fn queues(&self, tx: &mut Tx<'_>, user: UserId) -> Result<Vec<QueueId>>;
}

/// Until `routing` says otherwise, there are no queues.
struct NoQueues;

impl Pools for NoQueues {
    fn queues(&self, _tx: &mut Tx<'_>, _user: UserId) -> Result<Vec<QueueId>> {
        Ok(Vec::new())
    }
}

pub(crate) fn none() -> Box<dyn Pools> {
    Box::new(NoQueues)
}

/// The queues the actor serves.
pub(crate) fn of_actor(tx: &mut Tx<'_>, pools: &dyn Pools) -> Result<Vec<QueueId>> {
    match tx.actor().staff().map(|staff| staff.id) {
        Ok(user) => pools.queues(tx, user),
        Err(_) => Ok(Vec::new()),
    }
}
