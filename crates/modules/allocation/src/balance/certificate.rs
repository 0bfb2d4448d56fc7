//! Why loads are no more even: the people between whom nothing can be moved any more.

use super::{Groups, Placed, Seat};

/// Some people, and how many customers that says something about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The people, by seat.
    pub people: Vec<u32>,
    /// How many customers they have between them. Above: these can go to nobody else. Below: no more can come.
    pub customers: u64,
    /// How many of these stay in any case: kept, or not part of what is shared out.
    pub fixed: u64,
    /// How many of the people are at a limit of their own: their most (or, above, their least).
    pub at_limit: u32,
}

/// What keeps the loads apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forced {
    /// The most anybody has, and why it is not less.
    pub most: u32,
    /// Who must have as much between them.
    pub above: Bound,
    /// The least anybody has, and why it is not more.
    pub least: u32,
    /// Who can have no more between them.
    pub below: Bound,
}

/// Why these loads differ by more than one; none where they do not. Seats that are away do not count.
pub(super) fn find(seats: &[Seat], groups: &Groups, placed: &[Placed], loads: &[u32]) -> Option<Forced> {
    let there = || (0..seats.len()).filter(|at| seats[*at].present);
    // With unequal shares what counts is the load of a full position.
    let weight = |at: usize| u64::from(loads[at]) * 10_000 / u64::from(seats[at].share.clamp(1, 100));
    let step = 10_000 / u64::from(there().map(|at| seats[at].share.clamp(1, 100)).min()?);
    let (high, low) = (there().map(weight).max()?, there().map(weight).min()?);
    if high - low <= step {
        return None;
    }
    let top: Vec<_> = there().filter(|at| weight(*at) == high).collect();
    let bottom: Vec<_> = there().filter(|at| weight(*at) == low).collect();
    let mut by_person: Vec<Vec<usize>> = vec![Vec::new(); seats.len()];
    let mut by_group: Vec<Vec<usize>> = vec![Vec::new(); groups.able.len()];
    for one in placed.iter().filter(|one| one.person < seats.len()) {
        by_person[one.person].push(one.group);
        by_group[one.group].push(one.person);
    }
    let mut able_of: Vec<Vec<usize>> = vec![Vec::new(); seats.len()];
    for (group, able) in groups.able.iter().enumerate() {
        able.iter().for_each(|person| able_of[*person].push(group));
    }
    let at_least = |at: usize| loads[at] <= seats[at].least;
    let at_most = |at: usize| loads[at] >= seats[at].most;
    // Upwards: whoever could take one of theirs. Downwards: whoever could give them one.
    let above = closed(&top, &by_person, &groups.able, at_least);
    let below = closed(&bottom, &able_of, &by_group, at_most);
    let bound = |people: Vec<usize>, limit: &dyn Fn(usize) -> bool| Bound {
        customers: people.iter().map(|at| u64::from(loads[*at])).sum(),
        fixed: people.iter().map(|at| u64::from(groups.base[*at])).sum(),
        at_limit: people.iter().filter(|at| limit(**at)).count() as u32,
        people: people.into_iter().map(|at| at as u32).collect(),
    };
    Some(Forced {
        most: loads[top[0]],
        above: bound(above, &|at| at_most(at) || at_least(at)),
        least: loads[bottom[0]],
        below: bound(below, &|at| at_most(at)),
    })
}

/// Everybody who is reached from `first` along `groups_of` a person and `people_of` a group; nobody beyond those at
/// their `limit`.
fn closed(
    first: &[usize],
    groups_of: &[Vec<usize>],
    people_of: &[Vec<usize>],
    limit: impl Fn(usize) -> bool,
) -> Vec<usize> {
    let (mut seen, mut looked) = (vec![false; groups_of.len()], vec![false; people_of.len()]);
    let mut found: Vec<usize> = first.to_vec();
    first.iter().for_each(|at| seen[*at] = true);
    let mut at = 0;
    while let Some(&person) = found.get(at) {
        at += 1;
        if limit(person) {
            continue;
        }
        for group in &groups_of[person] {
            if std::mem::replace(&mut looked[*group], true) {
                continue;
            }
            for next in &people_of[*group] {
                if !std::mem::replace(&mut seen[*next], true) {
                    found.push(*next);
                }
            }
        }
    }
    found.sort_unstable();
    found
}
