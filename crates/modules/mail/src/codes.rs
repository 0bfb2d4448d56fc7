//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("mail.stale");
pub(crate) const ADDRESS_TAKEN: Code = Code::new("mail.address_taken");
/// Somebody else has the customer's conversation by this mailbox.
pub(crate) const THEIRS: Code = Code::new("mail.theirs");
/// What is written to this address is another customer's.
pub(crate) const ADDRESS_OF_ANOTHER: Code = Code::new("mail.address_of_another");
/// No address of the customer is known.
pub(crate) const NO_ADDRESS: Code = Code::new("mail.no_address");
/// The conversation has no mail to go on from.
pub(crate) const NO_THREAD: Code = Code::new("mail.no_thread");
/// It is opened by a password, not by a provider.
pub(crate) const BY_PASSWORD: Code = Code::new("mail.by_password");
pub(crate) const NOT_FAILED: Code = Code::new("mail.not_failed");
