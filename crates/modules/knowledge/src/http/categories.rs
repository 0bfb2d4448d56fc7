//! Under which articles are listed.

use audit::api::Entry;
use axum::http::StatusCode;
use http::{Answer, Cx, Json, Path, Problem};
use kernel::{Error, Id};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    codes,
    model::{ArticleCategory, category_name},
    policy,
    queries::articles as queries,
};

/// Categories there are at most.
const MOST: usize = 300;

/// Every category, in order; those below another name it.
#[utoipa::path(get, path = "/article-categories", tag = "knowledge", responses((status = 200, body = Vec<ArticleCategory>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<ArticleCategory>> {
    let all = cx
        .read(|tx| {
            let _sight = policy::may_see(tx)?;
            queries::categories(tx)
        })
        .await?;
    Ok(Json(all))
}

/// A new category.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewArticleCategory {
    /// What it is called, 1 to 40 characters.
    name: String,
    /// Under which it stands, one at the top; at the top itself without.
    parent_id: Option<Id<ArticleCategory>>,
}

/// Makes a category, the last of those beside it.
#[utoipa::path(post, path = "/article-categories", tag = "knowledge", request_body = NewArticleCategory, responses((status = 200, body = ArticleCategory)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewArticleCategory>) -> Answer<ArticleCategory> {
    let created = cx
        .write(move |tx| {
            let permit = policy::may_review(tx.actor(), tx.now())?;
            let name = category_name(&request.name)?;
            let all = queries::categories(tx)?;
            if let Some(id) = request.parent_id {
                match all.iter().find(|one| one.id == id) {
                    None => return Err(Error::field("parent_id", "unknown")),
                    Some(parent) if parent.parent_id.is_some() => {
                        return Err(Error::field("parent_id", "not_allowed"));
                    }
                    Some(_) => {}
                }
            }
            if all.len() >= MOST {
                return Err(codes::TOO_MANY_CATEGORIES.conflict());
            }
            let beside = all.iter().filter(|one| one.parent_id == request.parent_id);
            let position = beside.map(|one| one.position).max().unwrap_or(0) + 1;
            let category = ArticleCategory::new(&permit, tx.new_id(), name, request.parent_id, position);
            queries::insert_category(tx, &category)?;
            let entry = Entry::new("knowledge.category_created", "article_category", category.id).created(&category);
            audit::api::record(tx, entry)?;
            Ok(category)
        })
        .await?;
    Ok(Json(created))
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArticleCategoryChange {
    /// The version that was seen.
    version: i64,
    /// As in a new one.
    name: Option<String>,
    /// Its place among those beside it, rising: 0 to 100,000.
    position: Option<i64>,
}

/// Changes a category.
#[utoipa::path(patch, path = "/article-categories/{id}", tag = "knowledge", params(("id" = Id<ArticleCategory>, Path)), request_body = ArticleCategoryChange, responses((status = 200, body = ArticleCategory)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<ArticleCategory>>,
    Json(request): Json<ArticleCategoryChange>,
) -> Answer<ArticleCategory> {
    let changed = cx
        .write(move |tx| {
            let permit = policy::may_review(tx.actor(), tx.now())?;
            let before = queries::categories(tx)?.into_iter().find(|one| one.id == id).ok_or(Error::NotFound)?;
            if before.version != request.version {
                return Err(codes::STALE.conflict());
            }
            let name = category_name(request.name.as_deref().unwrap_or(&before.name))?;
            let position = request.position.unwrap_or(before.position);
            kernel::Check::new().range("position", position, 0..=100_000).done()?;
            let after = before.clone().changed(&permit, name, position);
            queries::save_category(tx, &after)?;
            let entry = Entry::new("knowledge.category_changed", "article_category", id).change(&before, &after);
            audit::api::record(tx, entry)?;
            Ok(after)
        })
        .await?;
    Ok(Json(changed))
}

/// Deletes a category that nothing stands under.
#[utoipa::path(delete, path = "/article-categories/{id}", tag = "knowledge", params(("id" = Id<ArticleCategory>, Path)), responses((status = 204)))]
pub(crate) async fn delete(cx: Cx, Path(id): Path<Id<ArticleCategory>>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let _permit = policy::may_review(tx.actor(), tx.now())?;
        let all = queries::categories(tx)?;
        let before = all.iter().find(|one| one.id == id).ok_or(Error::NotFound)?;
        if all.iter().any(|one| one.parent_id == Some(id)) || queries::in_use(tx, id)? > 0 {
            return Err(codes::CATEGORY_IN_USE.conflict());
        }
        queries::delete_category(tx, id)?;
        audit::api::record(tx, Entry::new("knowledge.category_deleted", "article_category", id).deleted(before))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
