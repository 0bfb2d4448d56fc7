//! What others tell that says whether a customer is reached, and what becomes of what was asked.

use approvals::{ApprovalState, events::ApprovalFact};
use channels::ChannelKind;
use customers::events::{ContactChanged, CustomerChanged, CustomerMerged, CustomerUnmerged};
use delivery::{DeliveryState, events::DeliveryChanged};
use inquiries::{Way, events::RecordFact};
use kernel::{CustomerId, Error, Result};
use mail::{
    MailState,
    events::{MailBounced, MailChanged},
};
use serde::de::DeserializeOwned;
use sms::{
    SmsState,
    events::{SmsChanged, SmsHeard},
};
use store::{StoredFact, Tx};
use work::Listener;

use crate::{
    model::{ContactOutcome, ContactPointKind},
    points::{self, Heard, Person},
    purging,
};

/// Why a text message did not arrive, where that speaks of the number and not of the way there.
const DEAD: [&str; 2] = ["receipt", "sms_number"];

pub(crate) fn contacts() -> Listener {
    const KINDS: &[&str] = &[
        MailBounced::KIND,
        MailChanged::KIND,
        SmsChanged::KIND,
        SmsHeard::KIND,
        DeliveryChanged::KIND,
        inquiries::events::CREATED,
    ];
    Listener::new("hygiene.contacts", KINDS, contact)
}

pub(crate) fn customers() -> Listener {
    const KINDS: &[&str] = &[CustomerChanged::KIND, ContactChanged::KIND, CustomerMerged::KIND, CustomerUnmerged::KIND];
    Listener::new("hygiene.customers", KINDS, customer)
}

pub(crate) fn decisions() -> Listener {
    Listener::new("hygiene.approvals", &[approvals::events::DECIDED, approvals::events::WITHDRAWN], decided)
}

fn read<T: DeserializeOwned>(fact: &StoredFact) -> Result<T> {
    serde_json::from_str(&fact.data).map_err(Error::internal)
}

fn contact(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    match fact.kind.as_str() {
        MailBounced::KIND => {
            let MailBounced { mail_id } = read(fact)?;
            mailed(tx, fact, mail_id, ContactOutcome::Bounced)
        }
        MailChanged::KIND => {
            let MailChanged { mail_id, state, .. } = read(fact)?;
            if state == MailState::Received {
                mailed(tx, fact, mail_id, ContactOutcome::Heard)
            } else {
                Ok(())
            }
        }
        SmsChanged::KIND => {
            let SmsChanged { sms_id, state, .. } = read(fact)?;
            let sms = sms::api::get(tx, sms_id)?;
            let outcome = match state {
                SmsState::Delivered => ContactOutcome::Delivered,
                SmsState::Failed if sms.why.as_deref().is_some_and(|why| DEAD.contains(&why)) => {
                    ContactOutcome::Undelivered
                }
                _ => return Ok(()),
            };
            let Some(customer) = sms.customer_id else { return Ok(()) };
            // The number it went to is forgotten by then: theirs, where it is no newer than the message.
            let Some(person) = Person::of(tx, customer)? else { return Ok(()) };
            let newer = person.survivor().sources.0.get("phone").is_some_and(|source| source.at > sms.at);
            let Some(phone) = person.contact(ContactPointKind::Phone).filter(|_| !newer).map(str::to_owned) else {
                return Ok(());
            };
            called(tx, fact, customer, &phone, (outcome, sms_id.to_string()))
        }
        SmsHeard::KIND => {
            let SmsHeard { conversation_id } = read(fact)?;
            texted(tx, fact, conversation_id, ContactOutcome::Heard)
        }
        DeliveryChanged::KIND => {
            let DeliveryChanged { delivery_id, conversation_id, state, .. } = read(fact)?;
            let outcome = match state {
                DeliveryState::Delivered | DeliveryState::Read => ContactOutcome::Delivered,
                DeliveryState::Failed => ContactOutcome::Undelivered,
                DeliveryState::Waiting | DeliveryState::Sent => return Ok(()),
            };
            let delivery = delivery::api::get(tx, delivery_id)?;
            let dead = delivery.why_code.as_deref().is_some_and(|why| DEAD.contains(&why));
            if delivery.channel_kind != ChannelKind::Sms || (outcome == ContactOutcome::Undelivered && !dead) {
                return Ok(());
            }
            texted(tx, fact, conversation_id, outcome)
        }
        _ => {
            let RecordFact { record_id, customer_id, way, .. } = read(fact)?;
            let (Some(customer), Way::Phone) = (customer_id, way) else { return Ok(()) };
            let Some(phone) = inquiries::api::get(tx, record_id)?.phone else { return Ok(()) };
            called(tx, fact, customer, &phone, (ContactOutcome::Heard, record_id.to_string()))
        }
    }
}

fn mailed(tx: &mut Tx<'_>, fact: &StoredFact, id: kernel::Id<mail::Mail>, outcome: ContactOutcome) -> Result<()> {
    let Some((customer, address)) = mail::api::far_end(tx, id)? else { return Ok(()) };
    let Some(address) = customers::api::spell_email(&address) else { return Ok(()) };
    let heard = Heard {
        customer,
        kind: ContactPointKind::Email,
        contact: &address,
        outcome,
        reference: Some(id.to_string()),
        note: "",
        at: fact.at,
    };
    points::hear(tx, &heard).map(drop)
}

fn texted(
    tx: &mut Tx<'_>,
    fact: &StoredFact,
    conversation: conversations::ConversationId,
    outcome: ContactOutcome,
) -> Result<()> {
    let Some(phone) = delivery::api::recipient(tx, conversation)? else { return Ok(()) };
    let customer = conversations::api::get(tx, conversation)?.customer_id;
    called(tx, fact, customer, &phone, (outcome, conversation.to_string()))
}

fn called(
    tx: &mut Tx<'_>,
    fact: &StoredFact,
    customer: CustomerId,
    phone: &str,
    (outcome, reference): (ContactOutcome, String),
) -> Result<()> {
    let kind = ContactPointKind::Phone;
    let heard = Heard { customer, kind, contact: phone, outcome, reference: Some(reference), note: "", at: fact.at };
    points::hear(tx, &heard).map(drop)
}

fn customer(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    match fact.kind.as_str() {
        CustomerMerged::KIND => points::changed(tx, read::<CustomerMerged>(fact)?.survivor_id),
        CustomerUnmerged::KIND => {
            let CustomerUnmerged { customer_id, from_id } = read(fact)?;
            points::changed(tx, customer_id)?;
            points::changed(tx, from_id)
        }
        ContactChanged::KIND => points::changed(tx, read::<ContactChanged>(fact)?.customer_id),
        _ => points::moved(tx, read::<CustomerChanged>(fact)?.customer_id),
    }
}

fn decided(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let ApprovalFact { source, subject_id, state, .. } = read(fact)?;
    let (true, Some(id)) = (source == purging::SOURCE, subject_id) else { return Ok(()) };
    purging::decided(tx, id.parse().map_err(Error::internal)?, state == ApprovalState::Approved, state)
}
