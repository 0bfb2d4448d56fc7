//! How an opportunity and what follows from it are kept together.

use std::collections::HashSet;

use audit::api::Entry;
use kernel::{CustomerId, Error, Id, Result, Timestamp};
use store::{Fact, Tx};
use tasks::api::{Assignee, Due, NewTask, Subject};

use crate::{
    events::{self, OpportunityFact},
    model::{Opportunity, OpportunityStage, OpportunityStepKind, Who},
    queries,
};

/// What the tasks come from.
pub(crate) const SOURCE: &str = "opportunities";

pub(crate) fn subject(id: Id<Opportunity>) -> Subject {
    Subject::new("opportunity", id)
}

/// Whoever acts; nobody: the product.
pub(crate) fn me(tx: &Tx<'_>) -> Option<Who> {
    let staff = tx.actor().staff().ok()?;
    Some(Who { id: staff.id, name: staff.name.clone(), unit: staff.unit })
}

/// Keeps a new opportunity, whose evidence is kept already.
pub(crate) fn begin(
    tx: &mut Tx<'_>,
    opportunity: &Opportunity,
    kind: OpportunityStepKind,
    words: Option<String>,
) -> Result<()> {
    queries::insert(tx, opportunity)?;
    let entry = Entry::new("opportunities.begun", "opportunity", opportunity.id).created(&opportunity.trace());
    audit::api::record(tx, entry)?;
    told(tx, opportunity, None, kind, words)
}

/// Keeps a change.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    before: &Opportunity,
    after: &Opportunity,
    kind: OpportunityStepKind,
    words: Option<String>,
) -> Result<()> {
    queries::save(tx, after)?;
    let action = match kind {
        OpportunityStepKind::Moved => "opportunities.moved",
        OpportunityStepKind::PassedOn => "opportunities.passed_on",
        OpportunityStepKind::Planned | OpportunityStepKind::Done => "opportunities.planned",
        OpportunityStepKind::Joined | OpportunityStepKind::Recounted => "opportunities.joined",
        _ => "opportunities.changed",
    };
    let mut entry = Entry::new(action, "opportunity", after.id).change(&before.trace(), &after.trace());
    if let (OpportunityStepKind::Moved, Some(reason)) = (kind, &after.reason) {
        entry = entry.reason(reason);
    }
    audit::api::record(tx, entry)?;
    if after.stage.is_closed() && !before.stage.is_closed() {
        tasks::api::cancel_for(tx, SOURCE, &subject(after.id), None)?;
    }
    if before.owned() != after.owned() {
        // Those who lose sight of it hear of it a last time, so that it leaves their lists.
        tx.notify("opportunities", events::CHANGED, after, Some(before.owned()))?;
    }
    told(tx, after, Some(before.stage), kind, words)
}

/// Keeps the step and the fact, and tells those who watch the list.
fn told(
    tx: &mut Tx<'_>,
    opportunity: &Opportunity,
    before: Option<OpportunityStage>,
    kind: OpportunityStepKind,
    words: Option<String>,
) -> Result<()> {
    let (id, by, now) = (tx.new_id(), me(tx), tx.now());
    queries::add_step(tx, &opportunity.step(id, kind, before, words, by, now))?;
    tx.emit(Fact::new(events::CHANGED, opportunity.id, &OpportunityFact::of(opportunity, kind))?);
    tx.notify("opportunities", events::CHANGED, opportunity, Some(opportunity.owned()))
}

/// The task that its next step is, with those before it cancelled.
pub(crate) fn plan(tx: &mut Tx<'_>, opportunity: &Opportunity, what: &str, due_at: Timestamp) -> Result<()> {
    tasks::api::cancel_for(tx, SOURCE, &subject(opportunity.id), None)?;
    let task = NewTask {
        source: SOURCE,
        key: Some(format!("{}:{}", opportunity.id, opportunity.version)),
        title: what.to_owned(),
        detail: Some(opportunity.title.clone()),
        assignee: assignee(opportunity),
        subject: Some(subject(opportunity.id)),
        due: Some(Due::At(due_at)),
        by_hand: false,
    };
    tasks::api::create(tx, task).map(drop)
}

/// Whose its tasks are.
pub(crate) fn assignee(opportunity: &Opportunity) -> Assignee {
    match opportunity.owner_id {
        Some(id) => Assignee::Person { id, unit: opportunity.unit_id },
        None => Assignee::Pool(opportunity.unit_id),
    }
}

/// Who these ids lead to now, merges followed; ids of nobody are left out.
pub(crate) fn persons(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<HashSet<CustomerId>> {
    let mut persons = HashSet::new();
    for id in ids {
        match customers::api::survivor(tx, *id) {
            Ok(survivor) => drop(persons.insert(survivor)),
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(persons)
}

/// How many different persons speak for an opportunity now, and by how many pieces of evidence.
pub(crate) fn count(tx: &mut Tx<'_>, id: Id<Opportunity>) -> Result<(i64, i64)> {
    let ids = queries::who(tx, id)?;
    let persons = persons(tx, &ids)?.len() as i64;
    Ok((persons, queries::pieces(tx, id)?))
}
