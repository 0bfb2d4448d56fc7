//! The texts of a file of opportunities, by language.

use std::sync::LazyLock;

use http::{Languages, Texts};

static TEXTS: LazyLock<Languages> = LazyLock::new(|| Languages::of(crate::LOCALES));

/// The texts in this language, or in Chinese.
pub(crate) fn texts(locale: &str) -> &'static Texts {
    TEXTS.texts(locale)
}
