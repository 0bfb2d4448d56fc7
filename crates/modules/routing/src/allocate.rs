//! Who gets which conversation: pure, and quick enough to be asked at every change.
//!
//! A [`Hall`] holds who waits and who takes work. Those who wait alike (same queue, channel kind, skills
//! and priority) stand in one line: whoever waits longest there can be served by everybody who could
//! serve the others, so that one look at the head of each line is enough, however many wait.

mod explain;
pub(crate) mod rehearsal;
#[cfg(test)]
mod tests;

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap, HashMap, HashSet},
    ops::Bound,
};

use conversations::ConversationId;
use kernel::{QueueId, Timestamp, UserId};

use crate::model::{SkillAsked, SkillId, Strategy, Why};
pub(crate) use explain::Weighed;

/// What a queue says of how its conversations are given away. A length of 0 never passes.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub queue: QueueId,
    pub strategy: Strategy,
    /// What every conversation of it asks for.
    pub asks: Vec<SkillAsked>,
    /// After each such time the levels asked for sink by one.
    pub sink_ms: i64,
    /// After this wait a conversation comes before every priority.
    pub outranks_ms: i64,
    /// How long a customer waits for whom they know, while that one takes work and has no room.
    pub hold_ms: i64,
    /// After this wait whoever takes work may be given it, whatever they serve.
    pub overflow_ms: i64,
    /// Conversations of this queue that one person is given in an hour; 0: any number.
    pub fair_limit: i64,
    /// Who was given one of it last.
    pub turn: Option<UserId>,
}

/// Somebody who is there.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    pub user: UserId,
    /// Whether they take work.
    pub ready: bool,
    pub load: i64,
    pub capacity: i64,
    /// Of single kinds of channel: how many they have, and how many they may have.
    pub kinds: Vec<(&'static str, i64, i64)>,
    /// When they were last given work.
    pub served_at: Timestamp,
    /// Which queues they serve.
    pub queues: Vec<QueueId>,
    pub skills: Vec<(SkillId, i64)>,
    /// How many of each queue they were given within the hour.
    pub taken: Vec<(QueueId, i64)>,
}

impl Agent {
    /// How many more they can have.
    pub(crate) fn room(&self) -> i64 {
        if self.ready { (self.capacity - self.load).max(0) } else { 0 }
    }
}

/// What becomes of somebody who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prospect {
    /// Somebody could serve them.
    Now,
    /// They wait for somebody in particular.
    Held,
    /// Nobody can serve them, nor anybody behind them in the same line.
    Never,
}

/// A conversation that waits.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub conversation: ConversationId,
    pub queue: QueueId,
    /// By which kind of channel.
    pub kind: &'static str,
    pub since: Timestamp,
    /// 0: as all others; more comes before less.
    pub priority: i64,
    /// What it asks for beside what its queue does.
    pub asks: Vec<SkillAsked>,
    /// Who should have it before all others, where they can.
    pub wanted: Option<UserId>,
}

/// Who gets which conversation, why, and who else could have.
#[derive(Clone, Debug)]
pub(crate) struct Match {
    pub conversation: ConversationId,
    pub user: UserId,
    pub why: Why,
    pub priority: i64,
    /// Who was looked at, the chosen one first, then who would have been next, then who could not.
    pub weighed: Vec<Weighed>,
}

/// Who waits in a line: since when, which, and for whom.
type Place = (Timestamp, ConversationId, Option<UserId>);

/// What makes those who wait alike: queue, kind of channel, skills, priority.
type Alike = (usize, &'static str, Vec<SkillAsked>, i64);

struct Line {
    queue: usize,
    kind: &'static str,
    asks: Vec<SkillAsked>,
    priority: i64,
    places: BTreeSet<Place>,
}

/// In which order those who wait are served, the least first: whoever waited beyond what every priority
/// is worth, longest first; then by priority, then by wait.
type Rank = (bool, Reverse<i64>, Timestamp, ConversationId);

/// In which order those who could serve it are asked, the least first: not those who turned it down, not
/// those of other queues, the best skilled, and whoever the queue's strategy says.
type Turn = (bool, bool, Reverse<i64>, (i64, i64, i64));

/// Who waits and who takes work.
pub(crate) struct Hall {
    terms: Vec<Terms>,
    of_queue: HashMap<QueueId, usize>,
    people: Vec<Agent>,
    of_user: HashMap<UserId, usize>,
    /// Breaks ties of those last given work at the same moment; rises with each gift.
    gifts: Vec<i64>,
    given: i64,
    serving: Vec<Vec<usize>>,
    free: BTreeSet<usize>,
    free_in: Vec<BTreeSet<usize>>,
    turns: Vec<Option<usize>>,
    lines: Vec<Line>,
    of_kind: HashMap<Alike, usize>,
    places: HashMap<ConversationId, (usize, Place)>,
    declined: HashSet<(ConversationId, UserId)>,
}

impl Hall {
    /// A hall in which nobody waits.
    pub(crate) fn new(terms: Vec<Terms>, mut people: Vec<Agent>) -> Self {
        people.sort_by_key(|agent| agent.user);
        let of_queue: HashMap<_, _> = terms.iter().enumerate().map(|(at, terms)| (terms.queue, at)).collect();
        let of_user: HashMap<_, _> = people.iter().enumerate().map(|(at, agent)| (agent.user, at)).collect();
        let mut serving = vec![Vec::new(); terms.len()];
        for (at, agent) in people.iter().enumerate() {
            for queue in agent.queues.iter().filter_map(|queue| of_queue.get(queue)) {
                serving[*queue].push(at);
            }
        }
        let turns = terms.iter().map(|terms| terms.turn.and_then(|user| of_user.get(&user).copied())).collect();
        let mut hall = Self {
            free: BTreeSet::new(),
            free_in: vec![BTreeSet::new(); terms.len()],
            gifts: vec![0; people.len()],
            given: 0,
            lines: Vec::new(),
            of_kind: HashMap::new(),
            places: HashMap::new(),
            terms,
            of_queue,
            people,
            of_user,
            serving,
            turns,
            declined: HashSet::new(),
        };
        for at in 0..hall.people.len() {
            hall.stand(at);
        }
        hall
    }

    /// Who turned down, or let pass, what: they are asked for it again only when nobody else is left.
    pub(crate) fn decline(&mut self, declined: HashSet<(ConversationId, UserId)>) {
        self.declined = declined;
    }

    /// Whether somebody who takes work has room, so that a look is worth it.
    pub(crate) fn has_room(&self) -> bool {
        !self.free.is_empty()
    }

    /// Somebody waits from now on; in a queue that is not known nobody does.
    pub(crate) fn arrive(&mut self, one: Waiting) {
        let Some(&queue) = self.of_queue.get(&one.queue) else { return };
        let alike = (queue, one.kind, one.asks, one.priority);
        let line = match self.of_kind.get(&alike) {
            Some(line) => *line,
            None => {
                let (queue, kind, asks, priority) = alike.clone();
                self.lines.push(Line { queue, kind, asks, priority, places: BTreeSet::new() });
                self.of_kind.insert(alike, self.lines.len() - 1);
                self.lines.len() - 1
            }
        };
        let place = (one.since, one.conversation, one.wanted);
        self.leave(one.conversation);
        self.lines[line].places.insert(place);
        self.places.insert(one.conversation, (line, place));
    }

    /// Whether somebody could serve this one now.
    pub(crate) fn prospect(&self, one: &Waiting, now: Timestamp) -> Prospect {
        let Some(&queue) = self.of_queue.get(&one.queue) else { return Prospect::Never };
        let (asks, places) = (one.asks.clone(), BTreeSet::new());
        let line = Line { queue, kind: one.kind, asks, priority: one.priority, places };
        let place = (one.since, one.conversation, one.wanted);
        if self.taker(&line, &place, now).is_some() {
            Prospect::Now
        } else if self.held_for(&line, &place, now).is_some() {
            Prospect::Held
        } else {
            Prospect::Never
        }
    }

    /// Somebody waits no more.
    pub(crate) fn leave(&mut self, conversation: ConversationId) {
        if let Some((line, place)) = self.places.remove(&conversation) {
            self.lines[line].places.remove(&place);
        }
    }

    /// Somebody has one conversation of this kind less.
    pub(crate) fn freed(&mut self, user: UserId, kind: &'static str) {
        let Some(&at) = self.of_user.get(&user) else { return };
        let agent = &mut self.people[at];
        agent.load -= 1;
        for of_kind in agent.kinds.iter_mut().filter(|of_kind| of_kind.0 == kind) {
            of_kind.1 -= 1;
        }
        self.stand(at);
    }

    /// Puts somebody among those who have room, or takes them out.
    fn stand(&mut self, at: usize) {
        let agent = &self.people[at];
        let free = agent.ready && agent.load < agent.capacity;
        let queues = agent.queues.iter().filter_map(|queue| self.of_queue.get(queue));
        for set in queues {
            if free {
                self.free_in[*set].insert(at)
            } else {
                self.free_in[*set].remove(&at)
            };
        }
        if free {
            self.free.insert(at)
        } else {
            self.free.remove(&at)
        };
    }

    /// The next who is served, and by whom; none when nobody who waits can be. The one served waits no
    /// more, and the other has one more.
    ///
    /// Nobody is given more than they have room for, and none is left undecided that somebody could serve.
    pub(crate) fn next(&mut self, now: Timestamp) -> Option<Match> {
        if self.free.is_empty() {
            return None;
        }
        let heads = self.lines.iter().enumerate().filter_map(|(at, line)| {
            let place = line.places.first()?;
            Some(Reverse((self.rank(line, place, now), at, *place)))
        });
        let mut heads: BinaryHeap<_> = heads.collect();
        while let Some(Reverse((_, at, place))) = heads.pop() {
            let line = &self.lines[at];
            if let Some((person, why)) = self.taker(line, &place, now) {
                let (priority, weighed) = (line.priority, self.weigh(line, &place, person, now));
                self.give(at, &place, person);
                return Some(Match { conversation: place.1, user: self.people[person].user, why, priority, weighed });
            }
            // Who waits behind whom nobody can serve cannot be served either, unless that one waits for
            // somebody in particular.
            if self.held_for(line, &place, now).is_some()
                && let Some(next) = line.places.range((Bound::Excluded(place), Bound::Unbounded)).next()
            {
                heads.push(Reverse((self.rank(line, next, now), at, *next)));
            }
        }
        None
    }

    fn rank(&self, line: &Line, (since, conversation, _): &Place, now: Timestamp) -> Rank {
        let beyond = passed(now.since(*since), self.terms[line.queue].outranks_ms);
        (!beyond, Reverse(if beyond { 0 } else { line.priority }), *since, *conversation)
    }

    fn give(&mut self, line: usize, place: &Place, person: usize) {
        self.leave(place.1);
        self.given += 1;
        self.gifts[person] = self.given;
        let Line { queue, kind, .. } = self.lines[line];
        self.turns[queue] = Some(person);
        let (queue, agent) = (self.terms[queue].queue, &mut self.people[person]);
        agent.load += 1;
        agent.served_at = Timestamp::from_millis(i64::MAX);
        for of_kind in agent.kinds.iter_mut().filter(|of_kind| of_kind.0 == kind) {
            of_kind.1 += 1;
        }
        match agent.taken.iter_mut().find(|taken| taken.0 == queue) {
            Some(taken) => taken.1 += 1,
            None => agent.taken.push((queue, 1)),
        }
        self.stand(person);
    }

    /// Who takes it; none when nobody can, or when it waits for somebody who has no room.
    fn taker(&self, line: &Line, place: &Place, now: Timestamp) -> Option<(usize, Why)> {
        let terms = &self.terms[line.queue];
        let waited = now.since(place.0);
        if let Some(known) = self.known(line, place)
            && self.bar(line, known, waited).is_none()
        {
            return Some((known, Why::ServedLast));
        }
        if self.held_for(line, place, now).is_some() {
            return None;
        }
        let everybody = passed(waited, terms.overflow_ms);
        let free = if everybody { &self.free } else { &self.free_in[line.queue] };
        let mut best: Option<(Turn, usize)> = None;
        let mut worst_fit = i64::MAX;
        for &at in free.iter().filter(|at| self.bar(line, **at, waited).is_none()) {
            let turn = self.turn(line, place, at);
            if !turn.0 && !turn.1 {
                worst_fit = worst_fit.min(turn.2.0);
            }
            if best.is_none_or(|best| (turn, at) < best) {
                best = Some((turn, at));
            }
        }
        best.map(|((again, outside, Reverse(fit), _), at)| {
            let why = match (again, outside) {
                (true, _) => Why::AskedAgain,
                (_, true) => Why::Overflow,
                _ if fit > worst_fit => Why::BestSkilled,
                _ => match terms.strategy {
                    Strategy::LongestIdle => Why::IdleLongest,
                    Strategy::RoundRobin => Why::NextInTurn,
                    Strategy::Balanced => Why::LeastLoaded,
                },
            };
            (at, why)
        })
    }

    /// Whom the customer knows, if they serve the queue and did not turn this down.
    fn known(&self, line: &Line, (_, conversation, wanted): &Place) -> Option<usize> {
        let user = (*wanted)?;
        let at = *self.of_user.get(&user)?;
        let queue = self.terms[line.queue].queue;
        let serves = self.people[at].ready && self.people[at].queues.contains(&queue);
        (serves && !self.declined.contains(&(*conversation, user))).then_some(at)
    }

    /// For whom it waits, who takes work and has no room yet.
    fn held_for(&self, line: &Line, place: &Place, now: Timestamp) -> Option<usize> {
        let hold = self.terms[line.queue].hold_ms;
        if hold == 0 || passed(now.since(place.0), hold) {
            None
        } else {
            self.known(line, place)
        }
    }

    /// When this one is asked.
    fn turn(&self, line: &Line, place: &Place, at: usize) -> Turn {
        let (terms, agent) = (&self.terms[line.queue], &self.people[at]);
        let again = !self.declined.is_empty() && self.declined.contains(&(place.1, agent.user));
        let by_gift = (agent.served_at.millis(), self.gifts[at]);
        let by_strategy = match terms.strategy {
            Strategy::LongestIdle => (by_gift.0, by_gift.1, 0),
            Strategy::RoundRobin => (self.turns[line.queue].is_some_and(|last| at <= last).into(), at as i64, 0),
            Strategy::Balanced => (agent.load * 1_000_000 / agent.capacity.max(1), by_gift.0, by_gift.1),
        };
        (again, !agent.queues.contains(&terms.queue), Reverse(self.fit(line, at)), by_strategy)
    }

    /// How well somebody's skills serve what is asked for: their levels added up.
    fn fit(&self, line: &Line, at: usize) -> i64 {
        asks(&self.terms[line.queue], line).map(|asked| level(&self.people[at], asked.skill_id)).sum()
    }
}

/// What a conversation of this line asks for.
fn asks<'a>(terms: &'a Terms, line: &'a Line) -> impl Iterator<Item = &'a SkillAsked> {
    terms.asks.iter().chain(&line.asks)
}

fn level(agent: &Agent, skill: SkillId) -> i64 {
    agent.skills.iter().find(|has| has.0 == skill).map_or(0, |has| has.1)
}

/// Whether a wait is as long as `length`, which is never with 0.
fn passed(waited: i64, length: i64) -> bool {
    length > 0 && waited >= length
}
