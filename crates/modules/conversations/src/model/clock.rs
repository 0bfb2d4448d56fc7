//! The clocks of a conversation: until when its customer is to be answered, and it to be over.
//!
//! What a service level asks is set by `sla` ([`Terms`]); the moments follow from it and from what the row
//! holds anyway, so they can be reckoned again at any time.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use settings::api::BusinessCalendar;
use store::text_enum;
use utoipa::ToSchema;

use super::{Conversation, State};
use crate::events::Measured;

text_enum! {
    /// What a clock runs towards.
    pub enum SlaTarget {
        /// A person's first answer.
        First = "first",
        /// Each later answer.
        Next = "next",
        /// That it is over.
        Final = "final",
    }
}

/// What a service level asks of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SlaTerms)]
pub struct Terms {
    /// The policy that asks it.
    pub policy_id: String,
    /// What that is called.
    pub policy_name: String,
    /// Whether time counts in business time alone; else by the clock on the wall.
    pub business: bool,
    /// Within how many milliseconds a person answers first.
    pub first_ms: Option<i64>,
    /// Within how many milliseconds later words of the customer are answered.
    pub next_ms: Option<i64>,
    /// After how many milliseconds it is over.
    pub final_ms: Option<i64>,
    /// Whether the time until it is over counts only while the customer waits for an answer.
    pub pauses: bool,
    /// After how much of the time there is a warning, in percent.
    pub warn_percent: Option<i64>,
    /// Or so long before its end, in milliseconds.
    pub warn_ms: Option<i64>,
    /// The wait that began then is not measured, nor the end: instead of waiting the customer left a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmeasured_since: Option<Timestamp>,
}
store::kept_as_json!(Terms);

/// A moment of a clock that has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Of which clock.
    pub target: SlaTarget,
    /// Whether the time is over; else it nears its end.
    pub missed: bool,
    /// Since when the clock runs: with the target it names one run of one clock.
    pub since: Timestamp,
    /// When the time is, or was, over.
    pub due_at: Timestamp,
}

/// The two moments of a run: when it is warned, when it is due.
type Moments = (Option<Timestamp>, Option<Timestamp>);

impl Terms {
    /// The time a clock has.
    pub fn target_ms(&self, target: SlaTarget) -> Option<i64> {
        match target {
            SlaTarget::First => self.first_ms,
            SlaTarget::Next => self.next_ms,
            SlaTarget::Final => self.final_ms,
        }
    }

    /// What counts of the time between two moments, in milliseconds; never less than nothing.
    pub fn counted(&self, calendar: &BusinessCalendar, from: Timestamp, to: Timestamp) -> i64 {
        if self.business {
            calendar.elapsed(from, to).max(0)
        } else {
            to.since(from).max(0)
        }
    }

    /// When a clock that began at `since` is warned and due, `used` of its `ms` being past already. Neither
    /// where there are no hours in which the time could pass.
    pub fn moments(&self, calendar: &BusinessCalendar, since: Timestamp, ms: i64, used: i64) -> Moments {
        let after = |ms: i64| {
            let left = (ms - used).max(0);
            if self.business {
                calendar.due(since, left).ok()
            } else {
                Some(since.plus_millis(left))
            }
        };
        let due = after(ms);
        let share = self.warn_percent.map(|percent| ms * percent / 100);
        let before = self.warn_ms.map(|warn| (ms - warn).max(0));
        (due.and(share.or(before)).and_then(after), due)
    }
}

impl Conversation {
    /// Towards which answer the clock runs that runs now.
    fn answer_target(&self) -> SlaTarget {
        if self.first_response_at.is_none() {
            SlaTarget::First
        } else {
            SlaTarget::Next
        }
    }

    /// Since when the end is reckoned, and how much of its time is used up before. Where a message was left
    /// nobody waits for the end either.
    fn final_run(&self, terms: &Terms) -> Option<(Timestamp, i64)> {
        if terms.unmeasured_since.is_some() {
            return None;
        }
        if !terms.pauses {
            return Some((self.first_message_at?, 0));
        }
        let used = if terms.business { self.response_ms } else { self.response_wall_ms };
        Some((self.unanswered_since()?, used))
    }

    /// Sets the moments anew, as waiting has begun or ended at `now`. What was not yet looked at is looked at
    /// when it was to be: an alarm is only ever brought forward, so that most answers do not touch it.
    pub(crate) fn wind(&mut self, calendar: &BusinessCalendar, now: Timestamp) {
        let Some(terms) = &self.terms else { return };
        if self.state == State::Closed {
            (self.answer_warn_at, self.answer_due_at, self.final_warn_at, self.alarm_at) = (None, None, None, None);
            return;
        }
        let waits = self
            .unanswered_since()
            .filter(|since| self.state != State::Message && terms.unmeasured_since != Some(*since));
        let answer = waits.zip(terms.target_ms(self.answer_target()));
        let answer = answer.map_or((None, None), |(since, ms)| terms.moments(calendar, since, ms, 0));
        let end = self.final_run(terms).zip(terms.final_ms);
        let end = end.map_or((None, None), |((since, used), ms)| terms.moments(calendar, since, ms, used));
        (self.answer_warn_at, self.answer_due_at) = answer;
        (self.final_warn_at, self.final_due_at) = end;
        self.alarm_at = self.alarm_at.into_iter().chain(self.next_moment(now)).min();
    }

    /// As [`Self::wind`] under other terms or hours: everything is looked at again, also what is past.
    pub(crate) fn rewind(&mut self, calendar: &BusinessCalendar) {
        if self.terms.is_none() {
            (self.answer_warn_at, self.answer_due_at) = (None, None);
            (self.final_warn_at, self.final_due_at, self.alarm_at) = (None, None, None);
        }
        self.wind(calendar, Timestamp::from_millis(i64::MIN));
    }

    fn next_moment(&self, after: Timestamp) -> Option<Timestamp> {
        let moments = [self.answer_warn_at, self.answer_due_at, self.final_warn_at, self.final_due_at];
        moments.into_iter().flatten().filter(|moment| *moment > after).min()
    }

    /// What has come by `now`; also what came before and was told then. Sets when to look next.
    pub(crate) fn ring(&mut self, now: Timestamp) -> Vec<Alarm> {
        let mut alarms = Vec::new();
        let mut look = |target, since: Option<Timestamp>, warn_at: Option<Timestamp>, due_at: Option<Timestamp>| {
            let Some((since, due_at)) = since.zip(due_at) else { return };
            let missed = due_at <= now;
            if missed || warn_at.is_some_and(|warn_at| warn_at <= now) {
                alarms.push(Alarm { target, missed, since, due_at });
            }
        };
        look(self.answer_target(), self.unanswered_since(), self.answer_warn_at, self.answer_due_at);
        // However often its clock stood, a conversation ends once.
        look(SlaTarget::Final, Some(self.opened_at), self.final_warn_at, self.final_due_at);
        self.alarm_at = self.next_moment(now);
        alarms
    }

    /// What an answer to what waited since `since` means to its clock, before it is counted in; none where it
    /// is a matter of course.
    pub(crate) fn measured(&self, since: Timestamp, business_ms: i64, now: Timestamp) -> Option<Measured> {
        let terms = self.terms.as_ref().filter(|terms| terms.unmeasured_since != Some(since))?;
        let target = self.answer_target();
        let target_ms = terms.target_ms(target)?;
        let took_ms = if terms.business { business_ms.max(0) } else { now.since(since).max(0) };
        let late = took_ms > target_ms;
        let said = Measured { conversation_id: self.id, target, since, took_ms, target_ms, late, answered: true };
        (late || target == SlaTarget::First).then_some(said)
    }

    /// It was ended as it stands, having been as `before`: how long it took, and what its last wait came to if
    /// that was too long.
    pub(crate) fn ended(&mut self, before: &Self, calendar: &BusinessCalendar) -> Option<Measured> {
        let (terms, now) = (self.terms.clone()?, self.closed_at?);
        let first = self.first_message_at.filter(|_| terms.unmeasured_since.is_none());
        self.final_ms = match (terms.pauses, before.unanswered_since(), first) {
            (_, _, None) => None,
            (true, since, _) => {
                let used = if terms.business { self.response_ms } else { self.response_wall_ms };
                Some(used + since.map_or(0, |since| terms.counted(calendar, since, now)))
            }
            (false, _, Some(first)) => Some(terms.counted(calendar, first, now)),
        };
        self.wind(calendar, now);
        let since = before.unanswered_since().filter(|_| before.answer_due_at.is_some_and(|due| due <= now))?;
        let target = before.answer_target();
        let (target_ms, took_ms) = (terms.target_ms(target)?, terms.counted(calendar, since, now));
        let (conversation_id, late, answered) = (self.id, true, false);
        Some(Measured { conversation_id, target, since, took_ms, target_ms, late, answered })
    }

    /// Instead of waiting the customer left a message: nobody is late with its answer.
    pub(crate) fn unmeasured(&mut self) {
        let since = self.unanswered_since();
        if let Some(terms) = &mut self.terms {
            terms.unmeasured_since = since;
        }
    }
}
