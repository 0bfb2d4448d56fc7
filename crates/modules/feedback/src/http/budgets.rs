//! What units may give in rewards in a month.

use audit::api::Entry;
use http::{Answer, Cx, Json, Query};
use kernel::{Check, Error, Money, Result, UnitId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use super::wall::{MonthQuery, month, wanted};
use crate::{api, codes, model::RewardBudget, policy, queries};

/// The largest budget, in minor units.
const LARGEST: i64 = 100_000_000_000;

/// A budget, with its unit's name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RewardBudgetView {
    #[serde(flatten)]
    budget: RewardBudget,
    /// The unit's name.
    unit_name: String,
}

/// The budgets of a month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RewardBudgets {
    /// Which month: `2026-11`.
    month: String,
    /// Those within one's reach.
    items: Vec<RewardBudgetView>,
}

fn view(tx: &mut Tx<'_>, budget: RewardBudget) -> Result<RewardBudgetView> {
    Ok(RewardBudgetView { unit_name: api::unit_name(tx, Some(budget.unit_id))?, budget })
}

/// What units within one's reach may give in a month, and what is left of it.
#[utoipa::path(get, path = "/reward-budgets", tag = "feedback", params(MonthQuery), responses((status = 200, body = RewardBudgets)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<MonthQuery>) -> Answer<RewardBudgets> {
    let budgets = cx
        .read(move |tx| {
            let scope = policy::may_see_budgets(tx.actor())?;
            let month = wanted(tx, &query)?;
            let budgets = queries::wall::budgets(tx, &scope, &month)?;
            let items = budgets.into_iter().map(|budget| view(tx, budget)).collect::<Result<_>>()?;
            Ok(RewardBudgets { month, items })
        })
        .await?;
    Ok(Json(budgets))
}

/// What a unit may give.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRewardBudget {
    /// Which unit.
    unit_id: UnitId,
    /// Which month: `2026-11`.
    month: String,
    /// How much, in minor units: 0 to 100,000,000,000, and not less than was given already.
    amount: Money,
    /// The version one saw; 0 where there was none.
    version: i64,
}

/// Sets what a unit may give in rewards in a month.
#[utoipa::path(put, path = "/reward-budgets", tag = "feedback", request_body = NewRewardBudget, responses((status = 200, body = RewardBudgetView)))]
pub(crate) async fn set(cx: Cx, Json(request): Json<NewRewardBudget>) -> Answer<RewardBudgetView> {
    let budget = cx
        .write(move |tx| {
            let month = month(&request.month)?;
            let before = queries::wall::budget(tx, request.unit_id, &month)?;
            let mut after = match &before {
                Some(budget) => budget.clone(),
                None => RewardBudget {
                    id: tx.new_id(),
                    unit_id: request.unit_id,
                    month,
                    amount: Money(0),
                    spent: Money(0),
                    currency: queries::rules(tx)?.currency,
                    version: 0,
                },
            };
            let _permit = policy::may_set_budget(tx.actor(), &after, tx.now())?;
            Check::new().range("amount", request.amount.0, 0..=LARGEST).done()?;
            if people::api::tree(tx)?.unit(request.unit_id).is_none_or(|unit| unit.is_closed()) {
                return Err(Error::field("unit_id", "unknown"));
            }
            if request.version != after.version {
                return Err(codes::STALE.conflict());
            }
            if request.amount < after.spent {
                return Err(codes::BELOW_SPENT.conflict());
            }
            after.amount = request.amount;
            after.version += 1;
            queries::wall::save_budget(tx, &after)?;
            let entry = Entry::new("feedback.budget_set", "reward_budget", after.id);
            let entry = match &before {
                Some(before) => entry.change(before, &after),
                None => entry.created(&after),
            };
            audit::api::record(tx, entry)?;
            view(tx, after)
        })
        .await?;
    Ok(Json(budget))
}
