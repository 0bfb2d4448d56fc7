//! Duties of the demo story: most done in time, some open, a few overdue, some in a pool.

use http::{Demo, DemoPerson};
use kernel::{Actor, Result, Timestamp};
use store::Tx;

use crate::{
    api::{self, Assignee, Due, NewTask, Subject},
    model::{Closer, MANUAL},
    policy,
};

const TASKS: &str = include_str!("../demo/tasks.txt");
const HOUR: i64 = 3_600_000;

/// Duties are about people and customers: they come once those are there.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(duties);
    Ok(())
}

fn duties(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let calendar = settings::api::calendar(tx)?;
    let open = calendar.elapsed(demo.since, demo.now);
    let lines: Vec<_> = TASKS.lines().filter(|line| !line.starts_with('#')).collect();
    let count = (demo.plan.days * 2).clamp(20, 400);
    let (agents, leads) = (demo.with_role("agent"), demo.with_role("supervisor"));
    if agents.is_empty() || leads.is_empty() || demo.customers.is_empty() {
        return Ok(());
    }
    let mut told = Vec::new();
    for at in 0..count {
        let made = calendar.due(demo.since, open * (at * 1_000 + demo.between(0, 900)) / (count * 1_000))?;
        let due = calendar.due(made, demo.between(2, 30) * HOUR)?;
        // Of the last ones some are still to be done, and a few of those are late.
        let recent = at >= count - count / 6 - 2;
        let late = recent && due < demo.now && (at % 3 == 0 || demo.chance(15));
        let done = if due < demo.now && !late {
            Some(calendar.due(made, calendar.elapsed(made, due) * demo.between(10, 98) / 100)?)
        } else {
            None
        };
        told.push((made, due, done, recent && demo.chance(15)));
    }
    for (made, due, done, pooled) in told {
        let [title, detail, result] = demo.pick(&lines).split('\t').collect::<Vec<_>>()[..] else { continue };
        let customer = demo.pick(&demo.customers).clone();
        let (mut agent, lead) = (demo.pick(&agents).clone(), demo.pick(&leads).clone());
        // Leads have duties too.
        if demo.chance(20) {
            agent = lead.clone();
        }
        let about = title.contains("{customer}");
        if about && customer.name.is_empty() {
            continue;
        }
        let by = if about { &agent } else { &lead };
        tx.as_of(made, by.actor())?;
        let task = api::create(
            tx,
            NewTask {
                source: MANUAL,
                key: None,
                title: title.replace("{customer}", &customer.name),
                detail: Some(detail.to_owned()),
                assignee: given(&agent, pooled && done.is_none()),
                subject: about.then(|| Subject::new("customer", customer.id)),
                due: Some(Due::At(due)),
                by_hand: true,
            },
        )?;
        if let Some(done) = done {
            complete(tx, task, &agent, done, result)?;
        } else if due < demo.now {
            tx.as_of(due.plus_millis(60_000), Actor::System("demo"))?;
            let late = task.reminded(due);
            crate::queries::save(tx, &late)?;
        }
    }
    Ok(())
}

fn given(agent: &DemoPerson, pooled: bool) -> Assignee {
    if pooled {
        Assignee::Pool(agent.unit)
    } else {
        Assignee::Person { id: agent.id, unit: agent.unit }
    }
}

fn complete(tx: &mut Tx<'_>, task: crate::model::Task, agent: &DemoPerson, at: Timestamp, result: &str) -> Result<()> {
    tx.as_of(at, agent.actor())?;
    let permit = policy::vouched(at)?;
    let after = task.clone().completed(&permit, Closer::Person(agent.id), Some(result.to_owned()))?;
    api::keep_closed(tx, &task, &after)
}
