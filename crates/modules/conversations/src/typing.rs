//! Who is typing, and who is looking: told to those who watch, never kept.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use http::App;
use kernel::{Error, Result, Staff, Timestamp};
use serde::Serialize;
use store::Note;
use wire::Hub;

use crate::{
    events,
    model::{ConversationId, topic},
};

/// Notes a second of one kind for one conversation; what comes faster is let go.
const A_SECOND: u32 = 5;
/// Seconds remembered at most, over all conversations.
const REMEMBERED: usize = 4_096;
/// Characters of what is being typed that are told.
const LONGEST: usize = 500;

/// A kind of note about a conversation.
type Telling = (ConversationId, &'static str);

/// How often each kind of note was told of a conversation within the current second: a part of the app.
#[derive(Default)]
pub(crate) struct Typing(Mutex<HashMap<Telling, (i64, u32)>>);

impl Typing {
    fn may(&self, id: ConversationId, kind: &'static str, now: Timestamp) -> bool {
        let second = now.millis() / 1_000;
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= REMEMBERED {
            counts.retain(|_, (then, _)| *then == second);
        }
        let count = counts.entry((id, kind)).or_insert((second, 0));
        if count.0 != second {
            *count = (second, 0);
        }
        count.1 += 1;
        count.1 <= A_SECOND
    }
}

/// Tells staff what the customer has typed so far; empty: nothing any more. Whether it is their
/// conversation is the caller's to know.
///
/// # Errors
/// None that a caller can do something about.
pub fn customer_typing(app: &App, id: ConversationId, text: &str) -> Result<()> {
    let text = text.chars().filter(|c| !c.is_control() || *c == '\n').take(LONGEST).collect();
    tell(app, id, events::CUSTOMER_TYPING, &events::CustomerTyping { text })
}

/// Tells both sides that a colleague is typing. Whether they may is the caller's to know.
///
/// # Errors
/// None that a caller can do something about.
pub fn agent_typing(app: &App, id: ConversationId, staff: &Staff) -> Result<()> {
    let data = events::AgentTyping { user_id: staff.id, name: staff.name.clone() };
    tell(app, id, events::AGENT_TYPING, &data)
}

/// Tells colleagues that one of them looks at a conversation, or no longer does. Whether they may is the
/// caller's to know.
///
/// # Errors
/// None that a caller can do something about.
pub(crate) fn agent_viewing(app: &App, id: ConversationId, staff: &Staff, here: bool) -> Result<()> {
    let data = events::AgentViewing { user_id: staff.id, name: staff.name.clone(), here };
    tell(app, id, events::AGENT_VIEWING, &data)
}

fn tell(app: &App, id: ConversationId, kind: &'static str, data: &impl Serialize) -> Result<()> {
    let at = app.clock().now();
    if app.part::<Typing>().may(id, kind, at) {
        let data: Arc<str> = serde_json::to_string(data).map_err(Error::internal)?.into();
        app.part::<Hub>().tell(Note { topic: topic(id), seq: 0, kind: kind.into(), at, data, audience: None });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Id, Rng};

    #[test]
    fn a_flood_of_typing_is_let_go_until_the_next_second() {
        let (typing, now) = (Typing::default(), Timestamp::from_millis(1_000));
        let id = Id::new(now, &Rng::seeded(1));
        assert_eq!((0..20).filter(|_| typing.may(id, events::CUSTOMER_TYPING, now)).count(), 5);
        assert!(typing.may(id, events::AGENT_TYPING, now));
        assert!(typing.may(id, events::CUSTOMER_TYPING, Timestamp::from_millis(2_000)));
    }
}
