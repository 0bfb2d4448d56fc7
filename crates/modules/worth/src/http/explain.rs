//! One customer's worth, explained.

use std::collections::HashSet;

use customers::Serving;
use http::{Answer, Cx, Json, Path};
use kernel::{CustomerId, Id, Ratio, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    measure::day_of,
    model::{LifecycleStep, Run, Worth},
    next::{self, NextService},
    policy, queries,
    rules::Evidence,
    win_backs::{self, WinBack, WinBackArm, WinBackOutcome},
};

/// What a customer is worth and where they stand, with what it was computed from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorthExplained {
    /// As of the last night; none for who came since.
    worth: Option<Worth>,
    /// That night, with cuts and models.
    run: Option<Run>,
    /// Why they stand where they do: every condition of the rule, and what was so.
    evidence: Vec<Evidence>,
    /// The last steps of their life cycle.
    steps: Vec<LifecycleStep>,
    /// Services they use, of those that are offered: of five customers or more.
    used: Ratio,
    /// What they may need next.
    next: Vec<NextService>,
    /// Attempts to win them back in which they were offered something.
    offers: Vec<OfferMade>,
}

/// What somebody was offered to come back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferMade {
    /// The attempt.
    win_back_id: Id<WinBack>,
    /// What was offered.
    offer: String,
    /// Until when it holds.
    until_at: Timestamp,
    /// What they said.
    outcome: Option<WinBackOutcome>,
    /// In words.
    note: String,
}

/// What a customer is worth and where they stand, as of last night: what it was computed from, by which formula, what
/// they may need next and what speaks for it. Of one whom the caller may see, or serves.
#[utoipa::path(get, path = "/worths/{customer_id}", tag = "worth", params(("customer_id" = CustomerId, Path)), responses((status = 200, body = WorthExplained)))]
pub(crate) async fn explain(cx: Cx, Path(id): Path<CustomerId>) -> Answer<WorthExplained> {
    let serving = cx.app().part::<Box<dyn Serving>>();
    let explained = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            let card = customers::api::visible_or_served(tx, &**serving, id)?;
            let members = customers::api::members(tx, card.id)?;
            let rules = queries::rules(tx)?.rules;
            let worth = queries::find(tx, card.id)?;
            let evidence = worth.as_ref().map(|worth| rules.stage(worth)).filter(|(stage, _)| {
                // Judged by rules that have changed since: the reason is told with the next night.
                worth.as_ref().is_some_and(|worth| worth.stage == *stage)
            });
            let habits = queries::habits(tx)?;
            let mut used = Ratio::share(0, habits.len() as i64);
            let mut next = Vec::new();
            if tx.actor().has(orders::api::READ) {
                let zone = settings::api::calendar(tx)?.zone().clone();
                let today = day_of(tx.now(), &zone);
                let orders = orders::api::of(tx, &members)?;
                let counted: Vec<_> = orders
                    .iter()
                    .filter(|order| order.counts())
                    .map(|order| (day_of(order.placed_at, &zone), order))
                    .collect();
                let had: HashSet<&str> =
                    counted.iter().flat_map(|(_, order)| &order.lines.0).map(|line| line.service()).collect();
                used.numerator = habits.iter().filter(|habit| had.contains(habit.service.as_str())).count() as i64;
                let from: Vec<&str> = had.into_iter().collect();
                let pairs = queries::rules_from(tx, &from)?;
                next = next::next(&counted, today, &habits, &pairs);
            }
            let mut offers = Vec::new();
            for one in win_backs::of(tx, &members)?.into_iter().filter(|one| one.arm == WinBackArm::Offer) {
                let attempt = win_backs::find(tx, one.win_back_id)?;
                let (offer, until_at) = (attempt.offer, attempt.until_at);
                offers.push(OfferMade {
                    win_back_id: attempt.id,
                    offer,
                    until_at,
                    outcome: one.outcome,
                    note: one.note,
                });
            }
            Ok(WorthExplained {
                evidence: evidence.map(|(_, evidence)| evidence).unwrap_or_default(),
                run: queries::last_done(tx)?,
                steps: queries::steps_of(tx, &members)?,
                worth,
                used,
                next,
                offers,
            })
        })
        .await?;
    Ok(Json(explained))
}
