//! What comes over a line: messages, whole or in parts, and receipts.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use conversations::QueuePlace;
use customers::api::{mask_phone, spell_phone};
use delivery::DeliveryState;
use http::App;
use kernel::{Error, Result};
use openchannel::{
    Way,
    api::{OK, note},
};
use sha2::{Digest as _, Sha256};
use store::Tx;

use super::{
    alphabet::{Alphabet, Coding},
    link::LEASE,
    pdu::{Address, PartOf, Sm},
    receipt::{self, Receipt},
    status,
};
use crate::{
    flood::Floods,
    gateway,
    model::SmsGateway,
    queries::{
        self,
        parts::{self, Fragment, PartState},
    },
    single,
    take::{self, Came, Taken},
    words,
};

/// Parts of one message that are put together at most; of more, each stands alone.
const MOST: u8 = 30;
/// For how long a message that comes again over another line is known again, in milliseconds.
const AGAIN: i64 = 10 * 60_000;
/// What a message is that was told a receipt: the bits that say so.
const KIND: u8 = 0x3c;
const RECEIPT: u8 = 0x04;

/// The line something comes over.
pub(crate) struct Line<'a> {
    pub app: &'a App,
    pub epoch: i64,
    pub gateway: &'a SmsGateway,
    /// Unlike that of any other line, before and after.
    pub session: String,
}

impl Line<'_> {
    /// Notes how something went, for whoever connects the gateway.
    pub(crate) async fn note(&self, code: &str, detail: &str) {
        note(self.app, self.gateway.channel_id, Way::In, code, detail).await;
    }
}

/// Takes in a message or a receipt; answers the status by which the other side is told.
pub(crate) async fn take(line: &Line<'_>, sm: &Sm) -> u32 {
    let (code, detail, status) = match taken(line, sm).await {
        Ok(()) => (OK, String::new(), status::OK),
        Err(Refused::Never(code, detail)) => (code, detail, status::NEVER),
        Err(Refused::Later(code, detail)) => (code, detail, status::THROTTLED),
        Err(Refused::Ours(error)) => {
            tracing::warn!(%error, channel = %line.gateway.channel_id, "a text message could not be kept; it is asked for again");
            ("trouble", String::new(), status::LATER)
        }
    };
    line.note(code, &detail).await;
    status
}

enum Refused {
    Never(&'static str, String),
    Later(&'static str, String),
    Ours(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            Error::Conflict(code, _) => {
                let code = if code.name() == "conversations.channel_paused" {
                    "channel_paused"
                } else {
                    "invalid"
                };
                Self::Never(code, String::new())
            }
            Error::Invalid(bad) => {
                let named: Vec<_> = bad.iter().map(|bad| format!("{}: {}", bad.field, bad.code)).collect();
                Self::Never("invalid", named.join(", "))
            }
            error => Self::Ours(error),
        }
    }
}

async fn taken(line: &Line<'_>, sm: &Sm) -> Result<(), Refused> {
    let (app, id, epoch) = (line.app, line.gateway.channel_id, line.epoch);
    if sm.esm_class & KIND == RECEIPT {
        let told = receipt::read(sm).ok_or_else(|| Refused::Never("malformed", "receipt".to_owned()))?;
        let note = move |tx: &mut Tx<'_>| {
            work::lease::check(tx, LEASE, epoch)?;
            reported(tx, id, &told)
        };
        return Ok(app.db().write(&single::system(), note).await?);
    }
    // Deliveries to other systems of the department, and what is no message.
    if sm.esm_class & KIND != 0 {
        return Ok(());
    }
    let Some(phone) = number(&sm.from) else { return Err(Refused::Never("sms_not_a_number", String::new())) };
    if !app.part::<Floods>().may(id, &phone) {
        return Err(Refused::Later("flood", mask_phone(&phone)));
    }
    let (octets, part) = sm.said().map_err(|_| Refused::Never("malformed", "header".to_owned()))?;
    let part = part.filter(|part| part.total > 1 && part.total <= MOST);
    let piece = Piece { phone, coding: sm.coding, octets: octets.to_vec(), part, mark: mark(sm) };
    let queue = app.part::<Box<dyn QueuePlace>>();
    let (gateway, session) = (line.gateway.clone(), line.session.clone());
    let keep = move |tx: &mut Tx<'_>| {
        work::lease::check(tx, LEASE, epoch)?;
        let since = tx.now().plus_millis(-AGAIN);
        if queries::hear(tx, gateway.channel_id, &piece.mark, &session, since)? {
            keep(tx, &**queue, &gateway, &piece)?;
        }
        Ok(())
    };
    Ok(app.db().write(&single::system(), keep).await?)
}

/// The number in its one spelling; none for a name, and for what nobody could be answered at.
fn number(from: &Address) -> Option<String> {
    match from.ton {
        5 => None,
        1 => spell_phone(&format!("+{}", from.digits.trim_start_matches('+'))),
        _ => spell_phone(&from.digits),
    }
}

/// By what a message is known when it comes again because our answer was lost.
fn mark(sm: &Sm) -> String {
    let mut digest = Sha256::new();
    let part = sm.part.map(|part| format!("{}/{}/{}", part.reference, part.number, part.total)).unwrap_or_default();
    for one in [sm.from.digits.as_bytes(), sm.to.digits.as_bytes(), &[sm.esm_class, sm.coding], part.as_bytes()] {
        digest.update(one);
        digest.update([0]);
    }
    digest.update(&sm.octets);
    kernel::hex(digest.finalize())
}

/// A message, or a part of one.
struct Piece {
    phone: String,
    coding: u8,
    octets: Vec<u8>,
    part: Option<PartOf>,
    mark: String,
}

fn keep(tx: &mut Tx<'_>, queue: &dyn QueuePlace, gateway: &SmsGateway, piece: &Piece) -> Result<Option<Taken>> {
    let at = tx.now();
    // What came a second time by the same line is a message of its own.
    let named = |tx: &mut Tx<'_>| format!("{}.{}", piece.mark, tx.rng().secret());
    let Some(part) = piece.part else {
        let text = read(tx, piece.coding, &piece.octets, gateway.alphabet)?;
        let came = Came { phone: piece.phone.clone(), id: named(tx).chars().take(150).collect(), text };
        return take::take(tx, queue, gateway, &came).map(Some);
    };
    let fragment = Fragment {
        channel_id: gateway.channel_id,
        phone: piece.phone.clone(),
        reference: part.reference.into(),
        total: part.total.into(),
        number: part.number.into(),
        coding: piece.coding.into(),
        octets: STANDARD.encode(&piece.octets),
        external_id: named(tx).chars().take(150).collect(),
        at,
    };
    parts::keep_fragment(tx, &fragment)?;
    let all = parts::fragments(tx, &fragment)?;
    if all.len() < usize::from(part.total) {
        return Ok(None);
    }
    gather(tx, queue, gateway, &all).map(Some)
}

/// Puts the parts that came together, in their order, and takes in the whole.
fn gather(tx: &mut Tx<'_>, queue: &dyn QueuePlace, gateway: &SmsGateway, all: &[Fragment]) -> Result<Taken> {
    let Some(first) = all.first() else { return Ok(Taken::Heard) };
    parts::forget_fragments(tx, first)?;
    // Parts that follow each other in one alphabet are read as one: a letter may have been torn.
    let mut text = String::new();
    let mut run: (i64, Vec<u8>) = (first.coding, Vec::new());
    let mut expected = 1;
    for fragment in all {
        let gap = fragment.number != expected;
        if gap || fragment.coding != run.0 {
            let (coding, octets) = std::mem::replace(&mut run, (fragment.coding, Vec::new()));
            text += &read(tx, u8::try_from(coding).unwrap_or_default(), &octets, gateway.alphabet)?;
        }
        if gap {
            text += "[…]";
        }
        run.1.extend(STANDARD.decode(&fragment.octets).unwrap_or_default());
        expected = fragment.number + 1;
    }
    text += &read(tx, u8::try_from(run.0).unwrap_or_default(), &run.1, gateway.alphabet)?;
    if expected <= first.total {
        text += "[…]";
    }
    let came = Came { phone: first.phone.clone(), id: first.external_id.clone(), text };
    take::take(tx, queue, gateway, &came)
}

fn read(tx: &mut Tx<'_>, coding: u8, octets: &[u8], usual: Alphabet) -> Result<String> {
    match Coding::of(coding, usual) {
        Some(coding) => Ok(coding.read(octets)),
        None if octets.is_empty() => Ok(String::new()),
        None => words::word(tx, "unknown"),
    }
}

/// Takes in what came of messages whose other parts did not, before then; answers whether there may be more.
pub(crate) fn gather_late(tx: &mut Tx<'_>, queue: &dyn QueuePlace, before: kernel::Timestamp) -> Result<bool> {
    let Some(late) = parts::late(tx, before)? else { return Ok(false) };
    let all = parts::fragments(tx, &late)?;
    let gateway = queries::find(tx, late.channel_id)?;
    match gather(tx, queue, &gateway, &all) {
        Ok(_) => Ok(true),
        // A paused channel opens nothing: what came in pieces is let go with what comes whole.
        Err(Error::Conflict(..) | Error::Invalid(_)) => parts::forget_fragments(tx, &late).map(|()| true),
        Err(error) => Err(error),
    }
}

/// Notes a receipt; what is about none of our messages changes nothing.
fn reported(tx: &mut Tx<'_>, channel: kernel::ChannelId, told: &Receipt) -> Result<()> {
    let Some(state) = told.state else { return Ok(()) };
    for name in receipt::names(&told.id) {
        let Some(part) = parts::external(tx, channel, &name)? else { continue };
        let part_state = if state == DeliveryState::Delivered {
            PartState::Delivered
        } else {
            PartState::Failed
        };
        // It never goes back: one that arrived did.
        if part.state == PartState::Delivered {
            return Ok(());
        }
        parts::reported(tx, &part, part_state)?;
        let all = parts::of_message(tx, &part.message_id)?;
        let whole = i64::try_from(all.len()).unwrap_or_default() == part.parts;
        let arrived = whole && all.iter().all(|part| part.state == PartState::Delivered);
        if state == DeliveryState::Failed || arrived {
            gateway::progress(tx, channel, &part.message_id, state, &told.detail)?;
        }
        return Ok(());
    }
    Ok(())
}
