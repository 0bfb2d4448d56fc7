//! Granting and ending pauses, and what a day counts.

use kernel::{Error, Id, Result, Timestamp, UnitId, UserId};
use store::{Fact, Tx};

use crate::{
    events::{self, PauseFact},
    jobs::End,
    model::{AbusiveContact, MINUTE, PauseCause, ReliefDay, ReliefPause, Run},
    queries,
};

/// Who is granted a pause.
#[derive(Clone, Debug)]
pub(crate) struct Bearer {
    pub id: UserId,
    pub name: String,
    pub unit: Option<UnitId>,
}

/// What came of asking for a pause.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Granted {
    /// It goes on until then.
    Until(Box<ReliefPause>),
    /// They take no work as it is.
    NotWorking,
    /// The rules grant no more today.
    Capped,
}

/// The organisation's day of this moment, `YYYY-MM-DD`.
pub(crate) fn day_of(tx: &mut Tx<'_>, at: Timestamp) -> Result<String> {
    let moment = jiff::Timestamp::from_millisecond(at.millis()).map_err(Error::internal)?;
    Ok(moment.to_zoned(settings::api::calendar(tx)?.zone().clone()).date().to_string())
}

/// Changes what counts on somebody's day, and tells whoever watches.
pub(crate) fn count(
    tx: &mut Tx<'_>,
    who: &Bearer,
    day: String,
    change: impl FnOnce(&mut ReliefDay),
) -> Result<ReliefDay> {
    let known = queries::day(tx, who.id, &day)?;
    let mut after = known.unwrap_or_else(|| ReliefDay::new(who.id, day, who.name.clone(), who.unit));
    (after.name, after.unit_id) = (who.name.clone(), who.unit);
    change(&mut after);
    after.version += 1;
    queries::save_day(tx, &after)?;
    tx.notify("relief", "relief.changed", &after, Some(after.owned()))?;
    Ok(after)
}

/// Grants a pause of so many minutes, or lets the one that runs go on for so long; the day's most holds for
/// what rules grant.
pub(crate) fn grant(
    tx: &mut Tx<'_>,
    who: &Bearer,
    cause: PauseCause,
    minutes: i64,
    contact: Option<Id<AbusiveContact>>,
) -> Result<Granted> {
    let now = tx.now();
    let day = day_of(tx, now)?;
    let mut minutes = minutes;
    if cause != PauseCause::Supervisor {
        let granted = queries::read_day(tx, who.id, &day)?.map_or(0, |day| day.granted_minutes);
        minutes = queries::rules(tx)?.allowed(minutes, granted);
    }
    if minutes <= 0 {
        return Ok(Granted::Capped);
    }
    let until = now.plus_millis(minutes * MINUTE);
    let running = queries::open_pause(tx, who.id)?;
    let new = running.is_none();
    let pause = match running {
        Some(pause) => {
            let pause = ReliefPause { until: pause.until.max(until), ..pause };
            queries::save_pause(tx, &pause)?;
            pause
        }
        None => {
            let Some(presence_version) = routing::api::rest(tx, who.id)? else { return Ok(Granted::NotWorking) };
            let by = tx.actor().staff().ok().filter(|_| cause == PauseCause::Supervisor).cloned();
            let pause = ReliefPause {
                id: tx.new_id(),
                user_id: who.id,
                name: who.name.clone(),
                unit_id: who.unit,
                cause,
                contact_id: contact,
                granted_by: by.as_ref().map(|by| by.id),
                granted_by_name: by.map(|by| by.name.clone()),
                since: now,
                until,
                ended_at: None,
                presence_version,
            };
            queries::insert_pause(tx, &pause)?;
            pause
        }
    };
    // What they had borne in a row is behind them.
    queries::forget_run(tx, who.id)?;
    work::enqueue_at(tx, &End {}, pause.until, Some(&format!("relief {} {}", pause.id, pause.until.millis())))?;
    tx.emit(Fact::new(events::GRANTED, pause.id, &PauseFact::of(&pause))?);
    count(tx, who, day, |day| {
        day.pauses += i64::from(new);
        day.granted_minutes += if cause == PauseCause::Supervisor { 0 } else { minutes };
    })?;
    Ok(Granted::Until(Box::new(pause)))
}

/// The pause is over.
pub(crate) fn end(tx: &mut Tx<'_>, pause: ReliefPause, at: Timestamp) -> Result<()> {
    let pause = ReliefPause { ended_at: Some(at), ..pause };
    queries::save_pause(tx, &pause)?;
    tx.emit(Fact::new(events::ENDED, pause.id, &PauseFact::of(&pause))?);
    let who = Bearer { id: pause.user_id, name: pause.name.clone(), unit: pause.unit_id };
    let day = day_of(tx, at)?;
    count(tx, &who, day, |_| {}).map(drop)
}

/// One more contact for somebody.
pub(crate) fn contact(tx: &mut Tx<'_>, who: &Bearer, at: Timestamp) -> Result<()> {
    let rules = queries::rules(tx)?;
    let day = day_of(tx, at)?;
    let before = run_of_day(tx, who.id, &day)?;
    let run = Run::next(before, who.id, &rules, at);
    queries::save_run(tx, &run)?;
    count(tx, who, day, |day| {
        day.contacts += 1;
        day.back_to_back += i64::from(run.contacts > 1);
        day.longest_run = day.longest_run.max(run.contacts);
    })
    .map(drop)
}

/// The run somebody is in, of this day: a night is a gap, whatever they keep over it.
pub(crate) fn run_of_day(tx: &mut Tx<'_>, user: UserId, day: &str) -> Result<Option<Run>> {
    let Some(run) = queries::run(tx, user)? else { return Ok(None) };
    let begun = day_of(tx, run.since)?;
    Ok(Some(run).filter(|_| begun == day))
}

/// Somebody takes no work from then on: for them a gap begins, whatever they keep.
pub(crate) fn away(tx: &mut Tx<'_>, user: UserId, at: Timestamp) -> Result<()> {
    match queries::run(tx, user)? {
        Some(run) if run.idle_since.is_none() => {
            queries::save_run(tx, &Run { idle_since: Some(at.max(run.since)), ..run })
        }
        _ => Ok(()),
    }
}

/// Notes who has no conversation any more.
pub(crate) fn idle(tx: &mut Tx<'_>, at: Timestamp) -> Result<()> {
    let busy = queries::busy(tx)?;
    if busy.is_empty() {
        return Ok(());
    }
    let load = conversations::api::load(tx)?;
    for run in busy {
        if load.iter().all(|(user, _)| *user != run.user_id) {
            queries::save_run(tx, &Run { idle_since: Some(at.max(run.since)), ..run })?;
        }
    }
    Ok(())
}
