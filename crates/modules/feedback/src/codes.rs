//! Refusals of this module.

use kernel::Code;

pub(crate) const CLOSED: Code = Code::new("feedback.closed");
pub(crate) const NOT_OPEN: Code = Code::new("feedback.not_open");
pub(crate) const NOT_ANSWERED: Code = Code::new("feedback.not_answered");
pub(crate) const NOT_OVER: Code = Code::new("feedback.not_over");
pub(crate) const STALE: Code = Code::new("feedback.stale");
pub(crate) const SAME_OWNER: Code = Code::new("feedback.same_owner");
pub(crate) const SAME_KIND: Code = Code::new("feedback.same_kind");
pub(crate) const OWN_RECOGNITION: Code = Code::new("feedback.own_recognition");
pub(crate) const OWN_REWARD: Code = Code::new("feedback.own_reward");
pub(crate) const NOBODY_NAMED: Code = Code::new("feedback.nobody_named");
pub(crate) const REWARDED: Code = Code::new("feedback.rewarded");
pub(crate) const NO_BUDGET: Code = Code::new("feedback.no_budget");
pub(crate) const OVER_BUDGET: Code = Code::new("feedback.over_budget");
pub(crate) const BELOW_SPENT: Code = Code::new("feedback.below_spent");
pub(crate) const NOT_ADOPTED: Code = Code::new("feedback.not_adopted");
pub(crate) const AWARDED: Code = Code::new("feedback.awarded");
