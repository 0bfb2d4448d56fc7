//! What customers of the demo story agreed to, refused and asked for.

use audit::api::Entry;
use http::{Demo, DemoCustomer, DemoPerson};
use kernel::{Actor, Owned, Permit, Result};
use store::Tx;

use crate::{
    api::{self, Peace, Said},
    handling,
    model::{
        self, Claimant, ConsentAnswer, ConsentPurpose, ConsentText, ConsentWay, PrivacyRequest, PrivacyRequestKind,
        PrivacyRequestState, Purposes, RefusalGround, Searches, Who,
    },
    queries,
};

/// What people said: way, answer, purpose, words.
const SAID: &str = include_str!("../demo/said.txt");
/// Why people want to be left in peace.
const PEACE: &str = include_str!("../demo/peace.txt");
/// What people asked of their data.
const REQUESTS: &str = include_str!("../demo/requests.txt");
/// Texts customers agree to: purpose, version, how many days ago, words.
const TEXTS: &str = include_str!("../demo/texts.txt");
/// The version of the shop's text.
const VERSION: &str = "2026-03";
const DAY: i64 = 86_400_000;

/// Told last, so that the chances of other parts of the story stay as they are.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(consents);
    demo.finally.push(requests);
    Ok(())
}

fn consents(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    texts(tx, demo)?;
    let said: Vec<_> = SAID.lines().filter(|line| !line.starts_with('#')).collect();
    let peace: Vec<_> = PEACE.lines().collect();
    for customer in demo.customers.clone() {
        // Whoever never gave a name never filled in the shop's form.
        if customer.name.is_empty() || demo.chance(35) {
            continue;
        }
        form(tx, demo, &customer)?;
        if demo.chance(20) {
            later(tx, demo, &customer, demo.pick::<&str>(&said))?;
        }
        if demo.chance(5) {
            let reason = (*demo.pick::<&str>(&peace)).to_owned();
            let until = demo.chance(50).then(|| demo.now.plus_millis(demo.between(20, 180) * DAY));
            let purpose = demo.chance(50).then_some(ConsentPurpose::MarketingCall);
            tx.as_of(after(demo, &customer), Actor::System("demo"))?;
            api::enter(tx, &Peace { customer: customer.id, purpose, until, reason })?;
        }
    }
    Ok(())
}

/// The words beside the boxes of that form, and those before them.
fn texts(tx: &mut Tx<'_>, demo: &Demo) -> Result<()> {
    let Some(lead) = demo.people.first() else { return Ok(()) };
    for line in TEXTS.lines() {
        let [purpose, version, days, body] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
        let purpose = ConsentPurpose::ALL.into_iter().find(|one| one.text() == purpose);
        let (Some(purpose), Ok(days)) = (purpose, days.parse::<i64>()) else { continue };
        tx.as_of(demo.now.plus_millis(-days * DAY), lead.actor())?;
        let text = ConsentText {
            id: tx.new_id(),
            purpose,
            text_version: version.into(),
            body: body.into(),
            added_at: tx.now(),
            added_by: Some(lead.id),
            added_by_name: lead.name.clone(),
            retired_at: (version != VERSION).then(|| demo.now.plus_millis(-200 * DAY)),
        };
        queries::texts::insert(tx, &text)?;
        audit::api::record(tx, Entry::new("privacy.text_added", "consent_text", text.id).created(&text.trace()))?;
    }
    Ok(())
}

/// The form of the shop: two boxes, and the second is mostly left empty.
fn form(tx: &mut Tx<'_>, demo: &Demo, customer: &DemoCustomer) -> Result<()> {
    tx.as_of(customer.since, Actor::System("demo"))?;
    let boxes = [ConsentPurpose::MarketingSms, ConsentPurpose::Profiling, ConsentPurpose::MarketingWechat];
    for (purpose, share) in boxes.into_iter().zip([100, 60, 40]) {
        if demo.chance(share) {
            let said = Said {
                customer: customer.id,
                purpose,
                answer: ConsentAnswer::Given,
                way: ConsentWay::Form,
                words: String::new(),
                reference: None,
                text_version: VERSION.into(),
                at: None,
            };
            api::record(tx, &said)?;
        }
    }
    Ok(())
}

/// What they said later on.
fn later(tx: &mut Tx<'_>, demo: &Demo, customer: &DemoCustomer, line: &str) -> Result<()> {
    let [way, answer, purpose, words] = line.split('\t').collect::<Vec<_>>()[..] else { return Ok(()) };
    let way = match way {
        "sms" => ConsentWay::Sms,
        "chat" => ConsentWay::Chat,
        _ => ConsentWay::Call,
    };
    let answer = if answer == "given" { ConsentAnswer::Given } else { ConsentAnswer::Withdrawn };
    let Some(purpose) = ConsentPurpose::ALL.into_iter().find(|one| one.text() == purpose) else { return Ok(()) };
    let (customer_id, words) = (customer.id, words.to_owned());
    tx.as_of(after(demo, customer), Actor::System("demo"))?;
    let (reference, text_version, at) = (None, String::new(), None);
    api::record(tx, &Said { customer: customer_id, purpose, answer, way, words, reference, text_version, at }).map(drop)
}

/// Some time between when they were first heard of and now.
fn after(demo: &Demo, customer: &DemoCustomer) -> kernel::Timestamp {
    customer.since.plus_millis(demo.now.since(customer.since) * demo.between(5, 95) / 100)
}

/// What people asked of their data lately: some answered, one refused, one late, one that waits for a second person.
fn requests(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let named: Vec<_> = demo.customers.iter().filter(|one| !one.name.is_empty()).cloned().collect();
    let supervisors: Vec<_> = demo.with_role("supervisor").into_iter().collect();
    if named.is_empty() || supervisors.is_empty() {
        return Ok(());
    }
    for (place, line) in REQUESTS.lines().filter(|line| !line.starts_with('#')).enumerate() {
        let customer = &named[(place * 7 + 3) % named.len()];
        let owner = supervisors[place % supervisors.len()].clone();
        request(tx, demo, customer, &owner, line)?;
    }
    Ok(())
}

fn request(tx: &mut Tx<'_>, demo: &Demo, customer: &DemoCustomer, owner: &DemoPerson, line: &str) -> Result<()> {
    let [kind, way, ago, proof, end, words, answer] = line.split('\t').collect::<Vec<_>>()[..] else { return Ok(()) };
    let read = |text: &str| serde_json::Value::String(text.to_owned());
    let (Ok(kind), Ok(way)) = (serde_json::from_value(read(kind)), serde_json::from_value(read(way))) else {
        return Ok(());
    };
    // Somebody the department does not know: who they say they are stands before what they say.
    let (claimant, words) = match words.split_once('|') {
        Some((known, words)) => (unknown(known), words),
        None => (None, words),
    };
    // The strangers' hour is fixed: who comes after them in the story is told by the same chance with or without them.
    let earlier = if claimant.is_some() { DAY / 10 } else { demo.between(0, DAY / 6) };
    let received_at = demo.now.plus_millis(-ago.parse::<i64>().unwrap_or(1) * DAY - earlier);
    let purposes = match kind {
        PrivacyRequestKind::Withdraw => vec![ConsentPurpose::MarketingCall, ConsentPurpose::Profiling],
        _ => Vec::new(),
    };
    tx.as_of(received_at, owner.actor())?;
    let request = PrivacyRequest {
        id: tx.new_id(),
        kind,
        state: PrivacyRequestState::Open,
        customer_id: claimant.is_none().then_some(customer.id),
        customer_name: claimant.as_ref().map_or(&customer.name, |one| &one.name).clone(),
        way,
        words: words.to_owned(),
        purposes: Purposes(purposes),
        received_at,
        due_at: model::due_at(received_at, settings::api::calendar(tx)?.zone())?,
        owner_id: Some(owner.id),
        owner_name: owner.name.clone(),
        unit_id: owner.unit,
        identity: None,
        identity_at: None,
        identity_by: None,
        identity_by_name: None,
        ground: None,
        answer: None,
        closed_at: None,
        closed_by: None,
        closed_by_name: None,
        entered_at: received_at,
        entered_by: Some(owner.id),
        entered_by_name: owner.name.clone(),
        reminded_at: None,
        version: 1,
        claimant,
        searches: Searches::default(),
        nothing_held: false,
    };
    handling::receive(tx, &request)?;
    let who = || Who { id: owner.id, name: owner.name.clone() };
    let mut stands = request;
    if let Ok(proof) = serde_json::from_value(read(proof)) {
        tx.as_of(received_at.plus_millis(DAY / 24), owner.actor())?;
        let after = stands.clone().verified(&vouched(tx.now())?, who(), proof)?;
        handling::verify(tx, &stands, &after)?;
        stands = after;
    }
    tx.as_of(received_at.plus_millis(2 * DAY).min(demo.now), owner.actor())?;
    let permit = vouched(tx.now())?;
    let after = match end {
        "done" => stands.clone().done(&permit, who(), answer.to_owned())?,
        "refused" => stands.clone().refused(&permit, who(), RefusalGround::LegalDuty, answer.to_owned())?,
        _ => return Ok(()),
    };
    handling::close(tx, &stands, &after)
}

/// `name, phone, what connects them with us`.
fn unknown(line: &str) -> Option<Claimant> {
    let [name, phone, claims] = line.splitn(3, ',').collect::<Vec<_>>()[..] else { return None };
    let (phone, claims) = (Some(phone.to_owned()), Some(claims.to_owned()));
    Claimant { name: name.to_owned(), phone, claims, ..Claimant::default() }.normal().ok()
}

/// The product itself, telling what happened.
fn vouched(now: kernel::Timestamp) -> Result<Permit> {
    Actor::System("demo").permit("privacy.handle", &Owned::NOBODY, now)
}
