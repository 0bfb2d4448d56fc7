//! A full hall to measure decisions in.

use conversations::ConversationId;
use kernel::{Id, QueueId, Rng, Timestamp, UserId};

use super::{Agent, Hall, Terms, Waiting};
use crate::model::{SkillAsked, SkillId, Strategy};

/// Queues of the hall: each strategy, with and without skills, with fair limits and overflow.
const QUEUES: usize = 12;
const KINDS: [&str; 2] = ["web_chat", "email"];
const MINUTE: i64 = 60_000;

/// Somebody who has a conversation.
type Busy = (UserId, &'static str);

/// A contact centre on a bad day: everybody has all they can have, and many wait. Each step frees one
/// place or lets one more customer come; what is to be measured is [`Rehearsal::decide`].
pub struct Rehearsal {
    hall: Hall,
    rng: Rng,
    now: Timestamp,
    queues: Vec<QueueId>,
    skills: Vec<SkillId>,
    users: Vec<UserId>,
    busy: Vec<Busy>,
    kinds: std::collections::HashMap<ConversationId, &'static str>,
}

impl Rehearsal {
    /// A hall of so many people and so many who wait, the same for the same seed.
    pub fn new(people: usize, waiting: usize, seed: u64) -> Self {
        let (rng, now) = (Rng::seeded(seed), Timestamp::from_millis(1_800_000_000_000));
        let queues: Vec<QueueId> = (0..QUEUES).map(|_| Id::new(now, &rng)).collect();
        let skills: Vec<SkillId> = (0..6).map(|_| Id::new(now, &rng)).collect();
        let users: Vec<UserId> = (0..people).map(|_| Id::new(now, &rng)).collect();
        let terms = queues.iter().enumerate().map(|(at, queue)| Terms {
            queue: *queue,
            strategy: [Strategy::LongestIdle, Strategy::RoundRobin, Strategy::Balanced][at % 3],
            asks: if at % 2 == 0 {
                vec![SkillAsked { skill_id: skills[at % 6], level: 2 }]
            } else {
                Vec::new()
            },
            sink_ms: MINUTE,
            outranks_ms: 10 * MINUTE,
            hold_ms: MINUTE / 2,
            overflow_ms: if at % 4 == 0 { 15 * MINUTE } else { 0 },
            fair_limit: if at % 4 == 1 { 10_000 } else { 0 },
            turn: None,
        });
        let agent = |(at, user): (usize, &UserId)| Agent {
            user: *user,
            ready: true,
            load: 0,
            capacity: 5,
            kinds: vec![(KINDS[1], 0, 4)],
            served_at: now.plus_millis(-(at as i64)),
            queues: (0..3).map(|step| queues[(at + step * 5) % QUEUES]).collect(),
            skills: (0..4).map(|step| (skills[(at + step) % 6], (at + step) as i64 % 5 + 1)).collect(),
            taken: Vec::new(),
        };
        let hall = Hall::new(terms.collect(), users.iter().enumerate().map(agent).collect());
        let (busy, kinds) = (Vec::new(), std::collections::HashMap::new());
        let mut hall = Self { hall, rng, now, queues, skills, users, busy, kinds };
        while hall.kinds.len() < waiting {
            hall.come();
            hall.decide();
        }
        hall
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.kinds.len()
    }

    /// One more customer comes, who has waited already for up to twenty minutes.
    pub fn come(&mut self) {
        let conversation = Id::new(self.now, &self.rng);
        let (queue, skill) = (self.below(QUEUES), self.below(6));
        let kind = KINDS[self.below(2)];
        let one = Waiting {
            conversation,
            queue: self.queues[queue],
            kind,
            since: self.now.plus_millis(-(self.below(20 * MINUTE as usize) as i64)),
            priority: [0, 0, 0, 1, 2, 3][self.below(6)],
            asks: if self.below(4) == 0 {
                vec![SkillAsked { skill_id: self.skills[skill], level: 3 }]
            } else {
                Vec::new()
            },
            wanted: (self.below(5) == 0).then(|| self.users[self.below(self.users.len())]),
        };
        self.kinds.insert(conversation, kind);
        self.hall.arrive(one);
    }

    /// Somebody ends one of their conversations; false when nobody has any.
    pub fn free(&mut self) -> bool {
        if self.busy.is_empty() {
            return false;
        }
        let at = self.below(self.busy.len());
        let (user, kind) = self.busy.swap_remove(at);
        self.hall.freed(user, kind);
        true
    }

    /// One decision: who gets what next, with the reasons; whether there was one to make.
    pub fn decide(&mut self) -> bool {
        self.now = self.now.plus_millis(1);
        let Some(found) = self.hall.next(self.now) else { return false };
        let kind = self.kinds.remove(&found.conversation).unwrap_or(KINDS[0]);
        self.busy.push((found.user, kind));
        true
    }

    fn below(&self, limit: usize) -> usize {
        self.rng.below(limit.max(1) as u64) as usize
    }
}
