//! What customers of the demo story were promised: most of it kept in time, some late, some still owed.

use http::{Demo, DemoPerson};
use kernel::{Cursor, Result};
use store::Tx;

use crate::{
    api,
    model::{Promise, PromiseState, Who},
    policy,
};

const PROMISES: &str = include_str!("../demo/promises.txt");
const PAGE: i64 = 200;
const HOUR: i64 = 3_600_000;

/// Promises are made in conversations, and noted with their records.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(promises);
    Ok(())
}

fn promises(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let lines: Vec<_> = PROMISES.lines().filter(|line| !line.starts_with('#')).collect();
    let mut after = Cursor { key: i64::MIN, id: String::new() };
    loop {
        let page = conversations::api::closed_after(tx, &after, PAGE)?;
        for conversation in &page {
            let owner = demo.people.iter().find(|one| Some(one.id) == conversation.assignee_id).cloned();
            // About one in twenty; of those of the last two days more, so that something is still owed.
            let recent = conversation.closed_at.is_some_and(|at| demo.now.since(at) < 2 * 24 * HOUR);
            if let Some(owner) = owner.filter(|_| demo.chance(if recent { 40 } else { 5 })) {
                promise(tx, demo, conversation, &owner, demo.pick::<&str>(&lines))?;
            }
        }
        match page.last() {
            Some(last) => after = Cursor { key: last.opened_at.millis(), id: last.id.to_string() },
            None => return Ok(()),
        }
    }
}

fn promise(
    tx: &mut Tx<'_>,
    demo: &Demo,
    conversation: &conversations::Conversation,
    owner: &DemoPerson,
    line: &str,
) -> Result<()> {
    let [what, hours, result] = line.split('\t').collect::<Vec<_>>()[..] else { return Ok(()) };
    let calendar = settings::api::calendar(tx)?;
    let made_at = conversation.closed_at.unwrap_or(demo.now).plus_millis(-60_000);
    let length = hours.parse::<i64>().unwrap_or(8) * HOUR;
    let due_at = calendar.due(made_at, length)?;
    let record = inquiries::api::of_conversation(tx, conversation.id)?;
    tx.as_of(made_at, owner.actor())?;
    let promise = Promise {
        id: tx.new_id(),
        what: what.to_owned(),
        state: PromiseState::Open,
        report_back: false,
        customer_id: Some(conversation.customer_id),
        customer_name: conversation.customer_name.clone(),
        conversation_id: Some(conversation.id),
        record_id: record.map(|record| record.id),
        owner_id: Some(owner.id),
        owner_name: owner.name.clone(),
        unit_id: owner.unit,
        due_at,
        result: None,
        closed_at: None,
        closed_by: None,
        closed_by_name: None,
        made_by: Some(owner.id),
        made_by_name: owner.name.clone(),
        made_at,
        version: 1,
    };
    api::make(tx, &promise)?;
    // One in nine is late; what would be kept only after today, or was forgotten lately, is still owed.
    let share = if demo.chance(11) { demo.between(105, 180) } else { demo.between(20, 95) };
    let kept_at = calendar.due(made_at, length * share / 100)?;
    let forgotten = demo.now.since(made_at) < 2 * 24 * HOUR && demo.chance(30);
    if kept_at < demo.now && !forgotten {
        tx.as_of(kept_at, owner.actor())?;
        let permit = policy::vouched(kept_at)?;
        let by = Who { id: owner.id, name: owner.name.clone() };
        let after = promise.clone().kept(&permit, by, Some(result.to_owned()))?;
        api::close(tx, &promise, &after, None)?;
    }
    Ok(())
}
