//! From something that happened to what is to be done: judged, guarded, and left to a job.

use conversations::Conversation;
use kernel::{Id, Result, Timestamp};
use store::Tx;

use crate::{
    compile::Rule,
    jobs,
    model::{Automation, AutomationEvent, AutomationRun, Findings, MOST_A_MINUTE, RunOutcome},
    queries,
    scene::{Brought, Scene},
};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// What is older when it is heard of is past helping.
const STALE: i64 = HOUR;

/// Something that happened.
pub(crate) struct Happening {
    pub event: AutomationEvent,
    pub at: Timestamp,
    /// What it is known by.
    pub key: String,
    pub brought: Brought,
}

/// Lets those of these automations run whose conditions hold, in their order.
pub(crate) fn run(tx: &mut Tx<'_>, conversation: &Conversation, happening: &Happening, rules: &[&Rule]) -> Result<()> {
    if rules.is_empty() || tx.now().since(happening.at) > STALE {
        return Ok(());
    }
    let scene = Scene::of(tx, conversation, happening.brought.clone())?;
    for rule in rules.iter().filter(|rule| rule.fires(&scene)) {
        begin(tx, conversation, happening, rule, &scene)?;
    }
    Ok(())
}

/// What automations did to a conversation within the hour.
struct Lately(Vec<(Id<Automation>, Timestamp)>);

impl Lately {
    fn of(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<Self> {
        let since = tx.now().plus_millis(-HOUR);
        Ok(Self(queries::lately(tx, conversation.id, since)?))
    }

    /// Why there may be no more of it now; none when there may.
    fn holds(&self, automation: &Automation, now: Timestamp) -> Option<&'static str> {
        let own = self.0.iter().filter(|(id, _)| *id == automation.id).count() as i64;
        let minute = self.0.iter().filter(|(_, at)| now.since(*at) < MINUTE).count() as i64;
        if own >= automation.spec.most_per_hour {
            Some("often")
        } else if minute >= MOST_A_MINUTE {
            Some("circle")
        } else {
            None
        }
    }
}

fn begin(
    tx: &mut Tx<'_>,
    conversation: &Conversation,
    happening: &Happening,
    rule: &Rule,
    scene: &Scene,
) -> Result<()> {
    let (automation, now) = (&rule.automation, tx.now());
    let held = Lately::of(tx, conversation)?.holds(automation, now);
    let run = AutomationRun {
        id: tx.new_id(),
        automation_id: automation.id,
        name: automation.name.clone(),
        version: automation.version,
        event: happening.event,
        conversation_id: conversation.id,
        outcome: if held.is_some() { RunOutcome::Held } else { RunOutcome::Waiting },
        findings: Findings(rule.findings(scene)),
        why: held.map(str::to_owned),
        at: now,
        run_key: format!("{}/{}/{}", automation.id, conversation.id, happening.key),
    };
    if queries::insert_run(tx, &run)? && held.is_none() {
        jobs::act(tx, run.id)?;
    }
    Ok(())
}
