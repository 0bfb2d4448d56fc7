//! What customers read.

use std::sync::LazyLock;

use http::{Languages, Texts};

static TEXTS: LazyLock<Languages> = LazyLock::new(|| Languages::of(crate::LOCALES));

/// The words in this language.
pub(crate) fn words(locale: &str) -> &'static Texts {
    TEXTS.texts(locale)
}
