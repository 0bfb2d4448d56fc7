//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("knowledge.stale");
pub(crate) const CODE_TAKEN: Code = Code::new("knowledge.code_taken");
pub(crate) const TOO_MANY: Code = Code::new("knowledge.too_many");
pub(crate) const NO_UNIT: Code = Code::new("knowledge.no_unit");
/// It waits for its reviewer: nobody changes it under their eyes.
pub(crate) const IN_REVIEW: Code = Code::new("knowledge.in_review");
/// There is nothing being written that could be handed in.
pub(crate) const NOT_DRAFT: Code = Code::new("knowledge.not_draft");
/// Nothing waits for a reviewer.
pub(crate) const NOT_IN_REVIEW: Code = Code::new("knowledge.not_in_review");
/// Nobody reviews what they wrote.
pub(crate) const OWN_WORDS: Code = Code::new("knowledge.own_words");
pub(crate) const NOT_PUBLISHED: Code = Code::new("knowledge.not_published");
pub(crate) const ARCHIVED: Code = Code::new("knowledge.archived");
pub(crate) const NOT_ARCHIVED: Code = Code::new("knowledge.not_archived");
/// A newer version is being written already.
pub(crate) const DRAFT_THERE: Code = Code::new("knowledge.draft_there");
/// Others stand below it, or articles under it.
pub(crate) const CATEGORY_IN_USE: Code = Code::new("knowledge.category_in_use");
pub(crate) const TOO_MANY_CATEGORIES: Code = Code::new("knowledge.too_many_categories");
/// Somebody writes the answer, or it was answered or dismissed.
pub(crate) const GAP_NOT_OPEN: Code = Code::new("knowledge.gap_not_open");
