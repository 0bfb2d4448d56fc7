//! Who gets which conversation: pure, and quick enough to be asked at every change.

use std::collections::{BTreeSet, HashMap, HashSet};

use conversations::ConversationId;
use kernel::{QueueId, Timestamp, UserId};

/// Somebody who takes work.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    pub user: UserId,
    /// How many more conversations they can take now.
    pub room: i64,
    /// When they were last given work.
    pub served_at: Timestamp,
    /// Which queues they serve.
    pub queues: Vec<QueueId>,
}

/// A conversation that waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    pub conversation: ConversationId,
    pub queue: QueueId,
    pub since: Timestamp,
    /// Who should have it before all others, where they can.
    pub wanted: Option<UserId>,
}

/// Why somebody got a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Why {
    /// They served the customer last, and the queue keeps customers with whom they know.
    ServedLast,
    /// Of those who serve the queue and have room they were idle longest.
    IdleLongest,
    /// They let it pass before; nobody else is left.
    AskedAgain,
}

/// Who gets which conversation, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub conversation: ConversationId,
    pub user: UserId,
    pub why: Why,
}

/// Whoever has room, by when they were last given work; the number breaks ties and counts the gifts
/// of this round.
type Place = (Timestamp, usize, UserId);

/// Who has room, for each queue.
struct Free<'a> {
    by_queue: HashMap<QueueId, BTreeSet<Place>>,
    /// Where each person stands, how much room they have, which queues they serve.
    people: HashMap<UserId, (Place, i64, &'a [QueueId])>,
    given: usize,
}

impl<'a> Free<'a> {
    fn new(agents: &'a [Agent]) -> Self {
        let mut free = Self { by_queue: HashMap::new(), people: HashMap::new(), given: agents.len() };
        for (at, agent) in agents.iter().enumerate().filter(|(_, agent)| agent.room > 0) {
            free.stand((agent.served_at, at, agent.user), agent.room, &agent.queues);
        }
        free
    }

    fn stand(&mut self, place: Place, room: i64, queues: &'a [QueueId]) {
        for queue in queues {
            self.by_queue.entry(*queue).or_default().insert(place);
        }
        self.people.insert(place.2, (place, room, queues));
    }

    /// Takes one conversation's room of this person, who then stands behind all others.
    fn take(&mut self, user: UserId) {
        let Some((place, room, queues)) = self.people.remove(&user) else { return };
        for queue in queues {
            if let Some(standing) = self.by_queue.get_mut(queue) {
                standing.remove(&place);
            }
        }
        self.given += 1;
        if room > 1 {
            self.stand((Timestamp::from_millis(i64::MAX), self.given, user), room - 1, queues);
        }
    }
}

/// Pairs the waiting, longest wait first over all queues, with those who serve their queue and have
/// room, longest idle first; before them with whom they want, where that one is among them.
///
/// Nobody is given more than they have room for, and no room is left while somebody waits whom it
/// could serve. `declined` holds who turned down, or let pass, what: they are not asked for it again
/// while another could take it, and are asked again only when nobody else is left.
pub(crate) fn allocate(
    waiting: &[Waiting],
    agents: &[Agent],
    declined: &HashSet<(ConversationId, UserId)>,
) -> Vec<Match> {
    let mut free = Free::new(agents);
    let mut line: Vec<_> = waiting.iter().collect();
    line.sort_by_key(|waiting| (waiting.since, waiting.conversation));
    let mut matches = Vec::new();
    for &Waiting { conversation, queue, wanted, .. } in line {
        let Some(standing) = free.by_queue.get(&queue).filter(|standing| !standing.is_empty()) else { continue };
        let willing = |user: &UserId| !declined.contains(&(conversation, *user));
        let served_last = wanted
            .filter(willing)
            .filter(|user| free.people.get(user).is_some_and(|(_, _, queues)| queues.contains(&queue)));
        let idle_longest = || standing.iter().map(|place| place.2).find(willing);
        let (user, why) = match (served_last, standing.first()) {
            (Some(user), _) => (user, Why::ServedLast),
            (None, Some(first)) => idle_longest().map_or((first.2, Why::AskedAgain), |user| (user, Why::IdleLongest)),
            (None, None) => continue,
        };
        free.take(user);
        matches.push(Match { conversation, user, why });
    }
    matches
}

#[cfg(test)]
mod tests {
    use super::*;
    use conversations::Conversation;
    use kernel::{Id, Rng};
    use proptest::prelude::*;

    fn ids<T: kernel::Noun>(count: usize) -> Vec<Id<T>> {
        let rng = Rng::seeded(5);
        (0..count).map(|_| Id::new(Timestamp::from_millis(1), &rng)).collect()
    }

    /// Conversations `(queue, since, wanted)` and agents `(room, served, queues)`.
    fn scene(line: &[(usize, i64, usize)], people: &[(i64, i64, Vec<usize>)]) -> (Vec<Waiting>, Vec<Agent>) {
        let (conversations, users) = (ids::<Conversation>(line.len()), ids::<kernel::User>(people.len()));
        let queues = ids::<kernel::Queue>(4);
        let waiting = line.iter().zip(&conversations).map(|((queue, since, wanted), conversation)| Waiting {
            conversation: *conversation,
            queue: queues[*queue],
            since: Timestamp::from_millis(*since),
            wanted: users.get(*wanted).copied(),
        });
        let agents = people.iter().zip(&users).map(|((room, served, serves), user)| Agent {
            user: *user,
            room: *room,
            served_at: Timestamp::from_millis(*served),
            queues: serves.iter().map(|queue| queues[*queue]).collect(),
        });
        (waiting.collect(), agents.collect())
    }

    proptest! {
        #[test]
        fn nobody_gets_more_than_they_have_room_for_and_no_room_is_left_while_somebody_waits_whom_it_could_serve(
            line in prop::collection::vec((0_usize..4, 0_i64..50, 0_usize..20), 0..60),
            people in prop::collection::vec((-1_i64..6, 0_i64..9, prop::collection::vec(0_usize..4, 0..4)), 0..12),
            refusals in prop::collection::vec((0_usize..60, 0_usize..12), 0..80),
        ) {
            let (waiting, agents) = scene(&line, &people);
            let declined: HashSet<_> = refusals.iter()
                .filter_map(|(c, u)| Some((waiting.get(*c)?.conversation, agents.get(*u)?.user))).collect();
            let matches = allocate(&waiting, &agents, &declined);
            let got = |user| matches.iter().filter(|one| one.user == user).count() as i64;
            let taker = |one: &Waiting| matches.iter().find(|found| found.conversation == one.conversation);
            for agent in &agents {
                prop_assert!(got(agent.user) <= agent.room.max(0));
            }
            for one in &waiting {
                let serves = |agent: &&Agent| agent.queues.contains(&one.queue);
                match taker(one) {
                    None => prop_assert!(agents.iter().filter(serves).all(|agent| got(agent.user) >= agent.room)),
                    Some(found) => {
                        prop_assert!(agents.iter().filter(serves).any(|agent| agent.user == found.user));
                        prop_assert!(found.why == Why::AskedAgain || !declined.contains(&(one.conversation, found.user)));
                        // Nobody who waits longer, and whom this one could have served, is passed over.
                        let agent = agents.iter().find(|agent| agent.user == found.user);
                        let passed_over = |other: &&Waiting| agent.is_some_and(|agent| agent.queues.contains(&other.queue))
                            && (other.since, other.conversation) < (one.since, one.conversation) && taker(other).is_none();
                        prop_assert!(!waiting.iter().any(|other| passed_over(&other)));
                    }
                }
            }
            let mut served: Vec<_> = matches.iter().map(|one| one.conversation).collect();
            served.sort_unstable();
            served.dedup();
            prop_assert_eq!(served.len(), matches.len());
        }
    }

    #[test]
    fn the_longest_idle_comes_first_and_a_round_goes_round() {
        let (waiting, agents) =
            scene(&[(0, 1, 9), (0, 2, 9), (0, 3, 9), (0, 4, 9)], &[(2, 50, vec![0]), (2, 10, vec![0])]);
        let users: Vec<_> = allocate(&waiting, &agents, &HashSet::new()).iter().map(|one| one.user).collect();
        assert_eq!(users, [agents[1].user, agents[0].user, agents[1].user, agents[0].user]);
    }

    #[test]
    fn who_declined_is_asked_again_only_when_nobody_else_is_left() {
        let (waiting, agents) = scene(&[(0, 1, 9)], &[(1, 0, vec![0]), (1, 1, vec![0])]);
        let declined = HashSet::from([(waiting[0].conversation, agents[0].user)]);
        let first = |agents: &[Agent]| allocate(&waiting, agents, &declined)[0];
        assert_eq!((first(&agents).user, first(&agents).why), (agents[1].user, Why::IdleLongest));
        assert_eq!((first(&agents[..1]).user, first(&agents[..1]).why), (agents[0].user, Why::AskedAgain));
    }

    #[test]
    fn who_served_the_customer_last_comes_before_the_longest_idle() {
        let people = [(1, 0, vec![0]), (1, 9, vec![0, 1])];
        let (waiting, agents) = scene(&[(0, 1, 1), (0, 2, 1)], &people);
        let matches = allocate(&waiting, &agents, &HashSet::new());
        assert_eq!((matches[0].user, matches[0].why), (agents[1].user, Why::ServedLast));
        // The second wants somebody who has no room any more.
        assert_eq!((matches[1].user, matches[1].why), (agents[0].user, Why::IdleLongest));
    }

    #[test]
    fn room_in_one_queue_is_not_kept_by_a_longer_wait_in_another() {
        let (waiting, agents) = scene(&[(0, 1, 9), (1, 2, 9)], &[(1, 0, vec![1])]);
        assert_eq!(allocate(&waiting, &agents, &HashSet::new())[0].conversation, waiting[1].conversation);
    }
}
