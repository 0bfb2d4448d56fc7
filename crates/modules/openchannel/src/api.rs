//! What other channels use that are called and call by the same signature.

use kernel::{ChannelId, Result};
use store::Tx;

pub use crate::{
    carrier::noted,
    model::OK,
    reports::note,
    signed::{Caller, Door, SIGNATURE, Signed, TIMESTAMP},
};
use crate::{model::Report, queries};

/// How calls of a channel went, one for each outcome, the latest first.
///
/// # Errors
/// From the database.
pub fn reports(tx: &mut Tx<'_>, channel: ChannelId) -> Result<Vec<Report>> {
    queries::reports(tx, channel)
}
