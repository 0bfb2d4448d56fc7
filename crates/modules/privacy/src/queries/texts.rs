//! The SQL of the texts customers agree to.

use kernel::{Id, Result};
use store::{Record, Tx, params, sql};

use crate::{codes, model::ConsentText};

sql! {
    INSERT(ConsentText) = "INSERT INTO consent_texts ({cols}) VALUES ({vals})";
    ALL(ConsentText) = "SELECT {cols} FROM consent_texts ORDER BY purpose, added_at DESC, id DESC";
    FIND(ConsentText) = "SELECT {cols} FROM consent_texts WHERE id = $1";
    RETIRE = "UPDATE consent_texts SET retired_at = $2 WHERE id = $1 AND retired_at IS NULL";
}

pub(crate) fn insert(tx: &mut Tx<'_>, text: &ConsentText) -> Result<()> {
    tx.exec(&INSERT, &text.values()).map(drop)
}

pub(crate) fn all(tx: &mut Tx<'_>) -> Result<Vec<ConsentText>> {
    tx.all(&ALL, &[])
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<ConsentText>) -> Result<ConsentText> {
    tx.one(&FIND, params![id])
}

/// Keeps that it is retired; of two who retire it at once one is told that it was.
pub(crate) fn retire(tx: &mut Tx<'_>, text: &ConsentText) -> Result<()> {
    tx.exec_one(&RETIRE, params![text.id, text.retired_at], codes::RETIRED)
}
