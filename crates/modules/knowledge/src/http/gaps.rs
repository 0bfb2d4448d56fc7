//! What is missing.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, Id, Page, PageQuery, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::articles::desk::unknown;
use crate::{
    Talks, articles,
    gaps::{self, Miss},
    model::{GapReport, GapSource, GapState, KnowledgeGap, gap_question},
    policy,
    queries::gaps as queries,
};

/// Which gaps.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GapsQuery {
    /// Only those that stand so.
    #[param(inline)]
    state: Option<GapState>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists what is missing, for those who write: what was missed last first.
#[utoipa::path(get, path = "/knowledge-gaps", tag = "knowledge", params(GapsQuery), responses((status = 200, body = Page<KnowledgeGap>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<GapsQuery>) -> Answer<Page<KnowledgeGap>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let page = cx
        .read(move |tx| {
            let _permit = policy::may_write_articles(tx.actor(), tx.now())?;
            let limit = page.limit()?;
            let rows = queries::list(tx, query.state, &page.before()?, limit + 1)?;
            Ok(Page::of(rows, limit, |row| (row.last_at.millis(), row.id.to_string())))
        })
        .await?;
    Ok(Json(page))
}

/// A gap, and how it was met.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GapView {
    #[serde(flatten)]
    gap: KnowledgeGap,
    /// How it was met, the last fifty times first.
    reports: Vec<GapReport>,
}

fn view(tx: &mut Tx<'_>, gap: KnowledgeGap) -> Result<GapView> {
    let reports = queries::reports(tx, gap.id)?;
    Ok(GapView { gap, reports })
}

/// One gap.
#[utoipa::path(get, path = "/knowledge-gaps/{id}", tag = "knowledge", params(("id" = Id<KnowledgeGap>, Path)), responses((status = 200, body = GapView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<KnowledgeGap>>) -> Answer<GapView> {
    let found = cx
        .read(move |tx| {
            let _permit = policy::may_write_articles(tx.actor(), tx.now())?;
            let gap = queries::find(tx, id)?;
            view(tx, gap)
        })
        .await?;
    Ok(Json(found))
}

/// Something that is missing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewGap {
    /// What was looked for, 2 to 200 characters.
    question: String,
    /// In which conversation.
    #[schema(pattern = "^cnv_[0-9a-z]{26}$")]
    conversation_id: Option<String>,
    /// Whether a search for these words found nothing. One that would find something tells of no gap.
    searched: Option<bool>,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GapReported {
    /// Which gap; none when the search finds something by now.
    id: Option<Id<KnowledgeGap>>,
    /// How often it was met.
    times: i64,
}

/// Reports that an answer is missing. The same, missed again before it is answered, is one gap that was met once more.
#[utoipa::path(post, path = "/knowledge-gaps", tag = "knowledge", request_body = NewGap, responses((status = 200, body = GapReported)))]
pub(crate) async fn report(cx: Cx, Json(request): Json<NewGap>) -> Answer<GapReported> {
    let talks = cx.app().part::<Box<dyn Talks>>();
    let reported = cx
        .write(move |tx| {
            let sight = policy::may_see(tx)?;
            let question = gap_question(&request.question)?;
            let customer = match request.conversation_id.as_deref() {
                Some(conversation) => Some(talks.talk(tx, conversation).map_err(unknown)?.customer),
                None => None,
            };
            let searched = request.searched.unwrap_or(false);
            if searched && !articles::search(tx, &sight, &question, 1)?.is_empty() {
                return Ok(GapReported { id: None, times: 0 });
            }
            let source = if searched { GapSource::Search } else { GapSource::Desk };
            let miss = Miss { question, source, conversation: request.conversation_id.clone(), customer };
            let gap = gaps::report(tx, miss)?;
            Ok(GapReported { id: Some(gap.id), times: gap.times })
        })
        .await?;
    Ok(Json(reported))
}

/// Why nothing is to be written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GapDismissal {
    /// Why, 1 to 500 characters.
    reason: String,
}

/// Dismisses a gap: nothing is to be written.
#[utoipa::path(post, path = "/knowledge-gaps/{id}/dismissal", tag = "knowledge", params(("id" = Id<KnowledgeGap>, Path)), request_body = GapDismissal, responses((status = 200, body = GapView)))]
pub(crate) async fn dismiss(
    cx: Cx,
    Path(id): Path<Id<KnowledgeGap>>,
    Json(request): Json<GapDismissal>,
) -> Answer<GapView> {
    let changed = cx
        .write(move |tx| {
            let permit = policy::may_write_articles(tx.actor(), tx.now())?;
            Check::new().text("reason", &request.reason, 1..=500).done()?;
            let before = queries::find(tx, id)?;
            let after = before.clone().dismissed(&permit, request.reason.trim().to_owned())?;
            gaps::dismiss(tx, &before, &after)?;
            view(tx, after)
        })
        .await?;
    Ok(Json(changed))
}

/// How much is missing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KnowledgeCounts {
    /// Gaps that nobody writes an answer for.
    open_gaps: i64,
}

/// Counts what waits for those who write.
#[utoipa::path(get, path = "/knowledge-gaps/counts", tag = "knowledge", responses((status = 200, body = KnowledgeCounts)))]
pub(crate) async fn counts(cx: Cx) -> Answer<KnowledgeCounts> {
    let counts = cx
        .read(|tx| {
            let _permit = policy::may_write_articles(tx.actor(), tx.now())?;
            Ok(KnowledgeCounts { open_gaps: queries::count(tx)? })
        })
        .await?;
    Ok(Json(counts))
}
