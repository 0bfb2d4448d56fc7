//! What the knowledge asks of conversations, which lie below it.

use kernel::{CustomerId, Error, Result};
use store::Tx;

/// A conversation, as far as the knowledge is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Talk {
    /// With whom.
    pub customer: CustomerId,
    /// What the customer said since they were last answered, or said last; empty for nothing.
    pub said: String,
}

/// What `conversations` registers, as a part `Box<dyn Talks>`.
pub trait Talks: Send + Sync {
    /// The conversation of this id, when the actor may read it.
    ///
    /// # Errors
    /// [`Error::NotFound`] without one the actor may see; from the database.
    fn talk(&self, tx: &mut Tx<'_>, conversation: &str) -> Result<Talk>;
}

/// Until `conversations` says otherwise there are none.
struct Silence;

impl Talks for Silence {
    fn talk(&self, _tx: &mut Tx<'_>, _conversation: &str) -> Result<Talk> {
        Err(Error::NotFound)
    }
}

pub(crate) fn silence() -> Box<dyn Talks> {
    Box::new(Silence)
}
