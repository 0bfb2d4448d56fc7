//! How an ask and what follows from it are kept together.

use audit::api::Entry;
use conversations::{Event, Named};
use kernel::{Owned, Result, UserId};
use store::{Fact, Tx};
use tasks::api::{Due, NewTask, Subject};

use crate::{
    alike,
    events::{self, AskFact},
    model::{Ask, AskLine, AskState, LineKind, Who},
    policy, queries,
};

/// What the tasks come from.
pub(crate) const SOURCE: &str = "asks.answer";
/// How long an answer may take unless told, in minutes of business time.
pub(crate) const DUE_MINUTES: i64 = 30;

pub(crate) fn subject(ask: &Ask) -> Subject {
    Subject::new("ask", ask.id)
}

/// Who is asked: the nearest lead at or above the asker's unit who may answer.
pub(crate) fn supervisor(tx: &mut Tx<'_>, asker: UserId) -> Result<Option<Who>> {
    let Some(lead) = people::api::lead_who_may(tx, asker, policy::ANSWER)? else { return Ok(None) };
    Ok(Some(Who { id: lead, name: access::api::user(tx, lead)?.name }))
}

/// Keeps a new ask with its first line, and the task it is; the conversation shows it to staff.
pub(crate) fn ask(tx: &mut Tx<'_>, ask: &Ask, line: &AskLine) -> Result<()> {
    queries::insert(tx, ask)?;
    queries::insert_line(tx, line)?;
    task(tx, ask)?;
    shown(tx, ask, &line.text, |id, by| Event::Asked { ask: id, by, to: to(ask) }, line)?;
    audit::api::record(tx, Entry::new("asks.asked", "ask", ask.id).created(&ask.trace()))?;
    told(tx, events::ASKED, ask)
}

/// Keeps a further line, and what it changed.
pub(crate) fn said(tx: &mut Tx<'_>, before: &Ask, after: &Ask, line: &AskLine) -> Result<()> {
    queries::save(tx, after)?;
    queries::insert_line(tx, line)?;
    if line.kind == LineKind::Answer {
        tasks::api::complete_for(tx, SOURCE, &subject(after), None)?;
        shown(tx, after, &line.text, |id, by| Event::AskAnswered { ask: id, by }, line)?;
    } else if before.state != after.state {
        task(tx, after)?;
    }
    let (action, kind) = match line.kind {
        LineKind::Answer => ("asks.answered", events::ANSWERED),
        _ => ("asks.said", events::CHANGED),
    };
    audit::api::record(tx, Entry::new(action, "ask", after.id).change(&before.trace(), &after.trace()))?;
    told(tx, kind, after)
}

/// Keeps that it need not be answered any more.
pub(crate) fn withdraw(tx: &mut Tx<'_>, before: &Ask, after: &Ask, reason: &str) -> Result<()> {
    queries::save(tx, after)?;
    tasks::api::cancel_for(tx, SOURCE, &subject(after), None)?;
    let entry = Entry::new("asks.withdrawn", "ask", after.id).change(&before.trace(), &after.trace());
    audit::api::record(tx, entry.reason(reason))?;
    told(tx, events::WITHDRAWN, after)
}

/// Keeps with which others it belongs; enough of the same become a task. Answers it as it is then.
pub(crate) fn sort(tx: &mut Tx<'_>, before: &Ask, after: Ask) -> Result<Ask> {
    queries::save(tx, &after)?;
    let entry = Entry::new("asks.sorted", "ask", after.id).change(&before.trace(), &after.trace());
    audit::api::record(tx, entry)?;
    told(tx, events::CHANGED, &after)?;
    alike::weigh(tx, after)
}

/// The task of whoever is asked; one each time it is open anew.
fn task(tx: &mut Tx<'_>, ask: &Ask) -> Result<()> {
    let task = NewTask {
        source: SOURCE,
        key: Some(format!("{}/{}", ask.id, ask.lines)),
        title: ask.question.chars().filter(|c| !c.is_control()).take(200).collect(),
        detail: None,
        assignee: alike::assignee(ask),
        subject: Some(subject(ask)),
        due: Some(Due::At(ask.due_at)),
        by_hand: false,
    };
    tasks::api::create(tx, task).map(drop)
}

/// A line in the conversation's transcript that staff alone see.
fn shown(
    tx: &mut Tx<'_>,
    ask: &Ask,
    text: &str,
    event: impl FnOnce(String, Named) -> Event,
    line: &AskLine,
) -> Result<()> {
    let Some(conversation) = ask.conversation_id else { return Ok(()) };
    let event = event(ask.id.to_string(), Named::new(line.by_id, line.by_name.clone()));
    conversations::api::post_event(tx, conversation, event, text).map(drop)
}

fn to(ask: &Ask) -> Option<Named> {
    Some(Named::new(ask.to_id?, ask.to_name.clone().unwrap_or_default()))
}

/// Keeps the fact, and tells those who watch the list: who asked, and who is asked.
pub(crate) fn told(tx: &mut Tx<'_>, kind: &'static str, ask: &Ask) -> Result<()> {
    tx.emit(Fact::new(kind, ask.id, &AskFact::of(ask))?);
    tx.notify("asks", "ask.changed", ask, Some(ask.owned()))?;
    match ask.to_id.filter(|to| *to != ask.asked_by) {
        Some(to) => tx.notify("asks", "ask.changed", ask, Some(Owned::by(to, None))),
        None => Ok(()),
    }
}

/// Somebody else is asked from now on.
pub(crate) fn pass_on(tx: &mut Tx<'_>, ask: Ask, to: Who) -> Result<()> {
    if ask.state != AskState::Open || ask.to_id == Some(to.id) {
        return Ok(());
    }
    let after = ask.passed_on(to);
    queries::save(tx, &after)?;
    told(tx, events::CHANGED, &after)
}
