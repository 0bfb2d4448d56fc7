//! What customers are told, and what stands where a customer sent something that has no words.

use std::sync::LazyLock;

use http::Languages;
use kernel::Result;
use store::Tx;

static TEXTS: LazyLock<Languages> = LazyLock::new(|| Languages::of(crate::LOCALES));

/// The text of this key in the organisation's language.
pub(crate) fn word(tx: &mut Tx<'_>, key: &str) -> Result<String> {
    let locale = settings::api::organisation(tx)?.locale.text();
    Ok(TEXTS.texts(locale).word(key).to_owned())
}
