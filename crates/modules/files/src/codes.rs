//! Refusals of this module.

use kernel::Code;

pub(crate) const NO_THUMBNAIL: Code = Code::new("files.no_thumbnail");
