//! Who serves whom, for `customers`.

use customers::Serving;
use kernel::{CustomerId, Result, UserId};
use store::Tx;

use crate::queries;

/// For so long after a conversation is over its customer can still be seen, in milliseconds.
const WRAP_UP_MS: i64 = 24 * 60 * 60 * 1_000;

struct Talking;

impl Serving for Talking {
    fn serves(&self, tx: &mut Tx<'_>, user: UserId, customer: CustomerId) -> Result<bool> {
        let since = tx.now().plus_millis(-WRAP_UP_MS);
        queries::serves(tx, user, customer, since)
    }
}

pub(crate) fn talking() -> Box<dyn Serving> {
    Box::new(Talking)
}
