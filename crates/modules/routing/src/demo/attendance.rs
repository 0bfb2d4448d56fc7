//! Who of the story was there when: shifts with their breaks, and how it stands now.

use std::collections::HashMap;

use conversations::api::DemoTake;
use http::{Demo, DemoPerson};
use kernel::{Id, Result, Timestamp, UserId};
use store::{Fact, Tx};

use super::SECOND;
use crate::{
    events,
    model::{Because, Presence, PresenceReason, PresenceSpell, PresenceState},
    queries,
};

const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;
/// For how long nobody is sent away who has no connection: behind the people of the story is nobody,
/// and whoever looks at it is to see them.
const STAYS: i64 = 12 * 60 * MINUTE;

/// The reasons by what they are called.
type Reasons = HashMap<String, Id<PresenceReason>>;

pub(super) fn tell(tx: &mut Tx<'_>, demo: &Demo, takes: &[DemoTake]) -> Result<()> {
    let reasons = queries::reasons(tx)?.into_iter().map(|reason| (reason.label, reason.id)).collect();
    let hands = hands_full(tx)?;
    let mut last: HashMap<UserId, Timestamp> = HashMap::new();
    for take in takes {
        let latest = last.entry(take.user_id).or_insert(take.at);
        *latest = take.at.max(*latest);
    }
    let calendar = settings::api::calendar(tx)?;
    for person in &demo.people {
        let Some(shift) = person.shift else { continue };
        let mut spells = Spells { person, reasons: &reasons, demo, told: Vec::new() };
        let mut day = demo.since;
        while day < demo.now {
            let hours = shift.on(day).filter(|(from, until)| calendar.elapsed(*from, *until) > 0);
            if let Some((from, until)) = hours.filter(|(from, _)| *from >= demo.since) {
                spells.shift(from, until);
            }
            day = day.plus_millis(DAY);
        }
        let now = standing(demo, person, &reasons, hands.get(&person.id).copied().unwrap_or(0));
        let mut told = spells.until(&now);
        let served_at = last.get(&person.id).copied().unwrap_or(now.since);
        let presence = Presence { served_at, seen_at: demo.now.plus_millis(STAYS), last_seq: 1, version: 1, ..now };
        tx.as_of(presence.since, person.actor())?;
        tx.emit(Fact::new(events::PRESENCE_CHANGED, person.id, &presence)?.on(presence.topic(), presence.last_seq));
        queries::save_presence(tx, &presence)?;
        told.push(spell(demo, person, &presence, presence.since));
        queries::tell_spells(tx, &told)?;
    }
    Ok(())
}

/// How many conversations each person has now.
fn hands_full(tx: &mut Tx<'_>) -> Result<HashMap<UserId, i64>> {
    Ok(conversations::api::load(tx)?.into_iter().collect())
}

/// How somebody stands now. Who talks has no room for more: what comes is for whoever looks around in
/// the story, and is not offered to somebody who will never answer.
fn standing(demo: &Demo, person: &DemoPerson, reasons: &Reasons, talks: i64) -> Presence {
    let since = demo.now.plus_millis(-demo.between(7, 70) * MINUTE);
    let unknown = Presence::unknown(person.id, person.name.clone(), person.unit, since);
    if talks > 0 {
        return Presence { state: PresenceState::Ready, capacity: talks, ..unknown };
    }
    let away = match demo.between(0, 10) {
        0..2 => "小休",
        2..4 => "会议",
        4 => "回访外呼",
        5 => "带教新人",
        _ => return unknown,
    };
    let because = Because { id: reasons.get(away).copied(), word: Some(away.to_owned()) };
    // Nobody is on a break for an hour.
    let since = demo.now.plus_millis(-demo.between(2, 12) * MINUTE);
    Presence { since, ..unknown.become_state(PresenceState::NotReady, because, since) }
}

/// The spells of one person.
struct Spells<'a> {
    person: &'a DemoPerson,
    reasons: &'a Reasons,
    demo: &'a Demo,
    told: Vec<(Timestamp, PresenceState, Option<&'static str>)>,
}

impl Spells<'_> {
    /// A day's work: there in time or a little late, breaks, sometimes a training, and home.
    fn shift(&mut self, from: Timestamp, until: Timestamp) {
        use PresenceState::{NotReady, Offline, Ready};
        let demo = self.demo;
        let minutes = |low, high| demo.between(low, high) * MINUTE;
        let began = from.plus_millis(minutes(-6, 4));
        self.told.push((began, Ready, None));
        let half = until.since(from) / 2;
        let mut away = |at: Timestamp, length: i64, why: &'static str| {
            self.told.push((at, NotReady, Some(why)));
            self.told.push((at.plus_millis(length), Ready, None));
        };
        away(from.plus_millis(half / 2 + minutes(-20, 20)), minutes(9, 17), "小休");
        away(from.plus_millis(half + minutes(-25, 10)), minutes(35, 60), "用餐");
        if demo.chance(12) {
            away(from.plus_millis(half + minutes(70, 85)), minutes(25, 40), "培训");
        }
        away(from.plus_millis(half + half / 2 + minutes(0, 30)), minutes(8, 16), "小休");
        self.told.push((until.plus_millis(minutes(-2, 15)), Offline, None));
    }

    /// All of them that were over when `now` began.
    fn until(self, now: &Presence) -> Vec<PresenceSpell> {
        let before: Vec<_> = self.told.iter().filter(|(at, ..)| *at < now.since).collect();
        let ends = before.iter().skip(1).map(|(at, ..)| *at).chain([now.since]);
        let spells = before.iter().zip(ends).map(|((since, state, why), until)| PresenceSpell {
            state: *state,
            reason_id: why.and_then(|why| self.reasons.get(why).copied()),
            reason: why.map(str::to_owned),
            until: Some(until),
            ..spell(self.demo, self.person, now, *since)
        });
        spells.collect()
    }
}

fn spell(demo: &Demo, person: &DemoPerson, presence: &Presence, since: Timestamp) -> PresenceSpell {
    PresenceSpell {
        id: Id::new(since, &demo.rng),
        user_id: person.id,
        unit_id: person.unit,
        state: presence.state,
        reason_id: presence.reason_id,
        reason: presence.reason.clone(),
        capacity: presence.capacity,
        since,
        until: None,
    }
}
