//! What comes due by the clock and is a transaction, or some: a job and its schedule in one.

use kernel::Result;
use store::Tx;

use crate::{Cron, Handler, JobCx};

/// Something done whenever it is due, to its end.
#[derive(Clone)]
pub struct Chore {
    /// When it is due.
    pub cron: Cron,
    /// How it is done.
    pub handler: Handler,
}

impl Chore {
    /// Does `some` whenever `pattern` (`minute hour day month weekday`) is due, each time in a transaction of its own, and
    /// again while it answers that more is left. The `name`, `module.verb`, never changes.
    ///
    /// # Errors
    /// [`kernel::Error::Internal`] for a pattern that is none, or that is never due.
    pub fn new(name: &'static str, pattern: &str, some: fn(&mut Tx<'_>) -> Result<bool>) -> Result<Self> {
        let handler = Handler::raw(name.to_owned(), move |cx: JobCx, _: &str| {
            Box::pin(async move {
                while cx.db.write(&cx.origin, some).await? {}
                Ok(())
            })
        });
        Ok(Self { cron: Cron::bare(name, pattern)?, handler })
    }
}
