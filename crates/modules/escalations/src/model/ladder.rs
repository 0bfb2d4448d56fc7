//! Who is told of what, and after how long.

use kernel::{Check, Error, Id, Result, UserId};
use people::Post;
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

text_enum! {
    /// How bad something is.
    pub enum Severity {
        /// Work goes on.
        Minor = "minor",
        /// Some cannot be served.
        Major = "major",
        /// Nobody can be served.
        Critical = "critical",
    }
}

text_enum! {
    /// By which clock minutes are counted.
    pub enum LadderClock {
        /// The one on the wall: at night too.
        Wall = "wall",
        /// Business time.
        Business = "business",
    }
}

text_enum! {
    /// Who is told at a level.
    pub enum LadderAddressee {
        /// Whoever leads the one who reported it.
        Lead = "lead",
        /// A person.
        Person = "person",
        /// Everybody who holds a post.
        Post = "post",
    }
}

/// One level: who is told, and after how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EscalationLevel)]
pub struct Level {
    /// So many minutes after it was reported, unsolved: 0 to 525,600, more than at the level before.
    #[schema(minimum = 0, maximum = 525_600)]
    pub after_minutes: i64,
    /// Who is told.
    pub to: LadderAddressee,
    /// The person, when it is one.
    #[serde(default)]
    pub user_id: Option<UserId>,
    /// The post, when it is one.
    #[serde(default)]
    pub post_id: Option<Id<Post>>,
}

/// The levels, in the order they are told: 1 to 10.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = EscalationLevels)]
pub struct Levels(pub Vec<Level>);

impl Levels {
    const MOST: usize = 10;

    /// Refuses what is no ladder: none or too many, out of order, or addressed to nobody.
    pub(crate) fn check(&self, mut check: Check) -> Check {
        check =
            check.that(!self.0.is_empty(), "levels", "required").that(self.0.len() <= Self::MOST, "levels", "too_many");
        let mut before = -1;
        for (at, level) in self.0.iter().take(Self::MOST).enumerate() {
            let field = |name: &str| format!("levels[{at}].{name}");
            let person = level.to == LadderAddressee::Person;
            let post = level.to == LadderAddressee::Post;
            check = check
                .that((0..=525_600).contains(&level.after_minutes), field("after_minutes"), "out_of_range")
                .that(level.after_minutes > before, field("after_minutes"), "not_rising")
                .that(!person || level.user_id.is_some(), field("user_id"), "required")
                .that(person || level.user_id.is_none(), field("user_id"), "not_allowed")
                .that(!post || level.post_id.is_some(), field("post_id"), "required")
                .that(post || level.post_id.is_none(), field("post_id"), "not_allowed");
            before = level.after_minutes;
        }
        check
    }
}

store::record! {
    /// What can be reported, and who is told of it when.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    #[schema(as = EscalationLadder)]
    pub struct Ladder {
        /// Its id.
        pub id: Id<Ladder>,
        /// What it is called: 1 to 40 characters, `网站故障`.
        pub name: String,
        /// How bad that is.
        pub severity: Severity,
        /// By which clock its minutes count.
        pub clock: LadderClock,
        /// Who is told, level by level.
        pub levels: Levels,
        /// Whether it can no longer be chosen.
        pub archived: bool,
        /// Its place among the others.
        pub position: i64,
        /// Rises with each change.
        pub version: i64,
    }
}

impl Ladder {
    /// Refuses what is no ladder.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming every bad field.
    pub(crate) fn checked(self) -> Result<Self> {
        let check = Check::new().text("name", &self.name, 1..=40);
        self.levels.check(check).done().map_err(|error: Error| error)?;
        Ok(Self { name: self.name.trim().to_owned(), ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_rise_and_each_is_addressed_to_somebody() {
        let level = |after_minutes, to| Level { after_minutes, to, user_id: None, post_id: None };
        let fine = |levels: Vec<Level>| Levels(levels).check(Check::new()).done().is_ok();
        assert!(fine(vec![level(0, LadderAddressee::Lead), level(30, LadderAddressee::Lead)]));
        assert!(!fine(vec![]) && !fine(vec![level(30, LadderAddressee::Lead), level(30, LadderAddressee::Lead)]));
        assert!(!fine(vec![level(0, LadderAddressee::Person)]) && !fine(vec![level(0, LadderAddressee::Post)]));
        assert!(!fine(vec![level(-1, LadderAddressee::Lead)]));
    }
}
