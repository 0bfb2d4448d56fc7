//! What stands against somebody, and why one was chosen before others.

use kernel::{Timestamp, UserId};

use super::{Hall, Line, Place, Turn, asks, level, passed};
use crate::model::{OfferVerdict, Strategy};

/// How many of those looked at are kept with a choice.
const KEPT: usize = 20;
/// How many of them at most could have served it, so that there is space for those who could not.
const KEPT_ABLE: usize = 12;

/// Somebody who was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Weighed {
    pub user: UserId,
    pub verdict: OfferVerdict,
    pub load: i64,
    pub capacity: i64,
    /// The levels of the skills asked for, added up; none when none is asked for.
    pub level: Option<i64>,
}

impl Hall {
    /// Why somebody cannot be given this; none: they can.
    pub(super) fn bar(&self, line: &Line, at: usize, waited: i64) -> Option<OfferVerdict> {
        let (terms, agent) = (&self.terms[line.queue], &self.people[at]);
        if !agent.ready {
            return Some(OfferVerdict::NotReady);
        }
        if agent.load >= agent.capacity {
            return Some(OfferVerdict::NoRoom);
        }
        if agent.kinds.iter().any(|(kind, load, most)| *kind == line.kind && load >= most) {
            return Some(OfferVerdict::NoRoomForChannel);
        }
        let sunk = if terms.sink_ms > 0 { waited.max(0) / terms.sink_ms } else { 0 };
        if asks(terms, line).any(|asked| level(agent, asked.skill_id) < asked.level - sunk) {
            return Some(OfferVerdict::SkillBelow);
        }
        let taken = || agent.taken.iter().find(|taken| taken.0 == terms.queue).map_or(0, |taken| taken.1);
        if terms.fair_limit > 0 && taken() >= terms.fair_limit {
            return Some(OfferVerdict::FairLimit);
        }
        None
    }

    /// Who was looked at before `chosen` was given it.
    pub(super) fn weigh(&self, line: &Line, place: &Place, chosen: usize, now: Timestamp) -> Vec<Weighed> {
        let waited = now.since(place.0);
        let best = self.turn(line, place, chosen);
        let mut able: Vec<(Turn, usize)> = Vec::new();
        let mut unable: Vec<(OfferVerdict, usize)> = Vec::new();
        let mut look = |at: usize| match self.bar(line, at, waited) {
            _ if at == chosen => {}
            Some(verdict) => unable.push((verdict, at)),
            None => able.push((self.turn(line, place, at), at)),
        };
        self.serving[line.queue].iter().for_each(|at| look(*at));
        if passed(waited, self.terms[line.queue].overflow_ms) {
            let serves = |at: &&usize| self.people[**at].queues.contains(&self.terms[line.queue].queue);
            self.free.iter().filter(|at| !serves(at)).for_each(|at| look(*at));
        }
        if able.len() > KEPT_ABLE {
            able.select_nth_unstable(KEPT_ABLE);
            able.truncate(KEPT_ABLE);
        }
        able.sort_unstable();
        // Whom the customer knows is the first they would ask about.
        let known = place.2.and_then(|user| self.of_user.get(&user).copied());
        let left = KEPT - 1 - able.len();
        let order = |(verdict, at): &(OfferVerdict, usize)| (Some(*at) != known, *verdict as u8, *at);
        if unable.len() > left {
            unable.select_nth_unstable_by_key(left, order);
            unable.truncate(left);
        }
        unable.sort_unstable_by_key(order);
        let able = able.into_iter().map(|(turn, at)| self.weighed(line, at, self.behind(line, best, turn)));
        let unable = unable.into_iter().map(|(verdict, at)| self.weighed(line, at, verdict));
        [self.weighed(line, chosen, OfferVerdict::Chosen)].into_iter().chain(able).chain(unable).collect()
    }

    /// In what somebody who could have served it stood behind the chosen one.
    fn behind(&self, line: &Line, best: Turn, other: Turn) -> OfferVerdict {
        match (other, best) {
            ((true, ..), (false, ..)) => OfferVerdict::Declined,
            ((_, true, ..), (_, false, ..)) => OfferVerdict::OtherQueue,
            ((_, _, fit, _), (_, _, best, _)) if fit > best => OfferVerdict::SkillLess,
            // Only whom the customer knows comes before a better one.
            _ if other < best => OfferVerdict::NotKnown,
            _ => match self.terms[line.queue].strategy {
                Strategy::LongestIdle => OfferVerdict::IdleLess,
                Strategy::RoundRobin => OfferVerdict::LaterInTurn,
                Strategy::Balanced => OfferVerdict::MoreLoaded,
            },
        }
    }

    fn weighed(&self, line: &Line, at: usize, verdict: OfferVerdict) -> Weighed {
        let agent = &self.people[at];
        let asked = asks(&self.terms[line.queue], line).next().is_some();
        Weighed {
            user: agent.user,
            verdict,
            load: agent.load,
            capacity: agent.capacity,
            level: asked.then(|| self.fit(line, at)),
        }
    }
}
