//! From a draft into force, out of it, and looked at again.

use http::{Answer, Cx, Json, Path};
use kernel::{Check, Error, Id, Permit, Result, Timestamp, UserId};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::{
    view::{ArticleView, view},
    write::check,
};
use crate::{
    articles, codes,
    model::{Article, ArticleVersion, ArticleVersionState, Who},
    policy,
    queries::articles as queries,
};

/// Which version of the article was seen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeenArticle {
    /// The article's version.
    version: i64,
}

/// Hands the draft to a reviewer.
#[utoipa::path(post, path = "/articles/{id}/submission", tag = "knowledge", params(("id" = Id<Article>, Path)), request_body = SeenArticle, responses((status = 200, body = ArticleView)))]
pub(crate) async fn submit(cx: Cx, Path(id): Path<Id<Article>>, Json(seen): Json<SeenArticle>) -> Answer<ArticleView> {
    let changed = cx
        .write(move |tx| {
            let sight = policy::may_see(tx)?;
            let permit = policy::may_write_articles(tx.actor(), tx.now())?;
            let (before, was) = working(tx, id, seen.version, codes::NOT_DRAFT)?;
            articles::check_end(&permit, was.verify_until)?;
            let version = was.submitted(&permit)?;
            let after = before.clone().working(&permit, &version);
            articles::submit(tx, &before, &after, &version)?;
            view(tx, &sight, after)
        })
        .await?;
    Ok(Json(changed))
}

/// Takes it back from the reviewer: it is a draft again.
#[utoipa::path(delete, path = "/articles/{id}/submission", tag = "knowledge", params(("id" = Id<Article>, Path)), responses((status = 200, body = ArticleView)))]
pub(crate) async fn take_back(cx: Cx, Path(id): Path<Id<Article>>) -> Answer<ArticleView> {
    let changed = cx
        .write(move |tx| {
            let sight = policy::may_see(tx)?;
            let permit = policy::may_write_articles(tx.actor(), tx.now())?;
            let seen = queries::find(tx, id)?.version;
            let (before, was) = working(tx, id, seen, codes::NOT_IN_REVIEW)?;
            if was.state != ArticleVersionState::InReview {
                return Err(codes::NOT_IN_REVIEW.conflict());
            }
            let version = was.put_away(ArticleVersionState::Draft);
            let after = before.clone().working(&permit, &version);
            articles::take_back(tx, &before, &after, &version)?;
            view(tx, &sight, after)
        })
        .await?;
    Ok(Json(changed))
}

/// Publishes what waits: somebody else wrote it.
#[utoipa::path(post, path = "/articles/{id}/publication", tag = "knowledge", params(("id" = Id<Article>, Path)), request_body = SeenArticle, responses((status = 200, body = ArticleView)))]
pub(crate) async fn publish(cx: Cx, Path(id): Path<Id<Article>>, Json(seen): Json<SeenArticle>) -> Answer<ArticleView> {
    let changed = cx
        .write(move |tx| {
            let (permit, before, version) = reviewed(tx, id, seen.version, None)?;
            articles::check_end(&permit, version.verify_until)?;
            let after = before.clone().publishing(&permit, &version);
            articles::publish(tx, &before, &after, &version)?;
            let sight = policy::may_see(tx)?;
            view(tx, &sight, after)
        })
        .await?;
    Ok(Json(changed))
}

/// Why it goes back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArticleReturn {
    /// The article's version that was seen.
    version: i64,
    /// What is to be mended, 1 to 500 characters.
    reason: String,
}

/// Gives what waits back to whoever wrote it.
#[utoipa::path(post, path = "/articles/{id}/return", tag = "knowledge", params(("id" = Id<Article>, Path)), request_body = ArticleReturn, responses((status = 200, body = ArticleView)))]
pub(crate) async fn give_back(
    cx: Cx,
    Path(id): Path<Id<Article>>,
    Json(request): Json<ArticleReturn>,
) -> Answer<ArticleView> {
    let changed = cx
        .write(move |tx| {
            Check::new().text("reason", &request.reason, 1..=500).done()?;
            let word = request.reason.trim().to_owned();
            let (permit, before, version) = reviewed(tx, id, request.version, Some(word))?;
            let after = before.clone().working(&permit, &version);
            articles::give_back(tx, &before, &after, &version)?;
            let sight = policy::may_see(tx)?;
            view(tx, &sight, after)
        })
        .await?;
    Ok(Json(changed))
}

/// What waits, decided.
fn reviewed(
    tx: &mut Tx<'_>,
    id: Id<Article>,
    seen: i64,
    returned: Option<String>,
) -> Result<(Permit, Article, ArticleVersion)> {
    let permit = policy::may_review(tx.actor(), tx.now())?;
    let (before, was) = working(tx, id, seen, codes::NOT_IN_REVIEW)?;
    let me = articles::me(tx)?;
    let version = was.reviewed(&permit, &me, returned)?;
    Ok((permit, before, version))
}

/// The article and the version that is being written or reviewed.
fn working(tx: &mut Tx<'_>, id: Id<Article>, seen: i64, none: kernel::Code) -> Result<(Article, ArticleVersion)> {
    let article = queries::find(tx, id)?;
    check(&article, seen)?;
    let working = article.working_id.ok_or_else(|| none.conflict())?;
    let version = queries::version(tx, id, working)?;
    Ok((article, version))
}

/// Why it goes out of force.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArticleArchival {
    /// Why, up to 500 characters.
    reason: Option<String>,
}

/// Takes an article out of force: nobody but those who write finds it any more.
#[utoipa::path(post, path = "/articles/{id}/archival", tag = "knowledge", params(("id" = Id<Article>, Path)), request_body = ArticleArchival, responses((status = 200, body = ArticleView)))]
pub(crate) async fn archive(
    cx: Cx,
    Path(id): Path<Id<Article>>,
    Json(request): Json<ArticleArchival>,
) -> Answer<ArticleView> {
    let changed = cx
        .write(move |tx| {
            let permit = policy::may_review(tx.actor(), tx.now())?;
            Check::new().maybe_text("reason", request.reason.as_deref(), 0..=500).done()?;
            let reason = request.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
            put_away(tx, &permit, id, true, reason.map(str::to_owned))
        })
        .await?;
    Ok(Json(changed))
}

/// Puts an archived article back to where it was.
#[utoipa::path(delete, path = "/articles/{id}/archival", tag = "knowledge", params(("id" = Id<Article>, Path)), responses((status = 200, body = ArticleView)))]
pub(crate) async fn restore(cx: Cx, Path(id): Path<Id<Article>>) -> Answer<ArticleView> {
    let changed = cx
        .write(move |tx| {
            let permit = policy::may_review(tx.actor(), tx.now())?;
            put_away(tx, &permit, id, false, None)
        })
        .await?;
    Ok(Json(changed))
}

fn put_away(
    tx: &mut Tx<'_>,
    permit: &Permit,
    id: Id<Article>,
    away: bool,
    reason: Option<String>,
) -> Result<ArticleView> {
    let before = queries::find(tx, id)?;
    let mut after = before.clone().archived(permit, away)?;
    if let Some(waiting) = after.working_id.filter(|_| away) {
        // Nobody reviews what is out of force.
        let version = queries::version(tx, id, waiting)?.put_away(ArticleVersionState::Draft);
        queries::save_version(tx, &version)?;
        after.working_state = Some(crate::model::ArticleWorkingState::Draft);
    }
    articles::archive(tx, &before, &after, reason)?;
    let sight = policy::may_see(tx)?;
    view(tx, &sight, after)
}

/// Until when it is right.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArticleVerification {
    /// A moment to come.
    #[schema(value_type = i64, minimum = 1795140000000_i64)]
    verify_until: Timestamp,
}

/// Says that an article in force was looked at and is right until then. Its owner may, and whoever reviews.
#[utoipa::path(post, path = "/articles/{id}/verification", tag = "knowledge", params(("id" = Id<Article>, Path)), request_body = ArticleVerification, responses((status = 200, body = ArticleView)))]
pub(crate) async fn verify(
    cx: Cx,
    Path(id): Path<Id<Article>>,
    Json(request): Json<ArticleVerification>,
) -> Answer<ArticleView> {
    let changed = cx
        .write(move |tx| {
            let sight = policy::may_see(tx)?;
            let before = queries::find(tx, id)?;
            let own = tx.actor().staff().is_ok_and(|staff| staff.id == before.owner_id);
            let permit = match own {
                true => policy::may_write_articles(tx.actor(), tx.now())?,
                false => policy::may_review(tx.actor(), tx.now())?,
            };
            let after = before.clone().verified(&permit, request.verify_until)?;
            articles::verify(tx, &before, &after)?;
            view(tx, &sight, after)
        })
        .await?;
    Ok(Json(changed))
}

/// Who is to look after it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArticleOwner {
    /// Somebody who may sign in.
    owner_id: UserId,
}

/// Gives an article to somebody else to look after.
#[utoipa::path(put, path = "/articles/{id}/owner", tag = "knowledge", params(("id" = Id<Article>, Path)), request_body = ArticleOwner, responses((status = 200, body = ArticleView)))]
pub(crate) async fn hand_over(
    cx: Cx,
    Path(id): Path<Id<Article>>,
    Json(request): Json<ArticleOwner>,
) -> Answer<ArticleView> {
    let changed = cx
        .write(move |tx| {
            let sight = policy::may_see(tx)?;
            let permit = policy::may_write_articles(tx.actor(), tx.now())?;
            let before = queries::find(tx, id)?;
            let owner = match access::api::user(tx, request.owner_id) {
                Ok(user) if user.is_active() => user,
                Ok(_) | Err(Error::NotFound) => return Err(Error::field("owner_id", "unknown")),
                Err(error) => return Err(error),
            };
            let after = before.clone().kept_by(&permit, Who { id: owner.id, name: owner.name });
            articles::hand_over(tx, &before, &after)?;
            view(tx, &sight, after)
        })
        .await?;
    Ok(Json(changed))
}
