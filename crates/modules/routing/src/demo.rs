//! Routing in the demo story: queues and who serves them, who was there when, what was offered to whom.
//!
//! The waits and the figures of days are not told here: they follow from what happened to
//! conversations, in the story as in life.

mod attendance;

use std::collections::HashSet;

use audit::api::Entry;
use conversations::api::DemoTake;
use http::{Demo, DemoPerson};
use kernel::{Actor, Error, Id, Result, Rng, UserId};
use store::Tx;

use crate::{
    model::{
        Candidate, Candidates, Offer, OfferExplanation, OfferState, OfferVerdict, PresenceReason, Queue, RoutingRule,
        RoutingRules, Skill, SkillAsked, SkillId, SkillsAsked, Strategy, Why,
    },
    queries,
};

const SECOND: i64 = 1_000;
/// For how long back it is told why.
const EXPLAINED_FOR: i64 = 7 * 24 * 60 * 60 * SECOND;
const QUEUES: &str = include_str!("../demo/queues.txt");
const SKILLS: &str = include_str!("../demo/skills.txt");
const RULES: &str = include_str!("../demo/rules.txt");
const REASONS: &str = include_str!("../demo/reasons.txt");

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    queues(tx, demo)?;
    demo.finally.push(tell_skills);
    reasons(tx)?;
    let takes = demo.take::<Vec<DemoTake>>().unwrap_or_default();
    offers(tx, demo, &takes)?;
    attendance::tell(tx, demo, &takes)
}

/// A skill of the story.
struct DemoSkill {
    id: SkillId,
    name: &'static str,
    /// Who serves this queue has it.
    queue: usize,
    /// The level the queue asks for; 0: none.
    asked: i64,
}

/// The skills of the story. Their ids come from a chance of their own, so that nothing else in the story
/// is another one for them.
fn skills(demo: &Demo) -> Result<Vec<DemoSkill>> {
    let rng = Rng::seeded(demo.plan.seed);
    let skill = |line: &'static str| {
        let parts: Vec<_> = line.split('\t').collect();
        let [name, queue, asked] = parts[..] else { return Err(Error::internal(format!("demo: {line}"))) };
        let queue = queue.parse().map_err(Error::internal)?;
        let asked = asked.parse().map_err(Error::internal)?;
        Ok(DemoSkill { id: Id::new(demo.since, &rng), name, queue, asked })
    };
    SKILLS.lines().filter(|line| !line.starts_with('#')).map(skill).collect()
}

/// What people are good at: who serves a queue has its skill, more or less.
fn tell_skills(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let told = skills(demo)?;
    tx.as_of(demo.since, Actor::System("demo"))?;
    for DemoSkill { id, name, .. } in &told {
        let skill = Skill { id: *id, name: (*name).to_owned(), created_at: tx.now(), version: 1 };
        queries::insert_skill(tx, &skill)?;
        audit::api::record(tx, Entry::new("routing.skill_added", "skill", skill.id).created(&skill))?;
    }
    for (at, person) in demo.people.iter().enumerate() {
        let serves =
            |skill: &&DemoSkill| demo.queues.get(skill.queue).is_some_and(|queue| person.serves.contains(&queue.id));
        let level = |skill: &DemoSkill| SkillAsked { skill_id: skill.id, level: 3 + at as i64 % 3 };
        let levels: Vec<_> = told.iter().filter(serves).map(level).collect();
        queries::set_levels(tx, person.id, &levels)?;
    }
    Ok(())
}

/// The rules of this queue of the story.
fn rules(queue: usize) -> Vec<RoutingRule> {
    let rule = |line: &str| {
        let mut parts = line.split('\t').map(str::to_owned);
        let (at, what, is) = (parts.next()?.parse::<usize>().ok()?, parts.next()?, parts.next()?);
        let priority = parts.next()?.parse().ok()?;
        let (word, attribute, value) = if is.is_empty() {
            (Some(what), None, None)
        } else {
            (None, Some(what), Some(is))
        };
        (at == queue).then_some(RoutingRule {
            channel_id: None,
            attribute,
            value,
            word,
            tier: None,
            priority,
            skill: None,
        })
    };
    RULES.lines().filter_map(rule).collect()
}

fn queues(tx: &mut Tx<'_>, demo: &Demo) -> Result<()> {
    let skills = skills(demo)?;
    let lines = QUEUES.lines().filter(|line| !line.starts_with('#'));
    for (at, (told, line)) in demo.queues.iter().zip(lines).enumerate() {
        let numbers: Vec<i64> = line.split('\t').filter_map(|number| number.parse().ok()).collect();
        let [offer_seconds, wrap_up_seconds, target_seconds, hold_seconds, overflow_seconds, fair_limit] = numbers[..]
        else {
            return Err(Error::internal(format!("demo: {line}")));
        };
        let strategies = [Strategy::LongestIdle, Strategy::RoundRobin, Strategy::Balanced];
        let strategy = strategies.into_iter().find(|strategy| line.ends_with(strategy.text()));
        let asked = skills.iter().filter(|skill| skill.queue == at && skill.asked > 0);
        let asked = asked.map(|skill| SkillAsked { skill_id: skill.id, level: skill.asked }).collect();
        // The first takes what no other does, and everybody serves it.
        let first = at == 0;
        let queue = Queue {
            offer_seconds,
            wrap_up_seconds,
            target_seconds,
            everybody: first,
            is_default: first,
            hold_seconds,
            overflow_seconds,
            fair_limit,
            strategy: strategy.unwrap_or(Strategy::LongestIdle),
            skills: SkillsAsked(asked),
            sink_seconds: 120,
            rules: RoutingRules(rules(at)),
            ..Queue::new(told.id, told.name.clone(), tx.now().plus_millis(at as i64))
        };
        queries::insert_queue(tx, &queue)?;
        let serves = |person: &&DemoPerson| person.serves.contains(&told.id);
        let members: Vec<UserId> = demo.people.iter().filter(serves).map(|person| person.id).collect();
        queries::set_members(tx, queue.id, if first { &[] } else { &members })?;
        queries::set_channels(tx, queue.id, demo.channels.get(at..=at).unwrap_or_default())?;
        audit::api::record(tx, Entry::new("routing.queue_added", "queue", queue.id).created(&queue))?;
    }
    Ok(())
}

fn reasons(tx: &mut Tx<'_>) -> Result<()> {
    for line in REASONS.lines().filter(|line| !line.starts_with('#')) {
        let (label, minutes) = line.split_once('\t').unwrap_or((line, ""));
        let minutes = minutes.parse().ok();
        let reason =
            PresenceReason { id: tx.new_id(), label: label.to_owned(), minutes, created_at: tx.now(), version: 1 };
        queries::insert_reason(tx, &reason)?;
        let entry = Entry::new("routing.presence_reason_added", "presence_reason", reason.id).created(&reason);
        audit::api::record(tx, entry)?;
    }
    Ok(())
}

/// Each conversation was offered to whoever took it; of those that waited longer, some were refused by
/// somebody before.
fn offers(tx: &mut Tx<'_>, demo: &Demo, takes: &[DemoTake]) -> Result<()> {
    let (mut offers, mut explanations) = (Vec::with_capacity(takes.len()), Vec::new());
    let known: HashSet<UserId> = demo.people.iter().map(|person| person.id).collect();
    for take in takes.iter().filter(|take| known.contains(&take.user_id)) {
        let offer = |user_id, state, made_at: kernel::Timestamp, ended_at| Offer {
            id: Id::new(made_at, &demo.rng),
            conversation_id: take.conversation_id,
            user_id,
            epoch: 0,
            state,
            made_at,
            expires_at: made_at.plus_seconds(30),
            ended_at: Some(ended_at),
            queue_id: Some(take.queue_id),
        };
        let serves = |person: &&DemoPerson| person.serves.contains(&take.queue_id) && person.id != take.user_id;
        let others: Vec<_> = demo.people.iter().filter(serves).collect();
        if take.at.since(take.since) > 40 * SECOND && demo.chance(40) && !others.is_empty() {
            let made = take.since.plus_millis(SECOND);
            let refused = made.plus_millis(demo.between(3, 20) * SECOND);
            offers.push(offer(demo.pick(&others).id, OfferState::Refused, made, refused));
        }
        let made = take.at.plus_millis(-demo.between(1, 20) * SECOND).max(take.since.plus_millis(300));
        let taken = offer(take.user_id, OfferState::Accepted, made.min(take.at), take.at);
        // Nobody asks why of what is long over.
        if demo.now.since(taken.made_at) < EXPLAINED_FOR {
            explanations.push(explained(&taken, take, &others));
        }
        offers.push(taken);
    }
    queries::tell_offers(tx, &offers)?;
    queries::tell_explanations(tx, &explanations)
}

/// Why somebody was offered what they took: the others were idle less long, or had no room.
fn explained(offer: &Offer, take: &DemoTake, others: &[&DemoPerson]) -> OfferExplanation {
    let candidate =
        |user_id, verdict, load| Candidate { user_id, name: String::new(), verdict, load, capacity: 5, level: None };
    let mut candidates = vec![candidate(take.user_id, OfferVerdict::Chosen, 1)];
    for (at, other) in others.iter().enumerate() {
        candidates.push(match at % 3 {
            0 => candidate(other.id, OfferVerdict::IdleLess, 2),
            1 => candidate(other.id, OfferVerdict::NoRoom, 5),
            _ => candidate(other.id, OfferVerdict::NotReady, 0),
        });
    }
    candidates[1..].sort_by_key(|one| one.verdict as u8);
    candidates.truncate(20);
    OfferExplanation {
        offer_id: offer.id,
        why: Why::IdleLongest,
        waited_ms: offer.made_at.since(take.since).max(0),
        priority: 0,
        outranked: false,
        candidates: Candidates(candidates),
    }
}
