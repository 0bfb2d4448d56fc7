//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("loyalty.stale");
pub(crate) const OFF: Code = Code::new("loyalty.off");
pub(crate) const NOT_ENOUGH: Code = Code::new("loyalty.not_enough");
pub(crate) const UNDONE: Code = Code::new("loyalty.undone");
pub(crate) const NOT_MONEY: Code = Code::new("loyalty.not_money");
pub(crate) const MEMBER_ALREADY: Code = Code::new("loyalty.member_already");
pub(crate) const REFERENCE_TAKEN: Code = Code::new("loyalty.reference_taken");
pub(crate) const NOT_OFFERED: Code = Code::new("loyalty.not_offered");
pub(crate) const TIER_TOO_LOW: Code = Code::new("loyalty.tier_too_low");
pub(crate) const HAD_ALREADY: Code = Code::new("loyalty.had_already");
pub(crate) const OUT_OF_STOCK: Code = Code::new("loyalty.out_of_stock");
pub(crate) const CLOSED: Code = Code::new("loyalty.closed");
pub(crate) const REFERRED_UNKNOWN: Code = Code::new("loyalty.referred_unknown");
pub(crate) const SELF_REFERRAL: Code = Code::new("loyalty.self_referral");
pub(crate) const REFERRED_ALREADY: Code = Code::new("loyalty.referred_already");
pub(crate) const CUSTOMER_ALREADY: Code = Code::new("loyalty.customer_already");
pub(crate) const RING: Code = Code::new("loyalty.ring");
pub(crate) const NO_PAGE: Code = Code::new("loyalty.no_page");
pub(crate) const OF_A_REWARD: Code = Code::new("loyalty.of_a_reward");
