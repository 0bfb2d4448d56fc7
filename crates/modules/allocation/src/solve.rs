//! From a plan and the customers it means to who goes where: classes by what is needed, seats by what is had.

use std::collections::{HashMap, HashSet};

use customers::{Placeable, Stage};
use http::SegmentSources;
use kernel::{CustomerId, Id, Result, UserId};
use routing::SkillId;
use store::Tx;

use crate::{
    balance::{self, Bound, Item, NOBODY},
    model::{
        AllocationRun, AllocationWhy, Class, Floor, Keeping, Limit, Load, MOST_CUSTOMERS, Move, MoveState, Needed,
        Outcome, Plan,
    },
};

/// Customers read at once.
const AT_ONCE: i64 = 2_000;
/// Names told of a group of people.
const NAMES: usize = 8;

/// A customer to be shared out.
pub(crate) struct Wanted {
    pub who: CustomerId,
    owner: Option<UserId>,
    stage: Stage,
    /// Which needs they have, a bit each.
    needs: u32,
}

/// All that is known before anything is worked out.
pub(crate) struct Known {
    plan: Plan,
    /// How many each person has of all customers.
    held: HashMap<UserId, i64>,
    names: Vec<String>,
    skills: HashMap<SkillId, String>,
    levels: HashMap<(UserId, SkillId), i64>,
}

/// Members of a segment read at once.
const MEMBERS_AT_ONCE: usize = 10_000;

/// Who belongs to the segment that is meant, of those who ask may see; none: no segment is.
///
/// # Errors
/// Those of [`segments::api::members`].
pub(crate) fn among(tx: &mut Tx<'_>, sources: &SegmentSources, plan: &Plan) -> Result<Option<HashSet<CustomerId>>> {
    let Some(id) = plan.segment_id else { return Ok(None) };
    let (mut all, mut cursor) = (HashSet::new(), None::<String>);
    loop {
        let (some, next) = segments::api::members(tx, sources, id, cursor.as_deref(), MEMBERS_AT_ONCE)?;
        all.extend(some);
        if next.is_none() || all.len() >= MOST_CUSTOMERS {
            return Ok(Some(all));
        }
        cursor = next;
    }
}

/// Some of the customers meant, behind the one of this id, and where to go on; nowhere behind the last.
pub(crate) fn some(
    tx: &mut Tx<'_>,
    plan: &Plan,
    among: Option<&HashSet<CustomerId>>,
    after: &str,
) -> Result<(Vec<Wanted>, Option<String>)> {
    let words: Vec<_> = plan.needs.iter().map(|need| need.words.as_deref().map(store::fold)).collect();
    let wanted = |Placeable { id, owner_id, stage, words: theirs }: Placeable| {
        let has = |at: usize| {
            plan.needs[at].stage.is_none_or(|needed| needed == stage)
                && words[at].as_deref().is_none_or(|words| theirs.contains(words))
        };
        let needs = (0..plan.needs.len()).filter(|at| has(*at)).fold(0, |all, at| all | 1 << at);
        Wanted { who: id, owner: owner_id, stage, needs }
    };
    let mut page = customers::api::chosen(tx, &plan.who, after, AT_ONCE)?;
    let next = page.last().filter(|_| page.len() as i64 == AT_ONCE).map(|last| last.id.to_string());
    page.retain(|one| among.is_none_or(|among| among.contains(&one.id)));
    if let Some(tag) = plan.tag_id {
        let ids: Vec<_> = page.iter().map(|one| one.id).collect();
        let tagged = profiles::api::with_tag(tx, &ids, tag)?;
        page.retain(|one| tagged.contains(&one.id));
    }
    Ok((page.into_iter().map(wanted).collect(), next))
}

/// Everything else that matters, as it stands now.
pub(crate) fn known(tx: &mut Tx<'_>, plan: Plan) -> Result<Known> {
    let people: Vec<_> = plan.people.iter().map(|seat| seat.user_id).collect();
    let held = customers::api::held(tx, &people)?;
    let names = people.iter().map(|id| Ok(access::api::user(tx, *id)?.name)).collect::<Result<_>>()?;
    let skills = routing::api::skills(tx)?.into_iter().map(|skill| (skill.id, skill.name)).collect();
    let levels = routing::api::levels(tx)?.into_iter().map(|(user, skill, level)| ((user, skill), level)).collect();
    Ok(Known { plan, held, names, skills, levels })
}

/// Who goes where, and what comes of it.
pub(crate) fn work_out(id: Id<AllocationRun>, known: Known, wanted: &[Wanted], cut_off: bool) -> (Outcome, Vec<Move>) {
    let Known { plan, held, names, skills, levels } = known;
    let seat_of: HashMap<UserId, u32> =
        plan.people.iter().enumerate().map(|(at, seat)| (seat.user_id, at as u32)).collect();
    let mut class_of: HashMap<u32, u32> = HashMap::new();
    let mut classes: Vec<u32> = Vec::new();
    let mut items = Vec::with_capacity(wanted.len());
    let mut here = vec![0_i64; plan.people.len()];
    for one in wanted {
        let class = *class_of.entry(one.needs).or_insert_with(|| {
            classes.push(one.needs);
            classes.len() as u32 - 1
        });
        let at = one.owner.and_then(|owner| seat_of.get(&owner).copied()).unwrap_or(NOBODY);
        if at != NOBODY {
            here[at as usize] += 1;
        }
        let kept = match plan.keep {
            Keeping::Nobody => false,
            Keeping::Customers => one.stage == Stage::Customer && one.owner.is_some(),
            Keeping::All => one.owner.is_some(),
        };
        items.push((Item { class, at, kept }, kept && at == NOBODY));
    }
    let able: Vec<Vec<bool>> = classes
        .iter()
        .map(|needs| {
            let has = |user: UserId, at: usize| {
                let need = &plan.needs[at];
                levels.get(&(user, need.skill_id)).is_some_and(|level| *level >= need.level)
            };
            let all = |user: UserId| (0..plan.needs.len()).all(|at| needs & 1 << at == 0 || has(user, at));
            plan.people.iter().map(|seat| all(seat.user_id)).collect()
        })
        .collect();
    let besides = |at: usize| {
        let all = held.get(&plan.people[at].user_id).copied().unwrap_or(0);
        if plan.count_held { u32::try_from(all - here[at]).unwrap_or(0) } else { 0 }
    };
    let seats: Vec<_> = plan
        .people
        .iter()
        .enumerate()
        .map(|(at, seat)| balance::Seat {
            present: !seat.away,
            held: besides(at),
            least: seat.least,
            most: seat.most.unwrap_or(u32::MAX),
            share: seat.share,
        })
        .collect();
    // Who is kept with somebody outside takes no part.
    let inside: Vec<_> = items.iter().filter(|(_, outside)| !outside).map(|(item, _)| *item).collect();
    let shared = balance::share_out(&seats, &able, &inside);

    let mut placed = shared.to.iter().zip(&shared.why);
    let moves: Vec<_> = (1..)
        .zip(wanted.iter().zip(&items))
        .map(|(place, (one, (item, outside)))| {
            let (to_id, why) = match placed.next().filter(|_| !outside) {
                Some((to, why)) if *to != NOBODY => (Some(plan.people[*to as usize].user_id), (*why).into()),
                Some((_, why)) => (None, (*why).into()),
                None => (one.owner, AllocationWhy::Kept),
            };
            let (run_id, customer_id, class) = (id, one.who, i64::from(item.class));
            Move { run_id, place, customer_id, class, from_id: one.owner, to_id, why, state: MoveState::Planned }
        })
        .collect();
    let mut outcome = Outcome {
        customers: moves.len() as i64,
        moves: 0,
        new: 0,
        stay: 0,
        kept_unable: 0,
        nobody_able: 0,
        no_room: 0,
        below_least: 0,
        cut_off,
        people: loads(&plan, &names, &here, &seats, &shared.loads),
        classes: Vec::new(),
        floor: None,
    };
    let mut sizes = vec![0; classes.len()];
    for one in &moves {
        sizes[one.class as usize] += 1;
        match one.why {
            AllocationWhy::NobodyAble => outcome.nobody_able += 1,
            AllocationWhy::NoRoom => outcome.no_room += 1,
            _ if one.from_id.is_none() => outcome.new += 1,
            _ if one.moves() => outcome.moves += 1,
            _ => outcome.stay += 1,
        }
        outcome.kept_unable += i64::from(one.why == AllocationWhy::KeptUnable);
        if one.moves() {
            let seat = |user: Option<UserId>| user.and_then(|user| seat_of.get(&user)).map(|at| *at as usize);
            if let Some(at) = seat(one.to_id) {
                outcome.people[at].come += 1;
            }
            if let Some(at) = seat(one.from_id) {
                outcome.people[at].go += 1;
            }
        }
    }
    let short = |(load, seat): (&Load, &balance::Seat)| {
        if seat.present {
            (i64::from(seat.least.min(seat.most)) - load.after).max(0)
        } else {
            0
        }
    };
    outcome.below_least = outcome.people.iter().zip(&seats).map(short).sum();
    outcome.classes = classes
        .iter()
        .zip(sizes)
        .zip(&shared.able)
        .map(|((needs, customers), able)| {
            let mut needed: Vec<Needed> = Vec::new();
            for need in plan.needs.iter().enumerate().filter(|(at, _)| needs & 1 << at != 0).map(|(_, need)| need) {
                let skill = skills.get(&need.skill_id).cloned().unwrap_or_default();
                match needed.iter_mut().find(|known| known.skill == skill) {
                    Some(known) => known.level = known.level.max(need.level),
                    None => needed.push(Needed { skill, level: need.level }),
                }
            }
            Class { needs: needed, customers, able: i64::from(*able) }
        })
        .collect();
    let limit = |bound: Bound| Limit {
        names: bound.people.iter().take(NAMES).map(|at| names[*at as usize].clone()).collect(),
        people: bound.people.len() as i64,
        customers: bound.customers as i64,
        fixed: bound.fixed as i64,
        at_limit: i64::from(bound.at_limit),
    };
    outcome.floor = shared.forced.map(|forced| Floor {
        most: i64::from(forced.most),
        above: limit(forced.above),
        least: i64::from(forced.least),
        below: limit(forced.below),
    });
    (outcome, moves)
}

fn loads(plan: &Plan, names: &[String], here: &[i64], seats: &[balance::Seat], after: &[u32]) -> Vec<Load> {
    let rows = plan.people.iter().zip(names).zip(here).zip(seats).zip(after);
    rows.map(|((((seat, name), here), counts), after)| Load {
        user_id: seat.user_id,
        name: name.clone(),
        before: here + i64::from(counts.held),
        after: i64::from(*after),
        come: 0,
        go: 0,
        away: seat.away,
    })
    .collect()
}
