//! The trees of root causes as they are shipped: for a car service and a shop.

use std::sync::LazyLock;

use http::Languages;
use kernel::Result;
use store::Tx;

use crate::model::RootCauses;

/// The shipped trees, by the names their ids begin with and the texts they are written in.
const SHIPPED: [(&str, &str); 2] = [("car", "causes_car"), ("shop", "causes_shop")];

static TEXTS: LazyLock<Languages> = LazyLock::new(|| Languages::of(crate::LOCALES));

/// In the organisation's language.
pub(crate) fn shipped(tx: &mut Tx<'_>) -> Result<RootCauses> {
    let locale = settings::api::organisation(tx)?.locale;
    let texts = TEXTS.texts(locale.text());
    let trees = SHIPPED.map(|(id, key)| (id, texts.word(key)));
    Ok(RootCauses::shipped(&trees))
}
