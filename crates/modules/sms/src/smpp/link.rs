//! The owner of the lines: one node at a time holds one to each SMSC, hands over what waits and takes in what comes.

use std::{collections::HashMap, time::Duration};

use delivery::Why;
use http::App;
use kernel::{ChannelId, Cursor, Error, Result, Timestamp};
use store::Tx;
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{MissedTickBehavior, interval, sleep},
};
use work::Keeper;

use super::{
    inbox::{self, Line},
    pdu::{Frame, Pdu},
    queue::{self, Slip},
    session::Session,
    status::{self, Refusal},
};
use crate::{model::Driver, queries, single};

/// The lease of the node that holds the lines.
pub(crate) const LEASE: &str = "sms";
const LEASE_MS: i64 = 4_000;
/// The least time between two looks at which lines there are.
const GATHER: Duration = Duration::from_millis(250);
/// How long to wait before a line is tried again, doubled each time up to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LAST_PAUSE: Duration = Duration::from_secs(60);
/// Lines of one organisation at most.
const MOST: i64 = 50;
/// What a line counts time by: how often it looks for what other nodes left it.
const TICK: Duration = Duration::from_millis(500);
/// Ticks of silence before the other side is asked whether it is there, and before it is taken to be gone.
const QUIET: u64 = 60;
const GONE: u64 = 90;
/// Ticks an answer may take.
const ANSWER: u64 = 20;
/// Ticks the line rests when it was too much, doubled each time up to the last.
const FIRST_REST: u64 = 2;
const LAST_REST: u64 = 32;

/// Those who wait for a line and those whom a line lets wait, to be woken: a part of the app.
#[derive(Default)]
pub(crate) struct Links {
    /// Something is to go.
    pub waits: watch::Sender<u64>,
    /// Something went, or cannot.
    pub went: watch::Sender<u64>,
}

impl Links {
    /// Something is to go.
    pub(crate) fn wake(&self) {
        self.waits.send_modify(|count| *count = count.wrapping_add(1));
    }

    fn tell(&self) {
        self.went.send_modify(|count| *count = count.wrapping_add(1));
    }
}

/// Somebody who holds one line, as it was set then.
struct Holder {
    version: i64,
    task: JoinHandle<()>,
}

impl Drop for Holder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts what this node has to do with it.
pub(crate) fn start(app: App, mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let owner = app.part::<wire::Hub>().node();
        let keeper = Keeper::start(app.db(), LEASE, owner, LEASE_MS, Duration::from_secs(1));
        let mut held = keeper.held();
        let mut grew = app.facts_grew(&[]);
        let mut holders: HashMap<ChannelId, Holder> = HashMap::new();
        let mut epoch = None;
        while !*stop.borrow() {
            let now = held.borrow_and_update().as_ref().map(|lease| lease.epoch);
            if now != epoch {
                holders.clear();
                epoch = now;
            }
            grew.borrow_and_update();
            if let Some(epoch) = epoch
                && let Err(error) = reconcile(&app, epoch, &mut holders).await
            {
                tracing::warn!(%error, "which lines there are could not be read");
            }
            sleep(GATHER).await;
            tokio::select! {
                _ = grew.changed() => {}
                _ = held.changed() => {}
                _ = stop.changed() => {}
            }
        }
        let ended: Vec<_> = holders.drain().map(|(id, _)| id).collect();
        for id in ended {
            let _ = app.db().write(&single::system(), move |tx| queries::stands(tx, id, None, (None, ""))).await;
        }
        keeper.release().await;
    })
}

/// Lets each active line have its holder, of its last version, and no other.
async fn reconcile(app: &App, epoch: i64, holders: &mut HashMap<ChannelId, Holder>) -> Result<()> {
    let look = |tx: &mut Tx<'_>| {
        let first = Cursor { key: i64::MIN, id: String::new() };
        let mut lines = HashMap::new();
        for gateway in queries::list(tx, None, &first, MOST)? {
            let id = gateway.channel_id;
            if gateway.driver == Driver::Smpp && channels::api::get(tx, id)?.is_active() {
                lines.insert(id, gateway.version);
            }
        }
        Ok(lines)
    };
    let lines: HashMap<_, _> = app.db().read(&single::system(), look).await?;
    holders.retain(|id, holder| lines.get(id) == Some(&holder.version));
    for (id, version) in lines {
        holders.entry(id).or_insert_with(|| Holder { version, task: tokio::spawn(hold(app.clone(), epoch, id)) });
    }
    Ok(())
}

/// Holds one line until it is stopped, whatever goes wrong.
async fn hold(app: App, epoch: i64, id: ChannelId) {
    let mut pause = FIRST_PAUSE;
    loop {
        let mut went_well = false;
        let ended = round(&app, epoch, id, &mut went_well).await;
        let why = match ended {
            Err(Failure::Theirs(why)) => why,
            Err(Failure::Ours(error)) => {
                tracing::warn!(%error, channel = %id, "a line of text messages was given up on our side");
                Why::new("trouble", "")
            }
            Ok(()) => Why::new("sms_line_ended", ""),
        };
        let note = move |tx: &mut Tx<'_>| {
            work::lease::check(tx, LEASE, epoch)?;
            queries::stands(tx, id, None, (Some(why.code), &why.text))
        };
        if let Err(error) = app.db().write(&single::system(), note).await {
            tracing::warn!(%error, "how a line stands could not be written down");
        }
        app.part::<Links>().tell();
        sleep(pause).await;
        pause = if went_well { FIRST_PAUSE } else { (pause * 2).min(LAST_PAUSE) };
    }
}

enum Failure {
    Ours(Error),
    Theirs(Why),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

impl From<Why> for Failure {
    fn from(why: Why) -> Self {
        Self::Theirs(why)
    }
}

/// What a line knows of its own pace.
struct Pace {
    tick: u64,
    /// When something last came.
    heard: u64,
    /// Until when nothing goes.
    rests_until: u64,
    rest: u64,
}

/// One connection, for as long as it lasts.
async fn round(app: &App, epoch: i64, id: ChannelId, went_well: &mut bool) -> Result<(), Failure> {
    let setup = app.db().read(&single::system(), move |tx| queries::setup(tx, id)).await?;
    let mut session = Session::open(&setup).await?;
    let since = app.clock().now();
    let name = app.db().write(&single::system(), move |tx| connected(tx, epoch, id, since)).await?;
    app.part::<Links>().tell();
    *went_well = true;
    let line = Line { app, epoch, gateway: &setup.gateway, session: name };
    let mut waits = app.part::<Links>().waits.subscribe();
    let mut under_way: HashMap<u32, (Slip, u64)> = HashMap::new();
    let mut pace = Pace { tick: 0, heard: 0, rests_until: 0, rest: FIRST_REST };
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let mut look = true;
        tokio::select! {
            frame = session.next() => {
                let frame = frame?;
                pace.heard = pace.tick;
                look = matches!(frame.pdu, Pdu::SubmitSmResp(_) | Pdu::GenericNack);
                if !take(&line, &mut session, frame, &mut under_way, &mut pace).await? {
                    session.close().await;
                    return Ok(());
                }
            }
            _ = waits.changed() => {}
            _ = tick.tick() => {
                pace.tick += 1;
                let silent = pace.tick - pace.heard;
                if silent >= GONE || under_way.values().any(|(_, since)| pace.tick - since > ANSWER) {
                    return Err(Failure::Theirs(Why::new("timeout", "")));
                }
                if silent > 0 && silent.is_multiple_of(QUIET) {
                    session.ask(Pdu::EnquireLink).await?;
                }
            }
        }
        if look && pace.tick >= pace.rests_until {
            let free = setup.gateway.in_flight - i64::try_from(under_way.len()).unwrap_or(i64::MAX);
            let known: Vec<Slip> = under_way.values().map(|(slip, _)| slip.clone()).collect();
            for (slip, sm) in queue::next(app, &setup.gateway, free, known).await? {
                let sequence = session.ask(Pdu::SubmitSm(Box::new(sm))).await?;
                under_way.insert(sequence, (slip, pace.tick));
            }
        }
    }
}

/// Notes that the line stands; answers a name unlike that of any other line.
fn connected(tx: &mut Tx<'_>, epoch: i64, id: ChannelId, since: Timestamp) -> Result<String> {
    work::lease::check(tx, LEASE, epoch)?;
    queries::stands(tx, id, Some(since), (None, ""))?;
    Ok(tx.rng().secret())
}

/// Takes one piece that came; false when the line is to be closed.
async fn take(
    line: &Line<'_>,
    session: &mut Session,
    frame: Frame,
    under_way: &mut HashMap<u32, (Slip, u64)>,
    pace: &mut Pace,
) -> Result<bool, Failure> {
    let Frame { status: said, sequence, pdu } = frame;
    match pdu {
        Pdu::EnquireLink => session.answer(sequence, status::OK, Pdu::EnquireLinkResp).await?,
        Pdu::Unbind => {
            session.answer(sequence, status::OK, Pdu::UnbindResp).await?;
            return Ok(false);
        }
        Pdu::DeliverSm(sm) => {
            // Kept first: what is answered was taken.
            let answer = inbox::take(line, &sm).await;
            session.answer(sequence, answer, Pdu::DeliverSmResp).await?;
        }
        Pdu::SubmitSmResp(_) | Pdu::GenericNack => {
            let Some((slip, _)) = under_way.remove(&sequence) else { return Ok(true) };
            let id = match pdu {
                Pdu::SubmitSmResp(id) if said == status::OK => Some(id),
                _ => None,
            };
            match (&id, status::refusal(said)) {
                (Some(_), _) => pace.rest = FIRST_REST,
                (None, Refusal::Slower) => {
                    pace.rests_until = pace.tick + pace.rest;
                    pace.rest = (pace.rest * 2).min(LAST_REST);
                }
                (None, _) => {}
            }
            queue::answered(line.app, line.epoch, line.gateway.channel_id, slip, id, said).await?;
            line.app.part::<Links>().tell();
        }
        Pdu::Bad(id) => {
            line.note("malformed", &format!("0x{id:08X}")).await;
            if id & 0x8000_0000 == 0 {
                session.answer(sequence, status::BAD_LENGTH, Pdu::GenericNack).await?;
            }
        }
        Pdu::Other(id) if id & 0x8000_0000 == 0 => {
            session.answer(sequence, status::BAD_COMMAND, Pdu::GenericNack).await?;
        }
        Pdu::BindTransceiver(_) | Pdu::SubmitSm(_) => {
            session.answer(sequence, status::BAD_COMMAND, Pdu::GenericNack).await?;
        }
        _ => {}
    }
    Ok(true)
}
