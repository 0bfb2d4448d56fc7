//! One's own day, and the break one is offered.

use http::{Answer, Cx, Json};
use kernel::{Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use crate::{
    codes,
    model::{MINUTE, PauseCause, ReliefDay, ReliefPause},
    pauses::{self, Bearer, Granted},
    policy, queries,
};

/// What one bore today, and what one gets for it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReliefMine {
    /// One's day so far.
    day: ReliefDay,
    /// Contacts without a gap, as it stands.
    run_contacts: i64,
    /// Since when.
    run_since: Option<Timestamp>,
    /// The pause one has.
    pause: Option<ReliefPause>,
    /// The break one is offered.
    offer: Option<ReliefOffer>,
}

/// A break that is offered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReliefOffer {
    /// For how many minutes.
    minutes: i64,
    /// After how many contacts without a gap.
    contacts: i64,
    /// After how many minutes without a gap.
    lasting: i64,
}

/// What one bore today, the pause one has, and the break one is offered.
#[utoipa::path(get, path = "/relief", tag = "relief", responses((status = 200, body = ReliefMine)))]
pub(crate) async fn mine(cx: Cx) -> Answer<ReliefMine> {
    let mine = cx
        .read(|tx| {
            let (me, _permit) = policy::may_work(tx.actor(), tx.now())?;
            view(tx, me)
        })
        .await?;
    Ok(Json(mine))
}

pub(crate) fn view(tx: &mut Tx<'_>, me: UserId) -> Result<ReliefMine> {
    let (now, staff) = (tx.now(), tx.actor().staff()?.clone());
    let today = pauses::day_of(tx, now)?;
    let rules = queries::rules(tx)?;
    let run = pauses::run_of_day(tx, me, &today)?.filter(|run| !run.over(&rules, now));
    let unknown = |today| ReliefDay::new(me, today, staff.name.clone(), staff.unit);
    let day = queries::read_day(tx, me, &today)?.unwrap_or_else(|| unknown(today));
    let pause = queries::open_pause(tx, me)?;
    let minutes = rules.allowed(rules.break_minutes, day.granted_minutes);
    let due = run.as_ref().filter(|run| pause.is_none() && minutes > 0 && run.due(&rules, now));
    let offer = due.map(|run| {
        let lasting = now.since(run.since) / MINUTE;
        ReliefOffer { minutes, contacts: run.contacts, lasting }
    });
    Ok(ReliefMine {
        day,
        run_contacts: run.as_ref().map_or(0, |run| run.contacts),
        run_since: run.map(|run| run.since),
        pause,
        offer,
    })
}

/// Nothing more is needed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TakenBreak {}

/// Takes the break one is offered. It ends by itself, or as soon as one is ready again.
#[utoipa::path(post, path = "/relief/breaks", tag = "relief", request_body = TakenBreak, responses((status = 200, body = ReliefMine)))]
pub(crate) async fn take(cx: Cx, Json(_request): Json<TakenBreak>) -> Answer<ReliefMine> {
    let mine = cx
        .append(|tx| {
            let (me, _permit) = policy::may_work(tx.actor(), tx.now())?;
            let Some(offer) = view(tx, me)?.offer else { return Err(codes::NOT_OFFERED.conflict()) };
            let staff = tx.actor().staff()?.clone();
            let who = Bearer { id: me, name: staff.name.clone(), unit: staff.unit };
            match pauses::grant(tx, &who, PauseCause::Run, offer.minutes, None)? {
                Granted::Until(_) => view(tx, me),
                Granted::NotWorking => Err(codes::NOT_WORKING.conflict()),
                Granted::Capped => Err(codes::CAPPED.conflict()),
            }
        })
        .await?;
    Ok(Json(mine))
}
