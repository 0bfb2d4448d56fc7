//! Single messages, outside any conversation: they wait, go, and are told of.

use std::time::Duration;

use delivery::{Carried, DeliveryState, Refused};
use http::App;
use kernel::{ChannelId, CustomerId, Id, Origin, Result};
use serde::{Deserialize, Serialize};
use store::Tx;
use work::{Job, JobCx};

use crate::{
    Sms,
    gateway::{self, Outgoing},
    model::{self, Purpose, SmsState},
    queries, tell,
};

/// How often one is tried.
const ATTEMPTS: i64 = 8;
/// The first wait, in milliseconds.
const FIRST_WAIT_MS: u64 = 5_000;
/// How long handing one over may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Lets a single message go.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Send {
    sms_id: Id<Sms>,
}

impl Job for Send {
    const KIND: &'static str = "sms.send";
    const TIMEOUT: Duration = Duration::from_secs(120);
}

/// Lets a message wait that goes once this transaction has committed.
pub(crate) fn wait(
    tx: &mut Tx<'_>,
    channel_id: ChannelId,
    (customer_id, phone): (Option<CustomerId>, &str),
    purpose: Purpose,
    (text, reference): (&str, &str),
) -> Result<Id<Sms>> {
    let now = tx.now();
    let sms = Sms {
        id: tx.new_id(),
        channel_id,
        customer_id,
        phone: phone.to_owned(),
        purpose,
        reference: reference.to_owned(),
        text: text.to_owned(),
        state: SmsState::Waiting,
        why: None,
        attempts: 0,
        at: now,
        changed_at: now,
    };
    queries::insert_sms(tx, &sms)?;
    work::enqueue(tx, &Send { sms_id: sms.id })?;
    Ok(sms.id)
}

pub(crate) async fn run(app: App, cx: JobCx, job: Send) -> Result<()> {
    let found = app.db().read(&cx.origin, move |tx| ready(tx, job.sms_id)).await?;
    let answer = match found {
        None => return Ok(()),
        Some(Err(refused)) => Err(refused),
        Some(Ok((setup, outgoing))) => {
            let going = gateway::of(setup.gateway.driver).send(&app, &setup, &outgoing);
            match tokio::time::timeout(PATIENCE, going).await {
                Ok(answer) => answer,
                Err(_) => Err(Refused::later("timeout", "")),
            }
        }
    };
    let (db, origin) = (cx.db.clone(), cx.origin.clone());
    db.write(&origin, move |tx| {
        note(tx, job.sms_id, &answer)?;
        cx.finish(tx)
    })
    .await
}

/// What is to go, and how; or why not; none where it went.
type Ready = Option<Result<(model::Setup, Outgoing), Refused>>;

fn ready(tx: &mut Tx<'_>, id: Id<Sms>) -> Result<Ready> {
    let sms = queries::sms(tx, id)?;
    if sms.state != SmsState::Waiting {
        return Ok(None);
    }
    if sms.phone.is_empty() {
        return Ok(Some(Err(Refused::never("no_recipient", ""))));
    }
    // Who says in between that they want none gets none.
    let opt_out = queries::opt_out(tx, sms.channel_id, &model::mark(sms.channel_id, &sms.phone))?;
    if sms.purpose == Purpose::Notice && !model::may_go(opt_out.as_ref(), None) {
        return Ok(Some(Err(Refused::never("opted_out", ""))));
    }
    if !channels::api::get(tx, sms.channel_id)?.is_active() {
        return Ok(Some(Err(Refused::never("paused", ""))));
    }
    let setup = queries::setup(tx, sms.channel_id)?;
    let text = setup.gateway.worded(&sms.text);
    Ok(Some(Ok((setup, Outgoing { id: sms.id.to_string(), phone: sms.phone, text }))))
}

fn note(tx: &mut Tx<'_>, id: Id<Sms>, answer: &Result<Carried, Refused>) -> Result<()> {
    let (mut sms, now) = (queries::sms(tx, id)?, tx.now());
    // A receipt was quicker than the answer.
    if sms.state != SmsState::Waiting {
        return Ok(());
    }
    sms.attempts += 1;
    (sms.changed_at, sms.why) = (now, None);
    match answer {
        Ok(carried) => sms.state = if carried.delivered { SmsState::Delivered } else { SmsState::Sent },
        Err(Refused::Later(why, least)) if sms.attempts < ATTEMPTS => {
            sms.why = Some(why.code.to_owned());
            let wait = work::wait_after(sms.attempts, FIRST_WAIT_MS, tx.rng());
            let least = least.map_or(0, |least| i64::try_from(least.as_millis()).unwrap_or(i64::MAX));
            work::enqueue_at(tx, &Send { sms_id: id }, now.plus_millis(wait.max(least.min(3_600_000))), None)?;
            return queries::save_sms(tx, &sms);
        }
        Err(Refused::Later(why, _) | Refused::Never(why)) => {
            (sms.state, sms.why) = (SmsState::Failed, Some(why.code.to_owned()));
        }
    }
    sms.phone = String::new();
    queries::save_sms(tx, &sms)?;
    tell::sms(tx, &sms)
}

/// A receipt of a single message.
pub(crate) fn progress(tx: &mut Tx<'_>, id: Id<Sms>, state: DeliveryState) -> Result<Sms> {
    let mut sms = queries::sms(tx, id)?;
    let state = match state {
        DeliveryState::Delivered | DeliveryState::Read => SmsState::Delivered,
        DeliveryState::Failed => SmsState::Failed,
        DeliveryState::Waiting | DeliveryState::Sent => return Ok(sms),
    };
    if state.rank() <= sms.state.rank() {
        return Ok(sms);
    }
    (sms.state, sms.phone, sms.changed_at) = (state, String::new(), tx.now());
    sms.why = (state == SmsState::Failed).then(|| "receipt".to_owned());
    queries::save_sms(tx, &sms)?;
    tell::sms(tx, &sms)?;
    Ok(sms)
}

/// Who acts where nobody does.
pub(crate) fn system() -> std::sync::Arc<Origin> {
    Origin::system("sms")
}
