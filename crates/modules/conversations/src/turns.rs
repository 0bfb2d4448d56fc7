//! A visitor's messages in the order they were said, also when a closed conversation turns some of
//! them away: those go into the next one before anything said later does.

use std::collections::BTreeMap;

use crate::model::ConversationId;

/// The messages of one connection that are not answered yet.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    next: u64,
    /// Where each was handed in; none while it waits for its turn.
    under_way: BTreeMap<u64, Option<ConversationId>>,
}

impl Turns {
    /// The place of a message that was just said.
    pub(crate) fn take(&mut self) -> u64 {
        self.next += 1;
        self.under_way.insert(self.next, None);
        self.next
    }

    /// Whether it may be handed in to `conversation`, or open one: all said before must be there
    /// already, and what is elsewhere may yet be turned away.
    pub(crate) fn may_go(&self, place: u64, conversation: Option<ConversationId>) -> bool {
        self.under_way.range(..place).all(|(_, at)| at.is_some() && *at == conversation)
    }

    /// It was handed in there; none: it was turned away.
    pub(crate) fn moved(&mut self, place: u64, to: Option<ConversationId>) {
        self.under_way.insert(place, to);
    }

    /// It is answered.
    pub(crate) fn done(&mut self, place: u64) {
        self.under_way.remove(&place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Id, Rng, Timestamp};

    #[test]
    fn who_was_turned_away_goes_before_what_was_said_later() {
        let rng = Rng::seeded(1);
        let [old, new] = [1, 2].map(|at| Some(Id::new(Timestamp::from_millis(at), &rng)));
        let mut turns = Turns::default();
        let [one, two] = [turns.take(), turns.take()];
        turns.moved(one, old);
        assert!(turns.may_go(two, old));
        turns.moved(two, old);
        turns.moved(one, None);
        let three = turns.take();
        assert!(turns.may_go(one, None) && !turns.may_go(three, None));
        turns.moved(one, new);
        // The second may be turned away as well.
        assert!(!turns.may_go(three, new));
        turns.moved(two, None);
        assert!(turns.may_go(two, new) && !turns.may_go(three, new));
        turns.done(two);
        assert!(turns.may_go(three, new));
    }
}
