//! The trees of root causes, and the analysis of one complaint.

use std::collections::HashSet;

use complaints::Complaint;
use kernel::{Check, Id, Money, Result, Rng, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// Trees at most, branches of a tree, causes of a branch.
const MOST: (usize, usize, usize) = (20, 30, 40);

/// A root cause, of the second level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RootCause {
    /// Its id; given when it is new.
    #[serde(default)]
    pub id: String,
    /// Its name: 1 to 40 characters.
    pub name: String,
    /// Whether it can no longer be chosen; what was filed under it stays.
    #[serde(default)]
    pub retired: bool,
}

/// What root causes have in common: people, method, goods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RootCauseGroup {
    /// Its id; given when it is new.
    #[serde(default)]
    pub id: String,
    /// Its name: 1 to 40 characters.
    pub name: String,
    /// The causes: 1 to 40.
    pub causes: Vec<RootCause>,
}

/// The root causes of one trade or department.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RootCauseTree {
    /// Its id; given when it is new.
    #[serde(default)]
    pub id: String,
    /// Which trade or department: 1 to 40 characters.
    pub name: String,
    /// The department it is for, itself and all below it; everybody's where there is none.
    #[serde(default)]
    pub unit_id: Option<UnitId>,
    /// Its groups: 1 to 30.
    pub groups: Vec<RootCauseGroup>,
}

/// All trees.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = RootCauseTrees)]
pub(crate) struct Trees(pub Vec<RootCauseTree>);

store::kept_as_json!(Trees, Whys);

store::record! {
    /// The root causes one chooses from.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub(crate) struct RootCauses {
        /// There is one.
        #[serde(skip)]
        #[schema(ignore)]
        pub id: String,
        /// The trees, each of a trade or department.
        pub trees: Trees,
        /// Rises with each change; 0 while the shipped ones hold.
        pub version: i64,
    }
}

impl RootCauses {
    /// The shipped trees, as they are written down: the first line names a tree, each further one a group and its
    /// causes: `人员：培训不足、未按流程`. The ids say where they stand, so that they are the same in every language.
    pub(crate) fn shipped(texts: &[(&str, &str)]) -> Self {
        let trees = texts.iter().map(|(key, text)| {
            let mut lines = text.lines();
            let name = lines.next().unwrap_or_default().to_owned();
            let group = |(at, line): (usize, &str)| {
                let (name, causes) = line.split_once(['：', ':']).unwrap_or((line, ""));
                let cause = |(n, name): (usize, &str)| RootCause {
                    id: format!("{key}-{at}-{n}"),
                    name: name.trim().to_owned(),
                    retired: false,
                };
                let causes = causes.split(['、', ';']).enumerate().map(cause).collect();
                RootCauseGroup { id: format!("{key}-{at}"), name: name.trim().to_owned(), causes }
            };
            let groups = lines.enumerate().map(group).collect();
            RootCauseTree { id: (*key).to_owned(), name, unit_id: None, groups }
        });
        Self { id: "all".into(), trees: Trees(trees.collect()), version: 0 }
    }

    /// Whether they can be kept.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] naming every field that is wrong.
    pub(crate) fn check(&self) -> Result<()> {
        let trees = &self.trees.0;
        let few = |n: usize, most: usize| {
            if n == 0 {
                "required"
            } else if n > most {
                "too_many"
            } else {
                ""
            }
        };
        let mut check = Check::new().that(few(trees.len(), MOST.0).is_empty(), "trees", few(trees.len(), MOST.0));
        let mut ids = HashSet::new();
        let mut fresh = |id: &'_ str| id.is_empty() || ids.insert(id.to_owned());
        let mut names = HashSet::new();
        for (t, tree) in trees.iter().take(MOST.0).enumerate() {
            let field = |name: &str| format!("trees[{t}].{name}");
            let n = few(tree.groups.len(), MOST.1);
            check = check
                .text(field("name"), &tree.name, 1..=40)
                .that(names.insert(tree.name.trim()), field("name"), "repeated")
                .that(fresh(&tree.id), field("id"), "repeated")
                .that(n.is_empty(), field("groups"), n);
            let mut names = HashSet::new();
            for (g, group) in tree.groups.iter().take(MOST.1).enumerate() {
                let field = |name: &str| format!("trees[{t}].groups[{g}].{name}");
                let n = few(group.causes.len(), MOST.2);
                check = check
                    .text(field("name"), &group.name, 1..=40)
                    .that(names.insert(group.name.trim()), field("name"), "repeated")
                    .that(fresh(&group.id), field("id"), "repeated")
                    .that(n.is_empty(), field("causes"), n);
                let mut names = HashSet::new();
                for (c, cause) in group.causes.iter().take(MOST.2).enumerate() {
                    let field = |name: &str| format!("trees[{t}].groups[{g}].causes[{c}].{name}");
                    check = check
                        .text(field("name"), &cause.name, 1..=40)
                        .that(names.insert(cause.name.trim()), field("name"), "repeated")
                        .that(fresh(&cause.id), field("id"), "repeated");
                }
            }
        }
        check.done()
    }

    /// The trees with ids for what is new; an id that nothing had before is given anew. What complaints were filed under
    /// is not lost when it is left out: it stays, retired.
    pub(crate) fn settled(mut self, before: &Self, used: &HashSet<String>, rng: &Rng) -> Self {
        let mut known = HashSet::new();
        for tree in &before.trees.0 {
            known.insert(tree.id.clone());
            for group in &tree.groups {
                known.insert(group.id.clone());
                known.extend(group.causes.iter().map(|cause| cause.id.clone()));
            }
        }
        let settle = |id: &mut String, name: &mut String| {
            if !known.contains(id.as_str()) {
                *id = rng.secret().chars().take(12).collect();
            }
            *name = name.trim().to_owned();
        };
        for tree in &mut self.trees.0 {
            settle(&mut tree.id, &mut tree.name);
            for group in &mut tree.groups {
                settle(&mut group.id, &mut group.name);
                group.causes.iter_mut().for_each(|cause| settle(&mut cause.id, &mut cause.name));
            }
        }
        for tree in &before.trees.0 {
            for group in &tree.groups {
                for cause in &group.causes {
                    if used.contains(&cause.id) && self.find(&cause.id).is_none() {
                        self.retire(tree, group, cause);
                    }
                }
            }
        }
        self.version = before.version + 1;
        self
    }

    /// Keeps a cause that was left out, in its place or as much of it as is gone.
    fn retire(&mut self, tree: &RootCauseTree, group: &RootCauseGroup, cause: &RootCause) {
        let trees = &mut self.trees.0;
        if !trees.iter().any(|one| one.id == tree.id) {
            trees.push(RootCauseTree { groups: Vec::new(), ..tree.clone() });
        }
        for one in trees.iter_mut().filter(|one| one.id == tree.id) {
            if !one.groups.iter().any(|one| one.id == group.id) {
                one.groups.push(RootCauseGroup { causes: Vec::new(), ..group.clone() });
            }
            for one in one.groups.iter_mut().filter(|one| one.id == group.id) {
                one.causes.push(RootCause { retired: true, ..cause.clone() });
            }
        }
    }

    /// A cause and what stands above it.
    pub(crate) fn find(&self, id: &str) -> Option<(&RootCauseTree, &RootCauseGroup, &RootCause)> {
        let groups = self.trees.0.iter().flat_map(|tree| tree.groups.iter().map(move |group| (tree, group)));
        let mut all = groups.flat_map(|(tree, group)| group.causes.iter().map(move |cause| (tree, group, cause)));
        all.find(|(_, _, cause)| cause.id == id)
    }

    /// How a cause is called, with the group above it.
    pub(crate) fn name(&self, id: &str) -> Option<String> {
        self.find(id).map(|(_, group, cause)| format!("{} / {}", group.name, cause.name))
    }
}

/// One question of why, its answer, and what shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ComplaintWhy)]
pub struct Why {
    /// The question: 1 to 200 characters.
    pub question: String,
    /// Its answer: 1 to 1,000 characters.
    pub answer: String,
    /// What shows it: up to 1,000 characters.
    #[serde(default)]
    pub evidence: String,
}

/// The questions, each asked of the answer before it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = ComplaintWhys)]
pub struct Whys(pub Vec<Why>);

store::record! {
    /// Why a complaint came about, who answers for it, and what it took.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct ComplaintAnalysis {
        /// Of which complaint.
        pub complaint_id: Id<Complaint>,
        /// The root cause.
        pub cause_id: String,
        /// How that was called then, with the group above it.
        pub cause: String,
        /// How one came to it.
        pub whys: Whys,
        /// The department that answers for it.
        pub responsible_unit_id: Option<UnitId>,
        /// Its name then.
        pub responsible_unit_name: String,
        /// Who answers for it, where it was one person.
        pub responsible_id: Option<UserId>,
        /// Their name then.
        pub responsible_name: String,
        /// How many minutes all who handled it needed; none where nobody says, and it is reckoned from what they did.
        pub minutes: Option<i64>,
        /// How many points the customer was given for it.
        pub points: i64,
        /// What was lost in business, in minor units: returned goods, a contract not renewed.
        pub lost: Money,
        /// Who wrote it last.
        pub by_id: UserId,
        /// Their name.
        pub by_name: String,
        /// When.
        pub at: Timestamp,
        /// Rises with each change.
        pub version: i64,
    }
}

impl ComplaintAnalysis {
    /// What the trail holds of it: nobody's words.
    pub(crate) fn trace(&self) -> Value {
        json!({
            "cause_id": self.cause_id,
            "whys": self.whys.0.len(),
            "responsible_unit_id": self.responsible_unit_id,
            "responsible_id": self.responsible_id,
            "minutes": self.minutes,
            "points": self.points,
            "lost": self.lost,
            "version": self.version,
        })
    }

    /// Without anybody's words.
    pub(crate) fn emptied(mut self) -> Self {
        for why in &mut self.whys.0 {
            for text in [&mut why.question, &mut why.answer] {
                *text = "—".into();
            }
            why.evidence = String::new();
        }
        self.version += 1;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> RootCauses {
        RootCauses::shipped(&[("car", "汽车服务\n人员：培训不足、未按流程\n物料：配件缺货")])
    }

    #[test]
    fn a_shipped_tree_has_two_levels_and_ids_that_stay() {
        let all = shipped();
        all.check().unwrap();
        assert_eq!(all.name("car-0-1").as_deref(), Some("人员 / 未按流程"));
        assert_eq!(all.name("car-1-0").as_deref(), Some("物料 / 配件缺货"));
    }

    #[test]
    fn r022_what_was_used_and_left_out_stays_retired_and_what_was_not_is_gone() {
        let before = shipped();
        let mut after = before.clone();
        after.trees.0[0].groups.remove(0);
        let used = HashSet::from(["car-0-0".to_owned()]);
        let after = after.settled(&before, &used, &Rng::seeded(1));
        let (_, group, cause) = after.find("car-0-0").unwrap();
        assert_eq!((group.name.as_str(), cause.retired), ("人员", true));
        assert!(after.find("car-0-1").is_none());
        assert_eq!(after.version, 1);
    }

    #[test]
    fn r022_ids_nobody_gave_are_given_anew_and_names_stand_once() {
        let before = shipped();
        let mut after = before.clone();
        after.trees.0[0].groups[0].causes.push(RootCause { id: "mine".into(), name: " 新 ".into(), retired: false });
        let settled = after.clone().settled(&before, &HashSet::new(), &Rng::seeded(1));
        let cause = &settled.trees.0[0].groups[0].causes[2];
        assert_eq!((cause.name.as_str(), cause.id == "mine"), ("新", false));
        after.trees.0[0].groups[0].causes[2].name = "培训不足".into();
        assert!(after.check().is_err());
    }
}
