//! Automations of the demo story.

use audit::api::Entry;
use http::Demo;
use kernel::{Actor, Error, Result};
use serde::Deserialize;
use store::Tx;

use crate::{
    http::manage,
    model::{Automation, AutomationEvent, Spec},
    queries,
};

const AUTOMATIONS: &str = include_str!("../demo/automations.json");

#[derive(Deserialize)]
struct Told {
    name: String,
    event: AutomationEvent,
    spec: Spec,
}

pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(automations);
    Ok(())
}

fn automations(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let told: Vec<Told> = serde_json::from_str(AUTOMATIONS).map_err(Error::internal)?;
    let by = demo.with_role("head").first().map_or(Actor::System("demo"), http::DemoPerson::actor);
    tx.as_of(demo.since, by)?;
    for (position, Told { name, event, spec }) in told.into_iter().enumerate() {
        let automation = Automation {
            id: tx.new_id(),
            name,
            active: true,
            position: position as i64,
            event,
            spec,
            // What is told of the past sets nothing off: only what happens from now on.
            since: demo.now,
            paused_at: None,
            paused_why: None,
            failures: 0,
            ran_at: None,
            created_at: tx.now(),
            version: 1,
        };
        queries::insert(tx, &automation)?;
        manage::note(tx, &automation)?;
        let entry = Entry::new("automation.added", "automation", automation.id).created(&automation);
        audit::api::record(tx, entry)?;
    }
    Ok(())
}
