//! How a gap and what becomes of it are kept together.

use audit::api::Entry;
use kernel::{CustomerId, Id, Permit, Result};
use store::{Fact, Tx};

use crate::{
    events::{self, GapFact},
    model::{Article, GapReport, GapSource, KnowledgeGap},
    policy,
    queries::gaps as queries,
};

/// Where something was missed.
#[derive(Clone, Debug)]
pub(crate) struct Miss {
    pub question: String,
    pub source: GapSource,
    pub conversation: Option<String>,
    pub customer: Option<CustomerId>,
}

/// Keeps that something was missed: what is missed again before it is answered is one gap.
pub(crate) fn report(tx: &mut Tx<'_>, miss: Miss) -> Result<KnowledgeGap> {
    let now = tx.now();
    let before = queries::open(tx, &store::fold(&miss.question))?;
    let gap = match &before {
        Some(before) => before.clone().met(now),
        None => {
            let new = KnowledgeGap::new(tx.new_id(), miss.question, miss.customer, now).met(now);
            KnowledgeGap { version: 1, ..new }
        }
    };
    match &before {
        Some(_) => queries::save(tx, &gap)?,
        None => queries::insert(tx, &gap)?,
    }
    let by = tx.actor().staff().ok().map(|staff| (staff.id, staff.name.clone()));
    let (by_id, by_name) = by.unzip();
    let report = GapReport {
        gap_id: gap.id,
        number: gap.times,
        source: miss.source,
        by_id,
        by_name: by_name.unwrap_or_default(),
        conversation_id: miss.conversation,
        customer_id: miss.customer,
        at: now,
    };
    queries::insert_report(tx, &report)?;
    told(tx, events::GAP_REPORTED, &gap)?;
    Ok(gap)
}

/// Keeps that an article is being written for it.
pub(crate) fn write(tx: &mut Tx<'_>, permit: &Permit, id: Id<KnowledgeGap>, article: Id<Article>) -> Result<()> {
    let before = queries::find(tx, id)?;
    let after = before.clone().written(permit, article)?;
    kept(tx, "knowledge.gap_written", events::GAP_CHANGED, &before, &after, None)
}

/// Keeps that nothing is to be written.
pub(crate) fn dismiss(tx: &mut Tx<'_>, before: &KnowledgeGap, after: &KnowledgeGap) -> Result<()> {
    let reason = after.reason.clone();
    kept(tx, "knowledge.gap_dismissed", events::GAP_DISMISSED, before, after, reason)
}

/// The article is in force: what it was written for is answered.
pub(crate) fn answered(tx: &mut Tx<'_>, article: Id<Article>) -> Result<()> {
    let permit = policy::vouched(tx.now())?;
    for before in queries::of_article(tx, article)? {
        let after = before.clone().closed(&permit);
        kept(tx, "knowledge.gap_closed", events::GAP_CLOSED, &before, &after, None)?;
    }
    Ok(())
}

/// Nobody writes the article any more.
pub(crate) fn given_up(tx: &mut Tx<'_>, article: Id<Article>) -> Result<()> {
    let permit = policy::vouched(tx.now())?;
    for before in queries::of_article(tx, article)? {
        let after = before.clone().reopened(&permit);
        kept(tx, "knowledge.gap_reopened", events::GAP_CHANGED, &before, &after, None)?;
    }
    Ok(())
}

fn kept(
    tx: &mut Tx<'_>,
    action: &'static str,
    kind: &'static str,
    before: &KnowledgeGap,
    after: &KnowledgeGap,
    reason: Option<String>,
) -> Result<()> {
    queries::save(tx, after)?;
    let entry = Entry::new(action, "knowledge_gap", after.id).change(&before.trace(), &after.trace());
    audit::api::record(tx, reason.into_iter().fold(entry, Entry::reason))?;
    told(tx, kind, after)
}

fn told(tx: &mut Tx<'_>, kind: &'static str, gap: &KnowledgeGap) -> Result<()> {
    let fact = GapFact { gap_id: gap.id, state: gap.state, times: gap.times, article_id: gap.article_id };
    tx.emit(Fact::new(kind, gap.id, &fact)?);
    Ok(())
}
