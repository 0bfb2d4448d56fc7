//! What other modules call.

use kernel::{CustomerId, Id, Result};
use store::Tx;

pub use crate::articles::ask_owners;
use crate::{
    articles,
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

/// What may be answered to a customer unasked: the short answer of a public article for everybody, in force and not in
/// doubt, that is surely the answer. Any other article, internal ones too, is a rival: where one is nearly as like,
/// nothing is sure.
///
/// # Errors
/// From the database.
pub fn sure_answer(tx: &mut Tx<'_>, question: &str) -> Result<Option<SureAnswer>> {
    let found = articles::fitting(tx, question, 1, Article::in_force)?;
    let now = tx.now();
    let open = |article: &Article| {
        let everybody = article.audience == ArticleAudience::Public && article.unit_id.is_none();
        everybody && !article.is_stale(now) && !article.answer.is_empty()
    };
    let sure = found.into_iter().find(|one| one.sure && open(&one.article));
    Ok(sure.map(|one| SureAnswer {
        article: one.article.id,
        path: format!("/articles/{}", one.article.id),
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
