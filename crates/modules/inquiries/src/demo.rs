//! What was asked in the demo story: its conversations, contacts by telephone and at the counter, and the
//! sheets of past days, signed the next morning.

use http::{Demo, DemoPerson};
use kernel::{Actor, Cursor, Id, Result, Timestamp};
use store::Tx;

use crate::{
    api, draft,
    model::{InquiryRecord, Outcome, Way},
    policy, queries, sheet,
};

const CONTACTS: &str = include_str!("../demo/contacts.txt");
const PAGE: i64 = 200;
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// Everything that was asked must have been asked before.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(records);
    Ok(())
}

fn records(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let mut after = Cursor { key: i64::MIN, id: String::new() };
    loop {
        let page = conversations::api::closed_after(tx, &after, PAGE)?;
        for conversation in page.iter().filter(|one| one.assignee_id.is_some()) {
            let closed = conversation.closed_at.unwrap_or(demo.now);
            tx.as_of(closed.plus_millis(MINUTE).min(demo.now), Actor::System("demo"))?;
            let mut draft = draft::of(tx, conversation)?;
            if draft.outcome == Outcome::Unknown {
                draft.outcome = match demo.between(0, 100) {
                    0..78 => Outcome::Solved,
                    78..90 => Outcome::Unsolved,
                    _ => Outcome::Unknown,
                };
            }
            api::add(tx, draft)?;
        }
        match page.last() {
            Some(last) => after = Cursor { key: last.opened_at.millis(), id: last.id.to_string() },
            None => break,
        }
    }
    contacts(tx, demo)?;
    signatures(tx, demo)
}

/// Somebody called, or came: a few each working day.
fn contacts(tx: &mut Tx<'_>, demo: &Demo) -> Result<()> {
    let calendar = settings::api::calendar(tx)?;
    let open = calendar.elapsed(demo.since, demo.now);
    let lines: Vec<_> = CONTACTS.lines().filter(|line| !line.starts_with('#')).collect();
    let reasons = conversations::api::all_reasons(tx)?;
    let agents = demo.with_role("agent");
    if agents.is_empty() {
        return Ok(());
    }
    let count = demo.plan.days * 4;
    for at in 0..count {
        let moment = calendar.due(demo.since, open * (at * 1_000 + demo.between(0, 950)) / (count * 1_000))?;
        let [way, reason, outcome, asked, answer] = demo.pick(&lines).split('\t').collect::<Vec<_>>()[..] else {
            continue;
        };
        let working: Vec<_> = agents.iter().filter(|one| one.shift.is_none_or(|shift| shift.covers(moment))).collect();
        let agent: &DemoPerson = if working.is_empty() {
            demo.pick(&agents)
        } else {
            demo.pick::<&DemoPerson>(&working)
        };
        let known: Vec<_> = demo.customers.iter().filter(|one| one.since <= moment && !one.name.is_empty()).collect();
        tx.as_of(moment, agent.actor())?;
        let id = (!known.is_empty() && demo.chance(65)).then(|| demo.pick(&known).id);
        let customer = id.map(|id| customers::api::get(tx, id)).transpose()?;
        let reason = reasons.iter().find(|one| one.label == reason).map(|one| one.id);
        let record = InquiryRecord {
            id: Id::new(moment, &demo.rng),
            conversation_id: None,
            way: match way {
                "counter" => Way::Counter,
                "other" => Way::Other,
                _ => Way::Phone,
            },
            channel_id: None,
            channel_name: None,
            customer_id: customer.as_ref().map(|customer| customer.id),
            customer_name: customer.as_ref().map(|customer| customer.name.clone()).unwrap_or_default(),
            phone: customer.and_then(|customer| customer.phone),
            asked: asked.to_owned(),
            answer: answer.to_owned(),
            reason_id: reason,
            reason: reason.map(|id| conversations::api::reason_words(tx, id)).transpose()?,
            outcome: if outcome == "solved" { Outcome::Solved } else { Outcome::Unsolved },
            owner_id: Some(agent.id),
            agent_name: Some(agent.name.clone()),
            unit_id: agent.unit,
            began_at: moment.plus_millis(-demo.between(2, 9) * MINUTE),
            ended_at: moment,
            day: sheet::day_of(tx, moment)?,
            edited: true,
            corrections: 0,
            created_by: Some(agent.id),
            created_at: moment,
            version: 1,
        };
        api::add(tx, record)?;
    }
    Ok(())
}

/// Each team's past days, but for the last one or two.
fn signatures(tx: &mut Tx<'_>, demo: &Demo) -> Result<()> {
    let (first, last) = (sheet::day_of(tx, demo.since.plus_millis(-DAY))?, sheet::day_of(tx, demo.now)?);
    let scope = policy::may_read(&Actor::System("demo"))?;
    let leads: Vec<_> = demo.people.iter().filter(|one| one.role == "supervisor" || one.role == "head").collect();
    for (at, row) in queries::days(tx, &scope, &first, &last)?.into_iter().rev().enumerate() {
        let (day, unit, inquiries, ..) = row;
        let Some(lead) = leads.iter().find(|one| one.unit == unit).or_else(|| leads.get(at % leads.len().max(1)))
        else {
            return Ok(());
        };
        let morning = ten_past_nine(tx, &day)?;
        let recent = morning.plus_millis(if at % 2 == 0 { DAY } else { 0 }) > demo.now;
        if recent {
            continue;
        }
        tx.as_of(morning, lead.actor())?;
        sheet::sign(tx, unit, day, inquiries, (lead.id, lead.name.clone()), String::new())?;
    }
    Ok(())
}

/// Ten past nine in the morning after a day.
fn ten_past_nine(tx: &mut Tx<'_>, day: &str) -> Result<Timestamp> {
    let morning = sheet::read_day(day)?.tomorrow().map_err(kernel::Error::internal)?.at(9, 10, 0, 0);
    let zone = settings::api::calendar(tx)?.zone().clone();
    let moment = morning.to_zoned(zone).map_err(kernel::Error::internal)?.timestamp();
    Ok(Timestamp::from_millis(moment.as_millisecond()))
}
