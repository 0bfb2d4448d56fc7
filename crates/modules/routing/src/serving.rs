//! Who may take what waits in a queue, for `tasks`.

use kernel::{QueueId, Result, UserId};
use store::Tx;
use tasks::Pools;

use crate::{policy, queries};

struct Served;

impl Pools for Served {
    fn queues(&self, tx: &mut Tx<'_>, user: UserId) -> Result<Vec<QueueId>> {
        if access::api::reach_of(tx, user, policy::WORK)?.is_none() {
            return Ok(Vec::new());
        }
        let queues = queries::queues(tx)?;
        Ok(queues.all.iter().filter(|queue| queues.serves(queue, user)).map(|queue| queue.id).collect())
    }
}

pub(crate) fn served() -> Box<dyn Pools> {
    Box::new(Served)
}
