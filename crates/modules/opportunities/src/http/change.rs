//! Changing an opportunity: its words and owner, its stage, and what is to be done next.

use http::{Answer, Cx, Json, Path};
use kernel::{Check, Error, Id, Money, Owned, Permit, Result, Timestamp, UserId};
use orders::Order;
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::{
    about, make,
    view::{OpportunityView, view},
};
use crate::{
    api,
    model::{EvidenceKind, Opportunity, OpportunityEvidence, OpportunityStage, OpportunityStepKind, Said},
    policy, queries,
};

/// No opportunity is worth more than this, in minor units.
pub(super) const MOST_MONEY: i64 = 1_000_000_000_000;

impl Said {
    pub(super) fn check(&self, check: Check) -> Check {
        check
            .text("title", &self.title, 1..=200)
            .text("service", &self.service, 1..=100)
            .range("value", self.value.map_or(0, |Money(value)| value), 0..=MOST_MONEY)
            .range("each_value", self.each_value.map_or(0, |Money(value)| value), 0..=MOST_MONEY / 1_000)
            .that(self.value.is_none() || self.each_value.is_none(), "each_value", "not_allowed")
            .that(is_currency(&self.currency), "currency", "malformed")
            .text("estimate", &self.estimate, 0..=300)
    }
}

/// Whether this is spelt as ISO 4217 spells them.
pub(super) fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|c| c.is_ascii_uppercase())
}

/// A next step that a request may name, and until when.
pub(super) struct Due {
    what: Option<String>,
    at: Option<Timestamp>,
    minutes: Option<i64>,
}

impl Due {
    pub(super) fn of(what: Option<&str>, at: Option<Timestamp>, minutes: Option<i64>) -> Self {
        let what = what.map(str::trim).filter(|what| !what.is_empty()).map(str::to_owned);
        Self { what, at, minutes }
    }

    pub(super) fn check(&self, tx: &Tx<'_>, check: Check, needed: bool) -> Check {
        let (what, at, minutes) = (self.what.is_some(), self.at, self.minutes);
        check
            .that(what || !(needed || at.is_some() || minutes.is_some()), "next_step", "required")
            .maybe_text("next_step", self.what.as_deref(), 1..=200)
            .that(!what || at.is_some() || minutes.is_some(), "due_at", "required")
            .that(at.is_none() || minutes.is_none(), "due_minutes", "not_allowed")
            .that(at.is_none_or(|at| at > tx.now()), "due_at", "in_the_past")
            .range("due_minutes", minutes.unwrap_or(1), 1..=525_600)
    }

    /// The step and the moment it means.
    pub(super) fn next(&self, tx: &mut Tx<'_>) -> Result<Option<(String, Timestamp)>> {
        let Some(what) = &self.what else { return Ok(None) };
        let length = || tasks::api::Due::BusinessMs(self.minutes.unwrap_or(1) * 60_000);
        let due = self.at.map_or_else(length, tasks::api::Due::At);
        Ok(Some((what.clone(), due.at(tx)?)))
    }
}

/// What is said of an opportunity.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpportunityChange {
    /// What it is, in a line: 1 to 200 characters.
    title: String,
    /// The goods or the service: 1 to 100 characters.
    service: String,
    /// What it may bring, in minor units.
    value: Option<Money>,
    /// Or what each customer may bring; not together with `value`.
    each_value: Option<Money>,
    /// ISO 4217.
    currency: String,
    /// How that was estimated: up to 300 characters.
    estimate: String,
    /// Whose it is from now on; as it is unless told.
    owner_id: Option<UserId>,
    /// The version this changes.
    version: i64,
}

/// Changes what is said of an opportunity, and whose it is.
#[utoipa::path(put, path = "/opportunities/{id}", tag = "opportunities", params(("id" = Id<Opportunity>, Path)), request_body = OpportunityChange, responses((status = 200, body = OpportunityView)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<Opportunity>>,
    Json(request): Json<OpportunityChange>,
) -> Answer<OpportunityView> {
    let app = cx.app().clone();
    let opportunity = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let permit = policy::may_pursue(tx.actor(), &before, tx.now())?;
            let said = Said {
                title: request.title.trim().to_owned(),
                service: request.service.trim().to_owned(),
                value: request.value,
                each_value: request.each_value,
                currency: request.currency.clone(),
                estimate: request.estimate.trim().to_owned(),
            };
            said.check(Check::new()).done()?;
            let to = request.owner_id.filter(|to| before.owner_id != Some(*to));
            let owner = to.map(|to| make::owner(tx, &app, Some(to))).transpose()?;
            if let Some(who) = &owner {
                let _permit = policy::may_give(tx.actor(), &Owned::by(who.id, who.unit), tx.now())?;
            }
            let name = owner.as_ref().map(|who| who.name.clone());
            let after = before.clone().changed(&permit, request.version, said, owner)?;
            let kind = if name.is_some() {
                OpportunityStepKind::PassedOn
            } else {
                OpportunityStepKind::Changed
            };
            api::keep(tx, &before, &after, kind, name)?;
            tasks::api::reassign_for(tx, api::SOURCE, &api::subject(id), api::assignee(&after))?;
            Ok(view(tx, after))
        })
        .await?;
    Ok(Json(opportunity))
}

/// Where an opportunity comes to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpportunityMove {
    /// Where.
    stage: OpportunityStage,
    /// Why: 1 to 500 characters; needed for `lost` and `dismissed`.
    reason: Option<String>,
    /// The order it ended in, of one of its customers; only for `won`.
    order_id: Option<Id<Order>>,
}

/// Brings an opportunity to another stage. Closed, what was to be done next need not be done any more.
#[utoipa::path(put, path = "/opportunities/{id}/stage", tag = "opportunities", params(("id" = Id<Opportunity>, Path)), request_body = OpportunityMove, responses((status = 200, body = OpportunityView)))]
pub(crate) async fn advance(
    cx: Cx,
    Path(id): Path<Id<Opportunity>>,
    Json(request): Json<OpportunityMove>,
) -> Answer<OpportunityView> {
    let opportunity = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let permit = policy::may_pursue(tx.actor(), &before, tx.now())?;
            let reason = request.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
            Check::new().maybe_text("reason", reason, 1..=500).done()?;
            let order = request.order_id.map(|order| order_of(tx, &before, order)).transpose()?;
            let mut after = before.clone().moved(
                &permit,
                request.stage,
                reason.map(str::to_owned),
                order.as_ref().map(|order| order.id),
            )?;
            if let Some(order) = order {
                let evidence = OpportunityEvidence {
                    opportunity_id: Some(id),
                    reference: order.id.to_string(),
                    customer_id: Some(order.customer_id),
                    order_id: Some(order.id),
                    at: order.placed_at,
                    ..about::blank(tx, EvidenceKind::Order)
                };
                queries::add_evidence(tx, &evidence)?;
                after.evidence = queries::pieces(tx, id)?;
            }
            api::keep(tx, &before, &after, OpportunityStepKind::Moved, reason.map(str::to_owned))?;
            Ok(view(tx, after))
        })
        .await?;
    Ok(Json(opportunity))
}

/// The order of this id, of one of the opportunity's customers, for who may see orders.
fn order_of(tx: &mut Tx<'_>, opportunity: &Opportunity, id: Id<Order>) -> Result<Order> {
    if !tx.actor().has(orders::api::READ) {
        return Err(Error::Forbidden(orders::api::READ));
    }
    let who = queries::who(tx, opportunity.id)?;
    let mut ids = Vec::new();
    for person in api::persons(tx, &who)? {
        ids.extend(customers::api::members(tx, person)?);
    }
    let orders = orders::api::of(tx, &ids)?;
    orders.into_iter().find(|order| order.id == id).ok_or_else(|| Error::field("order_id", "unknown"))
}

/// What is to be done next.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpportunityPlan {
    /// What: 1 to 200 characters.
    next_step: String,
    /// Until when: a moment to come.
    due_at: Option<Timestamp>,
    /// Or so many minutes of business time from now: 1 to 525,600.
    due_minutes: Option<i64>,
}

/// Says what is to be done next, which is a task of the owner's; what was to be done before need not be done any more.
#[utoipa::path(put, path = "/opportunities/{id}/next-step", tag = "opportunities", params(("id" = Id<Opportunity>, Path)), request_body = OpportunityPlan, responses((status = 200, body = OpportunityView)))]
pub(crate) async fn plan(
    cx: Cx,
    Path(id): Path<Id<Opportunity>>,
    Json(request): Json<OpportunityPlan>,
) -> Answer<OpportunityView> {
    let opportunity = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let permit = policy::may_pursue(tx.actor(), &before, tx.now())?;
            let due = Due::of(Some(&request.next_step), request.due_at, request.due_minutes);
            due.check(tx, Check::new(), true).done()?;
            let next = due.next(tx)?;
            let after = planned(tx, &permit, before, next, None)?;
            Ok(view(tx, after))
        })
        .await?;
    Ok(Json(opportunity))
}

/// What came of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpportunityStepDone {
    /// In one's own words: up to 500 characters.
    result: Option<String>,
}

/// Says that the next step was taken; its task is done with it.
#[utoipa::path(post, path = "/opportunities/{id}/next-step/completion", tag = "opportunities", params(("id" = Id<Opportunity>, Path)), request_body = OpportunityStepDone, responses((status = 200, body = OpportunityView)))]
pub(crate) async fn complete(
    cx: Cx,
    Path(id): Path<Id<Opportunity>>,
    Json(request): Json<OpportunityStepDone>,
) -> Answer<OpportunityView> {
    let opportunity = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let permit = policy::may_pursue(tx.actor(), &before, tx.now())?;
            let result = request.result.as_deref().map(str::trim).filter(|result| !result.is_empty());
            Check::new().maybe_text("result", result, 1..=500).done()?;
            let after = planned(tx, &permit, before, None, result)?;
            Ok(view(tx, after))
        })
        .await?;
    Ok(Json(opportunity))
}

/// Keeps an opportunity with this to be done next, or, with nothing, with what was to be done.
pub(super) fn planned(
    tx: &mut Tx<'_>,
    permit: &Permit,
    before: Opportunity,
    next: Option<(String, Timestamp)>,
    result: Option<&str>,
) -> Result<Opportunity> {
    let after = before.clone().planned(permit, next.clone())?;
    match next {
        Some((what, due_at)) => {
            api::plan(tx, &after, &what, due_at)?;
            api::keep(tx, &before, &after, OpportunityStepKind::Planned, Some(what))?;
        }
        None => {
            tasks::api::complete_for(tx, api::SOURCE, &api::subject(after.id), result)?;
            let words = result.map(str::to_owned).or_else(|| before.next_step.clone());
            api::keep(tx, &before, &after, OpportunityStepKind::Done, words)?;
        }
    }
    Ok(after)
}
