use super::*;
use conversations::Conversation;
use kernel::{Id, Rng};
use proptest::prelude::*;

use crate::model::{OfferVerdict, Skill, Strategy};

const KINDS: [&str; 2] = ["web_chat", "email"];
/// The last moment of any scene.
const NOW: i64 = 1_000;

fn ids<T: kernel::Noun>(count: usize) -> Vec<Id<T>> {
    let rng = Rng::seeded(5);
    (0..count).map(|_| Id::new(Timestamp::from_millis(1), &rng)).collect()
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn terms(queue: QueueId) -> Terms {
    Terms {
        queue,
        strategy: Strategy::LongestIdle,
        asks: Vec::new(),
        sink_ms: 0,
        outranks_ms: 0,
        hold_ms: 0,
        overflow_ms: 0,
        fair_limit: 0,
        turn: None,
    }
}

fn agent(user: UserId, capacity: i64, served: i64, queues: &[QueueId]) -> Agent {
    Agent {
        user,
        ready: true,
        load: 0,
        capacity,
        kinds: Vec::new(),
        served_at: at(served),
        queues: queues.to_vec(),
        skills: Vec::new(),
        taken: Vec::new(),
    }
}

fn one(conversation: ConversationId, queue: QueueId, since: i64) -> Waiting {
    Waiting { conversation, queue, kind: KINDS[0], since: at(since), priority: 0, asks: Vec::new(), wanted: None }
}

/// All that can be decided at this moment.
fn settle(hall: &mut Hall, now: i64) -> Vec<Match> {
    std::iter::from_fn(|| hall.next(at(now))).collect()
}

/// A hall of one queue, its people and some conversations' ids.
fn simple(terms: Terms, people: Vec<Agent>, declined: HashSet<(ConversationId, UserId)>) -> Hall {
    let mut hall = Hall::new(vec![terms], people);
    hall.decline(declined);
    hall
}

fn asked(skill_id: SkillId, level: i64) -> SkillAsked {
    SkillAsked { skill_id, level }
}

/// A random scene: three queues of every kind, people, conversations.
#[derive(Clone, Debug)]
struct Scene {
    terms: Vec<Terms>,
    people: Vec<Agent>,
    waiting: Vec<Waiting>,
    declined: HashSet<(ConversationId, UserId)>,
}

impl Scene {
    fn hall(&self) -> Hall {
        let mut hall = Hall::new(self.terms.clone(), self.people.clone());
        hall.decline(self.declined.clone());
        self.waiting.iter().for_each(|one| hall.arrive(one.clone()));
        hall
    }
}

prop_compose! {
    fn terms_of(queue: QueueId)(
        strategy in 0..3_usize, level in 0_i64..4, sink in 0_i64..3, outranks in 0_i64..3, hold in 0_i64..3,
        overflow in 0_i64..3, fair_limit in 0_i64..3,
    ) -> Terms {
        let asks = if level > 0 { vec![asked(ids::<Skill>(2)[0], level)] } else { Vec::new() };
        let strategy = [Strategy::LongestIdle, Strategy::RoundRobin, Strategy::Balanced][strategy];
        Terms {
            queue, strategy, asks, sink_ms: sink * 150, outranks_ms: outranks * 300, hold_ms: hold * 200,
            overflow_ms: overflow * 350, fair_limit, turn: None,
        }
    }
}

prop_compose! {
    fn person()(
        ready in prop::bool::weighted(0.85), capacity in 0_i64..5, load in 0_i64..3, served in 0_i64..9,
        email in 0_i64..3, serves in prop::collection::btree_set(0_usize..3, 0..3), levels in prop::array::uniform2(0_i64..5),
    ) -> (bool, i64, i64, i64, i64, Vec<usize>, [i64; 2]) {
        (ready, capacity, load, served, email, serves.into_iter().collect(), levels)
    }
}

prop_compose! {
    fn scene()(
        queues in Just(ids::<kernel::Queue>(3)).prop_flat_map(|queues| queues.into_iter().map(terms_of).collect::<Vec<_>>()),
        people in prop::collection::vec(person(), 0..9),
        line in prop::collection::vec((0_usize..3, 0_usize..2, 0_i64..NOW, 0_i64..4, 0_usize..12, 0_i64..3), 0..40),
        refusals in prop::collection::vec((0_usize..40, 0_usize..9), 0..30),
    ) -> Scene {
        let (users, skills) = (ids::<kernel::User>(9), ids::<Skill>(2));
        let named: Vec<_> = queues.iter().map(|terms| terms.queue).collect();
        let people: Vec<_> = people.into_iter().zip(&users).map(|((ready, capacity, load, served, email, serves, levels), user)| {
            let queues: Vec<_> = serves.into_iter().map(|at| named[at]).collect();
            Agent {
                ready, load,
                kinds: vec![(KINDS[1], 0, email)],
                skills: skills.iter().copied().zip(levels).collect(),
                ..agent(*user, capacity, served, &queues)
            }
        }).collect();
        let conversations = ids::<Conversation>(line.len());
        let waiting: Vec<_> = line.into_iter().zip(conversations).map(|((queue, kind, since, priority, wanted, level), id)| Waiting {
            kind: KINDS[kind],
            priority,
            asks: if level > 0 { vec![asked(skills[1], level)] } else { Vec::new() },
            wanted: users.get(wanted).copied(),
            ..one(id, named[queue], since)
        }).collect();
        let declined = refusals.iter().filter_map(|(c, u)| Some((waiting.get(*c)?.conversation, people.get(*u)?.user))).collect();
        Scene { terms: queues, people, waiting, declined }
    }
}

/// What the hall decided, held against the scene as plainly as it can be said.
struct Ledger<'a> {
    scene: &'a Scene,
    people: HashMap<UserId, Agent>,
    waiting: HashMap<ConversationId, Waiting>,
}

impl<'a> Ledger<'a> {
    fn new(scene: &'a Scene) -> Self {
        let people = scene.people.iter().map(|agent| (agent.user, agent.clone())).collect();
        let waiting = scene.waiting.iter().map(|one| (one.conversation, one.clone())).collect();
        Self { scene, people, waiting }
    }

    fn terms(&self, one: &Waiting) -> &Terms {
        self.scene.terms.iter().find(|terms| terms.queue == one.queue).expect("every queue has terms")
    }

    fn able(&self, agent: &Agent, one: &Waiting, now: i64) -> bool {
        let (terms, waited) = (self.terms(one), now - one.since.millis());
        let serves = agent.queues.contains(&one.queue) || (terms.overflow_ms > 0 && waited >= terms.overflow_ms);
        let sunk = if terms.sink_ms > 0 { waited / terms.sink_ms } else { 0 };
        let skilled = terms.asks.iter().chain(&one.asks).all(|asked| {
            agent.skills.iter().find(|has| has.0 == asked.skill_id).map_or(0, |has| has.1) >= asked.level - sunk
        });
        let kind = agent.kinds.iter().all(|(kind, load, most)| *kind != one.kind || load < most);
        let taken: i64 = agent.taken.iter().filter(|taken| taken.0 == one.queue).map(|taken| taken.1).sum();
        let fair = terms.fair_limit == 0 || taken < terms.fair_limit;
        agent.ready && serves && skilled && kind && fair && agent.load < agent.capacity
    }

    /// Whether it is kept for somebody who has no room yet.
    fn held(&self, one: &Waiting, now: i64) -> bool {
        let hold = self.terms(one).hold_ms;
        let known = one.wanted.and_then(|user| self.people.get(&user));
        hold > 0
            && now - one.since.millis() < hold
            && known.is_some_and(|agent| {
                agent.ready
                    && agent.queues.contains(&one.queue)
                    && !self.scene.declined.contains(&(one.conversation, agent.user))
            })
    }

    fn could_be_served(&self, one: &Waiting, now: i64) -> bool {
        let held = self.held(one, now);
        self.people.values().any(|agent| (!held || one.wanted == Some(agent.user)) && self.able(agent, one, now))
    }

    fn rank(&self, one: &Waiting, now: i64) -> Rank {
        let terms = self.terms(one);
        let beyond = terms.outranks_ms > 0 && now - one.since.millis() >= terms.outranks_ms;
        (!beyond, Reverse(if beyond { 0 } else { one.priority }), one.since, one.conversation)
    }

    /// Takes a decision in, and says what is wrong with it.
    fn take(&mut self, found: &Match, now: i64) -> Result<(), TestCaseError> {
        let one = self.waiting.remove(&found.conversation).expect("it waited");
        let agent = self.people[&found.user].clone();
        prop_assert!(self.able(&agent, &one, now), "{agent:?} cannot have {one:?}");
        prop_assert!(!self.held(&one, now) || one.wanted == Some(agent.user));
        // Nobody who comes before and whom somebody could serve is skipped.
        let skipped = self
            .waiting
            .values()
            .find(|other| self.rank(other, now) < self.rank(&one, now) && self.could_be_served(other, now));
        prop_assert!(skipped.is_none(), "{skipped:?} was skipped for {one:?}");
        let declined = self.scene.declined.contains(&(one.conversation, agent.user));
        let willing = |other: &Agent| {
            other.queues.contains(&one.queue)
                && !self.scene.declined.contains(&(one.conversation, other.user))
                && self.able(other, &one, now)
        };
        prop_assert!(!declined || !self.people.values().any(willing), "asked again while another could");
        prop_assert_eq!(found.weighed[0].user, agent.user);
        prop_assert!(found.weighed.len() <= 20);
        let agent = self.people.get_mut(&found.user).expect("somebody");
        agent.load += 1;
        agent.kinds.iter_mut().filter(|kind| kind.0 == one.kind).for_each(|kind| kind.1 += 1);
        agent.taken.push((one.queue, 1));
        Ok(())
    }
}

/// What may happen between two looks.
#[derive(Clone, Debug)]
enum Turnover {
    Frees(usize),
    Leaves(usize),
    Comes(usize),
    Passes(i64),
}

fn turnover() -> impl Strategy_<Value = Turnover> {
    prop_oneof![
        (0_usize..9).prop_map(Turnover::Frees),
        (0_usize..40).prop_map(Turnover::Leaves),
        (0_usize..40).prop_map(Turnover::Comes),
        (1_i64..200).prop_map(Turnover::Passes),
    ]
}
use proptest::strategy::Strategy as Strategy_;

proptest! {
    #[test]
    fn caps_are_never_overrun_nobody_is_skipped_and_freed_room_is_taken_at_once_under_any_interleaving(
        scene in scene(),
        events in prop::collection::vec(turnover(), 0..60),
    ) {
        let (mut hall, mut ledger, mut now) = (scene.hall(), Ledger::new(&scene), NOW);
        let mut has: Vec<(UserId, &'static str)> = Vec::new();
        for event in std::iter::once(Turnover::Passes(0)).chain(events) {
            match event {
                Turnover::Frees(at) => {
                    if let Some(found) = has.iter().position(|(user, _)| scene.people.get(at).is_some_and(|agent| agent.user == *user)) {
                        let (user, kind) = has.swap_remove(found);
                        hall.freed(user, kind);
                        let agent = ledger.people.get_mut(&user).expect("somebody");
                        agent.load -= 1;
                        agent.kinds.iter_mut().filter(|of| of.0 == kind).for_each(|of| of.1 -= 1);
                    }
                }
                Turnover::Leaves(at) => if let Some(one) = scene.waiting.get(at) {
                    hall.leave(one.conversation);
                    ledger.waiting.remove(&one.conversation);
                },
                // Who waited before waits again, and keeps their turn.
                Turnover::Comes(at) => if let Some(one) = scene.waiting.get(at) {
                    hall.arrive(one.clone());
                    ledger.waiting.insert(one.conversation, one.clone());
                },
                Turnover::Passes(millis) => now += millis,
            }
            while let Some(found) = hall.next(at(now)) {
                let kind = ledger.waiting[&found.conversation].kind;
                ledger.take(&found, now)?;
                has.push((found.user, kind));
            }
            for agent in ledger.people.values() {
                let begun = scene.people.iter().find(|one| one.user == agent.user).map_or(0, |one| one.load);
                prop_assert!(agent.load <= agent.capacity.max(begun));
                prop_assert!(agent.kinds.iter().all(|(_, load, most)| load <= most));
            }
            let left = ledger.waiting.values().find(|one| ledger.could_be_served(one, now));
            prop_assert!(left.is_none(), "{left:?} waits while there is room");
        }
    }

    #[test]
    fn after_the_set_time_waiting_outranks_every_priority(
        line in prop::collection::vec((0_i64..NOW, 0_i64..4), 1..40),
        outranks_ms in 1_i64..NOW,
    ) {
        let (queue, users, conversations) = (ids::<kernel::Queue>(1)[0], ids(1), ids::<Conversation>(line.len()));
        let mut hall = simple(Terms { outranks_ms, ..terms(queue) }, vec![agent(users[0], 50, 0, &[queue])], HashSet::new());
        for ((since, priority), id) in line.iter().zip(&conversations) {
            hall.arrive(Waiting { priority: *priority, ..one(*id, queue, *since) });
        }
        let since = |found: &Match| {
            let at = conversations.iter().position(|id| *id == found.conversation).expect("it waited");
            line[at]
        };
        let served: Vec<_> = settle(&mut hall, NOW).iter().map(since).collect();
        let beyond = served.iter().take_while(|(since, _)| NOW - since >= outranks_ms).count();
        prop_assert!(served[beyond..].iter().all(|(since, _)| NOW - since < outranks_ms));
        prop_assert!(served[..beyond].is_sorted_by_key(|(since, _)| *since));
        prop_assert!(served[beyond..].is_sorted_by_key(|(since, priority)| (-priority, *since)));
    }

    #[test]
    fn equal_people_get_equally_much_within_one_by_every_strategy(
        people in 1_usize..12, line in 1_usize..60, strategy in 0..3_usize,
    ) {
        let (queue, users, conversations) = (ids::<kernel::Queue>(1)[0], ids::<kernel::User>(people), ids::<Conversation>(line));
        let strategy = [Strategy::LongestIdle, Strategy::RoundRobin, Strategy::Balanced][strategy];
        let agents = users.iter().map(|user| agent(*user, 60, 0, &[queue])).collect();
        let mut hall = simple(Terms { strategy, ..terms(queue) }, agents, HashSet::new());
        // Some at once, some one after the other: it makes no difference.
        let (first, then) = conversations.split_at(line / 2);
        first.iter().for_each(|id| hall.arrive(one(*id, queue, 1)));
        let mut found = settle(&mut hall, NOW);
        for id in then {
            hall.arrive(one(*id, queue, 2));
            found.extend(hall.next(at(NOW)));
        }
        prop_assert_eq!(found.len(), line);
        let counts: Vec<_> = users.iter().map(|user| found.iter().filter(|one| one.user == *user).count()).collect();
        prop_assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{counts:?}");
    }
}

fn stage(people: usize, line: usize) -> (QueueId, Vec<UserId>, Vec<ConversationId>) {
    (ids::<kernel::Queue>(1)[0], ids(people), ids::<Conversation>(line))
}

#[test]
fn the_longest_idle_comes_first_and_a_round_goes_round() {
    let (queue, users, conversations) = stage(2, 4);
    let people = vec![agent(users[0], 2, 50, &[queue]), agent(users[1], 2, 10, &[queue])];
    let mut hall = simple(terms(queue), people, HashSet::new());
    conversations.iter().for_each(|id| hall.arrive(one(*id, queue, 1)));
    let got: Vec<_> = settle(&mut hall, NOW).iter().map(|found| found.user).collect();
    assert_eq!(got, [users[1], users[0], users[1], users[0]]);
}

#[test]
fn a_turn_goes_on_where_it_stopped_and_balance_counts_what_each_can_have() {
    let (queue, users, conversations) = stage(3, 2);
    let people: Vec<_> = users.iter().map(|user| agent(*user, 5, 0, &[queue])).collect();
    let order = {
        let mut order = users.clone();
        order.sort_unstable();
        order
    };
    let by_turn = Terms { strategy: Strategy::RoundRobin, turn: Some(order[1]), ..terms(queue) };
    let mut hall = simple(by_turn, people.clone(), HashSet::new());
    conversations.iter().for_each(|id| hall.arrive(one(*id, queue, 1)));
    let found = settle(&mut hall, NOW);
    assert_eq!(
        found.iter().map(|one| (one.user, one.why)).collect::<Vec<_>>(),
        [(order[2], Why::NextInTurn), (order[0], Why::NextInTurn)]
    );

    let mut people = people;
    (people[0].load, people[1].load, people[2].load) = (1, 1, 2);
    (people[0].capacity, people[1].capacity, people[2].capacity) = (3, 2, 8);
    let mut hall = simple(Terms { strategy: Strategy::Balanced, ..terms(queue) }, people, HashSet::new());
    hall.arrive(one(conversations[0], queue, 1));
    let found = hall.next(at(NOW)).unwrap();
    assert_eq!((found.user, found.why), (users[2], Why::LeastLoaded));
    assert!(found.weighed[1..].iter().all(|other| other.verdict == OfferVerdict::MoreLoaded));
}

#[test]
fn who_declined_is_asked_again_only_when_nobody_else_is_left() {
    let (queue, users, conversations) = stage(2, 1);
    let people = vec![agent(users[0], 1, 0, &[queue]), agent(users[1], 1, 1, &[queue])];
    let declined = HashSet::from([(conversations[0], users[0])]);
    let first = |people: &[Agent]| {
        let mut hall = simple(terms(queue), people.to_vec(), declined.clone());
        hall.arrive(one(conversations[0], queue, 1));
        hall.next(at(NOW)).unwrap()
    };
    let found = first(&people);
    assert_eq!((found.user, found.why, found.weighed[1].verdict), (users[1], Why::IdleLongest, OfferVerdict::Declined));
    assert_eq!((first(&people[..1]).user, first(&people[..1]).why), (users[0], Why::AskedAgain));
}

#[test]
fn whom_the_customer_knows_comes_first_and_is_waited_for_no_longer_than_is_set() {
    let (queue, users, conversations) = stage(2, 2);
    let people = vec![agent(users[0], 1, 0, &[queue]), agent(users[1], 1, 9, &[queue])];
    let mut hall = simple(Terms { hold_ms: 100, ..terms(queue) }, people, HashSet::new());
    let wants = |id| Waiting { wanted: Some(users[1]), ..one(id, queue, NOW) };
    conversations.iter().for_each(|id| hall.arrive(wants(*id)));
    let found = hall.next(at(NOW)).unwrap();
    assert_eq!((found.user, found.why), (users[1], Why::ServedLast));
    assert_eq!(found.weighed[1].verdict, OfferVerdict::NotKnown);
    assert!(hall.next(at(NOW + 99)).is_none(), "it waits for whom it knows");
    let found = hall.next(at(NOW + 100)).unwrap();
    assert_eq!((found.user, found.why), (users[0], Why::IdleLongest));
    assert_eq!(
        found.weighed[1],
        Weighed { user: users[1], verdict: OfferVerdict::NoRoom, load: 1, capacity: 1, level: None }
    );
}

#[test]
fn the_best_skilled_comes_first_and_what_is_asked_sinks_with_the_wait() {
    let (queue, users, conversations) = stage(3, 2);
    let skill = ids::<Skill>(1)[0];
    let with = |at: usize, level: i64| Agent { skills: vec![(skill, level)], ..agent(users[at], 1, 0, &[queue]) };
    let asks = Terms { asks: vec![asked(skill, 3)], sink_ms: 100, ..terms(queue) };
    let mut hall = simple(asks, vec![with(0, 1), with(1, 3), with(2, 5)], HashSet::new());
    hall.arrive(one(conversations[0], queue, NOW));
    let found = hall.next(at(NOW)).unwrap();
    assert_eq!((found.user, found.why), (users[2], Why::BestSkilled));
    let verdicts: Vec<_> = found.weighed.iter().map(|one| (one.user, one.verdict, one.level)).collect();
    assert_eq!(
        verdicts,
        [
            (users[2], OfferVerdict::Chosen, Some(5)),
            (users[1], OfferVerdict::SkillLess, Some(3)),
            (users[0], OfferVerdict::SkillBelow, Some(1))
        ]
    );
    hall.next(at(NOW));
    hall.arrive(one(ids::<Conversation>(3)[2], queue, NOW));
    assert_eq!(hall.next(at(NOW)).unwrap().user, users[1]);
    hall.arrive(one(conversations[1], queue, NOW));
    assert!(hall.next(at(NOW + 199)).is_none());
    assert_eq!(hall.next(at(NOW + 200)).unwrap().user, users[0]);
}

#[test]
fn who_serves_other_queues_is_asked_after_the_set_wait_and_only_then() {
    let queues = ids::<kernel::Queue>(2);
    let (_, users, conversations) = stage(1, 1);
    let both = vec![Terms { overflow_ms: 100, ..terms(queues[0]) }, terms(queues[1])];
    let mut hall = Hall::new(both, vec![agent(users[0], 1, 0, &queues[1..])]);
    hall.arrive(one(conversations[0], queues[0], NOW));
    assert!(hall.next(at(NOW + 99)).is_none());
    let found = hall.next(at(NOW + 100)).unwrap();
    assert_eq!((found.user, found.why), (users[0], Why::Overflow));
}

#[test]
fn a_fair_limit_and_the_room_for_a_kind_are_kept() {
    let (queue, users, conversations) = stage(1, 3);
    let person = Agent { kinds: vec![(KINDS[1], 0, 1)], taken: vec![(queue, 1)], ..agent(users[0], 9, 0, &[queue]) };
    let mut hall = simple(Terms { fair_limit: 2, ..terms(queue) }, vec![person.clone()], HashSet::new());
    conversations.iter().for_each(|id| hall.arrive(one(*id, queue, 1)));
    assert_eq!(settle(&mut hall, NOW).len(), 1);
    let mut hall = simple(terms(queue), vec![person], HashSet::new());
    conversations.iter().for_each(|id| hall.arrive(Waiting { kind: KINDS[1], ..one(*id, queue, 1) }));
    assert_eq!(settle(&mut hall, NOW).len(), 1);
    hall.freed(users[0], KINDS[1]);
    assert_eq!(settle(&mut hall, NOW).len(), 1);
}

#[test]
fn room_in_one_queue_is_not_kept_by_a_longer_wait_in_another() {
    let queues = ids::<kernel::Queue>(2);
    let (_, users, conversations) = stage(1, 2);
    let mut hall = Hall::new(vec![terms(queues[0]), terms(queues[1])], vec![agent(users[0], 1, 0, &queues[1..])]);
    hall.arrive(one(conversations[0], queues[0], 1));
    hall.arrive(one(conversations[1], queues[1], 2));
    assert_eq!(hall.next(at(NOW)).unwrap().conversation, conversations[1]);
}
