//! What stood in the way in the demo story: mostly solved, one of it right now.

use http::Demo;
use kernel::{Cursor, Id, Result};
use people::Post;
use store::Tx;

use crate::{
    api,
    model::{
        Escalation, EscalationState, Ladder, LadderAddressee, LadderClock, Level, Levels, Severity, StepKind, Told, Who,
    },
    policy, queries,
};

const ESCALATIONS: &str = include_str!("../demo/escalations.txt");
const PAGE: i64 = 200;
const MINUTE: i64 = 60_000;

/// What is reported comes up in conversations, which are told by then.
pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let posts = people::api::posts(tx)?;
    let post = |name: &str| posts.iter().find(|post| post.name == name).map(|post| post.id);
    let level = |after_minutes, post_id: Option<Id<Post>>| {
        let to = if post_id.is_some() { LadderAddressee::Post } else { LadderAddressee::Lead };
        Level { after_minutes, to, user_id: None, post_id }
    };
    let (technical, manager) = (post("系统管理员"), post("中心经理"));
    let ladders = [
        (
            "网站故障",
            Severity::Critical,
            LadderClock::Wall,
            vec![level(0, technical), level(30, None), level(60, manager)],
        ),
        ("系统问题", Severity::Major, LadderClock::Business, vec![level(0, technical), level(60, None)]),
        ("特殊情况", Severity::Major, LadderClock::Business, vec![level(0, None), level(30, manager)]),
    ];
    for (position, (name, severity, clock, levels)) in ladders.into_iter().enumerate() {
        let (name, levels, position) = (name.to_owned(), Levels(levels), position as i64);
        let ladder = Ladder { id: tx.new_id(), name, severity, clock, levels, archived: false, position, version: 1 };
        queries::insert_ladder(tx, &ladder)?;
    }
    demo.finally.push(escalations);
    Ok(())
}

fn escalations(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let lines: Vec<_> = ESCALATIONS.lines().filter(|line| !line.starts_with('#')).collect();
    let mut after = Cursor { key: i64::MIN, id: String::new() };
    let mut open = false;
    loop {
        let page = conversations::api::closed_after(tx, &after, PAGE)?;
        for conversation in &page {
            // One in a hundred, and one that is still open now.
            let now = !open && conversation.closed_at.is_some_and(|at| demo.now.since(at) < 90 * MINUTE);
            if now || demo.chance(1) {
                open |= now;
                raise(tx, demo, conversation, demo.pick::<&str>(&lines), now)?;
            }
        }
        match page.last() {
            Some(last) => after = Cursor { key: last.opened_at.millis(), id: last.id.to_string() },
            None => return Ok(()),
        }
    }
}

fn raise(
    tx: &mut Tx<'_>,
    demo: &Demo,
    conversation: &conversations::Conversation,
    line: &str,
    open: bool,
) -> Result<()> {
    let [name, what, result, minutes] = line.split('\t').collect::<Vec<_>>()[..] else { return Ok(()) };
    let by = demo.people.iter().find(|one| Some(one.id) == conversation.assignee_id).cloned();
    let ladder = queries::ladders(tx)?.into_iter().find(|ladder| ladder.name == name);
    let (Some(by), Some(ladder)) = (by, ladder) else { return Ok(()) };
    let raised_at = conversation.closed_at.unwrap_or(demo.now).plus_millis(-MINUTE);
    let solved_at = raised_at.plus_millis(minutes.parse::<i64>().unwrap_or(30) * MINUTE);
    if !open && solved_at >= demo.now {
        return Ok(());
    }
    tx.as_of(raised_at, by.actor())?;
    let who = Who { id: by.id, name: by.name.clone() };
    let mut escalation = Escalation {
        id: tx.new_id(),
        state: EscalationState::Open,
        ladder_id: ladder.id,
        name: ladder.name,
        severity: ladder.severity,
        clock: ladder.clock,
        levels: ladder.levels,
        what: what.to_owned(),
        detail: None,
        conversation_id: Some(conversation.id),
        customer_id: Some(conversation.customer_id),
        customer_name: conversation.customer_name.clone(),
        raised_by: by.id,
        raised_by_name: by.name.clone(),
        unit_id: by.unit,
        raised_at,
        level: 0,
        next_at: None,
        told: Told::default(),
        late_since: None,
        result: None,
        closed_at: None,
        closed_by: None,
        closed_by_name: None,
        steps: 0,
        version: 0,
    };
    let step = escalation.step(StepKind::Raised, Some(who.clone()), what.to_owned(), raised_at);
    let mut escalation = api::raise(tx, escalation, &step)?;
    // What was not solved by then had gone up, level by level.
    let until = if open { demo.now } else { solved_at };
    while let Some(next) = escalation.next_at.filter(|next| *next < until) {
        tx.as_of(next, kernel::Actor::System("escalations"))?;
        escalation = api::go_up(tx, escalation)?;
    }
    if !open {
        tx.as_of(solved_at, by.actor())?;
        let permit = policy::vouched(solved_at)?;
        let (after, step) = escalation.clone().closed(&permit, who, true, result.to_owned())?;
        api::step(tx, &escalation, &after, &step)?;
    }
    Ok(())
}
