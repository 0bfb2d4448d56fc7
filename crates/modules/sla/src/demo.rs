//! Service levels of the demo story: what was asked all the time, and what was missed of it.

use audit::api::Entry;
use conversations::{Conversation, SlaTarget};
use http::Demo;
use kernel::{Actor, Cursor, Error, Result};
use settings::api::BusinessCalendar;
use store::Tx;

use crate::{
    api::MESSAGES,
    derive, ledger, listen,
    model::{ChannelKinds, QueueIds, SlaCase, SlaMiss, SlaPolicy},
    queries,
};

const POLICIES: &str = include_str!("../demo/policies.txt");
const PAGE: i64 = 200;

/// Policies are about queues, and what came of them about conversations: both are there at the end.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(past);
    Ok(())
}

fn past(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let policies = policies(tx, demo)?;
    let calendar = settings::api::calendar(tx)?;
    let mut after = Cursor { key: i64::MIN, id: String::new() };
    loop {
        let page = conversations::api::closed_after(tx, &after, PAGE)?;
        for conversation in &page {
            if let Some(policy) = listen::policy_for(tx, &policies, conversation)? {
                did(tx, &calendar, policy, conversation.clone())?;
            }
        }
        match page.last() {
            Some(last) => after = Cursor { key: last.opened_at.millis(), id: last.id.to_string() },
            None => return Ok(()),
        }
    }
}

fn policies(tx: &mut Tx<'_>, demo: &Demo) -> Result<Vec<SlaPolicy>> {
    tx.as_of(demo.since, Actor::System("demo"))?;
    for (at, line) in POLICIES.lines().filter(|line| !line.starts_with('#')).enumerate() {
        let parts: Vec<_> = line.split('\t').collect();
        let [name, queue, kind, first, next, end, warn] = parts[..] else {
            return Err(Error::internal(format!("demo: {line}")));
        };
        let queue = queue.parse::<usize>().ok().and_then(|at| demo.queues.get(at)).map(|queue| queue.id);
        let kind =
            [channels::ChannelKind::WebChat, channels::ChannelKind::Email].into_iter().find(|one| one.text() == kind);
        let policy = SlaPolicy {
            id: tx.new_id(),
            name: name.to_owned(),
            active: true,
            position: at as i64,
            queue_ids: QueueIds(queue.into_iter().collect()),
            channel_kinds: ChannelKinds(kind.into_iter().collect()),
            tier: None,
            business: true,
            first_seconds: first.parse().ok(),
            next_seconds: next.parse().ok(),
            final_seconds: end.parse().ok(),
            pauses: true,
            warn_percent: warn.parse().ok(),
            warn_seconds: None,
            created_at: tx.now(),
            version: 1,
        };
        queries::insert_policy(tx, &policy)?;
        audit::api::record(tx, Entry::new("sla.policy_added", "sla_policy", policy.id).created(&policy))?;
    }
    queries::policies(tx)
}

/// What became of the clocks of one that is over.
fn did(tx: &mut Tx<'_>, calendar: &BusinessCalendar, policy: &SlaPolicy, mut told: Conversation) -> Result<()> {
    let (terms, closed) = (policy.terms(), told.closed_at.unwrap_or(told.opened_at));
    let messages = conversations::api::transcript(tx, told.id, 0, MESSAGES)?;
    let runs = derive::runs(&told, &messages, &terms, calendar, closed);
    let used = if terms.business { told.response_ms } else { told.response_wall_ms };
    let left = runs.last().filter(|_| told.responses == 0).and_then(|run| run.took_ms);
    told.terms = Some(terms.clone());
    told.final_ms = told.first_message_at.map(|_| used + left.unwrap_or_default());
    let late = |run: &&derive::Run| run.missed && run.target == SlaTarget::Next && run.ended_at != told.closed_at;
    told.late_answers = runs.iter().filter(late).count() as i64;
    conversations::api::tell_terms(tx, &told)?;
    let mut case = SlaCase::new(told.id, ledger::day_of(tx, told.opened_at)?);
    case.queue_id = told.queue_id;
    let mut misses: Vec<SlaMiss> = Vec::new();
    for run in &runs {
        case.measured(run.target, run.missed);
        if run.missed
            && let Some(found) = ledger::miss(tx, &told, run.target, run.since, run.due_at)?
        {
            misses.push(SlaMiss { took_ms: run.took_ms, ended_at: run.ended_at, ..found });
        }
    }
    if let Some((most, took)) = terms.final_ms.zip(told.final_ms) {
        case.measured(SlaTarget::Final, took > most);
        if took > most
            && let Some(found) = ledger::miss(tx, &told, SlaTarget::Final, told.opened_at, closed)?
        {
            misses.push(SlaMiss { took_ms: Some(took), ended_at: Some(closed), ..found });
        }
    }
    case.count_later(&told);
    for miss in &misses {
        queries::insert_miss(tx, miss)?;
    }
    queries::save_case(tx, None, &case)
}
