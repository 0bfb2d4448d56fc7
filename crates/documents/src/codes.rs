//! Refusals of this crate.

use kernel::Code;

/// There is no typeface with Chinese characters to set a PDF with.
pub(crate) const NO_FONT: Code = Code::new("documents.no_font");
