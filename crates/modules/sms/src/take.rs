//! Taking in what somebody wrote to the number: into their conversation, or as the wish it is.

use audit::api::Entry;
use conversations::{Event, QueuePlace};
use customers::api::{Given, mask_phone};
use delivery::{Arrived, Incoming};
use kernel::{ChannelId, CustomerId, Error, Result};
use privacy::{ConsentAnswer, ConsentPurpose, ConsentWay, api::Said};
use store::Tx;

use crate::{
    model::{self, OptOut, OptOutWay, Purpose, SmsGateway},
    queries, single, tell,
};

/// A text message that came.
#[derive(Clone, Debug)]
pub(crate) struct Came {
    /// From which number, in its one spelling.
    pub phone: String,
    /// What it is called, the same whenever it is told again: 1 to 150 characters.
    pub id: String,
    /// What it says.
    pub text: String,
}

/// What became of it.
#[derive(Clone, Debug)]
pub(crate) enum Taken {
    /// It stands in a conversation.
    Kept(Arrived),
    /// It was a wish, or said nothing, and nobody has to read it.
    Heard,
}

/// Takes it in. Words of the channel's lists are wishes; they stand in the conversation that goes on, and open none.
///
/// # Errors
/// As `delivery::api::keep`.
pub(crate) fn take(tx: &mut Tx<'_>, line: &dyn QueuePlace, gateway: &SmsGateway, came: &Came) -> Result<Taken> {
    let id = gateway.channel_id;
    let text = conversations::api::fit(&came.text);
    queries::came(tx, id)?;
    let opt_out = queries::opt_out(tx, id, &model::mark(id, &came.phone))?;
    let incoming = Incoming {
        given: Given { phone: Some(came.phone.clone()), ..Given::default() },
        ..Incoming::text(id, &came.phone, &came.id, &text)
    };
    if let Some(word) = gateway.opt_out_words.is(&came.text) {
        let word = word.to_owned();
        let talking = delivery::api::talking(tx, id, &came.phone)?;
        let answer = match &opt_out {
            None => {
                let customer = match &talking {
                    Some(talking) => Some(talking.customer_id),
                    None => customers::api::only_with_phone(tx, &came.phone)?,
                };
                let (way, reason) = (OptOutWay::Word, String::new());
                add(tx, id, (customer, &came.phone), (way, word, reason))?;
                confirm(tx, gateway, (customer, &came.phone), &gateway.opt_out_answer)?;
                gateway.opt_out_answer.as_str()
            }
            // Once is enough; but what they began since is over.
            Some(known) => {
                agreed(tx, known.customer_id, ConsentAnswer::Withdrawn, &word)?;
                queries::answer_in(tx, known.id, (None, None))?;
                ""
            }
        };
        return wish(tx, line, &incoming, talking.is_some(), (Event::OptedOut {}, answer));
    }
    if let (Some(known), Some(word)) = (&opt_out, gateway.opt_in_words.is(&came.text)) {
        remove(tx, known, "")?;
        agreed(tx, known.customer_id, ConsentAnswer::Given, word)?;
        confirm(tx, gateway, (known.customer_id, &came.phone), &gateway.opt_in_answer)?;
        let talking = delivery::api::talking(tx, id, &came.phone)?.is_some();
        return wish(tx, line, &incoming, talking, (Event::OptedIn {}, &gateway.opt_in_answer));
    }
    if text.trim().is_empty() {
        return Ok(Taken::Heard);
    }
    // The network says which number writes: the one customer known by it is who writes.
    if let Some(known) = customers::api::only_with_phone(tx, &came.phone)? {
        delivery::api::is(tx, id, &came.phone, known)?;
    }
    let arrived = delivery::api::keep(tx, line, &incoming)?;
    if !arrived.repeated {
        tell::heard(tx, arrived.conversation_id)?;
    }
    if let Some(opt_out) = opt_out {
        let customer = conversations::api::get(tx, arrived.conversation_id)?.customer_id;
        queries::answer_in(tx, opt_out.id, (Some(arrived.conversation_id), Some(customer)))?;
    }
    Ok(Taken::Kept(arrived))
}

/// A wish stands in the conversation that goes on.
fn wish(
    tx: &mut Tx<'_>,
    line: &dyn QueuePlace,
    incoming: &Incoming,
    talking: bool,
    (event, answer): (Event, &str),
) -> Result<Taken> {
    if !talking {
        return Ok(Taken::Heard);
    }
    let arrived = match delivery::api::keep(tx, line, incoming) {
        Ok(arrived) => arrived,
        // Paused, and their conversation ended just now: the wish counts all the same.
        Err(Error::Conflict(..)) => return Ok(Taken::Heard),
        Err(error) => return Err(error),
    };
    if !arrived.repeated {
        conversations::api::post_event(tx, arrived.conversation_id, event, answer)?;
    }
    Ok(Taken::Kept(arrived))
}

/// Puts a number on the list; none when it is there.
pub(crate) fn add(
    tx: &mut Tx<'_>,
    channel_id: ChannelId,
    (customer_id, phone): (Option<CustomerId>, &str),
    (way, word, reason): (OptOutWay, String, String),
) -> Result<Option<OptOut>> {
    let (id, at) = (tx.new_id(), tx.now());
    let opt_out = OptOut {
        id,
        channel_id,
        mark: model::mark(channel_id, phone),
        masked: mask_phone(phone),
        customer_id,
        way,
        word,
        reason: reason.clone(),
        answer_in: None,
        at,
    };
    if !queries::insert_opt_out(tx, &opt_out)? {
        return Ok(None);
    }
    audit::api::record(tx, Entry::new("sms.opted_out", "sms_opt_out", id).created(&trace(&opt_out)).reason(reason))?;
    let words = if opt_out.word.is_empty() { &opt_out.reason } else { &opt_out.word };
    agreed(tx, customer_id, ConsentAnswer::Withdrawn, words)?;
    Ok(Some(opt_out))
}

/// Whoever wants no messages, or some again, says so of offers by text message too; said once, it is said.
fn agreed(tx: &mut Tx<'_>, customer: Option<CustomerId>, answer: ConsentAnswer, words: &str) -> Result<()> {
    let (Some(customer), purpose) = (customer, ConsentPurpose::MarketingSms) else { return Ok(()) };
    if privacy::api::answer(tx, customer, purpose)? == Some(answer) {
        return Ok(());
    }
    let said = Said {
        customer,
        purpose,
        answer,
        way: ConsentWay::Sms,
        words: words.to_owned(),
        reference: None,
        text_version: String::new(),
        at: None,
    };
    match privacy::api::record(tx, &said) {
        // Of whom nothing is known any more nothing is recorded; their number stays on the list.
        Err(Error::Conflict(..)) => Ok(()),
        recorded => recorded.map(drop),
    }
}

/// Takes a number off the list.
pub(crate) fn remove(tx: &mut Tx<'_>, opt_out: &OptOut, reason: &str) -> Result<()> {
    queries::delete_opt_out(tx, opt_out.id)?;
    let entry = Entry::new("sms.opted_in", "sms_opt_out", opt_out.id).deleted(&trace(opt_out));
    audit::api::record(tx, entry.reason(reason))
}

/// What of it the trail keeps, which outlives an erasure: no number.
fn trace(opt_out: &OptOut) -> serde_json::Value {
    serde_json::json!({"channel_id": opt_out.channel_id, "way": opt_out.way, "word": opt_out.word})
}

fn confirm(tx: &mut Tx<'_>, gateway: &SmsGateway, who: (Option<CustomerId>, &str), answer: &str) -> Result<()> {
    if answer.is_empty() {
        return Ok(());
    }
    single::wait(tx, gateway.channel_id, who, Purpose::Confirmation, (answer, "")).map(drop)
}
