//! Who waits and who is there, read for one look of the desk: of each line no more than there is room.

use std::collections::{HashMap, HashSet};

use conversations::{Conversation, ConversationId, State};
use kernel::{QueueId, Result, Timestamp};
use store::Tx;

use crate::{
    allocate::{Agent, Hall, Match, Prospect, Terms, Waiting, Weighed},
    figures,
    load::{load, load_of_kinds},
    model::{
        Candidate, Candidates, Offer, OfferExplanation, Presence, PresenceState, Queue, Queues, SkillsAsked, Strategy,
    },
    queries,
};

/// Conversations of one line looked at in one round, where there is room for more.
const ROUND: i64 = 200;
/// How long somebody who declined is not asked again for the same conversation.
const DECLINED_FOR: i64 = 120_000;
/// Over how long a fair limit counts.
const HOUR: i64 = 3_600_000;

/// The conversations that may be given away in this look.
pub(crate) type Line = HashMap<ConversationId, Conversation>;

/// Everybody who is there, and who waits of those they could serve; none when there is nothing to give.
pub(crate) fn form(tx: &mut Tx<'_>, queues: &Queues) -> Result<Option<(Hall, Line)>> {
    let people = people(tx, queues)?;
    let mut hall = Hall::new(terms(tx, queues)?, people.clone());
    if !hall.has_room() {
        return Ok(None);
    }
    let offered = queries::open_offers(tx)?.into_iter().map(|offer| offer.conversation_id).collect();
    let mut kinds: HashMap<QueueId, Vec<Kind>> = HashMap::new();
    if queues.all.iter().any(|queue| !queue.rules.0.is_empty()) {
        for (queue, priority, asks) in queries::weighed_kinds(tx)? {
            kinds.entry(queue).or_default().push((priority, asks));
        }
    }
    let now = tx.now();
    let full = people.iter().any(|one| one.ready && one.kinds.iter().any(|(_, load, most)| load >= most));
    let (waiting, line, seen) = (Vec::new(), Line::new(), HashMap::new());
    let mut reader = Reader { hall: &hall, offered, full, now, waiting, line, seen };
    for queue in &queues.all {
        let may = |agent: &&Agent| queue.overflow_seconds > 0 || agent.queues.contains(&queue.id);
        let room: i64 = people.iter().filter(may).map(Agent::room).sum();
        if room > 0 {
            reader.read(tx, queue, room.min(ROUND), kinds.remove(&queue.id).unwrap_or_default())?;
        }
    }
    let Reader { waiting, line, .. } = reader;
    if waiting.is_empty() {
        return Ok(None);
    }
    let ids: Vec<ConversationId> = waiting.iter().map(|one| one.conversation).collect();
    hall.decline(queries::declined(tx, &ids, now.plus_millis(-DECLINED_FOR))?.into_iter().collect());
    waiting.into_iter().for_each(|one| hall.arrive(one));
    Ok(Some((hall, line)))
}

/// What makes those of one queue who wait unlike each other: priority and skills.
type Kind = (i64, SkillsAsked);

struct Reader<'a> {
    hall: &'a Hall,
    offered: HashSet<ConversationId>,
    /// Whether somebody has no more room for some kind of channel: then those of one queue are not alike
    /// who came by several.
    full: bool,
    now: Timestamp,
    waiting: Vec<Waiting>,
    line: Line,
    seen: HashMap<ConversationId, Prospect>,
}

impl Reader<'_> {
    /// Reads who waits in a queue: of each kind as many as somebody has room for, and no more.
    fn read(&mut self, tx: &mut Tx<'_>, queue: &Queue, room: i64, kinds: Vec<Kind>) -> Result<()> {
        let channel_kinds: Vec<_> = match self.full {
            true => conversations::api::waiting_kinds(tx, queue.id)?.into_iter().map(Some).collect(),
            false => vec![None],
        };
        for channel_kind in channel_kinds {
            let mut limit = room + self.offered.len() as i64;
            loop {
                let rows = match channel_kind {
                    Some(kind) => conversations::api::waiting_of_kind(tx, queue.id, kind, limit)?,
                    None => conversations::api::waiting_in(tx, Some(queue.id), limit)?,
                };
                let all = (rows.len() as i64) < limit;
                let ids: Vec<_> = rows.iter().map(|one| one.id).collect();
                self.take(tx, queue, rows)?;
                // Where there are several kinds, each is read for itself; here is found what the ledger
                // does not know yet.
                if all || !kinds.is_empty() || self.is_enough(&ids, room, true) {
                    break;
                }
                limit *= 4;
            }
        }
        if kinds.is_empty() {
            return Ok(());
        }
        for (priority, asks) in kinds.into_iter().chain([(0, SkillsAsked::default())]) {
            let mut limit = room + self.offered.len() as i64;
            loop {
                let ids = queries::line_alike(tx, queue.id, priority, &asks, limit)?;
                let mut rows = Vec::new();
                for id in ids.iter().filter(|id| !self.seen.contains_key(id)) {
                    rows.push(conversations::api::get(tx, *id)?);
                }
                // The ledger may be a moment behind.
                rows.retain(|one| one.state == State::Queued && one.queue_id == Some(queue.id));
                self.take(tx, queue, rows)?;
                if (ids.len() as i64) < limit || self.is_enough(&ids, room, !self.full) {
                    break;
                }
                limit *= 4;
            }
        }
        Ok(())
    }

    /// Whether there are as many among those read as there is room for, or, where they are `alike`, whether
    /// the first of them shows that nobody could serve the others.
    fn is_enough(&self, ids: &[ConversationId], room: i64, alike: bool) -> bool {
        let mut seen = ids.iter().filter_map(|id| self.seen.get(id));
        (alike && seen.clone().next() == Some(&Prospect::Never))
            || seen.by_ref().filter(|prospect| **prospect == Prospect::Now).count() as i64 >= room
    }

    fn take(&mut self, tx: &mut Tx<'_>, queue: &Queue, mut rows: Vec<Conversation>) -> Result<()> {
        rows.retain(|one| !self.offered.contains(&one.id) && !self.seen.contains_key(&one.id));
        if rows.is_empty() {
            return Ok(());
        }
        let mut weights: HashMap<_, _> = HashMap::new();
        if !queue.rules.0.is_empty() {
            let ids: Vec<_> = rows.iter().map(|one| one.id).collect();
            weights.extend(queries::weights(tx, &ids)?.into_iter().map(|(id, priority, asks)| (id, (priority, asks))));
        }
        let mut known: HashMap<_, _> = HashMap::new();
        if queue.last_agent_first {
            let mut customers: Vec<_> = rows.iter().map(|one| one.customer_id).collect();
            customers.sort_unstable();
            customers.dedup();
            known.extend(conversations::api::last_agents(tx, &customers)?);
        }
        for conversation in rows {
            let id = conversation.id;
            let (priority, asks) = match weights.remove(&id) {
                Some(weight) => weight,
                None => figures::weigh(tx, &queue.rules, &conversation)?,
            };
            let wanted = known.get(&conversation.customer_id).copied();
            let since = conversation.opened_at;
            let kind = conversation.channel_kind.text();
            let one = Waiting { conversation: id, queue: queue.id, kind, since, priority, asks: asks.0, wanted };
            self.seen.insert(id, self.hall.prospect(&one, self.now));
            self.waiting.push(one);
            self.line.insert(id, conversation);
        }
        Ok(())
    }
}

/// Everybody who is there, what they have, and what they can.
fn people(tx: &mut Tx<'_>, queues: &Queues) -> Result<Vec<Agent>> {
    let around = queries::around(tx)?;
    if !around.iter().any(|one| one.state == PresenceState::Ready) {
        return Ok(Vec::new());
    }
    let load = load(tx, queues)?;
    let of_kinds = match around.iter().any(|one| !one.channel_capacities.0.is_empty()) {
        true => load_of_kinds(tx, queues)?,
        false => HashMap::new(),
    };
    let kinds = |one: &Presence| {
        let had = |kind| of_kinds.get(&(one.user_id, kind)).copied().unwrap_or(0);
        one.channel_capacities.0.iter().map(|of| (of.kind.text(), had(of.kind), of.capacity)).collect()
    };
    let asks = |queue: &Queue| !queue.skills.0.is_empty() || queue.rules.0.iter().any(|rule| rule.skill.is_some());
    let mut skills: HashMap<_, Vec<_>> = HashMap::new();
    if queues.all.iter().any(asks) {
        for (user, skill, level) in queries::levels(tx)? {
            skills.entry(user).or_default().push((skill, level));
        }
    }
    let mut taken: HashMap<_, Vec<_>> = HashMap::new();
    if queues.all.iter().any(|queue| queue.fair_limit > 0) {
        for (user, queue, count) in queries::given_since(tx, tx.now().plus_millis(-HOUR))? {
            taken.entry(user).or_default().push((queue, count));
        }
    }
    let agent = |one: Presence| Agent {
        user: one.user_id,
        ready: one.state == PresenceState::Ready,
        load: load.get(&one.user_id).copied().unwrap_or(0),
        capacity: one.capacity,
        kinds: kinds(&one),
        served_at: one.served_at,
        queues: queues.all.iter().filter(|queue| queues.serves(queue, one.user_id)).map(|queue| queue.id).collect(),
        skills: skills.remove(&one.user_id).unwrap_or_default(),
        taken: taken.remove(&one.user_id).unwrap_or_default(),
    };
    Ok(around.into_iter().map(agent).collect())
}

/// What each queue says of how its conversations are given away.
fn terms(tx: &mut Tx<'_>, queues: &Queues) -> Result<Vec<Terms>> {
    let mut turns: HashMap<_, _> = HashMap::new();
    if queues.all.iter().any(|queue| queue.strategy == Strategy::RoundRobin) {
        turns.extend(queries::turns(tx)?);
    }
    let terms = |queue: &Queue| Terms {
        queue: queue.id,
        strategy: queue.strategy,
        asks: queue.skills.0.clone(),
        sink_ms: queue.sink_seconds * 1_000,
        outranks_ms: queue.outranks_seconds * 1_000,
        hold_ms: if queue.last_agent_first { queue.hold_seconds * 1_000 } else { 0 },
        overflow_ms: queue.overflow_seconds * 1_000,
        fair_limit: queue.fair_limit,
        turn: turns.get(&queue.id).copied(),
    };
    Ok(queues.all.iter().map(terms).collect())
}

/// Why this offer was made, as it is kept.
pub(crate) fn explanation(
    offer: &Offer,
    found: &Match,
    conversation: &Conversation,
    queue: Option<&Queue>,
) -> OfferExplanation {
    let waited_ms = offer.made_at.since(conversation.opened_at).max(0);
    let candidate = |one: &Weighed| Candidate {
        user_id: one.user,
        name: String::new(),
        verdict: one.verdict,
        load: one.load,
        capacity: one.capacity,
        level: one.level,
    };
    OfferExplanation {
        offer_id: offer.id,
        why: found.why,
        waited_ms,
        priority: found.priority,
        outranked: queue.is_some_and(|queue| waited_ms >= queue.outranks_seconds * 1_000),
        candidates: Candidates(found.weighed.iter().map(candidate).collect()),
    }
}
