//! The webhook of the demo story: a system that was told until it went away.

use http::Demo;
use kernel::{Actor, Owned, Result, Timestamp};
use store::{StoredFact, Tx};

use crate::{
    model::{CallState, Details, Webhook, WebhookCall},
    queries,
};

/// How long ago the call was given up, in milliseconds: three days.
const AGO: i64 = 3 * 24 * 3_600_000;

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let system = || Actor::System("demo");
    tx.as_of(demo.since, system())?;
    let permit = system().permit("webhooks.manage", &Owned::NOBODY, tx.now())?;
    let webhook = Webhook::blank(tx.new_id(), tx.now()).with(&permit, Details::of_the_story())?;
    queries::insert(tx, &webhook)?;
    let (secret, now) = (tx.rng().secret(), tx.now());
    queries::renew_secret(tx, webhook.id, &secret, now, now)?;
    let Some(customer) = demo.customers.first() else { return tx.as_of(demo.now, system()) };
    let at: Timestamp = demo.now.plus_millis(-AGO).max(demo.since);
    tx.as_of(at, system())?;
    let fact = StoredFact {
        epoch: 0,
        seq: 0,
        kind: "customer.changed".to_owned(),
        subject: customer.id.to_string(),
        data: "{}".to_owned(),
        at,
    };
    let (id, now) = (tx.new_id(), tx.now());
    let call = WebhookCall {
        state: CallState::Dead,
        attempts: 8,
        why_code: Some("http".to_owned()),
        why: "503 Service Unavailable".to_owned(),
        ..WebhookCall::new(id, webhook.id, &fact, now)
    };
    queries::insert_call(tx, &call)?;
    tx.as_of(demo.now, system())
}
