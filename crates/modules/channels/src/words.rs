//! The texts a channel begins with, by language.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

#[derive(Deserialize)]
struct Catalogue {
    texts: BTreeMap<String, String>,
}

static TEXTS: LazyLock<BTreeMap<&'static str, BTreeMap<String, String>>> = LazyLock::new(|| {
    let read = |text| serde_json::from_str::<Catalogue>(text).expect("the module's own catalogue").texts;
    crate::LOCALES.iter().map(|(locale, text)| (*locale, read(text))).collect()
});

/// The text of this key, in the language rows of older releases have.
pub(crate) fn word(key: &str) -> String {
    TEXTS.get("zh-CN").and_then(|texts| texts.get(key)).cloned().unwrap_or_default()
}

/// A text as it is while nobody changed it: ours in whichever language, said in this one. Any other
/// stays as it is.
pub(crate) fn said_in(locale: &str, text: &str) -> String {
    let ours = TEXTS.values().flatten().find(|(_, known)| *known == text).map(|(key, _)| key);
    ours.and_then(|key| TEXTS.get(locale)?.get(key)).map_or_else(|| text.to_owned(), Clone::clone)
}
