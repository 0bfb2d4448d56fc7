//! Articles beside a conversation.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{Error, Id, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::view::{ArticleRow, row};
use crate::{Talks, articles, model::Article, policy, queries::articles as queries};

/// How many are suggested at most.
const MOST: usize = 5;

/// For which conversation.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SuggestQuery {
    /// The conversation's id.
    #[param(pattern = "^cnv_[0-9a-z]{26}$")]
    conversation: String,
}

/// An article that is like what the customer wrote.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestedArticle {
    #[serde(flatten)]
    article: ArticleRow,
    /// Whether it is surely the answer: it is asked for in the words of its title or of a keyword, and no other is
    /// nearly as like.
    sure: bool,
}

/// What is suggested.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArticleSuggestions {
    /// What the customer wrote since they were last answered, or last.
    said: String,
    /// Up to five articles, those most like it first.
    suggestions: Vec<SuggestedArticle>,
}

/// Suggests articles to what the customer of a conversation wrote last.
#[utoipa::path(get, path = "/articles/suggestions", tag = "knowledge", params(SuggestQuery), responses((status = 200, body = ArticleSuggestions)))]
pub(crate) async fn suggest(cx: Cx, Query(query): Query<SuggestQuery>) -> Answer<ArticleSuggestions> {
    let talks = cx.app().part::<Box<dyn Talks>>();
    let found = cx
        .read(move |tx| {
            let sight = policy::may_see(tx)?;
            let said = talks.talk(tx, &query.conversation)?.said;
            let alike = articles::alike(tx, &sight, &said, MOST)?;
            let suggested = |one: articles::Suggestion| SuggestedArticle {
                sure: one.sure && !one.article.is_stale(tx.now()),
                article: row(tx, &sight, one.article),
            };
            Ok(ArticleSuggestions { suggestions: alike.into_iter().map(suggested).collect(), said })
        })
        .await?;
    Ok(Json(found))
}

/// Whether it helped.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArticleVote {
    /// Whether it did.
    helpful: bool,
    /// In which conversation.
    #[schema(pattern = "^cnv_[0-9a-z]{26}$")]
    conversation_id: Option<String>,
}

/// What was said of an article.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArticleVotes {
    /// How often that it helped.
    helpful: i64,
    /// How often that it did not.
    unhelpful: i64,
    /// How often it was put into a conversation.
    uses: i64,
}

fn votes(tx: &mut Tx<'_>, id: Id<Article>) -> Result<ArticleVotes> {
    let Article { helpful, unhelpful, uses, .. } = queries::find(tx, id)?;
    Ok(ArticleVotes { helpful, unhelpful, uses })
}

/// An article in force that the actor sees.
fn seen(tx: &mut Tx<'_>, id: Id<Article>) -> Result<()> {
    let sight = policy::may_see(tx)?;
    let article = queries::find(tx, id)?;
    if article.in_force() && sight.covers(&article) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// Says whether an article helped: once for each conversation; said again, it is said otherwise.
#[utoipa::path(post, path = "/articles/{id}/votes", tag = "knowledge", params(("id" = Id<Article>, Path)), request_body = ArticleVote, responses((status = 200, body = ArticleVotes)))]
pub(crate) async fn vote(
    cx: Cx,
    Path(id): Path<Id<Article>>,
    Json(request): Json<ArticleVote>,
) -> Answer<ArticleVotes> {
    let talks = cx.app().part::<Box<dyn Talks>>();
    let counted = cx
        .write(move |tx| {
            seen(tx, id)?;
            let me = tx.actor().staff()?.id;
            let conversation = request.conversation_id.as_deref();
            if let Some(conversation) = conversation {
                talks.talk(tx, conversation).map_err(unknown)?;
            }
            queries::vote(tx, id, me, conversation.unwrap_or_default(), request.helpful)?;
            votes(tx, id)
        })
        .await?;
    Ok(Json(counted))
}

/// A conversation one may not see is none.
pub(in crate::http) fn unknown(error: Error) -> Error {
    match error {
        Error::NotFound | Error::Forbidden(_) => Error::field("conversation_id", "unknown"),
        error => error,
    }
}

/// Counts that an article was put into a conversation.
#[utoipa::path(post, path = "/articles/{id}/use", tag = "knowledge", params(("id" = Id<Article>, Path)), responses((status = 200, body = ArticleVotes)))]
pub(crate) async fn count_use(cx: Cx, Path(id): Path<Id<Article>>) -> Answer<ArticleVotes> {
    let counted = cx
        .write(move |tx| {
            seen(tx, id)?;
            queries::count_use(tx, id)?;
            votes(tx, id)
        })
        .await?;
    Ok(Json(counted))
}
