//! Reading articles.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, Error, Id, Page, PageQuery, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::view::{ArticleRow, ArticleView, row, view};
use crate::{
    articles,
    markup::{self, Block},
    model::{Article, ArticleAudience, ArticleCategory, ArticleState},
    policy,
    queries::articles::{self as queries, ArticleFilter},
};

/// What a search finds at most: it has one page.
const MOST: usize = 50;

/// Which articles.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those that hold every one of these words, at most 50 and without further pages.
    q: Option<String>,
    /// Only those that stand so; of those in force, `draft` and `in_review` are those of which a newer version is.
    #[param(inline)]
    state: Option<ArticleState>,
    /// Only those of this category and the ones below it.
    category: Option<Id<ArticleCategory>>,
    /// Only those that may be shown to these.
    #[param(inline)]
    audience: Option<ArticleAudience>,
    /// Only those in force that somebody must look at again.
    stale: Option<bool>,
    /// Only those that this person looks after: an id, or `me`.
    owner: Option<String>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the articles one may read, those changed last first.
#[utoipa::path(get, path = "/articles", tag = "knowledge", params(ListQuery), responses((status = 200, body = Page<ArticleRow>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<ArticleRow>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let page = cx
        .read(move |tx| {
            let sight = policy::may_see(tx)?;
            let filter = filter(tx, &query)?;
            let limit = page.limit()?;
            let found = match query.q.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
                Some(words) => {
                    Check::new().text("q", words, 1..=100).done()?;
                    let mut found = articles::search(tx, &sight, words, MOST)?;
                    let now = tx.now();
                    found.retain(|article| fits(article, &filter, now));
                    found.truncate(limit as usize);
                    Page { items: found, next_cursor: None }
                }
                None => {
                    let before = page.before()?;
                    let rows = queries::list(tx, sight.desk(), &filter, &before, limit + 1)?;
                    Page::of(rows, limit, |row| (row.changed_at.millis(), row.id.to_string()))
                }
            };
            let items = found.items.into_iter().map(|article| row(tx, &sight, article)).collect();
            Ok(Page { items, next_cursor: found.next_cursor })
        })
        .await?;
    Ok(Json(page))
}

fn filter(tx: &mut Tx<'_>, query: &ListQuery) -> Result<ArticleFilter> {
    let categories = match query.category {
        Some(id) => {
            let all = queries::categories(tx)?;
            let within = |one: &&ArticleCategory| one.id == id || one.parent_id == Some(id);
            Some(all.iter().filter(within).map(|one| one.id).collect())
        }
        None => None,
    };
    let owner = match query.owner.as_deref() {
        None => None,
        Some("me") => Some(tx.actor().staff()?.id),
        Some(id) => Some(id.parse().map_err(|_| Error::field("owner", "malformed"))?),
    };
    let stale_at = query.stale.unwrap_or(false).then(|| tx.now());
    Ok(ArticleFilter { state: query.state, categories, audience: query.audience, stale_at, owner })
}

/// What the statement of a list asks for, of what a search found.
fn fits(article: &Article, filter: &ArticleFilter, now: kernel::Timestamp) -> bool {
    use crate::model::ArticleWorkingState;
    let working = |state| article.working_state == Some(state) && article.archived_at.is_none();
    let state = filter.state.is_none_or(|state| match state {
        ArticleState::Draft => working(ArticleWorkingState::Draft),
        ArticleState::InReview => working(ArticleWorkingState::InReview),
        state => article.state() == state,
    });
    let under = |all: &Vec<_>| article.category_id.is_some_and(|id| all.contains(&id));
    state
        && filter.categories.as_ref().is_none_or(under)
        && filter.audience.is_none_or(|audience| article.audience == audience)
        && (filter.stale_at.is_none() || article.is_stale(now))
        && filter.owner.is_none_or(|owner| article.owner_id == owner)
}

/// One article.
#[utoipa::path(get, path = "/articles/{id}", tag = "knowledge", params(("id" = Id<Article>, Path)), responses((status = 200, body = ArticleView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Article>>) -> Answer<ArticleView> {
    let found = cx
        .read(move |tx| {
            let sight = policy::may_see(tx)?;
            let article = queries::find(tx, id)?;
            if !sight.covers(&article) {
                return Err(Error::NotFound);
            }
            view(tx, &sight, article)
        })
        .await?;
    Ok(Json(found))
}

/// A body that is not kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArticlePreview {
    /// Up to 20,000 characters in the markup of articles.
    body: String,
}

/// How a body reads.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArticleReading {
    /// Piece by piece.
    blocks: Vec<Block>,
}

/// Shows how a body would read. Keeps nothing.
#[utoipa::path(post, path = "/articles/preview", tag = "knowledge", request_body = ArticlePreview, responses((status = 200, body = ArticleReading)))]
pub(crate) async fn preview(cx: Cx, Json(request): Json<ArticlePreview>) -> Answer<ArticleReading> {
    let _permit = policy::may_write_articles(cx.actor(), cx.app().clock().now())?;
    Check::new().text("body", &request.body, 0..=20_000).done()?;
    Ok(Json(ArticleReading { blocks: markup::blocks(&request.body) }))
}
