//! Removing what somebody asked for and somebody else agreed to: one a transaction, each looked at once more.

use std::{sync::Arc, time::Duration};

use approvals::{
    ApprovalKind, ApprovalState,
    api::{Ask, ask},
};
use audit::api::Entry;
use http::{AllTies, App, Privacies};
use kernel::{Error, Id, Money, Origin, Permit, Result};
use serde::{Deserialize, Serialize};
use store::{Fact, Tx};
use work::{Job, JobCx};

use crate::{
    codes,
    events::{self, PurgeFact},
    look,
    model::{Purge, PurgeItem, PurgeKind, PurgeState, Skip},
    points::{self, Person},
    policy,
    queries::{self, purges},
};

/// This module, as the source of its requests.
pub(crate) const SOURCE: &str = "hygiene";
/// What its requests are about.
const SUBJECT: &str = "purge";

/// Goes on with a purge.
#[derive(Serialize, Deserialize)]
pub(crate) struct Work {
    pub purge_id: Id<Purge>,
}

impl Job for Work {
    const KIND: &'static str = "hygiene.purge";
    const TIMEOUT: Duration = Duration::from_secs(1_800);
}

/// Who, and which of their numbers and addresses where only that is meant.
pub(crate) type Chosen = (kernel::CustomerId, Option<Id<crate::ContactPoint>>);

/// Keeps what was chosen, and asks somebody else to agree.
pub(crate) fn begin(
    tx: &mut Tx<'_>,
    permit: &Permit,
    (kind, reason): (PurgeKind, &str),
    (chosen, cut_off): (Vec<Chosen>, bool),
) -> Result<Purge> {
    let by = tx.actor().staff()?.clone();
    let (id, total) = (tx.new_id::<Purge>(), chosen.len() as i64);
    if total == 0 {
        return Err(codes::NOBODY.conflict());
    }
    if !approvals::api::somebody_may_purge(tx, total)? {
        return Err(codes::NO_APPROVER.conflict());
    }
    let request = Ask {
        source: SOURCE,
        key: Some(id.to_string()),
        kind: ApprovalKind::Purge,
        amount: Money(total),
        currency: None,
        reason: reason.to_owned(),
        subject: Some((SUBJECT.to_owned(), id.to_string())),
        due: None,
    };
    let approval = ask(tx, request)?;
    let purge = Purge::new(permit, (id, approval.id), &by, (kind, reason), (total, cut_off));
    let items: Vec<_> = chosen.into_iter().zip(1..).map(|(of, place)| PurgeItem::new(id, place, of)).collect();
    purges::insert(tx, &purge, &items)?;
    record(tx, "hygiene.purge_asked", &purge)?;
    show(tx, &purge)?;
    Ok(purge)
}

/// What somebody decided of it, or that it was taken back.
pub(crate) fn decided(tx: &mut Tx<'_>, id: Id<Purge>, agreed: bool, state: ApprovalState) -> Result<()> {
    let (purge, now) = (purges::lock(tx, id)?, tx.now());
    let state = match state {
        _ if agreed => PurgeState::Running,
        ApprovalState::Withdrawn => PurgeState::Withdrawn,
        _ => PurgeState::Rejected,
    };
    let Some(after) = purge.decided(state, now) else { return Ok(()) };
    let action = if agreed { "hygiene.purge_begun" } else { "hygiene.purge_ended" };
    keep(tx, action, &after)?;
    if agreed {
        work::enqueue(tx, &Work { purge_id: id }).map(drop)
    } else {
        Ok(())
    }
}

/// Keeps where it stands, on the trail too.
pub(crate) fn keep(tx: &mut Tx<'_>, action: &'static str, purge: &Purge) -> Result<()> {
    purges::save(tx, purge)?;
    record(tx, action, purge)?;
    show(tx, purge)
}

fn record(tx: &mut Tx<'_>, action: &'static str, purge: &Purge) -> Result<()> {
    let entry = Entry::new(action, SUBJECT, purge.id).created(&purge.trace());
    audit::api::record(tx, entry.reason(&purge.reason))
}

fn show(tx: &mut Tx<'_>, purge: &Purge) -> Result<()> {
    tx.notify("purges", "purge.changed", purge, Some(purge.owned()))
}

/// See [`Work`]. Whoever takes the job over goes on behind the last that was done.
pub(crate) async fn work(app: App, cx: JobCx, job: Work) -> Result<()> {
    let id = job.purge_id;
    let purge = cx.db.read(&cx.origin, move |tx| purges::find(tx, id)).await?;
    if purge.state != PurgeState::Running {
        return Ok(());
    }
    let actor = access::api::actor(&app, purge.owner_id).await?.filter(|actor| actor.has(policy::PURGE));
    let Some(actor) = actor else {
        return cx.db.write(&cx.origin, move |tx| fail(tx, id)).await;
    };
    let origin = Arc::new(Origin { actor, ip: None, user_agent: None, request_id: id.to_string() });
    let (privacies, ties) = (app.part::<Privacies>(), app.part::<AllTies>());
    loop {
        let (privacies, ties) = (privacies.clone(), ties.clone());
        if !cx.db.write(&origin, move |tx| step(tx, &privacies, &ties, id)).await? {
            return Ok(());
        }
    }
}

fn fail(tx: &mut Tx<'_>, id: Id<Purge>) -> Result<()> {
    let (purge, now) = (purges::lock(tx, id)?, tx.now());
    match purge.state {
        PurgeState::Running => keep(tx, "hygiene.purge_ended", &purge.ended(Some("not_allowed"), now)),
        _ => Ok(()),
    }
}

/// One further; false once there is none, or somebody stopped it.
fn step(tx: &mut Tx<'_>, privacies: &Privacies, ties: &AllTies, id: Id<Purge>) -> Result<bool> {
    let (purge, now) = (purges::lock(tx, id)?, tx.now());
    if purge.state != PurgeState::Running {
        return Ok(false);
    }
    let Some(item) = purges::next(tx, id, purge.done)? else {
        let after = purge.ended(None, now);
        let Purge { kind, removed, skipped, .. } = after;
        tx.emit(Fact::new(events::PURGED, id, &PurgeFact { purge_id: id, kind, removed, skipped })?);
        keep(tx, "hygiene.purge_ended", &after)?;
        return Ok(false);
    };
    let skip = remove(tx, privacies, ties, &purge, &item)?;
    let item = item.settled(skip, now);
    purges::settle(tx, &item)?;
    let after = purge.advanced(&item);
    purges::save(tx, &after)?;
    show(tx, &after)?;
    Ok(true)
}

/// Removes one, or says why not: what was so when they were chosen may be otherwise now.
fn remove(
    tx: &mut Tx<'_>,
    privacies: &Privacies,
    ties: &AllTies,
    purge: &Purge,
    item: &PurgeItem,
) -> Result<Option<Skip>> {
    let Some(person) = Person::of(tx, item.customer_id)? else { return Ok(Some(Skip::Gone)) };
    let survivor = person.survivor();
    // Who was merged since is somebody else by now.
    if survivor.state != customers::CustomerState::Active || survivor.id != item.customer_id {
        return Ok(Some(Skip::Gone));
    }
    let reason = format!("{} ({})", purge.reason, purge.id);
    let done = match item.point_id {
        Some(point) => {
            let Some(point) = queries::point(tx, point)? else { return Ok(Some(Skip::Gone)) };
            let Some(contact) = person.clear(&point) else { return Ok(Some(Skip::Gone)) };
            if !point.is_invalid() {
                return Ok(Some(Skip::Works));
            }
            let contact = contact.to_owned();
            customers::api::let_go(tx, survivor.id, &contact, &reason).and_then(|_| points::changed(tx, survivor.id))
        }
        None => {
            let since = queries::rules(tx)?.since(tx.now());
            match look::standing(tx, ties, &[survivor.id])?.get(&survivor.id) {
                Some(standing) if standing.open => return Ok(Some(Skip::OpenWork)),
                Some(standing) if standing.active_at >= since => return Ok(Some(Skip::Active)),
                Some(_) => customers::api::erase_everywhere(tx, privacies, survivor.id, &reason).map(drop),
                None => return Ok(Some(Skip::Gone)),
            }
        }
    };
    match done {
        Ok(()) => Ok(None),
        // Asked before anything is written.
        Err(Error::NotFound | Error::Forbidden(_)) => Ok(Some(Skip::OutOfReach)),
        Err(error) => Err(error),
    }
}
