//! Who is typing: told to those who watch, never kept.

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
    model::{ConversationId, Side, topic},
};

/// Notes a second for one side of one conversation; what comes faster is let go.
const A_SECOND: u32 = 5;
/// Seconds remembered at most, over all conversations.
const REMEMBERED: usize = 4_096;
/// Characters of what is being typed that are told.
const LONGEST: usize = 500;

/// How often each side of a conversation was typing within the current second: a part of the app.
#[derive(Default)]
pub(crate) struct Typing(Mutex<HashMap<(ConversationId, bool), (i64, u32)>>);

impl Typing {
    fn may(&self, id: ConversationId, side: Side, now: Timestamp) -> bool {
        let second = now.millis() / 1_000;
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= REMEMBERED {
            counts.retain(|_, (then, _)| *then == second);
        }
        let count = counts.entry((id, side == Side::Customer)).or_insert((second, 0));
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
    tell(app, id, Side::Customer, events::CUSTOMER_TYPING, &events::CustomerTyping { text })
}

/// Tells both sides that a colleague is typing. Whether they may is the caller's to know.
///
/// # Errors
/// None that a caller can do something about.
pub fn agent_typing(app: &App, id: ConversationId, staff: &Staff) -> Result<()> {
    let data = events::AgentTyping { user_id: staff.id, name: staff.name.clone() };
    tell(app, id, Side::Agent, events::AGENT_TYPING, &data)
}

fn tell(app: &App, id: ConversationId, side: Side, kind: &str, data: &impl Serialize) -> Result<()> {
    let at = app.clock().now();
    if app.part::<Typing>().may(id, side, at) {
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
        assert_eq!((0..20).filter(|_| typing.may(id, Side::Customer, now)).count(), 5);
        assert!(typing.may(id, Side::Agent, now));
        assert!(typing.may(id, Side::Customer, Timestamp::from_millis(2_000)));
    }
}
