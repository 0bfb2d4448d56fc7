//! Automations of the demo story.

use audit::api::Entry;
use http::Demo;
use kernel::{Actor, Error, Result};
use serde::Deserialize;
use store::Tx;

use crate::{
    http::manage,
    model::{Actions, Automation, AutomationEvent, Macro, MacroScope, Spec},
    queries,
};

const AUTOMATIONS: &str = include_str!("../demo/automations.json");

const MACROS: &str = include_str!("../demo/macros.json");

#[derive(Deserialize)]
struct ToldMacro {
    name: String,
    scope: MacroScope,
    actions: Actions,
}

#[derive(Deserialize)]
struct Told {
    name: String,
    event: AutomationEvent,
    spec: Spec,
}

pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(automations);
    demo.finally.push(macros);
    Ok(())
}

/// Everybody's, and the one of whoever looks around first.
fn macros(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let told: Vec<ToldMacro> = serde_json::from_str(MACROS).map_err(Error::internal)?;
    let Some(by) = demo.people.first().cloned() else { return Ok(()) };
    tx.as_of(demo.since, by.actor())?;
    for (at, ToldMacro { name, scope, actions }) in told.into_iter().enumerate() {
        let owner_id = (scope == MacroScope::Personal).then_some(by.id);
        let uses = [41, 17, 26, 9].get(at).copied().unwrap_or(0);
        let (id, created_at, version) = (tx.new_id(), tx.now(), 1);
        let one = Macro { id, name, scope, owner_id, actions, uses, created_at, version };
        queries::insert_macro(tx, &one)?;
        audit::api::record(tx, Entry::new("automation.macro_added", "macro", one.id).created(&one))?;
    }
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
