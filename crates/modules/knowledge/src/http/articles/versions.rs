//! What an article said before.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{Error, Id, Page, PageQuery, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::{
    view::{ArticleText, ArticleView, text, view},
    write::{begin, check},
};
use crate::{
    codes,
    model::{Article, ArticleVersion, ArticleVersionState},
    policy::{self, Sight},
    queries::articles as queries,
};

/// A version in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArticleVersionRow {
    #[serde(flatten)]
    version: ArticleVersion,
}

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct VersionsQuery {
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Every version of an article, the newest first; who does not write sees those that were in force.
#[utoipa::path(get, path = "/articles/{id}/versions", tag = "knowledge", params(("id" = Id<Article>, Path), VersionsQuery), responses((status = 200, body = Page<ArticleVersionRow>)))]
pub(crate) async fn list(
    cx: Cx,
    Path(id): Path<Id<Article>>,
    Query(query): Query<VersionsQuery>,
) -> Answer<Page<ArticleVersionRow>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let page = cx
        .read(move |tx| {
            let sight = seen(tx, id)?;
            let limit = page.limit()?;
            let before = page.before()?.key;
            let rows = queries::versions(tx, id, before, limit + 1)?;
            let page = Page::of(rows, limit, |row| (row.number, row.id.to_string()));
            let shown = page.items.into_iter().filter(|version| is_seen(&sight, version));
            let items = shown.map(|version| ArticleVersionRow { version }).collect();
            Ok(Page { items, next_cursor: page.next_cursor })
        })
        .await?;
    Ok(Json(page))
}

fn seen(tx: &mut Tx<'_>, id: Id<Article>) -> Result<Sight> {
    let sight = policy::may_see(tx)?;
    let article = queries::find(tx, id)?;
    if sight.covers(&article) { Ok(sight) } else { Err(Error::NotFound) }
}

fn is_seen(sight: &Sight, version: &ArticleVersion) -> bool {
    sight.sees_drafts() || matches!(version.state, ArticleVersionState::Published | ArticleVersionState::Replaced)
}

/// One version of an article.
#[utoipa::path(get, path = "/articles/{id}/versions/{version_id}", tag = "knowledge", params(("id" = Id<Article>, Path), ("version_id" = Id<ArticleVersion>, Path)), responses((status = 200, body = ArticleText)))]
pub(crate) async fn read(
    cx: Cx,
    Path((id, version_id)): Path<(Id<Article>, Id<ArticleVersion>)>,
) -> Answer<ArticleText> {
    let found = cx
        .read(move |tx| {
            let sight = seen(tx, id)?;
            let version = queries::version(tx, id, version_id)?;
            if is_seen(&sight, &version) { Ok(text(version)) } else { Err(Error::NotFound) }
        })
        .await?;
    Ok(Json(found))
}

/// Which version of the article was seen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VersionRestoration {
    /// The article's version.
    version: i64,
}

/// Begins a draft that says what this version said. What is in force stays until the draft is published.
#[utoipa::path(post, path = "/articles/{id}/versions/{version_id}/restoration", tag = "knowledge", params(("id" = Id<Article>, Path), ("version_id" = Id<ArticleVersion>, Path)), request_body = VersionRestoration, responses((status = 200, body = ArticleView)))]
pub(crate) async fn restore(
    cx: Cx,
    Path((id, version_id)): Path<(Id<Article>, Id<ArticleVersion>)>,
    Json(request): Json<VersionRestoration>,
) -> Answer<ArticleView> {
    let changed = cx
        .write(move |tx| {
            let sight = policy::may_see(tx)?;
            let permit = policy::may_write_articles(tx.actor(), tx.now())?;
            let before = queries::find(tx, id)?;
            check(&before, request.version)?;
            if before.working_id.is_some() {
                return Err(codes::DRAFT_THERE.conflict());
            }
            let mut wording = queries::version(tx, id, version_id)?.wording();
            // What was said then is restored, not until when it was right.
            wording.verify_until = before.verify_until;
            let categories = queries::categories(tx)?;
            wording.category_id = wording.category_id.filter(|id| categories.iter().any(|one| one.id == *id));
            let after = begin(tx, &permit, &before, wording)?;
            view(tx, &sight, after)
        })
        .await?;
    Ok(Json(changed))
}
