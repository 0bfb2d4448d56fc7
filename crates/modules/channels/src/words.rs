//! The texts a channel begins with, by language.

use std::sync::LazyLock;

use http::Languages;

static TEXTS: LazyLock<Languages> = LazyLock::new(|| Languages::of(crate::LOCALES));

/// The text of this key, in the language rows of older releases have.
pub(crate) fn word(key: &str) -> String {
    TEXTS.texts("zh-CN").word(key).to_owned()
}

/// A text as it is while nobody changed it: see [`Languages::said_in`].
pub(crate) fn said_in(locale: &str, text: &str) -> String {
    TEXTS.said_in(locale, text)
}
