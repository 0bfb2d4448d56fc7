//! How articles are shown.

use kernel::Result;
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    markup::{self, Block},
    model::{Article, ArticleAudience, ArticleState, ArticleVersion},
    policy::{self, Sight},
    queries::articles as queries,
};

/// An article in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArticleRow {
    #[serde(flatten)]
    article: Article,
    /// Where it stands.
    state: ArticleState,
    /// Whether somebody must look again before it is relied on.
    stale: bool,
    /// Where customers read it: a path on this server; none for what they may not be shown.
    #[schema(example = "/articles/art_01jd3k5v2pf6z8q0w4x7y9abcd")]
    link: Option<String>,
}

pub(super) fn row(tx: &Tx<'_>, sight: &Sight, article: Article) -> ArticleRow {
    let (state, stale) = (article.state(), article.is_stale(tx.now()));
    let open = article.in_force() && article.audience == ArticleAudience::Public;
    let link = open.then(|| format!("/articles/{}", article.id));
    // What is being written is for those who write.
    let article = match sight.sees_drafts() {
        true => article,
        false => Article { working_id: None, working_state: None, ..article },
    };
    ArticleRow { article, state, stale, link }
}

/// A version, and how it reads.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArticleText {
    #[serde(flatten)]
    version: ArticleVersion,
    /// Its body, piece by piece.
    blocks: Vec<Block>,
    /// Its body as one would say it in a conversation.
    plain: String,
}

pub(super) fn text(version: ArticleVersion) -> ArticleText {
    ArticleText { blocks: markup::blocks(&version.body), plain: markup::plain(&version.body), version }
}

/// An article in full.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArticleView {
    #[serde(flatten)]
    row: ArticleRow,
    /// The version in force; the last one of what is out of force.
    published: Option<ArticleText>,
    /// The newer one, being written or reviewed.
    working: Option<ArticleText>,
    /// Whether the reader may write.
    may_write: bool,
    /// Whether the reader may publish or give back what waits: not their own words.
    may_review: bool,
    /// Whether the reader may archive it, and say that it is right still.
    may_manage: bool,
}

pub(super) fn view(tx: &mut Tx<'_>, sight: &Sight, article: Article) -> Result<ArticleView> {
    let mut version = |id| match id {
        Some(id) => queries::version(tx, article.id, id).map(Some),
        None => Ok(None),
    };
    let published = version(article.published_id)?;
    let working = version(article.working_id.filter(|_| sight.sees_drafts()))?;
    let (now, me) = (tx.now(), tx.actor().staff()?.id);
    let may_write = policy::may_write_articles(tx.actor(), now).is_ok() && article.archived_at.is_none();
    let may_manage = policy::may_review(tx.actor(), now).is_ok();
    let waits = working.as_ref().filter(|version| version.state == crate::model::ArticleVersionState::InReview);
    let foreign = waits.is_some_and(|version| version.written_by != me && version.changed_by != me);
    Ok(ArticleView {
        may_write,
        may_review: may_manage && foreign && article.archived_at.is_none(),
        may_manage,
        published: published.map(text),
        working: working.map(text),
        row: row(tx, sight, article),
    })
}
