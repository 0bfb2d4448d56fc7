//! Who answers in the demo story, and why conversations are over.

use http::{Demo, DemoPerson, DemoQueue};
use kernel::{Actor, Id, Owned, Result, Timestamp, UnitId};
use store::Tx;

use super::script::{DIALOGUES, Dialogue};
use crate::{model::WrapUpReason, reasons::Details};

/// A reason by the topic and wrap-up of a dialogue: its id, and its words.
type Reason = (&'static str, &'static str, (Id<WrapUpReason>, String));

/// Who answers.
pub(super) struct Cast {
    /// Why conversations are over: the reasons by the words of a dialogue.
    reasons: Vec<Reason>,
    /// Who looks around in the story first: some of what goes on now is theirs.
    pub(super) lead: Option<DemoPerson>,
    agents: Vec<DemoPerson>,
}

impl Cast {
    pub(super) fn of(tx: &mut Tx<'_>, demo: &Demo) -> Result<Self> {
        let works = |person: &&DemoPerson| !person.serves.is_empty() && person.shift.is_some();
        let agents = demo.people.iter().filter(works).cloned().collect();
        Ok(Self { reasons: reasons(tx)?, lead: demo.with_role("supervisor").into_iter().next(), agents })
    }

    /// Somebody who serves this queue and works at this moment, of this unit before others; somebody is
    /// called in when nobody is there.
    pub(super) fn answerer(&self, demo: &Demo, queue: &DemoQueue, unit: Option<UnitId>, at: Timestamp) -> DemoPerson {
        let mut fitting: Vec<_> = self.agents.iter().filter(|agent| agent.serves.contains(&queue.id)).collect();
        let works = |agent: &DemoPerson| agent.shift.is_some_and(|shift| shift.covers(at));
        let own = |agent: &DemoPerson| unit.is_some() && agent.unit == unit;
        for wish in [&works as &dyn Fn(&DemoPerson) -> bool, &own] {
            if fitting.iter().any(|agent| wish(agent)) {
                fitting.retain(|agent| wish(agent));
            }
        }
        demo.pick::<&DemoPerson>(&fitting).to_owned().clone()
    }

    /// Those who have their hands full now: the first of each who serve the same queues.
    pub(super) fn busy(&self) -> Vec<DemoPerson> {
        let mut busy: Vec<DemoPerson> = Vec::new();
        for agent in self.agents.iter().filter(|agent| agent.role == "agent") {
            if busy.iter().filter(|known| known.serves == agent.serves).count() < 2 {
                busy.push(agent.clone());
            }
        }
        busy
    }

    /// Why a conversation about this is over.
    pub(super) fn reason(&self, dialogue: &Dialogue) -> Option<&(Id<WrapUpReason>, String)> {
        let mut reasons = self.reasons.iter();
        let found = reasons.find(|(topic, wrap_up, _)| (*topic, *wrap_up) == (dialogue.topic, dialogue.wrap_up));
        found.map(|(.., reason)| reason)
    }
}

/// Makes the reasons to choose from: topics, and what there is to each.
fn reasons(tx: &mut Tx<'_>) -> Result<Vec<Reason>> {
    let permit = Actor::System("demo").permit(crate::policy::REPLY, &Owned::NOBODY, tx.now())?;
    let named = |label: &str| Details { label: Some(label.to_owned()), ..Details::default() };
    let mut topics: Vec<(&str, Id<WrapUpReason>)> = Vec::new();
    let mut found: Vec<Reason> = Vec::new();
    for Dialogue { topic, wrap_up, .. } in DIALOGUES.iter() {
        if found.iter().any(|(known, reason, _)| (known, reason) == (topic, wrap_up)) {
            continue;
        }
        let above = match topics.iter().find(|(known, _)| known == topic) {
            Some((_, id)) => *id,
            None => {
                let id = crate::reasons::add(tx, &permit, None, &named(topic))?.id;
                topics.push((topic, id));
                id
            }
        };
        let reason = crate::reasons::add(tx, &permit, Some(above), &named(wrap_up))?;
        found.push((topic, wrap_up, (reason.id, format!("{topic} / {wrap_up}"))));
    }
    Ok(found)
}
