//! Acting, one run at a time; and looking every minute for what comes with time alone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use audit::api::Entry;
use conversations::{ConversationId, State};
use kernel::{Error, Id, Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::Tx;
use work::{Cron, Handler, Job, JobCx};

use crate::{
    act, compile,
    compile::Rule,
    model::{AutomationEvent, AutomationRun, MOST_FAILURES, RunOutcome},
    queries,
    runs::{self, Happening},
    scene::Brought,
};

/// Conversations of one transaction.
const AT_ONCE: i64 = 100;
const MINUTE: i64 = 60_000;

/// Does what a run is to do.
#[derive(Serialize, Deserialize)]
struct Act {
    run_id: Id<AutomationRun>,
}

impl Job for Act {
    const KIND: &'static str = "automation.act";
    const ATTEMPTS: u32 = 4;
    const TIMEOUT: Duration = Duration::from_secs(60);
}

/// Leaves a run to be done.
pub(crate) fn act(tx: &mut Tx<'_>, run_id: Id<AutomationRun>) -> Result<()> {
    work::enqueue(tx, &Act { run_id }).map(drop)
}

pub(crate) fn acting() -> Handler {
    Handler::new(|cx: JobCx, job: Act| async move {
        let at = Arc::new(AtomicUsize::new(0));
        let (done, reached) = (cx.clone(), at.clone());
        let acted = cx.db.append(&cx.origin, move |tx| {
            done.finish(tx)?;
            let run = queries::run(tx, job.run_id)?;
            act::act(tx, &run, &reached)?;
            queries::ran(tx, run.automation_id)?;
            queries::end_run(tx, run.id, RunOutcome::Done, None)
        });
        let Err(error) = acted.await else { return Ok(()) };
        // A fault of ours may pass; what is refused stays refused.
        let ours = matches!(error, Error::Internal(_) | Error::Unavailable(_));
        if ours && cx.attempt < Act::ATTEMPTS {
            return Err(error);
        }
        let (why, over) = (act::why(&error, at.load(Ordering::Relaxed)), act::is_over(&error));
        let last = cx.clone();
        cx.db
            .append(&cx.origin, move |tx| {
                last.finish(tx)?;
                ended_badly(tx, job.run_id, &why, over)
            })
            .await
    })
}

/// Nothing of it was done; what fails again and again pauses itself.
fn ended_badly(tx: &mut Tx<'_>, id: Id<AutomationRun>, why: &str, over: bool) -> Result<()> {
    let run = queries::run(tx, id)?;
    if over {
        return queries::end_run(tx, id, RunOutcome::Overtaken, None);
    }
    queries::end_run(tx, id, RunOutcome::Failed, Some(why))?;
    queries::failed(tx, run.automation_id)?;
    match queries::automation(tx, run.automation_id) {
        Ok(automation) if automation.failures >= MOST_FAILURES => {
            if queries::pause(tx, automation.id, why)? {
                let entry = Entry::new("automation.paused", "automation", automation.id).reason(why);
                audit::api::record(tx, entry)?;
            }
            Ok(())
        }
        Ok(_) | Err(Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Looks for what comes with time.
#[derive(Serialize, Deserialize)]
struct Look {
    due: Timestamp,
}

impl Job for Look {
    const KIND: &'static str = "automation.look";
}

/// Every minute.
pub(crate) fn schedule() -> Cron {
    Cron::new("automation.look", "* * * * *", |due| Look { due }).expect("a fixed pattern")
}

pub(crate) fn looking() -> Handler {
    Handler::new(|cx: JobCx, job: Look| async move {
        let mut after = String::new();
        loop {
            let from = after.clone();
            let page = cx.db.append(&cx.origin, move |tx| look(tx, job.due, &from)).await?;
            match page.last() {
                Some(last) => after = last.to_string(),
                None => return Ok(()),
            }
        }
    })
}

/// The next open conversations after this one; none when there is nothing to look for.
fn look(tx: &mut Tx<'_>, due: Timestamp, after: &str) -> Result<Vec<ConversationId>> {
    let rules = compile::rules(tx)?;
    let clock = wall_clock(tx, due)?;
    let awake = |rule: &&Rule| rule.automation.is_awake(due);
    let unanswered: Vec<_> = rules.of(AutomationEvent::Unanswered).iter().filter(awake).collect();
    let today = |rule: &&Rule| rule.automation.spec.time.as_deref() == Some(clock.1.as_str());
    let daily: Vec<_> = rules.of(AutomationEvent::Daily).iter().filter(awake).filter(today).collect();
    if unanswered.is_empty() && daily.is_empty() {
        return Ok(Vec::new());
    }
    let page = conversations::api::open_after(tx, after, AT_ONCE)?;
    let now = tx.now();
    for id in &page {
        let conversation = conversations::api::get(tx, *id)?;
        let since =
            conversation.waiting_since.zip(conversation.first_message_at).map(|(since, first)| since.max(first));
        // Who left a message is not there any more to wait.
        if let Some(since) = since.filter(|_| conversation.state != State::Message) {
            let waited = |rule: &&&Rule| now.since(since) >= rule.automation.spec.minutes.unwrap_or(1) * MINUTE;
            let over: Vec<_> = unanswered.iter().filter(waited).copied().collect();
            let key = format!("unanswered {}", since.millis());
            let happening = Happening { event: AutomationEvent::Unanswered, at: now, key, brought: Brought::default() };
            runs::run(tx, &conversation, &happening, &over)?;
        }
        let key = format!("daily {}", clock.0);
        let happening = Happening { event: AutomationEvent::Daily, at: now, key, brought: Brought::default() };
        runs::run(tx, &conversation, &happening, &daily)?;
    }
    Ok(page)
}

/// The organisation's day and time of this moment: `2026-11-26`, `09:00`.
fn wall_clock(tx: &mut Tx<'_>, at: Timestamp) -> Result<(String, String)> {
    let moment = jiff::Timestamp::from_millisecond(at.millis()).map_err(Error::internal)?;
    let here = moment.to_zoned(settings::api::calendar(tx)?.zone().clone());
    Ok((here.date().to_string(), here.strftime("%H:%M").to_string()))
}
