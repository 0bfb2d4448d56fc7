//! How an article, what it is found by, the tasks about it and the gaps it fills are kept together.

use audit::api::Entry;
use kernel::{Id, Permit, Result, Timestamp, UserId};
use store::{Fact, Search, SearchDoc, Tx};
use tasks::api::{Assignee, Due, NewTask, Subject};

use crate::{
    events::{self, ArticleFact},
    gaps, likeness, markup,
    model::{Article, ArticleVersion, ArticleVersionState, Keywords, Who},
    policy::{self, Sight},
    queries::articles as queries,
};

/// What the reviewer's task comes from, what the author's whose words came back, and what the owner's when the time
/// runs out.
pub(crate) const REVIEW: &str = "knowledge.review";
const REVISE: &str = "knowledge.revise";
const VERIFY: &str = "knowledge.verify";
/// How long a review may take, in milliseconds of business time.
const REVIEW_MS: i64 = 16 * 60 * 60 * 1_000;
/// So long before its end the owner is asked, in milliseconds.
const BEFORE_MS: i64 = 7 * 24 * 60 * 60 * 1_000;
/// What articles in force, and what is being written, are indexed as.
const KIND: &str = "article";
const DRAFT_KIND: &str = "articledraft";
/// Terms an article is found by at most.
const MOST_TERMS: usize = 3_000;

/// The one acting.
pub(crate) fn me(tx: &Tx<'_>) -> Result<Who> {
    let staff = tx.actor().staff()?;
    Ok(Who { id: staff.id, name: staff.name.clone() })
}

fn subject(article: &Article) -> Subject {
    Subject::new("article", article.id)
}

/// Keeps a new one with its first version.
pub(crate) fn create(tx: &mut Tx<'_>, article: &Article, version: &ArticleVersion) -> Result<()> {
    queries::insert(tx, article)?;
    queries::insert_version(tx, version)?;
    index_draft(tx, article, Some(version))?;
    audit::api::record(tx, Entry::new("knowledge.article_created", "article", article.id).created(article))?;
    told(tx, events::ARTICLE_CREATED, article)
}

/// Keeps another draft: of a version that is there, or of a new one.
pub(crate) fn draft(
    tx: &mut Tx<'_>,
    before: &Article,
    after: &Article,
    version: &ArticleVersion,
    was: Option<&ArticleVersion>,
) -> Result<()> {
    queries::save(tx, after)?;
    let entry = Entry::new("knowledge.article_changed", "article", after.id);
    let entry = match was {
        Some(was) => {
            queries::save_version(tx, version)?;
            entry.change(was, version)
        }
        None => {
            queries::insert_version(tx, version)?;
            entry.change(before, after)
        }
    };
    index_draft(tx, after, Some(version))?;
    audit::api::record(tx, entry)?;
    told(tx, events::ARTICLE_CHANGED, after)
}

/// Keeps that a version waits for its reviewer, who is given the task.
pub(crate) fn submit(tx: &mut Tx<'_>, before: &Article, after: &Article, version: &ArticleVersion) -> Result<()> {
    queries::save(tx, after)?;
    queries::save_version(tx, version)?;
    tasks::api::complete_for(tx, REVISE, &subject(after), None)?;
    let author = version.changed_by;
    let assignee = match people::api::lead_who_may(tx, author, policy::REVIEW)? {
        Some(lead) if lead != version.written_by => person(tx, lead)?,
        _ => Assignee::Pool(people::api::unit_of(tx, author)?),
    };
    let key = format!("{}/{}", version.id, after.version);
    task(tx, REVIEW, key, version, None, assignee, Some(Due::BusinessMs(REVIEW_MS)))?;
    let entry = Entry::new("knowledge.article_submitted", "article", after.id).change(before, after);
    audit::api::record(tx, entry)?;
    told(tx, events::ARTICLE_SUBMITTED, after)
}

/// Keeps that its author took it back from the reviewer, or gave the draft up.
pub(crate) fn take_back(tx: &mut Tx<'_>, before: &Article, after: &Article, version: &ArticleVersion) -> Result<()> {
    queries::save(tx, after)?;
    queries::save_version(tx, version)?;
    tasks::api::cancel_for(tx, REVIEW, &subject(after), None)?;
    let mut action = "knowledge.article_changed";
    if version.state == ArticleVersionState::Dropped {
        action = "knowledge.draft_dropped";
        tasks::api::cancel_for(tx, REVISE, &subject(after), None)?;
        index_draft(tx, after, None)?;
        gaps::given_up(tx, after.id)?;
    }
    audit::api::record(tx, Entry::new(action, "article", after.id).change(before, after))?;
    told(tx, events::ARTICLE_CHANGED, after)
}

/// Keeps that the reviewer gave it back; the author is given the task.
pub(crate) fn give_back(tx: &mut Tx<'_>, before: &Article, after: &Article, version: &ArticleVersion) -> Result<()> {
    queries::save(tx, after)?;
    queries::save_version(tx, version)?;
    let word = version.returned.clone().unwrap_or_default();
    tasks::api::complete_for(tx, REVIEW, &subject(after), None)?;
    let assignee = person(tx, version.changed_by)?;
    let key = format!("{}/{}", version.id, after.version);
    task(tx, REVISE, key, version, Some(word.clone()), assignee, None)?;
    let entry = Entry::new("knowledge.article_returned", "article", after.id).change(before, after).reason(word);
    audit::api::record(tx, entry)?;
    told(tx, events::ARTICLE_RETURNED, after)
}

/// Keeps that a version is in force: found from now on, and the gaps closed that it was written for.
pub(crate) fn publish(tx: &mut Tx<'_>, before: &Article, after: &Article, version: &ArticleVersion) -> Result<()> {
    if let Some(old) = before.published_id {
        let old = queries::version(tx, after.id, old)?;
        queries::save_version(tx, &old.put_away(ArticleVersionState::Replaced))?;
    }
    queries::save(tx, after)?;
    queries::save_version(tx, version)?;
    index(tx, after, version)?;
    index_draft(tx, after, None)?;
    for source in [REVIEW, VERIFY] {
        tasks::api::complete_for(tx, source, &subject(after), None)?;
    }
    gaps::answered(tx, after.id)?;
    let entry = Entry::new("knowledge.article_published", "article", after.id).change(before, after);
    audit::api::record(tx, entry)?;
    told(tx, events::ARTICLE_PUBLISHED, after)
}

/// Keeps that it is out of force, or in force again.
pub(crate) fn archive(tx: &mut Tx<'_>, before: &Article, after: &Article, reason: Option<String>) -> Result<()> {
    queries::save(tx, after)?;
    match after.published_id.filter(|_| after.in_force()) {
        Some(id) => {
            let version = queries::version(tx, after.id, id)?;
            index(tx, after, &version)?;
        }
        None => {
            tx.unindex(KIND, &after.id.to_string(), after.created_at)?;
            queries::set_terms(tx, after.id, &[])?;
        }
    }
    let mut entry = Entry::new("knowledge.article_restored", "article", after.id);
    if after.archived_at.is_some() {
        entry = Entry::new("knowledge.article_archived", "article", after.id);
        for source in [REVIEW, REVISE, VERIFY] {
            tasks::api::cancel_for(tx, source, &subject(after), None)?;
        }
        gaps::given_up(tx, after.id)?;
    }
    entry = entry.change(before, after);
    audit::api::record(tx, reason.into_iter().fold(entry, Entry::reason))?;
    told(
        tx,
        if after.archived_at.is_some() {
            events::ARTICLE_ARCHIVED
        } else {
            events::ARTICLE_PUBLISHED
        },
        after,
    )
}

/// Keeps that it was found to be right, or that somebody else looks after it.
pub(crate) fn verify(tx: &mut Tx<'_>, before: &Article, after: &Article) -> Result<()> {
    queries::save(tx, after)?;
    tasks::api::complete_for(tx, VERIFY, &subject(after), None)?;
    let entry = Entry::new("knowledge.article_verified", "article", after.id).change(before, after);
    audit::api::record(tx, entry)?;
    told(tx, events::ARTICLE_VERIFIED, after)
}

/// Keeps that somebody else looks after it, and what there is to do about it with them.
pub(crate) fn hand_over(tx: &mut Tx<'_>, before: &Article, after: &Article) -> Result<()> {
    queries::save(tx, after)?;
    let to = person(tx, after.owner_id)?;
    tasks::api::reassign_for(tx, VERIFY, &subject(after), to)?;
    let entry = Entry::new("knowledge.article_changed", "article", after.id).change(before, after);
    audit::api::record(tx, entry)?;
    told(tx, events::ARTICLE_CHANGED, after)
}

/// Asks the owners of articles whose time runs out within a week, up to `limit` of them; answers how many. What the
/// schedule does.
///
/// # Errors
/// From the database.
pub fn ask_owners(tx: &mut Tx<'_>, limit: i64) -> Result<usize> {
    let until = tx.now().plus_millis(BEFORE_MS);
    let due = queries::to_ask(tx, until, limit)?;
    for article in &due {
        let (Some(end), Some(version)) = (article.verify_until, article.published_id) else { continue };
        let version = queries::version(tx, article.id, version)?;
        let assignee = if access::api::user(tx, article.owner_id)?.is_active() {
            person(tx, article.owner_id)?
        } else {
            Assignee::Pool(people::api::unit_of(tx, article.owner_id)?)
        };
        task(tx, VERIFY, format!("{}/{end}", article.id), &version, None, assignee, Some(Due::At(end)))?;
        queries::asked(tx, article.id)?;
    }
    Ok(due.len())
}

fn task(
    tx: &mut Tx<'_>,
    source: &'static str,
    key: String,
    version: &ArticleVersion,
    detail: Option<String>,
    assignee: Assignee,
    due: Option<Due>,
) -> Result<()> {
    let task = NewTask {
        source,
        key: Some(key),
        title: version.title.clone(),
        detail,
        assignee,
        subject: Some(Subject::new("article", version.article_id)),
        due,
        by_hand: false,
    };
    tasks::api::create(tx, task).map(drop)
}

fn person(tx: &mut Tx<'_>, id: UserId) -> Result<Assignee> {
    Ok(Assignee::Person { id, unit: people::api::unit_of(tx, id)? })
}

fn told(tx: &mut Tx<'_>, kind: &'static str, article: &Article) -> Result<()> {
    let fact = ArticleFact {
        article_id: article.id,
        state: article.state(),
        audience: article.audience,
        unit_id: article.unit_id,
    };
    tx.emit(Fact::new(kind, article.id, &fact)?);
    Ok(())
}

/// What an article is found by: its words, as whoever writes them would look for them.
fn words(version: &ArticleVersion) -> String {
    let Keywords(keywords) = &version.keywords;
    format!("{}\n{}\n{}\n{}", version.title, keywords.join("\n"), version.answer, markup::plain(&version.body))
}

fn doc(kind: &'static str, article: &Article, version: &ArticleVersion) -> SearchDoc {
    SearchDoc {
        kind,
        reference: article.id.to_string(),
        at: article.created_at,
        labels: Vec::new(),
        text: words(version),
    }
}

fn index(tx: &mut Tx<'_>, article: &Article, version: &ArticleVersion) -> Result<()> {
    tx.unindex(KIND, &article.id.to_string(), article.created_at)?;
    tx.index(&[doc(KIND, article, version)])?;
    let head = likeness::terms_of_all(&format!("{}\n{}", version.title, version.keywords.0.join("\n")));
    let rest = likeness::terms_of_all(&format!("{}\n{}", version.answer, markup::plain(&version.body)));
    let all = head.iter().map(|term| (term.clone(), true));
    let all = all.chain(rest.difference(&head).map(|term| (term.clone(), false)));
    queries::set_terms(tx, article.id, &all.take(MOST_TERMS).collect::<Vec<_>>())
}

fn index_draft(tx: &mut Tx<'_>, article: &Article, version: Option<&ArticleVersion>) -> Result<()> {
    tx.unindex(DRAFT_KIND, &article.id.to_string(), article.created_at)?;
    match version {
        Some(version) => tx.index(&[doc(DRAFT_KIND, article, version)]),
        None => Ok(()),
    }
}

/// The articles that hold every word and are seen, newest first; who sees drafts finds them too.
pub(crate) fn search(tx: &mut Tx<'_>, sight: &Sight, words: &str, limit: usize) -> Result<Vec<Article>> {
    let mut found: Vec<Article> = Vec::new();
    let kinds = [KIND, DRAFT_KIND];
    for kind in kinds.into_iter().take(if sight.sees_drafts() { 2 } else { 1 }) {
        let search = Search { kind, words, labels: &[], before: None, limit };
        tx.search(&search, |tx, hit| {
            let id: Id<Article> = hit.reference.parse().map_err(kernel::Error::internal)?;
            let article = queries::find(tx, id)?;
            let fits = sight.covers(&article) && found.iter().all(|one| one.id != id);
            if fits {
                found.push(article);
            }
            Ok(fits)
        })?;
    }
    found.truncate(limit);
    Ok(found)
}

/// An article that is like what somebody wrote.
pub(crate) struct Suggestion {
    pub article: Article,
    /// Whether it is surely the answer.
    pub sure: bool,
}

/// The articles in force that are like this question and seen, those most like it first.
pub(crate) fn alike(tx: &mut Tx<'_>, sight: &Sight, question: &str, limit: usize) -> Result<Vec<Suggestion>> {
    fitting(tx, question, limit, |article| article.in_force() && sight.covers(article))
}

/// As [`alike`], of those that `fits` lets through. The rule of being sure knows no others either.
pub(crate) fn fitting(
    tx: &mut Tx<'_>,
    question: &str,
    limit: usize,
    fits: impl Fn(&Article) -> bool,
) -> Result<Vec<Suggestion>> {
    let terms: Vec<String> = likeness::terms(question).into_iter().collect();
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    let mut places = queries::places(tx, &terms)?;
    let mut ids: Vec<Id<Article>> = places.iter().map(|(_, id, _)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut articles = queries::many(tx, &ids)?;
    articles.retain(fits);
    places.retain(|(_, id, _)| articles.iter().any(|article| article.id == *id));
    let of = queries::in_force(tx)?.max(1) as usize;
    let likes = likeness::rank(&places, of);
    let mut found = Vec::new();
    for (at, like) in likes.iter().take(limit).enumerate() {
        let Some(article) = articles.iter().find(|article| article.id == like.id).cloned() else { continue };
        let sure = match article.published_id.filter(|_| at == 0) {
            Some(id) => {
                let Keywords(keywords) = queries::version(tx, article.id, id)?.keywords;
                let best = likeness::Candidate { title: &article.title, keywords: &keywords };
                likeness::is_sure(question, &likes, &best)
            }
            None => false,
        };
        found.push(Suggestion { article, sure });
    }
    Ok(found)
}

/// Refuses an end that lies behind us: what is published then would be in doubt at once.
pub(crate) fn check_end(permit: &Permit, end: Option<Timestamp>) -> Result<()> {
    match end {
        Some(end) if end <= permit.at() => Err(kernel::Error::field("verify_until", "out_of_range")),
        _ => Ok(()),
    }
}
