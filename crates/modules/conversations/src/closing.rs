//! Whether a conversation may be ended: what a module below may veto.

use kernel::Result;
use store::Tx;

use crate::model::Conversation;

/// What `promises` registers, as a part `Box<dyn Closing>`. It is asked before staff end a conversation; a
/// customer may leave at any time.
pub trait Closing: Send + Sync {
    /// Refuses while something in this conversation is still owed to its customer.
    ///
    /// # Errors
    /// [`kernel::Error::Conflict`] with a code of its own.
    fn may_close(&self, tx: &mut Tx<'_>, conversation: &Conversation) -> Result<()>;
}

/// Until somebody says otherwise, nothing is owed.
struct Freely;

impl Closing for Freely {
    fn may_close(&self, _tx: &mut Tx<'_>, _conversation: &Conversation) -> Result<()> {
        Ok(())
    }
}

pub(crate) fn freely() -> Box<dyn Closing> {
    Box::new(Freely)
}
