//! Text in pages.

/// A text as HTML shows it, between tags and in attributes that are quoted.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
