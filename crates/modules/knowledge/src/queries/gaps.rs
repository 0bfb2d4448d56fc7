//! Gaps, and how they were met.

use kernel::{Cursor, CustomerId, Error, Id, Result};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{Article, GapReport, GapState, KnowledgeGap},
};

sql! {
    INSERT(KnowledgeGap) = "INSERT INTO knowledge_gaps ({cols}) VALUES ({vals})";
    UPDATE(KnowledgeGap) = "UPDATE knowledge_gaps SET {sets} WHERE id = $1 AND version = $12 - 1";
    FIND(KnowledgeGap) = "SELECT {cols} FROM knowledge_gaps WHERE id = $1";
    OPEN(KnowledgeGap) = "SELECT {cols} FROM knowledge_gaps WHERE folded = $1 AND state IN ('open', 'writing') ORDER BY id LIMIT 1";
    OF_ARTICLE(KnowledgeGap) = "SELECT {cols} FROM knowledge_gaps WHERE article_id = $1 AND state = 'writing' ORDER BY id";
    LIST(KnowledgeGap) = "SELECT {cols} FROM knowledge_gaps WHERE (last_at, id) < ($1, $2)
        AND (CAST($3 AS TEXT) IS NULL OR state = $3) ORDER BY last_at DESC, id DESC LIMIT $4";
    COUNT = "SELECT count(*) FROM knowledge_gaps WHERE state = 'open'";
    INSERT_REPORT(GapReport) = "INSERT INTO knowledge_gap_reports ({cols}) VALUES ({vals})";
    REPORTS(GapReport) = "SELECT {cols} FROM knowledge_gap_reports WHERE gap_id = $1 ORDER BY number DESC LIMIT 50";

    OF_CUSTOMERS(KnowledgeGap) = "SELECT {cols} FROM knowledge_gaps WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY created_at, id";
    EMPTY = "UPDATE knowledge_gaps SET question = '', folded = '', customer_id = NULL, version = version + 1
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
    EMPTY_REPORTS = "UPDATE knowledge_gap_reports SET customer_id = NULL WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

pub(crate) fn insert(tx: &mut Tx<'_>, gap: &KnowledgeGap) -> Result<()> {
    tx.exec(&INSERT, &gap.values()).map(drop)
}

/// Keeps a change.
///
/// # Errors
/// [`codes::STALE`] when it changed meanwhile.
pub(crate) fn save(tx: &mut Tx<'_>, gap: &KnowledgeGap) -> Result<()> {
    tx.exec_one(&UPDATE, &gap.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<KnowledgeGap>) -> Result<KnowledgeGap> {
    tx.one(&FIND, params![id])
}

/// The one that is not answered yet and asks the same.
pub(crate) fn open(tx: &mut Tx<'_>, folded: &str) -> Result<Option<KnowledgeGap>> {
    tx.maybe(&OPEN, params![folded])
}

/// Those that this article is being written for.
pub(crate) fn of_article(tx: &mut Tx<'_>, id: Id<Article>) -> Result<Vec<KnowledgeGap>> {
    tx.all(&OF_ARTICLE, params![id])
}

pub(crate) fn list(tx: &mut Tx<'_>, state: Option<GapState>, before: &Cursor, limit: i64) -> Result<Vec<KnowledgeGap>> {
    tx.all(&LIST, params![before.key, before.id, state, limit])
}

/// How many nobody writes an answer for.
pub(crate) fn count(tx: &mut Tx<'_>) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&COUNT, params![])?.0)
}

pub(crate) fn insert_report(tx: &mut Tx<'_>, report: &GapReport) -> Result<()> {
    tx.exec(&INSERT_REPORT, &report.values()).map(drop)
}

/// How it was met, the last times first.
pub(crate) fn reports(tx: &mut Tx<'_>, id: Id<KnowledgeGap>) -> Result<Vec<GapReport>> {
    tx.all(&REPORTS, params![id])
}

pub(crate) fn of_customers(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<KnowledgeGap>> {
    tx.all(&OF_CUSTOMERS, params![json(customers)?])
}

/// Empties what was asked about them; that something was missed stays.
pub(crate) fn empty(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    tx.exec(&EMPTY, params![json(customers)?])?;
    tx.exec(&EMPTY_REPORTS, params![json(customers)?]).map(drop)
}

fn json(customers: &[CustomerId]) -> Result<String> {
    serde_json::to_string(customers).map_err(Error::internal)
}
