//! Asks that are the same, and when they are enough to be written down.
//!
//! Two are the same when they are sorted under the same wrap-up reason, or when a supervisor said so. Three of the
//! same within seven days become a gap in the knowledge and one task to write the answer down, given to whoever was
//! asked: it is done with the article that fills the gap. What was found in the knowledge tells of no gap and does not count; nor does what counted once, or was withdrawn.

use kernel::{Id, Result, UserId};
use knowledge::{KnowledgeGap, api::Recurring};
use store::Tx;
use tasks::api::{Assignee, NewTask, Subject};

use crate::{api, events, model::Ask, queries};

/// How far back asks count together, in milliseconds.
pub(crate) const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1_000;
/// How many are enough.
const ENOUGH: usize = 3;
/// What the task comes from.
const SOURCE: &str = "asks.draft";
/// Characters of a question that become the task's title.
const TITLE: usize = 200;

/// Makes the task when there are enough; answers the ask as it is then.
pub(crate) fn weigh(tx: &mut Tx<'_>, ask: Ask) -> Result<Ask> {
    let Some(likeness) = ask.likeness.clone() else { return Ok(ask) };
    let since = tx.now().plus_millis(-WEEK_MS);
    let same = queries::weighed(tx, &likeness, since)?;
    if same.len() < ENOUGH {
        return Ok(ask);
    }
    let last = &same[same.len() - 1];
    let recurring = Recurring {
        question: last.question.clone(),
        conversation: last.conversation_id.map(|id| id.to_string()),
        customer: last.customer_id,
    };
    let gap = knowledge::api::recurred(tx, recurring)?;
    let words: Vec<String> = same.iter().map(|one| format!("· {}", one.question)).collect();
    let task = NewTask {
        source: SOURCE,
        key: Some(last.id.to_string()),
        title: last.question.chars().filter(|c| !c.is_control()).take(TITLE).collect(),
        detail: Some(words.join("\n").chars().take(4_000).collect()),
        assignee: assignee(last),
        subject: Some(subject(gap)),
        due: None,
        by_hand: true,
    };
    let task = tasks::api::create(tx, task)?;
    for one in same {
        let after = Ask { draft_id: Some(task.id), version: one.version + 1, ..one };
        queries::save(tx, &after)?;
        api::told(tx, events::RECURRED, &after)?;
    }
    queries::find(tx, ask.id)
}

/// What the task is about.
fn subject(gap: Id<KnowledgeGap>) -> Subject {
    Subject::new("knowledge_gap", gap)
}

/// The gap is filled, or nothing is to be written: so is the task.
pub(crate) fn settled(tx: &mut Tx<'_>, gap: Id<KnowledgeGap>, filled: bool) -> Result<()> {
    let settle = if filled { tasks::api::complete_for } else { tasks::api::cancel_for };
    settle(tx, SOURCE, &subject(gap), None).map(drop)
}

/// To whoever is asked, or into the pool of the asker's unit.
pub(crate) fn assignee(ask: &Ask) -> Assignee {
    match ask.to_id {
        Some(id) => person(ask, id),
        None => Assignee::Pool(ask.unit_id),
    }
}

fn person(ask: &Ask, id: UserId) -> Assignee {
    Assignee::Person { id, unit: ask.unit_id }
}
