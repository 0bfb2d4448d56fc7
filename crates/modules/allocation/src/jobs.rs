//! Working a run out, handing customers over, giving them back: some a transaction, which notes how far it has come.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use access::Placement;
use customers::{Hand, Handed, Handing};
use http::{App, SegmentSources};
use kernel::{CustomerId, Error, Id, Origin, Result, UnitId, UserId};
use serde::{Deserialize, Serialize};
use store::Tx;
use work::{Job, JobCx};

use crate::{
    api, events,
    model::{AllocationRun, AllocationState, MOST_CUSTOMERS, Move, MoveState, Outcome, Tally},
    policy, queries,
    solve::{self, Wanted},
};

/// Customers of one transaction.
const AT_ONCE: i64 = 250;

/// Goes on with a run, as its state says.
#[derive(Serialize, Deserialize)]
pub(crate) struct Work {
    pub run_id: Id<AllocationRun>,
}

impl Job for Work {
    const KIND: &'static str = "allocation.work";
    const TIMEOUT: Duration = Duration::from_secs(1_800);
}

/// See [`Work`]. Whoever takes the job over goes on behind the last customer that was done.
pub(crate) async fn work(app: App, cx: JobCx, job: Work) -> Result<()> {
    let id = job.run_id;
    let run = cx.db.read(&cx.origin, move |tx| queries::find(tx, id)).await?;
    if !run.is_at_work() {
        return Ok(());
    }
    let actor = access::api::actor(&app, run.owner_id).await?.filter(|actor| actor.has(policy::MANAGE));
    let Some(actor) = actor else {
        return cx.db.write(&cx.origin, move |tx| fail(tx, id, "not_allowed")).await;
    };
    let origin = Arc::new(Origin { actor, ip: None, user_agent: None, request_id: id.to_string() });
    if run.state == AllocationState::Computing {
        let sources = app.part::<SegmentSources>();
        let plan = run.plan.clone();
        let among = match cx.db.read(&origin, move |tx| solve::among(tx, &sources, &plan)).await {
            Ok(among) => Arc::new(among),
            // It was removed, or is about fields that who asks may see no more.
            Err(Error::NotFound | Error::Forbidden(_) | Error::Conflict(..)) => {
                return cx.db.write(&cx.origin, move |tx| fail(tx, id, "no_segment")).await;
            }
            Err(error) => return Err(error),
        };
        return compute(&cx, &origin, run, among).await;
    }
    let placement = app.part::<Box<dyn Placement>>();
    loop {
        let placement = placement.clone();
        if !cx.db.write(&origin, move |tx| step(tx, &**placement, id)).await? {
            return Ok(());
        }
    }
}

/// Reads who is meant, works out who goes where where that holds up nobody, and keeps it.
async fn compute(
    cx: &JobCx,
    origin: &Arc<Origin>,
    run: AllocationRun,
    among: Arc<Option<HashSet<CustomerId>>>,
) -> Result<()> {
    let (id, version) = (run.id, run.version);
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut after = String::new();
    let cut_off = loop {
        let (plan, among) = (run.plan.clone(), among.clone());
        let page = cx.db.read(origin, move |tx| solve::some(tx, &plan, (*among).as_ref(), &after)).await?;
        wanted.extend(page.0);
        let Some(next) = page.1 else { break false };
        after = next;
        if wanted.len() >= MOST_CUSTOMERS {
            break true;
        }
    };
    let plan = run.plan.clone();
    let known = cx.db.read(origin, move |tx| solve::known(tx, plan.clone())).await?;
    let worked_out = tokio::task::spawn_blocking(move || solve::work_out(id, known, &wanted, cut_off));
    let (outcome, moves) = worked_out.await.map_err(Error::internal)?;
    // From the beginning: a node that died may have kept some.
    cx.db.write(origin, move |tx| queries::clear(tx, id)).await?;
    let mut left = moves.into_iter();
    loop {
        let some: Vec<_> = left.by_ref().take(AT_ONCE as usize).collect();
        if some.is_empty() {
            break;
        }
        cx.db.write(origin, move |tx| queries::insert_moves(tx, &some)).await?;
    }
    cx.db.write(origin, move |tx| ready(tx, id, version, outcome.clone())).await
}

fn ready(tx: &mut Tx<'_>, id: Id<AllocationRun>, version: i64, outcome: Outcome) -> Result<()> {
    let run = queries::lock(tx, id)?;
    if run.version != version {
        return Ok(());
    }
    keep(tx, &run.ready(outcome))
}

fn keep(tx: &mut Tx<'_>, run: &AllocationRun) -> Result<()> {
    queries::save(tx, run)?;
    api::show(tx, run)
}

fn fail(tx: &mut Tx<'_>, id: Id<AllocationRun>, error: &'static str) -> Result<()> {
    let run = queries::lock(tx, id)?;
    if !run.is_at_work() {
        return Ok(());
    }
    let failed = run.failed(error);
    api::record(tx, "allocation.failed", &failed)?;
    keep(tx, &failed)
}

/// Some customers further; false once there are no more.
fn step(tx: &mut Tx<'_>, placement: &dyn Placement, id: Id<AllocationRun>) -> Result<bool> {
    let run = queries::lock(tx, id)?;
    if !matches!(run.state, AllocationState::Applying | AllocationState::Undoing) {
        return Ok(false);
    }
    let after = some(tx, placement, run)?;
    let more = after.is_at_work();
    keep(tx, &after)?;
    Ok(more)
}

/// Hands some customers over or back, and notes what became of each.
pub(crate) fn some(tx: &mut Tx<'_>, placement: &dyn Placement, run: AllocationRun) -> Result<AllocationRun> {
    let there = run.state == AllocationState::Applying;
    let moves = queries::moves(tx, run.id, run.done, AT_ONCE)?;
    let Some(last) = moves.last().map(|last| last.place) else { return finish(tx, run) };
    let due: Vec<_> = moves
        .into_iter()
        .filter(|one| one.moves() && one.state == if there { MoveState::Planned } else { MoveState::Done })
        .collect();
    let mut units = HashMap::new();
    let mut handings = Vec::with_capacity(due.len());
    for Move { customer_id, from_id, to_id, .. } in &due {
        let (from, to) = if there { (*from_id, *to_id) } else { (*to_id, *from_id) };
        let to = match to {
            Some(to) => Some((to, *unit_of(tx, placement, &mut units, to)?)),
            None => None,
        };
        handings.push(Handing { customer_id: *customer_id, from, to });
    }
    let cause = if there { "allocation" } else { "allocation_undone" };
    let hand = Hand { cause, reference: Some(run.id.to_string()), reason: None };
    let handed = customers::api::hand_over(tx, &handings, &hand)?;
    let (done, not): (Vec<_>, Vec<_>) = due.iter().zip(handed).partition(|(_, handed)| *handed == Handed::Done);
    let places = |of: Vec<(&Move, Handed)>| of.into_iter().map(|(one, _)| one.place).collect::<Vec<_>>();
    let (done, not) = (places(done), places(not));
    let (good, bad) = if there {
        (MoveState::Done, MoveState::Skipped)
    } else {
        (MoveState::Returned, MoveState::Left)
    };
    queries::set_state(tx, run.id, &done, good)?;
    queries::set_state(tx, run.id, &not, bad)?;
    let (good, bad) = (done.len() as i64, not.len() as i64);
    let tally = if there {
        Tally { moved: good, skipped: bad, returned: 0 }
    } else {
        Tally { returned: good, ..Tally::default() }
    };
    Ok(run.advanced(last, tally))
}

fn unit_of<'a>(
    tx: &mut Tx<'_>,
    placement: &dyn Placement,
    known: &'a mut HashMap<UserId, Option<UnitId>>,
    user: UserId,
) -> Result<&'a Option<UnitId>> {
    if let std::collections::hash_map::Entry::Vacant(entry) = known.entry(user) {
        entry.insert(placement.place(tx, user)?.unit);
    }
    Ok(&known[&user])
}

fn finish(tx: &mut Tx<'_>, run: AllocationRun) -> Result<AllocationRun> {
    let there = run.state == AllocationState::Applying;
    let after = run.finished();
    let (action, kind) = if there {
        ("allocation.applied", events::APPLIED)
    } else {
        ("allocation.undone", events::UNDONE)
    };
    api::record(tx, action, &after)?;
    api::told(tx, kind, &after)?;
    Ok(after)
}
