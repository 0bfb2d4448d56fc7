//! Refusals of this module.

use kernel::Code;

/// Somebody else changed the segment meanwhile.
pub(crate) const STALE: Code = Code::new("segments.stale");
/// There are as many segments as there may be.
pub(crate) const TOO_MANY: Code = Code::new("segments.too_many");
/// Its rule is about persons in a way that only counts of five and more may tell.
pub(crate) const PERSONAL: Code = Code::new("segments.personal");
/// It is put away.
pub(crate) const REMOVED: Code = Code::new("segments.removed");
/// Nobody kept who was in it that early.
pub(crate) const NOT_KEPT: Code = Code::new("segments.not_kept");
/// An export is over.
pub(crate) const EXPORT_ENDED: Code = Code::new("segments.export_ended");
/// Its file is not there: not yet, or not any more.
pub(crate) const NO_FILE: Code = Code::new("segments.no_file");
/// Somebody has as many exports at work as they may.
pub(crate) const EXPORTS_AT_WORK: Code = Code::new("segments.exports_at_work");
