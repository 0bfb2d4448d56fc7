//! What is to go over a line: any node puts it down, the one that holds the line takes it up.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use delivery::{Carried, Refused, Why};
use futures_util::future::BoxFuture;
use http::App;
use kernel::{ChannelId, Result};
use sha2::{Digest as _, Sha256};
use store::Tx;
use tokio::time::timeout;

use super::{
    alphabet::cut,
    link::{LEASE, Links},
    pdu::{Address, HAS_HEADER, PartOf, Sm, header},
    session::Session,
    status::{self, Refusal},
};
use crate::{
    gateway::{Gateway, Outgoing},
    model::{Setup, SmsGateway},
    queries::{
        self,
        parts::{self, Part, PartState},
    },
    single,
};

/// How long a message waits for the line before it is taken back and tried again later.
const WAITS: Duration = Duration::from_secs(45);
/// How long it waits for one that is not there.
const WAITS_FOR_LINE: Duration = Duration::from_secs(3);
/// How often to look what became of it, where another node holds the line.
const LOOK: Duration = Duration::from_millis(250);

/// Which part of which message.
pub(crate) type Slip = (String, i64);

/// Speaks over SMPP lines.
pub(crate) struct SmppDriver;

impl Gateway for SmppDriver {
    fn send<'a>(
        &'a self,
        app: &'a App,
        setup: &'a Setup,
        outgoing: &'a Outgoing,
    ) -> BoxFuture<'a, Result<Carried, Refused>> {
        Box::pin(async move {
            let trouble = |error: kernel::Error| Refused::later("trouble", error.to_string());
            let (gateway, message) = (setup.gateway.clone(), outgoing.clone());
            let put = move |tx: &mut Tx<'_>| put_down(tx, &gateway, &message);
            app.db().write(&single::system(), put).await.map_err(trouble)?;
            app.part::<Links>().wake();
            let found = timeout(WAITS, settles(app, setup.gateway.channel_id, &outgoing.id)).await;
            match found.unwrap_or(Ok(None)).map_err(trouble)? {
                Some(settled) => settled,
                None => take_back(app, setup.gateway.channel_id, &outgoing.id).await.map_err(trouble)?,
            }
        })
    }

    fn probe<'a>(&'a self, app: &'a App, setup: &'a Setup) -> BoxFuture<'a, Result<(), Why>> {
        Box::pin(async move {
            let id = setup.gateway.channel_id;
            let link = app.db().read(&single::system(), move |tx| queries::link(tx, id)).await;
            // Where one alone may be signed in, a second would be refused, or throw us out.
            if link.is_ok_and(|link| link.connected_at.is_some()) {
                return Ok(());
            }
            match Session::open(setup).await {
                Ok(session) => {
                    session.close().await;
                    Ok(())
                }
                Err(why) if why.code == "sms_already_bound" => Ok(()),
                Err(why) => Err(why),
            }
        })
    }
}

/// Puts down the parts of a message that were not taken yet.
fn put_down(tx: &mut Tx<'_>, gateway: &SmsGateway, outgoing: &Outgoing) -> Result<()> {
    let (coding, pieces) = cut(&outgoing.text, gateway.alphabet);
    let total = u8::try_from(pieces.len()).unwrap_or(u8::MAX);
    let reference = u16::from(Sha256::digest(outgoing.id.as_bytes())[0]);
    parts::untake(tx, &outgoing.id)?;
    for (number, piece) in (1_u8..=total).zip(pieces) {
        let part = PartOf { reference, total, number };
        let octets = if total > 1 { [&header(part)[..], &piece].concat() } else { piece };
        let part = Part {
            message_id: outgoing.id.clone(),
            part: number.into(),
            parts: total.into(),
            channel_id: gateway.channel_id,
            phone: outgoing.phone.clone(),
            coding: coding.number().into(),
            octets: STANDARD.encode(octets),
            state: PartState::Waiting,
            external_id: None,
            why: None,
            detail: String::new(),
            at: tx.now(),
        };
        parts::insert(tx, &part)?;
    }
    Ok(())
}

/// What becomes of a message; none when there is no line to wait for.
async fn settles(app: &App, channel: ChannelId, id: &str) -> Result<Option<Result<Carried, Refused>>> {
    let mut went = app.part::<Links>().went.subscribe();
    let mut without_line = Duration::ZERO;
    loop {
        let id = id.to_owned();
        let look = move |tx: &mut Tx<'_>| Ok((parts::of_message(tx, &id)?, queries::link(tx, channel)?.connected_at));
        let (all, connected) = app.db().read(&single::system(), look).await?;
        if let Some(settled) = settled(&all) {
            return Ok(Some(settled));
        }
        if connected.is_none() {
            without_line += LOOK;
        }
        if without_line > WAITS_FOR_LINE {
            return Ok(None);
        }
        let _ = timeout(LOOK, went.changed()).await;
    }
}

/// What became of a message once nothing of it waits.
fn settled(all: &[Part]) -> Option<Result<Carried, Refused>> {
    if all.iter().any(|part| part.state == PartState::Waiting) {
        return None;
    }
    match all.iter().find(|part| part.state == PartState::Refused) {
        Some(part) if code_of(part) == "sms_later" => Some(Err(Refused::later("sms_later", part.detail.clone()))),
        Some(part) => Some(Err(Refused::never(code_of(part), part.detail.clone()))),
        None => {
            let delivered = all.iter().all(|part| part.state == PartState::Delivered);
            Some(Ok(Carried { external_id: None, delivered }))
        }
    }
}

/// The names a part was put off or refused under.
fn code_of(part: &Part) -> &'static str {
    let codes = ["sms_number", "sms_throttled", "sms_later", "refused"];
    codes.into_iter().find(|code| part.why.as_deref() == Some(code)).unwrap_or("sms_later")
}

/// Takes back what still waits: it is tried again later, as a whole.
async fn take_back(app: &App, channel: ChannelId, id: &str) -> Result<Result<Carried, Refused>> {
    let id = id.to_owned();
    app.db()
        .write(&single::system(), move |tx| {
            let all = parts::of_message(tx, &id)?;
            // It went at the last moment.
            if let Some(settled) = settled(&all) {
                return Ok(settled);
            }
            parts::withdraw(tx, &id)?;
            let put_off = all.iter().find(|part| part.why.is_some());
            Ok(match (put_off, queries::link(tx, channel)?.connected_at) {
                (Some(part), _) => Err(Refused::later(code_of(part), part.detail.clone())),
                (None, None) => Err(Refused::later("sms_not_connected", "")),
                (None, Some(_)) => Err(Refused::later("timeout", "")),
            })
        })
        .await
}

/// What is to go next, at most so many, without what is under way.
pub(crate) async fn next(app: &App, gateway: &SmsGateway, free: i64, known: Vec<Slip>) -> Result<Vec<(Slip, Sm)>> {
    if free <= 0 {
        return Ok(Vec::new());
    }
    let id = gateway.channel_id;
    let limit = free.saturating_add(i64::try_from(known.len()).unwrap_or(i64::MAX));
    let all = app.db().read(&single::system(), move |tx| parts::waiting(tx, id, limit)).await?;
    let new = all.into_iter().filter(|part| !known.iter().any(|(id, at)| *id == part.message_id && *at == part.part));
    Ok(new
        .take(usize::try_from(free).unwrap_or_default())
        .map(|part| (slip(&part), submitted(gateway, &part)))
        .collect())
}

fn slip(part: &Part) -> Slip {
    (part.message_id.clone(), part.part)
}

fn submitted(gateway: &SmsGateway, part: &Part) -> Sm {
    let octets = STANDARD.decode(&part.octets).unwrap_or_default();
    Sm {
        from: sender(&gateway.number),
        to: Address { ton: 1, npi: 1, digits: part.phone.trim_start_matches('+').to_owned() },
        esm_class: if part.parts > 1 { HAS_HEADER } else { 0 },
        registered: 1,
        coding: u8::try_from(part.coding).unwrap_or_default(),
        octets,
        ..Sm::default()
    }
}

/// Where messages come from: an international number, a number of this network, or a name.
fn sender(number: &str) -> Address {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match number.strip_prefix('+') {
        Some(abroad) if digits(abroad) => Address { ton: 1, npi: 1, digits: abroad.to_owned() },
        None if digits(number) => Address { ton: 0, npi: 1, digits: number.to_owned() },
        None if number.is_empty() => Address::default(),
        _ => Address { ton: 5, npi: 0, digits: number.to_owned() },
    }
}

/// The other side answered: it took a part, calling it so, or refused it with this number.
pub(crate) async fn answered(
    app: &App,
    epoch: i64,
    channel: ChannelId,
    slip: Slip,
    id: Option<String>,
    said: u32,
) -> Result<()> {
    app.db()
        .write(&single::system(), move |tx| {
            work::lease::check(tx, LEASE, epoch)?;
            let slip = (slip.0.as_str(), slip.1);
            let detail = status::name(said);
            match (&id, status::refusal(said)) {
                (Some(id), _) => {
                    parts::taken(tx, slip, id)?;
                    queries::went(tx, channel)
                }
                (None, Refusal::Slower) => parts::put_off(tx, slip, "sms_throttled", &detail),
                (None, Refusal::Later) => parts::refused(tx, slip, "sms_later", &detail),
                (None, Refusal::Number) => parts::refused(tx, slip, "sms_number", &detail),
                (None, Refusal::Never) => parts::refused(tx, slip, "refused", &detail),
            }
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_of_the_kind_it_looks_like() {
        let kind = |number: &str| {
            let address = sender(number);
            (address.ton, address.npi, address.digits)
        };
        assert_eq!(kind("+8610690001"), (1, 1, "8610690001".into()));
        assert_eq!(kind("10690001"), (0, 1, "10690001".into()));
        assert_eq!(kind("QINGHE"), (5, 0, "QINGHE".into()));
        assert_eq!(kind(""), (0, 0, String::new()));
    }
}
