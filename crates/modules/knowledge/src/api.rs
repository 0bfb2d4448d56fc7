//! What other modules call.

use kernel::{CustomerId, Id, Result, Timestamp};
use store::Tx;

pub use crate::articles::ask_owners;
use crate::{
    articles::{self, Suggestion},
    gaps::{self, Miss},
    model::{Article, ArticleAudience, GapSource, KnowledgeGap},
    queries::articles as queries,
    reading,
};

/// How a name is typed by who knows its sound: the initials of its readings, and its readings in pinyin without
/// tones, each apart by blanks.
pub fn readings(name: &str) -> (String, String) {
    (reading::initials(name), reading::pinyin(name))
}

/// Something that supervisors were asked again and again.
#[derive(Clone, Debug)]
pub struct Recurring {
    /// What was asked: what is longer than a gap's question is cut.
    pub question: String,
    /// In which conversation it was asked last.
    pub conversation: Option<String>,
    /// With which customer.
    pub customer: Option<CustomerId>,
}

/// Keeps it as a gap; answers which. `knowledge_gap.closed` and `knowledge_gap.dismissed` tell what becomes of it.
///
/// # Errors
/// From the database.
pub fn recurred(tx: &mut Tx<'_>, recurring: Recurring) -> Result<Id<KnowledgeGap>> {
    let Recurring { question, conversation, customer } = recurring;
    let question: String = question.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect();
    Ok(gaps::report(tx, Miss { question, source: GapSource::Asks, conversation, customer })?.id)
}

/// The answer to a question, when it is surely the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SureAnswer {
    /// Which article.
    pub article: Id<Article>,
    /// What it is called.
    pub title: String,
    /// Its short answer.
    pub text: String,
    /// The path on this server where customers read it.
    pub path: String,
}

/// An article an answer to a customer may rest on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub article: Id<Article>,
    /// What it is called.
    pub title: String,
    /// Its short answer; may be empty.
    pub text: String,
    /// Its words, as one would say them.
    pub body: String,
}

/// Whether customers may be given it unasked: public, for everybody, in force and not in doubt.
fn is_open(article: &Article, now: Timestamp) -> bool {
    article.audience == ArticleAudience::Public && article.unit_id.is_none() && !article.is_stale(now)
}

fn path(article: &Article) -> String {
    format!("/articles/{}", article.id)
}

/// The articles most like a question that an answer to a customer may rest on, the most like first: `most` of them,
/// each with so many characters of its words.
///
/// # Errors
/// From the database.
pub fn candidates(tx: &mut Tx<'_>, question: &str, most: usize, characters: usize) -> Result<Vec<Candidate>> {
    let now = tx.now();
    let found = articles::fitting(tx, question, most, |article| article.in_force() && is_open(article, now))?;
    let mut candidates = Vec::new();
    for Suggestion { article, .. } in found {
        let Some(published) = article.published_id else { continue };
        let version = queries::version(tx, article.id, published)?;
        let body = crate::markup::plain(&version.body).chars().take(characters).collect();
        candidates.push(Candidate { article: article.id, title: article.title, text: article.answer, body });
    }
    Ok(candidates)
}

/// What an article is called and where customers read it, if an answer to a customer may rest on it now.
///
/// # Errors
/// [`kernel::Error::NotFound`] without one.
pub fn may_rest_on(tx: &mut Tx<'_>, id: Id<Article>) -> Result<Option<(String, String)>> {
    let (article, now) = (queries::find(tx, id)?, tx.now());
    Ok((article.in_force() && is_open(&article, now)).then(|| (article.title.clone(), path(&article))))
}

/// What may be answered to a customer unasked: the short answer of a public article for everybody, in force and not in
/// doubt, that is surely the answer. Any other article, internal ones too, is a rival: where one is nearly as like,
/// nothing is sure.
///
/// # Errors
/// From the database.
pub fn sure_answer(tx: &mut Tx<'_>, question: &str) -> Result<Option<SureAnswer>> {
    let found = articles::fitting(tx, question, 1, Article::in_force)?;
    let now = tx.now();
    let open = |article: &Article| is_open(article, now) && !article.answer.is_empty();
    let sure = found.into_iter().find(|one| one.sure && open(&one.article));
    Ok(sure.map(|one| SureAnswer {
        article: one.article.id,
        path: path(&one.article),
        title: one.article.title,
        text: one.article.answer,
    }))
}

/// What an article is called, whoever may see it: for modules that did their own check.
///
/// # Errors
/// [`kernel::Error::NotFound`] without one.
pub fn title(tx: &mut Tx<'_>, id: Id<Article>) -> Result<String> {
    Ok(queries::find(tx, id)?.title)
}
