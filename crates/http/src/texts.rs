//! The texts the product itself writes, by language: the `texts` of a module's catalogues.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Locales;

/// Texts in one language, by key.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Texts(BTreeMap<String, String>);

impl Texts {
    /// The text of this key; empty for one nobody wrote.
    pub fn word(&self, key: &str) -> &str {
        self.0.get(key).map_or("", String::as_str)
    }
}

/// A module's texts in every language it has.
#[derive(Debug)]
pub struct Languages(BTreeMap<&'static str, Texts>);

impl Languages {
    /// The `texts` of each catalogue.
    ///
    /// # Panics
    /// When a catalogue is none: it is part of the program.
    pub fn of(locales: Locales) -> Self {
        #[derive(Deserialize)]
        struct Catalogue {
            texts: Texts,
        }
        let read = |text| serde_json::from_str::<Catalogue>(text).expect("the module's own catalogue").texts;
        Self(locales.iter().map(|(locale, text)| (*locale, read(text))).collect())
    }

    /// The texts in this language, or in Chinese.
    ///
    /// # Panics
    /// Without a Chinese catalogue: every module has one.
    pub fn texts(&self, locale: &str) -> &Texts {
        self.0.get(locale).or_else(|| self.0.get("zh-CN")).expect("a catalogue of its own")
    }

    /// A text as it is while nobody changed it: ours in whichever language, said in this one. Any other
    /// stays as it is.
    pub fn said_in(&self, locale: &str, text: &str) -> String {
        let ours = self.0.values().flat_map(|texts| &texts.0).find(|(_, known)| *known == text).map(|(key, _)| key);
        ours.and_then(|key| self.0.get(locale)?.0.get(key)).map_or_else(|| text.to_owned(), Clone::clone)
    }
}

/// The language a browser asks for, `zh-CN`, `zh-TW` or `en`, by its `Accept-Language`; none of ours may be among them.
pub fn language(asked: &str) -> Option<&'static str> {
    let asked = asked.to_lowercase();
    asked.split(',').find_map(|tag| match tag.trim() {
        zh if ["zh-tw", "zh-hk", "zh-mo", "zh-hant"].iter().any(|start| zh.starts_with(start)) => Some("zh-TW"),
        zh if zh.starts_with("zh") => Some("zh-CN"),
        en if en.starts_with("en") => Some("en"),
        _ => None,
    })
}
