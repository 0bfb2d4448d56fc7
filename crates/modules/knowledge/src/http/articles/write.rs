//! Writing articles.

use http::{Answer, Cx, Json, Path};
use kernel::{Error, Id, Result, Timestamp, UnitId};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::view::{ArticleView, view};
use crate::{
    articles, codes, gaps,
    model::{
        Article, ArticleAudience, ArticleCategory, ArticleVersion, ArticleVersionState, ArticleWording,
        ArticleWorkingState, Keywords, KnowledgeGap,
    },
    policy,
    queries::articles as queries,
};

/// A new article.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewArticle {
    /// What it is called, 1 to 120 characters.
    title: String,
    /// The answer in a few words, up to 500 characters.
    answer: Option<String>,
    /// The whole, 1 to 20,000 characters: lines that begin with `# ` or `## ` are headings, with `- ` or `1. ` items of
    /// a list, with `> ` a remark; `**strong**`, `[words](https://…)`. Tags of HTML stay text.
    body: String,
    /// Other words by which it is found: up to 20 of up to 30 characters.
    keywords: Option<Keywords>,
    /// Under which it is listed.
    category_id: Option<Id<ArticleCategory>>,
    /// Who may be shown it: staff alone unless told.
    audience: Option<ArticleAudience>,
    /// The unit for which alone it is, with those below; everybody without.
    unit_id: Option<UnitId>,
    /// Until when it is taken to be right.
    verify_until: Option<Timestamp>,
    /// The gap it is to fill: closed once it is published.
    gap_id: Option<Id<KnowledgeGap>>,
}

/// Begins an article: a draft that those who write see.
#[utoipa::path(post, path = "/articles", tag = "knowledge", request_body = NewArticle, responses((status = 200, body = ArticleView)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<NewArticle>) -> Answer<ArticleView> {
    let created = cx
        .write(move |tx| {
            let permit = policy::may_write_articles(tx.actor(), tx.now())?;
            let me = articles::me(tx)?;
            let wording = ArticleWording {
                title: request.title.clone(),
                answer: request.answer.clone().unwrap_or_default(),
                body: request.body.clone(),
                keywords: request.keywords.clone().unwrap_or_default(),
                category_id: request.category_id,
                audience: request.audience.unwrap_or(ArticleAudience::Internal),
                unit_id: request.unit_id,
                verify_until: request.verify_until,
            };
            let wording = known(tx, wording.normal()?)?;
            let version = ArticleVersion::new(&permit, tx.new_id(), tx.new_id(), 1, &me, wording);
            let article = Article::new(&permit, me, &version);
            articles::create(tx, &article, &version)?;
            if let Some(gap) = request.gap_id {
                gaps::write(tx, &permit, gap, article.id).map_err(Error::absent("gap_id", "unknown"))?;
            }
            let sight = policy::may_see(tx)?;
            view(tx, &sight, article)
        })
        .await?;
    Ok(Json(created))
}

/// Refuses categories and units that are not there.
fn known(tx: &mut Tx<'_>, wording: ArticleWording) -> Result<ArticleWording> {
    if let Some(id) = wording.category_id
        && queries::categories(tx)?.iter().all(|one| one.id != id)
    {
        return Err(Error::field("category_id", "unknown"));
    }
    if let Some(unit) = wording.unit_id
        && people::api::tree(tx)?.unit(unit).is_none()
    {
        return Err(Error::field("unit_id", "unknown"));
    }
    Ok(wording)
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArticleChange {
    /// The article's version that was seen.
    version: i64,
    /// As in a new one.
    title: Option<String>,
    /// As in a new one; empty for none.
    answer: Option<String>,
    /// As in a new one.
    body: Option<String>,
    /// As in a new one.
    keywords: Option<Keywords>,
    /// As in a new one; null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Id<ArticleCategory>>)]
    category_id: Option<Option<Id<ArticleCategory>>>,
    /// As in a new one.
    audience: Option<ArticleAudience>,
    /// As in a new one; null for everybody.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<UnitId>)]
    unit_id: Option<Option<UnitId>>,
    /// As in a new one; null for no end.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Timestamp>)]
    verify_until: Option<Option<Timestamp>>,
}

/// Tells what is null from what is left out.
fn given<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Changes the draft of an article. While a version is in force, a draft of a newer one is begun beside it; what waits
/// for its reviewer must be taken back first.
#[utoipa::path(patch, path = "/articles/{id}", tag = "knowledge", params(("id" = Id<Article>, Path)), request_body = ArticleChange, responses((status = 200, body = ArticleView)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<Article>>,
    Json(request): Json<ArticleChange>,
) -> Answer<ArticleView> {
    let changed = cx
        .write(move |tx| {
            let sight = policy::may_see(tx)?;
            let permit = policy::may_write_articles(tx.actor(), tx.now())?;
            let before = queries::find(tx, id)?;
            check(&before, request.version)?;
            let current = before.working_id.or(before.published_id).ok_or(Error::NotFound)?;
            let was = queries::version(tx, id, current)?;
            let wording = known(tx, wished(was.wording(), &request).normal()?)?;
            let me = articles::me(tx)?;
            let after = if before.working_id.is_some() {
                let version = was.clone().reworded(&permit, &me, wording)?;
                let after = before.clone().working(&permit, &version);
                articles::draft(tx, &before, &after, &version, Some(&was))?;
                after
            } else {
                begin(tx, &permit, &before, wording)?
            };
            view(tx, &sight, after)
        })
        .await?;
    Ok(Json(changed))
}

/// Begins a draft beside the version in force.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    permit: &kernel::Permit,
    before: &Article,
    wording: ArticleWording,
) -> Result<Article> {
    let me = articles::me(tx)?;
    let version = ArticleVersion::new(permit, tx.new_id(), before.id, before.versions + 1, &me, wording);
    let after = before.clone().working(permit, &version);
    articles::draft(tx, before, &after, &version, None)?;
    Ok(after)
}

/// Refuses what somebody else changed meanwhile, and what is out of force.
pub(super) fn check(article: &Article, seen: i64) -> Result<()> {
    match article {
        article if article.version != seen => Err(codes::STALE.conflict()),
        article if article.archived_at.is_some() => Err(codes::ARCHIVED.conflict()),
        _ => Ok(()),
    }
}

fn wished(mut wording: ArticleWording, wish: &ArticleChange) -> ArticleWording {
    for (field, wish) in
        [(&mut wording.title, &wish.title), (&mut wording.answer, &wish.answer), (&mut wording.body, &wish.body)]
    {
        if let Some(wish) = wish {
            field.clone_from(wish);
        }
    }
    ArticleWording {
        keywords: wish.keywords.clone().unwrap_or(wording.keywords),
        category_id: wish.category_id.unwrap_or(wording.category_id),
        audience: wish.audience.unwrap_or(wording.audience),
        unit_id: wish.unit_id.unwrap_or(wording.unit_id),
        verify_until: wish.verify_until.unwrap_or(wording.verify_until),
        ..wording
    }
}

/// Gives the draft of a newer version up; the version in force stays. What was never in force is archived instead.
#[utoipa::path(delete, path = "/articles/{id}/draft", tag = "knowledge", params(("id" = Id<Article>, Path)), responses((status = 200, body = ArticleView)))]
pub(crate) async fn drop_draft(cx: Cx, Path(id): Path<Id<Article>>) -> Answer<ArticleView> {
    let changed = cx
        .write(move |tx| {
            let sight = policy::may_see(tx)?;
            let permit = policy::may_write_articles(tx.actor(), tx.now())?;
            let before = queries::find(tx, id)?;
            let working = before.working_id.filter(|_| before.working_state == Some(ArticleWorkingState::Draft));
            let (Some(working), Some(_)) = (working, before.published_id) else {
                return Err(codes::NOT_DRAFT.conflict());
            };
            let version = queries::version(tx, id, working)?.put_away(ArticleVersionState::Dropped);
            let after = before.clone().without_working(&permit);
            articles::take_back(tx, &before, &after, &version)?;
            view(tx, &sight, after)
        })
        .await?;
    Ok(Json(changed))
}
