//! What a customer said, whichever way it came.

use serde::{Deserialize, Serialize};

/// Characters of one part of what was said that are kept.
const LONGEST: usize = 5_000;

/// Something a customer said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum Said {
    /// Words, or the key of what they pressed.
    Text { text: String },
    /// A picture, a voice, a film or a file, to be fetched from the platform.
    Media {
        media_id: String,
        /// `image`, `voice`, `video` or `file`.
        kind: String,
        /// What the platform made out of a voice.
        #[serde(default)]
        heard: String,
    },
    /// A page.
    Link { title: String, about: String, url: String },
    /// A place.
    Place { name: String, address: String, latitude: String, longitude: String },
    /// A card that only WeChat can open: a mini program, a business card.
    Card { kind: String, title: String },
    /// Something this release does not know.
    Unknown { kind: String },
}

/// The words of what was said, where words say it; a link and a place are told in lines of their own.
pub(crate) fn text_of(said: &Said) -> String {
    let lines = |lines: &[&str]| lines.iter().filter(|line| !line.is_empty()).copied().collect::<Vec<_>>().join("\n");
    match said {
        Said::Text { text } => text.clone(),
        Said::Media { heard, .. } => heard.clone(),
        Said::Link { title, about, url } => lines(&[&format!("🔗 {title}"), about, url]),
        Said::Place { name, address, latitude, longitude } => {
            let place = if latitude.is_empty() {
                String::new()
            } else {
                format!("{latitude}, {longitude}")
            };
            let name = if name == address { "" } else { name.as_str() };
            lines(&[
                &format!("📍 {}", if name.is_empty() { address } else { name }),
                if name.is_empty() { "" } else { address },
                &place,
            ])
        }
        Said::Card { title, .. } => format!("🔖 {title}"),
        Said::Unknown { .. } => String::new(),
    }
}

/// As much of a text as is kept.
pub(crate) fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_pages_are_told_in_lines() {
        let place = |name: &str, address: &str| Said::Place {
            name: name.into(),
            address: address.into(),
            latitude: "23.13".into(),
            longitude: "113.32".into(),
        };
        assert_eq!(text_of(&place("青禾仓库", "天河路 1 号")), "📍 青禾仓库\n天河路 1 号\n23.13, 113.32");
        assert_eq!(text_of(&place("", "天河路 1 号")), "📍 天河路 1 号\n23.13, 113.32");
        let link = Said::Link { title: "商品".into(), about: String::new(), url: "https://a.example/1".into() };
        assert_eq!(text_of(&link), "🔗 商品\nhttps://a.example/1");
    }
}
