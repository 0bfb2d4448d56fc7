//! The life cycle: who stands where, who moved, and by which rules.

use audit::api::Entry;
use http::{Answer, Cx, Json, Query};
use kernel::{Error, Page, PageQuery, Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::overview::name;
use crate::{
    model::{Kept, LifecycleStep},
    policy::{self, Sight},
    queries,
    rules::{LifecycleStage, Rules},
};

/// How far back the board counts who moved, in milliseconds: 30 days.
const LATELY: i64 = 30 * 86_400_000;
/// Rows of one reading.
const AT_ONCE: i64 = 1_000;

/// Who stands where, as far as one sees them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LifecycleBoard {
    /// As of which night; none before the first.
    at: Option<Timestamp>,
    /// By stage, in the order of a life.
    stages: Vec<StageCount>,
    /// Who moved within the last 30 days.
    moved: Vec<StageMove>,
    /// The currency of the values, ISO 4217.
    currency: String,
    /// Whether the caller may set the rules.
    may_rule: bool,
}

/// How many stand in a stage.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StageCount {
    /// Which.
    stage: LifecycleStage,
    /// How many.
    customers: i64,
    /// What they are worth in the next year, in minor units.
    value: i64,
}

/// How many moved from one stage into another.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StageMove {
    /// From where.
    before: LifecycleStage,
    /// To where.
    stage: LifecycleStage,
    /// How many.
    customers: i64,
}

/// Who stands in which stage of the life cycle, and who moved lately.
#[utoipa::path(get, path = "/lifecycle", tag = "worth", responses((status = 200, body = LifecycleBoard)))]
pub(crate) async fn board(cx: Cx) -> Answer<LifecycleBoard> {
    let board = cx
        .read(|tx| {
            let sight = policy::may_read(tx.actor())?;
            let found = queries::stages(tx, &sight)?;
            let count = |stage: LifecycleStage| {
                let row = found.iter().find(|row| row.0 == stage);
                StageCount { stage, customers: row.map_or(0, |row| row.1), value: row.map_or(0, |row| row.2) }
            };
            let since = tx.now().plus_millis(-LATELY);
            let moved = queries::moved(tx, &sight, since)?;
            let moved = moved.into_iter().map(|(before, stage, customers)| StageMove { before, stage, customers });
            Ok(LifecycleBoard {
                at: queries::last_done(tx)?.map(|run| run.began_at),
                stages: LifecycleStage::ALL.map(count).into(),
                moved: moved.collect(),
                currency: queries::rules(tx)?.rules.currency,
                may_rule: policy::may_rule(tx.actor(), tx.now()).is_ok(),
            })
        })
        .await?;
    Ok(Json(board))
}

/// Which steps.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StepsQuery {
    /// Only those into this stage.
    #[param(inline)]
    stage: Option<LifecycleStage>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A step and whose it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NamedStep {
    #[serde(flatten)]
    step: LifecycleStep,
    /// Their name; empty while unknown.
    name: String,
}

/// Lists who moved from stage to stage, newest first, with what was so then.
#[utoipa::path(get, path = "/lifecycle-steps", tag = "worth", params(StepsQuery), responses((status = 200, body = Page<NamedStep>)))]
pub(crate) async fn steps(cx: Cx, Query(query): Query<StepsQuery>) -> Answer<Page<NamedStep>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, before) = (page.limit()?, page.before()?);
    let page = cx
        .read(move |tx| {
            let sight = policy::may_read(tx.actor())?;
            let rows = queries::steps(tx, &sight, query.stage, &before, limit + 1)?;
            let page = Page::of(rows, limit, |row| (row.at.millis(), row.id.to_string()));
            let named = |step: LifecycleStep| Ok(name(tx, step.customer_id)?.map(|name| NamedStep { step, name }));
            let items = page.items.into_iter().map(named).filter_map(Result::transpose).collect::<Result<_>>()?;
            Ok(Page { items, next_cursor: page.next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// The rules of the life cycle.
#[utoipa::path(get, path = "/lifecycle-rules", tag = "worth", responses((status = 200, body = Kept)))]
pub(crate) async fn rules(cx: Cx) -> Answer<Kept> {
    let kept = cx
        .read(|tx| {
            policy::may_read(tx.actor())?;
            queries::rules(tx)
        })
        .await?;
    Ok(Json(kept))
}

/// Other rules.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLifecycleRules {
    /// The version they are changed from.
    version: i64,
    /// The rules.
    rules: Rules,
}

/// Sets the rules. They are in force from the next night on; who then stands elsewhere because of them alone is noted
/// as such, and no playbook follows.
#[utoipa::path(put, path = "/lifecycle-rules", tag = "worth", request_body = NewLifecycleRules, responses((status = 200, body = Kept)))]
pub(crate) async fn set(cx: Cx, Json(new): Json<NewLifecycleRules>) -> Answer<Kept> {
    let kept = cx
        .write(move |tx| {
            let permit = policy::may_rule(tx.actor(), tx.now())?;
            let staff = tx.actor().staff()?.clone();
            let before = queries::rules(tx)?;
            for tag in new.rules.playbooks.iter().filter_map(|playbook| playbook.tag_id) {
                if !profiles::api::takes_tag(tx, tag)? {
                    return Err(Error::field("playbooks", "unknown"));
                }
            }
            let after =
                before.clone().changed(&permit, (staff.id, staff.name.clone()), new.version, new.rules.clone())?;
            queries::keep_rules(tx, &after)?;
            let entry = Entry::new("worth.rules_changed", "lifecycle_rules", Kept::ID);
            audit::api::record(tx, entry.change(&before.rules, &after.rules))?;
            Ok(after)
        })
        .await?;
    Ok(Json(kept))
}

/// How many would stand where.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LifecyclePreview {
    /// By stage, in the order of a life.
    stages: Vec<StagePreview>,
    /// How many would stand elsewhere than now.
    other: i64,
}

/// A stage before and after.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StagePreview {
    /// Which.
    stage: LifecycleStage,
    /// How many stand there now.
    now: i64,
    /// How many would.
    then: i64,
}

/// Tells how many would stand in which stage by these rules, without setting them: by what was counted last night.
#[utoipa::path(post, path = "/lifecycle-rules/preview", tag = "worth", request_body = Rules, responses((status = 200, body = LifecyclePreview)))]
pub(crate) async fn preview(cx: Cx, Json(rules): Json<Rules>) -> Answer<LifecyclePreview> {
    let preview = cx
        .read(move |tx| {
            let _permit = policy::may_rule(tx.actor(), tx.now())?;
            rules.checked()?;
            let sight = policy::may_read(tx.actor())?;
            tried(tx, &sight, &rules)
        })
        .await?;
    Ok(Json(preview))
}

fn tried(tx: &mut Tx<'_>, sight: &Sight, rules: &Rules) -> Result<LifecyclePreview> {
    let mut counts = LifecycleStage::ALL.map(|stage| StagePreview { stage, now: 0, then: 0 });
    let (mut other, mut after) = (0, String::new());
    loop {
        let page = queries::pass(tx, sight, &after, AT_ONCE)?;
        let Some(last) = page.last() else { break };
        after = last.customer_id.to_string();
        for one in &page {
            let (then, _) = rules.stage(one);
            other += i64::from(then != one.stage);
            for count in &mut counts {
                count.now += i64::from(count.stage == one.stage);
                count.then += i64::from(count.stage == then);
            }
        }
    }
    Ok(LifecyclePreview { stages: counts.into(), other })
}
