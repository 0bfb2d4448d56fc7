//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("loyalty.stale");
pub(crate) const OFF: Code = Code::new("loyalty.off");
pub(crate) const NOT_ENOUGH: Code = Code::new("loyalty.not_enough");
pub(crate) const UNDONE: Code = Code::new("loyalty.undone");
pub(crate) const NOT_MONEY: Code = Code::new("loyalty.not_money");
pub(crate) const MEMBER_ALREADY: Code = Code::new("loyalty.member_already");
pub(crate) const REFERENCE_TAKEN: Code = Code::new("loyalty.reference_taken");
pub(crate) const OF_A_REWARD: Code = Code::new("loyalty.of_a_reward");
