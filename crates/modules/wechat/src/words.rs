//! What stands in a transcript where a customer sent something that has no words.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

/// Texts in one language.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Texts(BTreeMap<String, String>);

impl Texts {
    /// The text of this key.
    pub(crate) fn word(&self, key: &str) -> &str {
        self.0.get(key).map_or("", String::as_str)
    }
}

static TEXTS: LazyLock<BTreeMap<&'static str, Texts>> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct Catalogue {
        texts: Texts,
    }
    let all = crate::LOCALES.iter();
    all.map(|(locale, text)| {
        let catalogue: Catalogue = serde_json::from_str(text).expect("the module's own catalogue");
        (*locale, catalogue.texts)
    })
    .collect()
});

/// The texts in this language, or in Chinese.
pub(crate) fn texts(locale: &str) -> &'static Texts {
    TEXTS.get(locale).or_else(|| TEXTS.get("zh-CN")).expect("a catalogue of its own")
}
