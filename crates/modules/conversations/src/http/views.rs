//! Views of the list.

use audit::api::Entry;
use axum::http::StatusCode;
use http::{Answer, Cx, Json, Path, Problem};
use kernel::{Check, Id, Result};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    codes,
    model::{ConversationView, ViewFilter, ViewScope},
    policy, views,
};

/// Views one person has at most.
const MOST: usize = 100;

/// Lists the views one has, one's own and everybody's, by name.
#[utoipa::path(get, path = "/conversation-views", tag = "conversations", responses((status = 200, body = Vec<ConversationView>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<ConversationView>> {
    let all = cx
        .read(|tx| {
            let me = policy::may_have_views(tx.actor())?;
            views::of(tx, me)
        })
        .await?;
    Ok(Json(all))
}

/// A new view.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConversationView {
    /// Its name: 1 to 30 characters.
    name: String,
    /// Who has it.
    scope: ViewScope,
    /// What it shows.
    filter: ViewFilter,
}

/// Adds a view: one's own, or everybody's.
#[utoipa::path(post, path = "/conversation-views", tag = "conversations", request_body = NewConversationView, responses((status = 200, body = ConversationView)))]
pub(crate) async fn add(cx: Cx, Json(request): Json<NewConversationView>) -> Answer<ConversationView> {
    let added = cx
        .write(move |tx| {
            let me = policy::may_have_views(tx.actor())?;
            let owner_id = (request.scope == ViewScope::Personal).then_some(me);
            let permit = policy::may_write_view(tx.actor(), request.scope, owner_id, tx.now())?;
            request.filter.check(Check::new().text("name", &request.name, 1..=30)).done()?;
            let (name, filter) = (request.name.trim().to_owned(), request.filter.clone());
            let (id, created_at, version) = (tx.new_id(), permit.at(), 1);
            let added = ConversationView { id, name, scope: request.scope, owner_id, filter, created_at, version };
            if views::of(tx, me)?.len() >= MOST {
                return Err(codes::TOO_MANY_VIEWS.conflict());
            }
            views::insert(tx, &added)?;
            audit::api::record(tx, Entry::new("conversations.view_added", "view", added.id).created(&added))?;
            Ok(added)
        })
        .await?;
    Ok(Json(added))
}

/// A view as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConversationViewChange {
    /// The version that was seen.
    version: i64,
    /// Its name: 1 to 30 characters.
    name: String,
    /// What it shows.
    filter: ViewFilter,
}

/// Changes a view.
#[utoipa::path(put, path = "/conversation-views/{id}", tag = "conversations", params(("id" = Id<ConversationView>, Path)), request_body = ConversationViewChange, responses((status = 200, body = ConversationView)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<ConversationView>>,
    Json(request): Json<ConversationViewChange>,
) -> Answer<ConversationView> {
    let changed = cx
        .write(move |tx| {
            let before = writable(tx, id)?;
            request.filter.check(Check::new().text("name", &request.name, 1..=30)).done()?;
            let (name, filter) = (request.name.trim().to_owned(), request.filter.clone());
            let after = ConversationView { name, filter, version: request.version + 1, ..before.clone() };
            views::save(tx, &after)?;
            let entry = Entry::new("conversations.view_changed", "view", id).change(&before, &after);
            audit::api::record(tx, entry)?;
            Ok(after)
        })
        .await?;
    Ok(Json(changed))
}

/// Deletes a view.
#[utoipa::path(delete, path = "/conversation-views/{id}", tag = "conversations", params(("id" = Id<ConversationView>, Path)), responses((status = 204)))]
pub(crate) async fn delete(cx: Cx, Path(id): Path<Id<ConversationView>>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let before = writable(tx, id)?;
        views::delete(tx, id)?;
        audit::api::record(tx, Entry::new("conversations.view_deleted", "view", id).deleted(&before))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The view, when the actor may change it; not there where it is somebody else's own.
fn writable(tx: &mut Tx<'_>, id: Id<ConversationView>) -> Result<ConversationView> {
    policy::may_have_views(tx.actor())?;
    let view = views::find(tx, id)?;
    let _permit = policy::may_write_view(tx.actor(), view.scope, view.owner_id, tx.now())?;
    Ok(view)
}
