//! Views of the list, as they are kept.

use kernel::{Id, Result, UserId};
use store::{Record, Tx, params, sql};

use crate::{codes, model::ConversationView};

sql! {
    VIEWS(ConversationView) = "SELECT {cols} FROM conversation_views WHERE scope = 'all' OR owner_id = $1 ORDER BY name, id";
    VIEW(ConversationView) = "SELECT {cols} FROM conversation_views WHERE id = $1";
    TAKEN = "SELECT id FROM conversation_views
        WHERE scope = $1 AND COALESCE(owner_id, '') = COALESCE(CAST($2 AS TEXT), '') AND name = $3";
    INSERT(ConversationView) = "INSERT INTO conversation_views ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    SAVE = "UPDATE conversation_views SET name = $3, filter = $4, version = $2 WHERE id = $1 AND version = $2 - 1";
    DELETE = "DELETE FROM conversation_views WHERE id = $1";
}

/// Those this person has, by name.
pub(crate) fn of(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<ConversationView>> {
    tx.all(&VIEWS, params![user])
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<ConversationView>) -> Result<ConversationView> {
    tx.one(&VIEW, params![id])
}

/// # Errors
/// [`codes::VIEW_TAKEN`] when another there has its name.
pub(crate) fn insert(tx: &mut Tx<'_>, view: &ConversationView) -> Result<()> {
    tx.exec_one(&INSERT, &view.values(), codes::VIEW_TAKEN)
}

/// # Errors
/// [`codes::VIEW_TAKEN`]; [`codes::VIEW_STALE`] when it was changed meanwhile.
pub(crate) fn save(tx: &mut Tx<'_>, view: &ConversationView) -> Result<()> {
    let taken: Option<(Id<ConversationView>,)> = tx.maybe(&TAKEN, params![view.scope, view.owner_id, view.name])?;
    if taken.is_some_and(|(id,)| id != view.id) {
        return Err(codes::VIEW_TAKEN.conflict());
    }
    tx.exec_one(&SAVE, params![view.id, view.version, view.name, view.filter], codes::VIEW_STALE)
}

pub(crate) fn delete(tx: &mut Tx<'_>, id: Id<ConversationView>) -> Result<()> {
    tx.exec(&DELETE, params![id]).map(drop)
}
