//! Refusals of this module.

use kernel::Code;

/// Somebody else changed it.
pub(crate) const STALE: Code = Code::new("hygiene.stale");
/// No number or address of this kind is known.
pub(crate) const NO_CONTACT: Code = Code::new("hygiene.no_contact");
/// Nobody is left who could be removed.
pub(crate) const NOBODY: Code = Code::new("hygiene.nobody");
/// It is not being worked on.
pub(crate) const NOT_RUNNING: Code = Code::new("hygiene.not_running");
/// It was not stopped.
pub(crate) const NOT_STOPPED: Code = Code::new("hygiene.not_stopped");
/// Nobody else may agree to so many.
pub(crate) const NO_APPROVER: Code = Code::new("hygiene.no_approver");
