//! Automations made ready: by what sets them off, their expressions compiled, kept by revision.
//!
//! What happens looks only at the automations of its kind, and reads one short row to know that those at hand
//! are still the ones in force.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use kernel::{Id, Result};
use regex::{Regex, RegexBuilder};
use store::Tx;

use crate::{
    model::{Automation, AutomationEvent, Condition, ConditionOp, Finding},
    queries,
    scene::Scene,
};

/// What a compiled expression may weigh, in bytes. An expression that would weigh more is refused; one that is
/// taken runs in time linear in the text, whatever it says.
const WEIGHT: usize = 64 * 1024;

/// Rule sets made ready lately, by the revision they are of.
static READY: Mutex<Option<HashMap<Id<Revision>, Arc<Rules>>>> = Mutex::new(None);
/// More than one process ever serves at a time.
const KEPT: usize = 32;

/// A revision of all automations together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Revision;

impl kernel::Noun for Revision {
    const PREFIX: &'static str = "aus";
}

/// The expression, if it is one and weighs no more than it may.
pub(crate) fn expression(text: &str) -> Option<Regex> {
    RegexBuilder::new(text).case_insensitive(true).size_limit(WEIGHT).dfa_size_limit(WEIGHT).nest_limit(20).build().ok()
}

/// A condition made ready.
#[derive(Debug)]
struct Test {
    condition: Condition,
    /// Its values in lower case.
    lower: Vec<String>,
    number: Option<i64>,
    expression: Option<Regex>,
}

impl Test {
    fn new(condition: &Condition) -> Self {
        let first = condition.values.first();
        Self {
            lower: condition.values.iter().map(|value| value.trim().to_lowercase()).collect(),
            number: first.and_then(|value| value.trim().parse().ok()),
            expression: first.filter(|_| condition.op == ConditionOp::Matches).and_then(|value| expression(value)),
            condition: condition.clone(),
        }
    }

    fn holds(&self, saw: &[String]) -> bool {
        let is = || saw.iter().any(|one| self.lower.contains(&one.trim().to_lowercase()));
        let contains = || {
            saw.iter().any(|one| {
                let one = one.to_lowercase();
                self.lower.iter().any(|value| one.contains(value))
            })
        };
        let number = || saw.first().and_then(|one| one.parse::<i64>().ok()).zip(self.number);
        match self.condition.op {
            ConditionOp::Is => is(),
            ConditionOp::IsNot => !is(),
            ConditionOp::Contains => contains(),
            ConditionOp::ContainsNot => !contains(),
            ConditionOp::Matches => {
                self.expression.as_ref().is_some_and(|expression| saw.iter().any(|one| expression.is_match(one)))
            }
            ConditionOp::AtLeast => number().is_some_and(|(saw, least)| saw >= least),
            ConditionOp::AtMost => number().is_some_and(|(saw, most)| saw <= most),
            ConditionOp::Known => saw.iter().any(|one| !one.is_empty()),
            ConditionOp::Unknown => saw.iter().all(String::is_empty),
        }
    }
}

/// An automation made ready.
#[derive(Debug)]
pub(crate) struct Rule {
    pub automation: Automation,
    tests: Vec<Test>,
}

impl Rule {
    pub(crate) fn new(automation: Automation) -> Self {
        let tests = automation.spec.conditions.iter().map(Test::new).collect();
        Self { automation, tests }
    }

    /// Whether it is for this scene; stops at the first condition that decides.
    pub(crate) fn fires(&self, scene: &Scene) -> bool {
        let mut tests = self.tests.iter().map(|test| test.holds(&scene.saw(&test.condition)));
        if self.automation.spec.any && !self.tests.is_empty() {
            tests.any(|holds| holds)
        } else {
            tests.all(|holds| holds)
        }
    }

    /// Every condition with the value it sees.
    pub(crate) fn findings(&self, scene: &Scene) -> Vec<Finding> {
        let finding = |test: &Test| {
            let saw = scene.saw(&test.condition);
            let shown: String = saw.join(", ").chars().take(200).collect();
            Finding { holds: test.holds(&saw), condition: test.condition.clone(), saw: shown }
        };
        self.tests.iter().map(finding).collect()
    }
}

/// All automations that are on, by what sets them off, in their order.
#[derive(Debug, Default)]
pub(crate) struct Rules(HashMap<AutomationEvent, Vec<Rule>>);

impl Rules {
    pub(crate) fn new(automations: Vec<Automation>) -> Self {
        let mut rules: HashMap<AutomationEvent, Vec<Rule>> = HashMap::new();
        for automation in automations.into_iter().filter(|one| one.active && one.paused_at.is_none()) {
            rules.entry(automation.event).or_default().push(Rule::new(automation));
        }
        Self(rules)
    }

    /// Those that this sets off.
    pub(crate) fn of(&self, event: AutomationEvent) -> &[Rule] {
        self.0.get(&event).map_or(&[], Vec::as_slice)
    }
}

/// The automations in force in this transaction.
pub(crate) fn rules(tx: &mut Tx<'_>) -> Result<Arc<Rules>> {
    let Some(revision) = queries::revision(tx)? else { return Ok(Arc::default()) };
    let ready =
        READY.lock().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|ready| ready.get(&revision).cloned());
    if let Some(rules) = ready {
        return Ok(rules);
    }
    let rules = Arc::new(Rules::new(queries::automations(tx)?));
    // Somebody else may have committed between the reads: then what we hold is newer than `revision`.
    if queries::revision(tx)? == Some(revision) {
        let mut ready = READY.lock().unwrap_or_else(PoisonError::into_inner);
        let ready = ready.get_or_insert_default();
        if ready.len() >= KEPT {
            ready.clear();
        }
        ready.insert(revision, rules.clone());
    }
    Ok(rules)
}

#[cfg(test)]
mod tests;
