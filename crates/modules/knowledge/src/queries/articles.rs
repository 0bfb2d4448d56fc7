//! Articles, their versions, categories, terms and votes.

use kernel::{Cursor, Error, Id, Result, Timestamp, UserId};
use store::{Record, ToValue as _, Tx, params, sql};

use crate::{
    codes,
    likeness::Place,
    model::{Article, ArticleAudience, ArticleCategory, ArticleState, ArticleVersion},
    policy::Desk,
};

/// A list that begins with what an index serves, by every filter that is given: `$1 $2` the cursor, `$3` whether
/// everything is seen, `$4` the units otherwise, `$5` state, `$6` category and those below it, `$7` audience, `$8` to be
/// verified as of, `$9` owner, `$10` how many.
macro_rules! list {
    ($lead:literal) => {
        concat!(
            "SELECT {cols} FROM articles WHERE ",
            $lead,
            " AND (changed_at, id) < ($1, $2)
              AND (CAST($3 AS BOOLEAN) OR (published_id IS NOT NULL AND archived_at IS NULL
                AND (unit_id IS NULL OR unit_id IN (SELECT value FROM json_each(CAST($4 AS TEXT))))))
              AND (CAST($5 AS TEXT) IS NULL
                OR ($5 = 'draft' AND working_state = 'draft' AND archived_at IS NULL)
                OR ($5 = 'in_review' AND working_state = 'in_review' AND archived_at IS NULL)
                OR ($5 = 'published' AND published_id IS NOT NULL AND archived_at IS NULL)
                OR ($5 = 'archived' AND archived_at IS NOT NULL))
              AND (CAST($6 AS TEXT) IS NULL OR category_id IN (SELECT value FROM json_each(CAST($6 AS TEXT))))
              AND (CAST($7 AS TEXT) IS NULL OR audience = $7)
              AND (CAST($8 AS BIGINT) IS NULL OR (verify_until <= $8 AND published_id IS NOT NULL AND archived_at IS NULL))
              AND (CAST($9 AS TEXT) IS NULL OR owner_id = $9)
              ORDER BY changed_at DESC, id DESC LIMIT $10"
        )
    };
}

sql! {
    INSERT(Article) = "INSERT INTO articles ({cols}) VALUES ({vals})";
    /// Votes and uses are counted apart from changes.
    UPDATE = "UPDATE articles SET title = $3, answer = $4, category_id = $5, audience = $6, unit_id = $7, verify_until = $8,
        owner_id = $9, owner_name = $10, published_id = $11, working_id = $12, working_state = $13, archived_at = $14,
        versions = $15, changed_at = $16, published_at = $17, asked_until = $18, version = $2
        WHERE id = $1 AND version = $2 - 1";
    ASKED = "UPDATE articles SET asked_until = verify_until WHERE id = $1";
    FIND(Article) = "SELECT {cols} FROM articles WHERE id = $1";
    MANY(Article) = "SELECT {cols} FROM articles WHERE id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY id";
    LIST(Article) = list!("id <> ''");
    IN_CATEGORY(Article) = list!("category_id IN (SELECT value FROM json_each(CAST($6 AS TEXT)))");
    TO_ASK(Article) = "SELECT {cols} FROM articles WHERE verify_until <= $1 AND published_id IS NOT NULL AND archived_at IS NULL
        AND (asked_until IS NULL OR asked_until <> verify_until) ORDER BY verify_until, id LIMIT $2";
    IN_FORCE = "SELECT count(*) FROM articles WHERE published_id IS NOT NULL AND archived_at IS NULL";
    USE = "UPDATE articles SET uses = uses + 1 WHERE id = $1";
    COUNT_VOTES = "UPDATE articles SET helpful = helpful + $2, unhelpful = unhelpful + $3 WHERE id = $1";

    INSERT_VERSION(ArticleVersion) = "INSERT INTO article_versions ({cols}) VALUES ({vals})";
    UPDATE_VERSION(ArticleVersion) = "UPDATE article_versions SET {sets} WHERE id = $1";
    VERSION(ArticleVersion) = "SELECT {cols} FROM article_versions WHERE id = $1";
    VERSIONS(ArticleVersion) = "SELECT {cols} FROM article_versions WHERE article_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3";

    CATEGORIES(ArticleCategory) = "SELECT {cols} FROM article_categories ORDER BY position, created_at, id";
    INSERT_CATEGORY(ArticleCategory) = "INSERT INTO article_categories ({cols}) VALUES ({vals})";
    UPDATE_CATEGORY(ArticleCategory) = "UPDATE article_categories SET {sets} WHERE id = $1 AND version = $6 - 1";
    DELETE_CATEGORY = "DELETE FROM article_categories WHERE id = $1";
    IN_USE = "SELECT count(*) FROM article_versions WHERE category_id = $1 AND state IN ('draft', 'in_review', 'published')";

    FORGET_TERMS = "DELETE FROM article_terms WHERE article_id = $1";
    INSERT_TERMS = "INSERT INTO article_terms (term, article_id, head) VALUES {rows:TEXT,TEXT,BOOLEAN}";
    PLACES = "SELECT term, article_id, head FROM article_terms WHERE term IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY term, article_id";

    VOTE = "SELECT helpful FROM article_votes WHERE article_id = $1 AND user_id = $2 AND conversation_id = $3";
    SET_VOTE = "INSERT INTO article_votes (article_id, user_id, conversation_id, helpful, at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (article_id, user_id, conversation_id) DO UPDATE SET helpful = $4, at = $5";
}

/// Which articles; what is none lets all through.
#[derive(Clone, Debug, Default)]
pub(crate) struct ArticleFilter {
    pub state: Option<ArticleState>,
    pub categories: Option<Vec<Id<ArticleCategory>>>,
    pub audience: Option<ArticleAudience>,
    pub stale_at: Option<Timestamp>,
    pub owner: Option<UserId>,
}

pub(crate) fn insert(tx: &mut Tx<'_>, article: &Article) -> Result<()> {
    tx.exec(&INSERT, &article.values()).map(drop)
}

/// Keeps a change.
///
/// # Errors
/// [`codes::STALE`] when somebody else changed it meanwhile.
pub(crate) fn save(tx: &mut Tx<'_>, article: &Article) -> Result<()> {
    let Article {
        id,
        version,
        title,
        answer,
        category_id,
        audience,
        unit_id,
        verify_until,
        owner_id,
        owner_name,
        published_id,
        working_id,
        working_state,
        archived_at,
        versions,
        changed_at,
        published_at,
        asked_until,
        ..
    } = article;
    let values = params![
        id,
        version,
        title,
        answer,
        category_id,
        audience,
        unit_id,
        verify_until,
        owner_id,
        owner_name,
        published_id,
        working_id,
        working_state,
        archived_at,
        versions,
        changed_at,
        published_at,
        asked_until
    ];
    tx.exec_one(&UPDATE, values, codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<Article>) -> Result<Article> {
    tx.one(&FIND, params![id])
}

pub(crate) fn many(tx: &mut Tx<'_>, ids: &[Id<Article>]) -> Result<Vec<Article>> {
    tx.all(&MANY, params![json(ids)?])
}

/// A page of those the desk sees; without a desk, of all.
pub(crate) fn list(
    tx: &mut Tx<'_>,
    desk: Option<&Desk>,
    filter: &ArticleFilter,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<Article>> {
    let ArticleFilter { state, categories, audience, stale_at, owner } = filter;
    let units = json(desk.map(|desk| desk.units.as_slice()).unwrap_or_default())?;
    let categories = categories.as_deref().map(json).transpose()?;
    let statement = if categories.is_some() { &IN_CATEGORY } else { &LIST };
    let (everything, state) = (desk.is_none(), state.map(ArticleState::text));
    tx.all(
        statement,
        params![before.key, before.id, everything, units, state, categories, audience, stale_at, owner, limit],
    )
}

/// Those in force whose time runs out before `until`, and whose owners were not asked yet.
pub(crate) fn to_ask(tx: &mut Tx<'_>, until: Timestamp, limit: i64) -> Result<Vec<Article>> {
    tx.all(&TO_ASK, params![until, limit])
}

pub(crate) fn asked(tx: &mut Tx<'_>, id: Id<Article>) -> Result<()> {
    tx.exec(&ASKED, params![id]).map(drop)
}

/// How many are in force.
pub(crate) fn in_force(tx: &mut Tx<'_>) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&IN_FORCE, params![])?.0)
}

pub(crate) fn count_use(tx: &mut Tx<'_>, id: Id<Article>) -> Result<()> {
    tx.exec(&USE, params![id]).map(drop)
}

pub(crate) fn insert_version(tx: &mut Tx<'_>, version: &ArticleVersion) -> Result<()> {
    tx.exec(&INSERT_VERSION, &version.values()).map(drop)
}

pub(crate) fn save_version(tx: &mut Tx<'_>, version: &ArticleVersion) -> Result<()> {
    tx.exec(&UPDATE_VERSION, &version.values()).map(drop)
}

/// A version of this article.
pub(crate) fn version(tx: &mut Tx<'_>, article: Id<Article>, id: Id<ArticleVersion>) -> Result<ArticleVersion> {
    let version: ArticleVersion = tx.one(&VERSION, params![id])?;
    if version.article_id == article { Ok(version) } else { Err(Error::NotFound) }
}

pub(crate) fn versions(tx: &mut Tx<'_>, id: Id<Article>, before: i64, limit: i64) -> Result<Vec<ArticleVersion>> {
    tx.all(&VERSIONS, params![id, before, limit])
}

pub(crate) fn categories(tx: &mut Tx<'_>) -> Result<Vec<ArticleCategory>> {
    tx.all(&CATEGORIES, params![])
}

pub(crate) fn insert_category(tx: &mut Tx<'_>, category: &ArticleCategory) -> Result<()> {
    tx.exec(&INSERT_CATEGORY, &category.values()).map(drop)
}

/// Keeps a change.
///
/// # Errors
/// [`codes::STALE`] when somebody else changed it meanwhile.
pub(crate) fn save_category(tx: &mut Tx<'_>, category: &ArticleCategory) -> Result<()> {
    tx.exec_one(&UPDATE_CATEGORY, &category.values(), codes::STALE)
}

pub(crate) fn delete_category(tx: &mut Tx<'_>, id: Id<ArticleCategory>) -> Result<()> {
    tx.exec(&DELETE_CATEGORY, params![id]).map(drop)
}

/// How many versions that may still matter stand under it.
pub(crate) fn in_use(tx: &mut Tx<'_>, id: Id<ArticleCategory>) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&IN_USE, params![id])?.0)
}

/// What stands in the article, from now on: its terms, and whether they are its title's or keywords'.
pub(crate) fn set_terms(tx: &mut Tx<'_>, id: Id<Article>, terms: &[(String, bool)]) -> Result<()> {
    tx.exec(&FORGET_TERMS, params![id])?;
    let rows: Vec<_> = terms.iter().map(|(term, head)| vec![term.to_value(), id.to_value(), head.to_value()]).collect();
    if rows.is_empty() { Ok(()) } else { tx.exec_rows(&INSERT_TERMS, &rows) }
}

/// Where these terms stand.
pub(crate) fn places(tx: &mut Tx<'_>, terms: &[String]) -> Result<Vec<Place>> {
    tx.all(&PLACES, params![json(terms)?])
}

/// Keeps what somebody says of it; said again about the same conversation, it is said otherwise.
pub(crate) fn vote(tx: &mut Tx<'_>, id: Id<Article>, user: UserId, conversation: &str, helpful: bool) -> Result<()> {
    let before: Option<(bool,)> = tx.maybe(&VOTE, params![id, user, conversation])?;
    let count = |said: bool| i64::from(helpful == said) - i64::from(before == Some((said,)));
    tx.exec(&SET_VOTE, params![id, user, conversation, helpful, tx.now()])?;
    tx.exec(&COUNT_VOTES, params![id, count(true), count(false)]).map(drop)
}

fn json<T: serde::Serialize>(list: &[T]) -> Result<String> {
    serde_json::to_string(list).map_err(Error::internal)
}
