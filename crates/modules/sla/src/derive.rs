//! The clocks of a conversation, reckoned from what was said in it and nothing else.

use conversations::{Author, Conversation, Message, MessageKind, SlaTarget, Terms};
use kernel::Timestamp;
use settings::api::BusinessCalendar;

/// One run of a clock towards an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Which answer was waited for.
    pub target: SlaTarget,
    /// Since when.
    pub since: Timestamp,
    /// Until when it was to be given.
    pub due_at: Timestamp,
    /// When it was given, or the conversation ended without; none while it is waited for.
    pub ended_at: Option<Timestamp>,
    /// How long it took, in milliseconds, as the terms count; none while it is waited for.
    pub took_ms: Option<i64>,
    /// Whether that was too long, or is by now.
    pub missed: bool,
}

/// Every wait of the customer: since when, and when a person answered it. Notes, lines of what happened and
/// what the product says are no answer.
pub(crate) fn waits(messages: &[Message]) -> Vec<(Timestamp, Option<Timestamp>)> {
    let mut waits: Vec<(Timestamp, Option<Timestamp>)> = Vec::new();
    let said = |message: &&Message| !message.staff_only && message.kind != MessageKind::Event;
    for message in messages.iter().filter(said) {
        let waiting = waits.last().is_some_and(|(_, answered)| answered.is_none());
        match message.author {
            Author::Customer if !waiting => waits.push((message.at, None)),
            Author::Agent if waiting => {
                if let Some(last) = waits.last_mut() {
                    last.1 = Some(message.at);
                }
            }
            _ => {}
        }
    }
    waits
}

/// The runs of the clocks towards answers that `terms` ask for, as of `now`. One that ended without an answer
/// is only there when it was too long.
pub(crate) fn runs(
    conversation: &Conversation,
    messages: &[Message],
    terms: &Terms,
    calendar: &BusinessCalendar,
    now: Timestamp,
) -> Vec<Run> {
    let mut runs = Vec::new();
    for (at, (since, answered)) in waits(messages).into_iter().enumerate() {
        let target = if at == 0 { SlaTarget::First } else { SlaTarget::Next };
        let Some(target_ms) = terms.target_ms(target).filter(|_| terms.unmeasured_since != Some(since)) else {
            continue;
        };
        let Some(due_at) = terms.moments(calendar, since, target_ms, 0).1 else { continue };
        let ended_at = answered.or(conversation.closed_at);
        let took_ms = ended_at.map(|ended| terms.counted(calendar, since, ended));
        let missed = took_ms.map_or(due_at <= now, |took| took > target_ms);
        if answered.is_some() || missed || ended_at.is_none() {
            runs.push(Run { target, since, due_at, ended_at, took_ms, missed });
        }
    }
    runs
}
