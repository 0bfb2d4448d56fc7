//! The tree of units, as it stands at one moment.

use std::collections::{HashMap, HashSet};

use access::Place;
use kernel::{Result, UnitId, UserId};

use super::{UnitKind, UnitRow};
use crate::codes;

/// Every unit and what stands under it, closed ones too: what they own stays within reach.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    units: HashMap<UnitId, UnitRow>,
    below: HashMap<UnitId, Vec<UnitId>>,
}

/// Levels of the tree, at most.
const DEEPEST: usize = 16;

impl Tree {
    /// The tree of these units.
    pub(crate) fn new(units: Vec<UnitRow>) -> Self {
        let mut below: HashMap<UnitId, Vec<UnitId>> = HashMap::new();
        for unit in &units {
            if let Some(parent) = unit.parent_id {
                below.entry(parent).or_default().push(unit.id);
            }
        }
        Self { units: units.into_iter().map(|unit| (unit.id, unit)).collect(), below }
    }

    /// The unit of this id, if there is one.
    pub fn unit(&self, id: UnitId) -> Option<&UnitRow> {
        self.units.get(&id)
    }

    /// The open unit of this name; none where there is no such, or more than one.
    pub(crate) fn named(&self, name: &str) -> Option<UnitId> {
        let mut named = self.units.values().filter(|unit| !unit.is_closed() && unit.name == name);
        let unit = named.next()?.id;
        named.next().is_none().then_some(unit)
    }

    /// A unit and all below it, itself first; nothing when it does not exist.
    pub fn subtree(&self, top: UnitId) -> Vec<UnitId> {
        let mut found: Vec<UnitId> = self.units.contains_key(&top).then_some(top).into_iter().collect();
        let mut seen: HashSet<UnitId> = found.iter().copied().collect();
        let mut at = 0;
        while let Some(unit) = found.get(at) {
            let below = self.below.get(unit).into_iter().flatten().copied();
            found.extend(below.filter(|unit| seen.insert(*unit)).collect::<Vec<_>>());
            at += 1;
        }
        found
    }

    /// A unit and what it stands under, up to the top, itself first.
    pub fn line(&self, unit: UnitId) -> Vec<&UnitRow> {
        // No unit stands below itself; a broken tree must still not hold us for ever.
        std::iter::successors(self.units.get(&unit), |unit| self.units.get(&unit.parent_id?))
            .take(self.units.len())
            .collect()
    }

    /// The nearest department at or above a unit; the unit at the top where there is none.
    pub fn department(&self, unit: UnitId) -> Option<UnitId> {
        let line = self.line(unit);
        line.iter().find(|unit| unit.kind == UnitKind::Department).or(line.last()).map(|unit| unit.id)
    }

    /// What somebody who belongs to this unit reaches.
    pub(crate) fn place(&self, unit: UnitId) -> Place {
        let department = self.department(unit).map(|top| self.subtree(top)).unwrap_or_default();
        Place { unit: Some(unit), team: self.subtree(unit), department }
    }

    /// Who leads somebody of this unit: the nearest lead at or above it who is not they themselves.
    pub fn lead_of(&self, user: UserId, unit: UnitId) -> Option<UserId> {
        self.line(unit).into_iter().filter_map(|unit| unit.lead_id).find(|lead| *lead != user)
    }

    /// Whether `unit`, new or already in the tree, may stand where its parent says under its name.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] for a parent that does not exist; [`kernel::Error::Conflict`] for
    /// one that is closed or below the unit, for a tree too deep, or a name taken beside it.
    pub(crate) fn admits(&self, unit: &UnitRow) -> Result<()> {
        let mut depth = 0;
        if let Some(parent) = unit.parent_id {
            let parent = self.units.get(&parent).ok_or_else(|| kernel::Error::field("parent_id", "unknown"))?;
            let line = self.line(parent.id);
            if line.iter().any(|above| above.id == unit.id) {
                return Err(codes::BELOW_ITSELF.conflict());
            }
            if parent.is_closed() && !unit.is_closed() {
                return Err(codes::CLOSED.conflict());
            }
            depth = line.len();
        }
        if depth + self.height(unit.id) > DEEPEST {
            return Err(codes::TOO_DEEP.conflict());
        }
        let beside = self
            .units
            .values()
            .filter(|other| other.id != unit.id && other.parent_id == unit.parent_id && !other.is_closed());
        let taken = !unit.is_closed() && beside.into_iter().any(|other| other.name == unit.name);
        if taken { Err(codes::NAME_TAKEN.conflict()) } else { Ok(()) }
    }

    /// Whether open units stand under this one.
    pub(crate) fn has_open_below(&self, unit: UnitId) -> bool {
        self.below
            .get(&unit)
            .into_iter()
            .flatten()
            .any(|below| self.units.get(below).is_some_and(|unit| !unit.is_closed()))
    }

    /// Levels from a unit down, itself included; one for a unit that is not in the tree yet.
    fn height(&self, unit: UnitId) -> usize {
        let (mut level, mut height) = (vec![unit], 0);
        while !level.is_empty() && height <= self.units.len() {
            level = level.iter().filter_map(|unit| self.below.get(unit)).flatten().copied().collect();
            height += 1;
        }
        height
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Error, Rng, Timestamp};
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn ids<const N: usize>() -> [UnitId; N] {
        let rng = Rng::seeded(1);
        std::array::from_fn(|_| UnitId::new(Timestamp::from_millis(1), &rng))
    }

    fn unit(id: UnitId, name: &str, kind: UnitKind, parent_id: Option<UnitId>) -> UnitRow {
        let created_at = Timestamp::from_millis(1);
        UnitRow {
            id,
            name: name.into(),
            kind,
            parent_id,
            position: 0,
            lead_id: None,
            created_at,
            closed_at: None,
            version: 1,
        }
    }

    fn refusal(tree: &Tree, unit: &UnitRow) -> &'static str {
        match tree.admits(unit) {
            Ok(()) => "",
            Err(Error::Conflict(code, _)) => code.name(),
            Err(Error::Invalid(bad)) => bad[0].code,
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_team_reaches_down_and_a_department_from_the_nearest_one_above() {
        use UnitKind::{Department, Team};
        let [company, service, calls, nights, shop, stray] = ids();
        let tree = Tree::new(vec![
            unit(company, "公司", Department, None),
            unit(service, "客服部", Department, Some(company)),
            unit(calls, "热线组", Team, Some(service)),
            unit(nights, "夜班", Team, Some(calls)),
            unit(shop, "门店部", Department, Some(company)),
            unit(stray, "筹备组", Team, None),
        ]);
        let place = tree.place(calls);
        assert_eq!((place.team, place.department), (vec![calls, nights], vec![service, calls, nights]));
        assert_eq!(tree.place(service).department.len(), 3);
        assert_eq!(tree.place(company).team.len(), 5);
        assert_eq!(tree.place(stray).department, [stray], "where no department is above, the top is it");
        assert!(tree.place(ids::<7>()[6]).team.is_empty());
    }

    #[test]
    fn a_unit_never_stands_below_itself_nor_below_nothing() {
        use UnitKind::{Department, Team};
        let [top, middle, low, new] = ids();
        let mut closed = unit(low, "c", Team, Some(middle));
        closed.closed_at = Some(Timestamp::from_millis(2));
        let tree = Tree::new(vec![unit(top, "a", Department, None), unit(middle, "b", Team, Some(top)), closed]);
        assert_eq!(refusal(&tree, &unit(top, "a", Department, Some(top))), "people.below_itself");
        assert_eq!(refusal(&tree, &unit(top, "a", Department, Some(low))), "people.below_itself");
        assert_eq!(refusal(&tree, &unit(new, "d", Team, Some(new))), "unknown");
        assert_eq!(refusal(&tree, &unit(new, "d", Team, Some(low))), "people.closed");
        assert_eq!(refusal(&tree, &unit(new, "b", Team, Some(top))), "people.name_taken");
        assert_eq!(refusal(&tree, &unit(new, "c", Team, Some(middle))), "", "a closed unit's name is free");
        assert_eq!(refusal(&tree, &unit(middle, "b", Team, Some(top))), "", "it may stay");
    }

    #[test]
    fn the_next_lead_above_leads_a_lead() {
        let [top, low] = ids();
        let [head, lead, agent] =
            ids::<3>().map(|id| id.to_string().replace("unt_", "usr_").parse::<UserId>().unwrap());
        let (mut above, mut below) =
            (unit(top, "a", UnitKind::Department, None), unit(low, "b", UnitKind::Team, Some(top)));
        (above.lead_id, below.lead_id) = (Some(head), Some(lead));
        let tree = Tree::new(vec![above, below]);
        assert_eq!([agent, lead, head].map(|user| tree.lead_of(user, low)), [Some(lead), Some(head), Some(lead)]);
        assert_eq!(tree.lead_of(head, top), None);
    }

    proptest! {
        /// Whatever is moved where, as long as it is admitted: the tree stays a tree.
        #[test]
        fn admitted_moves_keep_it_a_tree(moves in vec((0usize..12, 0usize..13), 0..60)) {
            let all = ids::<12>();
            let mut units: Vec<_> = all.iter().enumerate().map(|(at, id)| unit(*id, &at.to_string(), UnitKind::Team, None)).collect();
            for (which, to) in moves {
                let mut moved = units[which].clone();
                moved.parent_id = all.get(to).copied();
                if Tree::new(units.clone()).admits(&moved).is_ok() {
                    units[which] = moved;
                }
            }
            let tree = Tree::new(units.clone());
            let tops = units.iter().filter(|unit| unit.parent_id.is_none());
            prop_assert_eq!(tops.map(|top| tree.subtree(top.id).len()).sum::<usize>(), 12);
            prop_assert!(units.iter().all(|unit| tree.line(unit.id).last().unwrap().parent_id.is_none()));
            prop_assert!(units.iter().all(|unit| tree.line(unit.id).len() <= DEEPEST));
        }
    }
}
