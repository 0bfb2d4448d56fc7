//! Whether a record may be said to be solved: what a module below may veto.

use kernel::Result;
use store::Tx;

use crate::model::InquiryRecord;

/// What `promises` registers, as a part `Box<dyn Settling>`.
pub trait Settling: Send + Sync {
    /// Refuses while something about this record is still owed to whoever asked.
    ///
    /// # Errors
    /// [`kernel::Error::Conflict`] with a code of its own.
    fn may_settle(&self, tx: &mut Tx<'_>, record: &InquiryRecord) -> Result<()>;
}

/// Until somebody says otherwise, nothing is owed.
struct Freely;

impl Settling for Freely {
    fn may_settle(&self, _tx: &mut Tx<'_>, _record: &InquiryRecord) -> Result<()> {
        Ok(())
    }
}

pub(crate) fn freely() -> Box<dyn Settling> {
    Box::new(Freely)
}
