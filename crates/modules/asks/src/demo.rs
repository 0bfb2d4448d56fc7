//! What agents of the demo story asked: most of it answered, some still open.

use http::{Demo, DemoPerson};
use kernel::{Cursor, Result, Timestamp};
use store::Tx;

use crate::{
    alike, api,
    model::{Ask, AskState, Found, LineKind, Who},
    policy,
};

const ASKS: &str = include_str!("../demo/asks.txt");
const PAGE: i64 = 200;
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// Asks come up in conversations, which are told by then.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(asks);
    Ok(())
}

fn asks(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let lines: Vec<_> = ASKS.lines().filter(|line| !line.starts_with('#')).collect();
    let mut after = Cursor { key: i64::MIN, id: String::new() };
    loop {
        let page = conversations::api::closed_after(tx, &after, PAGE)?;
        for conversation in &page {
            let asker = demo.people.iter().find(|one| Some(one.id) == conversation.assignee_id).cloned();
            let recent = conversation.closed_at.is_some_and(|at| demo.now.since(at) < DAY);
            if let Some(asker) = asker.filter(|_| demo.chance(if recent { 12 } else { 3 })) {
                ask(tx, demo, conversation, &asker, demo.pick::<&str>(&lines))?;
            }
        }
        match page.last() {
            Some(last) => after = Cursor { key: last.opened_at.millis(), id: last.id.to_string() },
            None => return Ok(()),
        }
    }
}

fn ask(
    tx: &mut Tx<'_>,
    demo: &Demo,
    conversation: &conversations::Conversation,
    asker: &DemoPerson,
    line: &str,
) -> Result<()> {
    let [question, answer, found] = line.split('\t').collect::<Vec<_>>()[..] else { return Ok(()) };
    let calendar = settings::api::calendar(tx)?;
    let asked_at = conversation.closed_at.unwrap_or(demo.now).plus_millis(-2 * MINUTE);
    let to = api::supervisor(tx, asker.id)?;
    let (to_id, to_name) = to.clone().map(|to| (to.id, to.name)).unzip();
    tx.as_of(asked_at, asker.actor())?;
    let said = conversation.wrap_up.clone();
    let mut ask = Ask {
        id: tx.new_id(),
        state: AskState::Open,
        question: question.to_owned(),
        conversation_id: Some(conversation.id),
        record_id: None,
        customer_id: Some(conversation.customer_id),
        customer_name: conversation.customer_name.clone(),
        asked_by: asker.id,
        asked_by_name: asker.name.clone(),
        unit_id: asker.unit,
        asked_at,
        to_id,
        to_name,
        due_at: calendar.due(asked_at, api::DUE_MINUTES * MINUTE)?,
        answer: None,
        found: None,
        answered_by: None,
        answered_by_name: None,
        answered_at: None,
        reason: said.as_ref().and_then(|said| said.reason.clone()),
        likeness: said.and_then(|said| said.reason_id).map(|id| id.to_string()),
        draft_id: None,
        lines: 0,
        version: 0,
    };
    let by = Who { id: asker.id, name: asker.name.clone() };
    let line = ask.line(LineKind::Question, by, question.to_owned(), asked_at);
    api::ask(tx, &ask, &line)?;
    let ask = alike::weigh(tx, ask)?;
    let answered_at: Timestamp = calendar.due(asked_at, demo.between(2, 28) * MINUTE)?;
    let lead = to.and_then(|to| demo.people.iter().find(|one| one.id == to.id));
    let late = demo.now.since(asked_at) < DAY && demo.chance(35);
    if let Some(lead) = lead.filter(|_| answered_at < demo.now && !late) {
        tx.as_of(answered_at, lead.actor())?;
        let permit = policy::vouched(answered_at)?;
        let found = if found == "gap" { Found::Gap } else { Found::Knowledge };
        let by = Who { id: lead.id, name: lead.name.clone() };
        let (after, line) = ask.clone().answered(&permit, by, answer.to_owned(), found)?;
        api::said(tx, &ask, &after, &line)?;
    }
    Ok(())
}
