//! What is no automation is refused, and every bad field named.

use jiff::civil::Time;
use kernel::{Check, Result};

use super::{Action, Actions, AutomationEvent, Condition, ConditionField, ConditionOp, Spec};
use crate::compile;

const CONDITIONS: usize = 20;
const ACTIONS: usize = 10;
const VALUES: usize = 50;

impl Spec {
    /// Refuses what makes no sense with this event.
    pub(crate) fn check(&self, event: AutomationEvent, name: &str) -> Result<()> {
        let time = self.time.as_deref().is_some_and(|time| time.len() == 5 && time.parse::<Time>().is_ok());
        let mut check = Check::new()
            .text("name", name, 1..=60)
            .that(
                (event == AutomationEvent::Unanswered) == self.minutes.is_some(),
                "spec.minutes",
                needed(self.minutes.is_some()),
            )
            .range("spec.minutes", self.minutes.unwrap_or(1), 1..=10_080)
            .that((event == AutomationEvent::Daily) == self.time.is_some(), "spec.time", needed(self.time.is_some()))
            .that(self.time.is_none() || time, "spec.time", "malformed")
            .that(self.conditions.len() <= CONDITIONS, "spec.conditions", "too_many")
            .that(!self.actions.is_empty(), "spec.actions", "required")
            .that(self.actions.len() <= ACTIONS, "spec.actions", "too_many")
            .range("spec.most_per_hour", self.most_per_hour, 1..=20);
        for (at, condition) in self.conditions.iter().take(CONDITIONS).enumerate() {
            check = condition.check(check, &format!("spec.conditions[{at}]"));
        }
        for (at, action) in self.actions.iter().take(ACTIONS).enumerate() {
            check = action.check(check, &format!("spec.actions[{at}]"), Occasion::Event(event));
        }
        check.done()
    }
}

/// On what occasion something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// By itself.
    Event(AutomationEvent),
    /// By hand, as it was written down before.
    Macro,
    /// By hand, to several conversations.
    Batch,
}

impl Actions {
    /// Refuses what cannot be done by hand on this occasion.
    pub(crate) fn check(&self, mut check: Check, occasion: Occasion) -> Check {
        check =
            check.that(!self.0.is_empty(), "actions", "required").that(self.0.len() <= ACTIONS, "actions", "too_many");
        let mut gone = false;
        for (at, action) in self.0.iter().take(ACTIONS).enumerate() {
            let at = format!("actions[{at}]");
            // Whoever gave it away or ended it can do no more than say what it is about.
            let apart = matches!(
                action,
                Action::AddTag { .. } | Action::RemoveTag { .. } | Action::SetPriority { .. } | Action::Task { .. }
            );
            check = action.check(check, &at, occasion).that(!gone || apart, format!("{at}.do"), "not_after_end");
            gone |= matches!(action, Action::Assign { .. } | Action::SetQueue { .. } | Action::Close { .. });
        }
        check
    }
}

/// What is wrong with a field that is there, or is not, where it should be the other way.
fn needed(there: bool) -> &'static str {
    if there { "not_allowed" } else { "required" }
}

fn fits(text: &str, most: usize) -> bool {
    let text = text.trim();
    !text.is_empty() && text.chars().count() <= most
}

fn short(text: Option<&str>, most: usize) -> bool {
    text.is_none_or(|text| text.trim().chars().count() <= most)
}

impl Condition {
    fn check(&self, check: Check, at: &str) -> Check {
        let values = match self.op {
            ConditionOp::Known | ConditionOp::Unknown => self.values.is_empty(),
            ConditionOp::Matches | ConditionOp::AtLeast | ConditionOp::AtMost => self.values.len() == 1,
            _ => (1..=VALUES).contains(&self.values.len()),
        };
        let number = !matches!(self.op, ConditionOp::AtLeast | ConditionOp::AtMost)
            || self.values.iter().all(|value| value.trim().parse::<i64>().is_ok());
        let expression =
            self.op != ConditionOp::Matches || self.values.iter().all(|value| compile::expression(value).is_some());
        let named = (self.field == ConditionField::Attribute) == fits(&self.name, 60);
        check
            .that(named, format!("{at}.name"), needed(self.field != ConditionField::Attribute))
            .that(values, format!("{at}.values"), if self.values.is_empty() { "required" } else { "too_many" })
            .that(self.values.iter().all(|value| fits(value, 200)), format!("{at}.values"), "malformed")
            .that(number, format!("{at}.values"), "not_a_number")
            .that(expression, format!("{at}.values"), "not_an_expression")
    }
}

impl Action {
    fn check(&self, check: Check, at: &str, occasion: Occasion) -> Check {
        let text = |check: Check, field: &str, text: &str, most: usize| {
            let code = if text.trim().is_empty() { "required" } else { "too_long" };
            check.that(fits(text, most), format!("{at}.{field}"), code)
        };
        // Who is gone cannot be spoken to, nor handed on.
        let open = occasion != Occasion::Event(AutomationEvent::Closed)
            || !matches!(
                self,
                Self::Reply { .. } | Self::Assign { .. } | Self::SetQueue { .. } | Self::SetPriority { .. }
            );
        let by_hand = !matches!(occasion, Occasion::Event(_));
        let fits_in = match self {
            Self::Snooze { .. } | Self::Wake {} | Self::Close { .. } => by_hand,
            Self::Draft { .. } => occasion == Occasion::Macro,
            Self::Notify { .. } => !by_hand,
            _ => true,
        };
        let check = check.that(open && fits_in, format!("{at}.do"), "not_allowed");
        match self {
            Self::AddTag { tag } | Self::RemoveTag { tag } => text(check, "tag", tag, 30),
            Self::SetPriority { priority } => {
                check.that((0..=9).contains(priority), format!("{at}.priority"), "out_of_range")
            }
            Self::Note { text: said } | Self::Reply { text: said } | Self::Draft { text: said } => {
                text(check, "text", said, 1_000)
            }
            Self::Snooze { preset, until, reason } => check
                .that(preset.is_some() != until.is_some(), format!("{at}.preset"), needed(preset.is_some()))
                .that(until.is_none() || occasion == Occasion::Batch, format!("{at}.until"), "not_allowed")
                .that(short(reason.as_deref(), 200), format!("{at}.reason"), "too_long"),
            Self::Close { note, .. } => check.that(short(note.as_deref(), 1_000), format!("{at}.note"), "too_long"),
            Self::Task { title, due_minutes, .. } => text(check, "title", title, 200).that(
                (1..=525_600).contains(due_minutes),
                format!("{at}.due_minutes"),
                "out_of_range",
            ),
            Self::Notify { text: said, .. } => text(check, "text", said, 200),
            Self::SetQueue { .. } | Self::Assign { .. } | Self::Wake {} => check,
        }
    }
}
