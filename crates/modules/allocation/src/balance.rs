//! Who looks after whom: customers shared out among people, as evenly as what must be allows, with the fewest moves.
//!
//! Given are seats (people with a least and a most, there or away), classes of customers (who is able to look after
//! them), and customers with the seat they have now. In this order:
//! 1. What must be: nobody gets a customer they are not able to look after, nor more than their most; a customer who
//!    is kept stays. Of what cannot be placed under that, as little as possible is left over.
//! 2. As few as possible below their least.
//! 3. The most that anybody has is as little as can be, then the second most, and so on through the whole sorted
//!    vector. Where shares are equal this also makes the least as great and the difference as small as can be.
//! 4. Of all these, one with the fewest moves.
//!
//! This is exact. Customers of whom the same people are able are one group, so that a million become a flow between
//! groups and people. The loads that can be reached form an M-convex set, on which the decreasingly minimal vector is
//! found level by level and whose equals are told by bounds per person (Frank and Murota, "Decreasing minimization on
//! M-convex sets", Math. Program. 195, 2022). The levels are found by bisection with minimum cuts, after which both
//! sides are problems of their own (the decomposition of Fujishige 1980, with the bisection of Hochbaum and Hong
//! 1995): as many passes as a load has binary digits, each over every arc once. The fewest moves among the equals are
//! a flow of least cost, a unit that leaves its seat costing one.

mod certificate;
mod flow;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

pub use certificate::{Bound, Forced};
use flow::Flow;

/// Nobody.
pub const NOBODY: u32 = u32::MAX;

/// Somebody who looks after customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Whether they are there to get customers. Who is away keeps only those who are kept.
    pub present: bool,
    /// How many they have besides those of this problem.
    pub held: u32,
    /// How many they should have at least, all told.
    pub least: u32,
    /// How many they may have at most, all told.
    pub most: u32,
    /// Their share against that of a full position, in percent: 1 to 100.
    pub share: u32,
}

/// Somebody to be looked after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// The class they are of.
    pub class: u32,
    /// The seat that has them now; [`NOBODY`] without one.
    pub at: u32,
    /// Whether they stay there whatever else.
    pub kept: bool,
}

/// Why somebody is where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Kept where they were.
    Kept,
    /// Kept where they were, though that seat is not able to look after them: somebody must decide.
    KeptUnable,
    /// They stay: that is as even, and one move fewer.
    Stays,
    /// They had nobody of these people.
    New,
    /// Who had them is away.
    Away,
    /// Who had them is not able.
    Unable,
    /// Who had them has enough.
    Even,
    /// Nobody who is there is able.
    NobodyAble,
    /// All who are able have their most.
    NoRoom,
}

/// Who looks after whom.
#[derive(Clone, Debug)]
pub struct Shared {
    /// The seat of each item; [`NOBODY`] for those who could not be placed.
    pub to: Vec<u32>,
    /// Why, of each item.
    pub why: Vec<Why>,
    /// How many each seat has, all told, after it.
    pub loads: Vec<u32>,
    /// How many of those who are there are able to look after each class.
    pub able: Vec<u32>,
    /// Why it is no more even; none where it is as even as numbers can be.
    pub forced: Option<Forced>,
}

/// Shares the items out. `able` says of each class which seats are able to look after it.
pub fn share_out(seats: &[Seat], able: &[Vec<bool>], items: &[Item]) -> Shared {
    let groups = Groups::of(seats, able, items);
    let keys = Keys::of(seats, &groups);
    let parts = levels(&groups, &keys);
    let placed = fewest_moves(&groups, &parts);
    let (to, why) = deal(seats, able, items, &groups, placed.clone());
    let mut loads = groups.base.clone();
    for at in to.iter().zip(&why).filter(|(to, why)| **to != NOBODY && !is_kept(**why)).map(|(to, _)| *to as usize) {
        loads[at] += 1;
    }
    let counts = able.iter().map(|able| count(seats, able)).collect();
    let forced = certificate::find(seats, &groups, &placed, &loads);
    Shared { to, why, loads, able: counts, forced }
}

fn is_kept(why: Why) -> bool {
    matches!(why, Why::Kept | Why::KeptUnable)
}

fn count(seats: &[Seat], able: &[bool]) -> u32 {
    seats.iter().zip(able).filter(|(seat, able)| seat.present && **able).count() as u32
}

/// Items by who is able to look after them. The last person is nobody: who cannot be placed goes there.
struct Groups {
    /// Which group each class is of.
    of_class: Vec<usize>,
    /// The people there who are able, of each group.
    able: Vec<Vec<usize>>,
    /// How many items each group has, kept ones aside.
    supply: Vec<u64>,
    /// How many of each group are with each person who is able, kept ones aside.
    stay: Vec<HashMap<usize, u64>>,
    /// How many each person has who stay in any case.
    base: Vec<u32>,
    /// How many cannot be placed.
    over: u64,
    people: usize,
}

impl Groups {
    fn of(seats: &[Seat], able: &[Vec<bool>], items: &[Item]) -> Self {
        let mut known: HashMap<Vec<usize>, usize> = HashMap::new();
        let mut groups = Self {
            of_class: Vec::with_capacity(able.len()),
            able: Vec::new(),
            supply: Vec::new(),
            stay: Vec::new(),
            base: seats.iter().map(|seat| seat.held).collect(),
            over: 0,
            people: seats.len(),
        };
        for class in able {
            let here: Vec<_> = (0..seats.len()).filter(|at| class[*at] && seats[*at].present).collect();
            let group = *known.entry(here).or_insert_with_key(|here| {
                groups.able.push(here.clone());
                groups.supply.push(0);
                groups.stay.push(HashMap::new());
                groups.able.len() - 1
            });
            groups.of_class.push(group);
        }
        for item in items {
            let group = groups.of_class[item.class as usize];
            if item.at == NOBODY {
                groups.supply[group] += 1;
                continue;
            }
            let at = item.at as usize;
            if item.kept {
                groups.base[at] += 1;
                continue;
            }
            groups.supply[group] += 1;
            if seats[at].present && able[item.class as usize][at] {
                *groups.stay[group].entry(at).or_default() += 1;
            }
        }
        groups.over = groups.over_all(seats);
        groups
    }

    /// How many find no room.
    fn over_all(&self, seats: &[Seat]) -> u64 {
        let rooms: Vec<_> = seats.iter().zip(&self.base).map(|(seat, base)| seat.most.saturating_sub(*base)).collect();
        let all: Vec<_> = (0..self.able.len()).collect();
        let people: Vec<_> = (0..self.people).collect();
        let cut = Cut::through(self, &all, &people, |person| u64::from(rooms[person]));
        cut.supply - cut.sent
    }

    /// Those of a group's people who are among `people`, who are marked.
    fn arcs<'a>(&'a self, group: usize, marks: &'a [usize]) -> impl Iterator<Item = (usize, usize)> + 'a {
        let nobody = (self.over > 0).then_some(self.people);
        let here = self.able[group].iter().copied().chain(nobody);
        here.filter_map(|person| Some((person, *marks.get(person)?))).filter(|(_, mark)| *mark != usize::MAX)
    }
}

/// The most that goes from some groups to some people, and on which side of the cut each is.
struct Cut {
    supply: u64,
    sent: u64,
    groups: Vec<bool>,
    people: Vec<bool>,
}

impl Cut {
    fn through(groups: &Groups, some: &[usize], people: &[usize], room: impl Fn(usize) -> u64) -> Self {
        let (from, to) = (0, 1);
        let mut marks = vec![usize::MAX; groups.people + 1];
        for (at, person) in people.iter().enumerate() {
            marks[*person] = 2 + some.len() + at;
        }
        let mut flow = Flow::new(2 + some.len() + people.len());
        let mut supply = 0;
        for (at, group) in some.iter().enumerate() {
            supply += groups.supply[*group];
            flow.arc(from, 2 + at, groups.supply[*group], 0);
            for (_, mark) in groups.arcs(*group, &marks) {
                flow.arc(2 + at, mark, groups.supply[*group], 0);
            }
        }
        for person in people {
            flow.arc(marks[*person], to, room(*person), 0);
        }
        let sent = flow.send(from, to);
        Self {
            supply,
            sent,
            groups: (0..some.len()).map(|at| flow.reached(2 + at)).collect(),
            people: people.iter().map(|person| flow.reached(marks[*person])).collect(),
        }
    }
}

/// What each further customer of a person weighs: whoever takes up those that weigh least is even.
struct Keys {
    /// Of each person: what stays in any case, least, most, share.
    people: Vec<(u64, u64, u64, u64)>,
    /// A full position's share.
    full: u64,
    /// Below this nothing weighs anything: it lifts everybody below their least beneath all others.
    floor: i64,
    top: i64,
    over: u64,
}

impl Keys {
    fn of(seats: &[Seat], groups: &Groups) -> Self {
        let alike = seats.iter().all(|seat| seat.share == seats[0].share);
        let people: Vec<_> = seats
            .iter()
            .zip(&groups.base)
            .map(|(seat, base)| {
                let share = if alike { 1 } else { u64::from(seat.share.clamp(1, 100)) };
                (u64::from(*base), u64::from(seat.least.min(seat.most)), u64::from(seat.most), share)
            })
            .collect();
        let full = if alike { 1 } else { 10_000 };
        let floor = people.iter().map(|(_, least, ..)| *least).max().unwrap_or(0) as i64 + 1;
        let all: u64 = groups.supply.iter().sum();
        let most = people.iter().map(|(base, ..)| base + all + 1).max().unwrap_or(0);
        let share = people.iter().map(|(.., share)| *share).min().unwrap_or(1);
        let top = (most * full).div_ceil(share) as i64;
        Self { people, full, floor, top, over: groups.over }
    }

    /// How many more a person may have none of whom weighs more than `weight`.
    fn room(&self, person: usize, weight: i64) -> u64 {
        let Some((base, least, most, share)) = self.people.get(person).copied() else { return self.over };
        let all_told = if weight < 0 {
            ((weight + self.floor).max(0) as u64).min(least)
        } else {
            (weight as u64 * share / self.full).max(least)
        };
        all_told.min(most).saturating_sub(base)
    }
}

/// Groups that go to these people alone, each of whom has between so many more and one more than that.
struct Part {
    groups: Vec<usize>,
    /// Person, at least, at most.
    people: Vec<(usize, u64, u64)>,
}

/// The evenest loads, as parts that have nothing to do with each other.
fn levels(groups: &Groups, keys: &Keys) -> Vec<Part> {
    let everybody = groups.people + usize::from(groups.over > 0);
    let mut parts = Vec::new();
    // Everything finds room below the upper weight, and everybody is full below the lower one.
    let mut open =
        vec![((0..groups.able.len()).collect::<Vec<_>>(), (0..everybody).collect::<Vec<_>>(), -keys.floor, keys.top)];
    while let Some((some, people, low, high)) = open.pop() {
        if some.is_empty() || people.is_empty() {
            continue;
        }
        if high - low <= 1 {
            let people = people.into_iter().map(|one| (one, keys.room(one, low), keys.room(one, high))).collect();
            parts.push(Part { groups: some, people });
            continue;
        }
        let middle = low + (high - low) / 2;
        let cut = Cut::through(groups, &some, &people, |person| keys.room(person, middle));
        if cut.sent == cut.supply {
            open.push((some, people, low, middle));
            continue;
        }
        let (heavy, light) = split(some, &cut.groups);
        let (full, free) = split(people, &cut.people);
        open.push((heavy, full, middle, high));
        open.push((light, free, low, middle));
    }
    parts
}

fn split(of: Vec<usize>, marked: &[bool]) -> (Vec<usize>, Vec<usize>) {
    let (yes, no): (Vec<_>, Vec<_>) = of.into_iter().zip(marked).partition(|(_, marked)| **marked);
    (yes.into_iter().map(|(one, _)| one).collect(), no.into_iter().map(|(one, _)| one).collect())
}

/// Of a group, how many go to a person: those who stay there, and others.
#[derive(Clone, Copy, Debug)]
struct Placed {
    group: usize,
    person: usize,
    stay: u64,
    come: u64,
}

/// The fewest moves within each part.
fn fewest_moves(groups: &Groups, parts: &[Part]) -> Vec<Placed> {
    let mut placed = Vec::new();
    for part in parts {
        let (from, to, rest) = (0, 1, 2);
        let mut marks = vec![usize::MAX; groups.people + 1];
        for (at, (person, ..)) in part.people.iter().enumerate() {
            marks[*person] = 3 + part.groups.len() + at;
        }
        let mut flow = Flow::new(3 + part.groups.len() + part.people.len());
        let mut arcs = Vec::new();
        let mut supply = 0;
        for (at, group) in part.groups.iter().enumerate() {
            supply += groups.supply[*group];
            flow.arc(from, 3 + at, groups.supply[*group], 0);
            for (person, mark) in groups.arcs(*group, &marks) {
                let stay = groups.stay[*group].get(&person).map(|stay| flow.arc(3 + at, mark, *stay, 0));
                arcs.push((*group, person, stay, flow.arc(3 + at, mark, groups.supply[*group], 1)));
            }
        }
        // As much goes on as there is only if everybody has what they have at least.
        let mut least = 0;
        for (person, low, high) in &part.people {
            least += low;
            flow.arc(marks[*person], to, *low, 0);
            flow.arc(marks[*person], rest, high - low, 0);
        }
        flow.arc(rest, to, supply.saturating_sub(least), 0);
        let sent = flow.send_cheaply(from, to);
        debug_assert_eq!(sent, supply, "the levels leave room for everybody");
        for (group, person, stay, come) in arcs {
            let stay = stay.map_or(0, |arc| flow.through(arc));
            let come = flow.through(come);
            if stay + come > 0 {
                placed.push(Placed { group, person, stay, come });
            }
        }
    }
    placed
}

/// Who of each group goes where: who was there first stays first, the others are dealt out like cards.
fn deal(
    seats: &[Seat],
    able: &[Vec<bool>],
    items: &[Item],
    groups: &Groups,
    placed: Vec<Placed>,
) -> (Vec<u32>, Vec<Why>) {
    let mut stay: HashMap<(usize, usize), u64> = HashMap::new();
    let mut come: Vec<(usize, Vec<(usize, u64)>)> = vec![(0, Vec::new()); groups.able.len()];
    for Placed { group, person, stay: stays, come: comes } in placed {
        if stays > 0 {
            stay.insert((group, person), stays);
        }
        if comes > 0 {
            come[group].1.push((person, comes));
        }
    }
    let mut next = |group: usize| {
        let (turn, left) = &mut come[group];
        *turn %= left.len().max(1);
        let (person, more) = left.get_mut(*turn)?;
        let person = *person;
        *more -= 1;
        if *more == 0 {
            left.swap_remove(*turn);
        } else {
            *turn += 1;
        }
        Some(person).filter(|person| *person < groups.people)
    };
    let place = |item: &Item| {
        let class = item.class as usize;
        let (at, group) = (item.at as usize, groups.of_class[class]);
        let here = item.at != NOBODY;
        if here && item.kept {
            return (item.at, if able[class][at] { Why::Kept } else { Why::KeptUnable });
        }
        if here && let Some(left) = stay.get_mut(&(group, at)).filter(|left| **left > 0) {
            *left -= 1;
            return (item.at, Why::Stays);
        }
        match next(group) {
            None if groups.able[group].is_empty() => (NOBODY, Why::NobodyAble),
            None => (NOBODY, Why::NoRoom),
            Some(to) if !here => (to as u32, Why::New),
            Some(to) if !seats[at].present => (to as u32, Why::Away),
            Some(to) if !able[class][at] => (to as u32, Why::Unable),
            Some(to) => (to as u32, Why::Even),
        }
    };
    items.iter().map(place).unzip()
}
