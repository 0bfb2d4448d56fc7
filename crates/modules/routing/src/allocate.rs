//! Who gets which conversation: pure, and quick enough to be asked at every change.

use std::collections::{BTreeSet, HashMap, HashSet};

use conversations::ConversationId;
use kernel::{Timestamp, UserId};

/// Somebody who takes work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Agent {
    pub user: UserId,
    /// How many more conversations they can take now.
    pub room: i64,
    /// When they were last given work.
    pub served_at: Timestamp,
}

/// Pairs the waiting, longest wait first, with those who have room, longest idle first.
///
/// Nobody is given more than they have room for. `declined` holds who turned down, or let pass, what:
/// they are not asked for it again while another could take it, and are asked again only when
/// nobody else is left.
pub(crate) fn allocate(
    waiting: &[ConversationId],
    agents: &[Agent],
    declined: &HashSet<(ConversationId, UserId)>,
) -> Vec<(ConversationId, UserId)> {
    let mut room: HashMap<UserId, i64> = agents.iter().map(|agent| (agent.user, agent.room)).collect();
    // Whoever has room, by when they were last given work; the number breaks ties and counts the gifts of this round.
    let mut free: BTreeSet<(Timestamp, usize, UserId)> = agents
        .iter()
        .enumerate()
        .filter(|(_, agent)| agent.room > 0)
        .map(|(at, agent)| (agent.served_at, at, agent.user))
        .collect();
    let mut given = agents.len();
    let mut pairs = Vec::new();
    for conversation in waiting {
        let willing = free.iter().find(|(_, _, user)| !declined.contains(&(*conversation, *user)));
        let Some(&chosen) = willing.or_else(|| free.first()) else { break };
        free.remove(&chosen);
        let user = chosen.2;
        pairs.push((*conversation, user));
        given += 1;
        if let Some(left) = room.get_mut(&user) {
            *left -= 1;
            if *left > 0 {
                free.insert((Timestamp::from_millis(i64::MAX), given, user));
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Id, Rng};
    use proptest::prelude::*;

    fn ids<T: kernel::Noun>(count: usize) -> Vec<Id<T>> {
        let rng = Rng::seeded(5);
        (0..count).map(|_| Id::new(Timestamp::from_millis(1), &rng)).collect()
    }

    proptest! {
        #[test]
        fn nobody_gets_more_than_they_have_room_for_and_no_room_is_left_while_somebody_waits(
            waiting in 0_usize..60, rooms in prop::collection::vec(-1_i64..6, 0..12), refusals in prop::collection::vec((0_usize..60, 0_usize..12), 0..80)
        ) {
            let (conversations, users) = (ids::<Conversation>(waiting), ids::<kernel::User>(rooms.len()));
            let agents: Vec<_> = rooms.iter().zip(&users).map(|(room, user)| Agent { user: *user, room: *room, served_at: Timestamp::from_millis(*room) }).collect();
            let declined = refusals.iter().filter_map(|(c, u)| Some((*conversations.get(*c)?, *users.get(*u)?))).collect();
            let pairs = allocate(&conversations, &agents, &declined);
            for agent in &agents {
                let got = pairs.iter().filter(|(_, user)| *user == agent.user).count() as i64;
                prop_assert!(got <= agent.room.max(0));
            }
            let all_room: i64 = rooms.iter().map(|room| room.max(&0)).sum();
            prop_assert_eq!(pairs.len(), waiting.min(all_room as usize));
            // The longest waiting are served first.
            prop_assert!(pairs.iter().map(|(conversation, _)| *conversation).eq(conversations.iter().take(pairs.len()).copied()));
        }
    }

    use conversations::Conversation;

    #[test]
    fn the_longest_idle_comes_first_and_a_round_goes_round() {
        let (conversations, users) = (ids::<Conversation>(4), ids::<kernel::User>(2));
        let agent =
            |at: usize, served: i64| Agent { user: users[at], room: 2, served_at: Timestamp::from_millis(served) };
        let pairs = allocate(&conversations, &[agent(0, 50), agent(1, 10)], &HashSet::new());
        assert_eq!(pairs.iter().map(|(_, user)| *user).collect::<Vec<_>>(), [users[1], users[0], users[1], users[0]]);
    }

    #[test]
    fn who_declined_is_asked_again_only_when_nobody_else_is_left() {
        let (conversations, users) = (ids::<Conversation>(1), ids::<kernel::User>(2));
        let agent = |at: usize| Agent { user: users[at], room: 1, served_at: Timestamp::from_millis(at as i64) };
        let declined = HashSet::from([(conversations[0], users[0])]);
        assert_eq!(allocate(&conversations, &[agent(0), agent(1)], &declined)[0].1, users[1]);
        assert_eq!(allocate(&conversations, &[agent(0)], &declined)[0].1, users[0]);
    }
}
