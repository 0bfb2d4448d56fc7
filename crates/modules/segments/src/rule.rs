//! Rules: what customers must be to belong to a segment.

use std::collections::HashMap;

use http::{Attribute, AttributeKind};
use kernel::{Error, FieldError, Params, Result};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

/// Conditions of one rule at most.
pub(crate) const CONDITIONS: usize = 30;
/// Groups within groups at most, the rule itself counted.
pub(crate) const DEPTH: usize = 4;
/// Values of one condition at most, and characters of each.
const VALUES: usize = 50;
const LONG: usize = 200;

text_enum! {
    /// How the parts of a group go together.
    pub enum SegmentMatch {
        /// All of them hold.
        All = "all",
        /// At least one of them holds.
        Any = "any",
        /// None of them holds.
        None = "none",
    }
}

text_enum! {
    /// What a condition asks of an attribute. Where it counts days, a day is 24 hours back from now.
    pub enum SegmentTest {
        /// There is a value.
        Known = "known",
        /// There is none.
        Unknown = "unknown",
        /// Yes.
        Yes = "yes",
        /// No; who has no value is no.
        No = "no",
        /// A choice that is one of `values`.
        Is = "is",
        /// A choice that is none of `values`, or none at all.
        IsNot = "is_not",
        /// A set that has one of `values`.
        HasAny = "has_any",
        /// A set that has all of `values`.
        HasAll = "has_all",
        /// A set that has none of `values`.
        HasNone = "has_none",
        /// A number or amount of `numbers[0]` or more.
        AtLeast = "at_least",
        /// A number or amount of `numbers[0]` or less.
        AtMost = "at_most",
        /// A number or amount from `numbers[0]` to `numbers[1]`.
        Between = "between",
        /// A date within the last `numbers[0]` days.
        WithinDays = "within_days",
        /// A date more than `numbers[0]` days ago, or none.
        NotWithinDays = "not_within_days",
        /// A date within the next `numbers[0]` days.
        NextDays = "next_days",
        /// A date at `numbers[0]` or later, epoch milliseconds.
        From = "from",
        /// A date before `numbers[0]`, epoch milliseconds.
        Before = "before",
        /// A date in one of the months `numbers`, 1 to 12, of any year: birthdays. As days are counted where the
        /// installation is.
        InMonths = "in_months",
        /// Events: `numbers[0]` or more within the last `numbers[1]` days.
        Happened = "happened",
        /// Events: fewer than `numbers[0]` within the last `numbers[1]` days.
        HappenedLess = "happened_less",
    }
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SegmentCondition)]
pub struct Condition {
    /// The attribute's key.
    #[schema(example = "customers.stage")]
    pub attribute: String,
    /// What is asked of it.
    pub test: SegmentTest,
    /// Of a choice or a set: 1 to 50 values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Of everything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<i64>,
}

/// Several parts together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SegmentRule)]
pub struct Rule {
    /// How they go together.
    #[serde(rename = "match")]
    pub how: SegmentMatch,
    /// The parts; without any everybody belongs to it.
    pub conditions: Vec<Condition>,
    /// Groups of parts, at most four deep; thirty conditions in all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub groups: Vec<Rule>,
}

store::kept_as_json!(Rule);

impl Rule {
    /// Everybody.
    pub(crate) fn everybody() -> Self {
        Self { how: SegmentMatch::All, conditions: Vec::new(), groups: Vec::new() }
    }

    /// Every condition of it, with where it stands.
    pub(crate) fn conditions(&self) -> Vec<&Condition> {
        let below = self.groups.iter().flat_map(Rule::conditions);
        self.conditions.iter().chain(below).collect()
    }

    fn depth(&self) -> usize {
        1 + self.groups.iter().map(Rule::depth).max().unwrap_or_default()
    }

    /// Whether it says something of persons that only counts of five and more may tell.
    pub(crate) fn is_personal(&self, attributes: &HashMap<String, Attribute>) -> bool {
        self.conditions().iter().any(|one| attributes.get(&one.attribute).is_none_or(|attribute| attribute.personal))
    }

    /// # Errors
    /// [`Error::Invalid`] naming each part that cannot be: `rule`, or `rule.3` for the condition of that number, counted
    /// from 0 through all groups. An attribute the actor may not use is unknown to them.
    pub(crate) fn check(&self, attributes: &HashMap<String, Attribute>) -> Result<()> {
        if self.depth() > DEPTH {
            return Err(Error::field("rule", "too_deep"));
        }
        let conditions = self.conditions();
        if conditions.len() > CONDITIONS {
            return Err(Error::field("rule", "too_many"));
        }
        let bad: Vec<FieldError> = conditions
            .iter()
            .enumerate()
            .filter_map(|(at, condition)| {
                let code = match attributes.get(&condition.attribute) {
                    None => "unknown_attribute",
                    Some(attribute) => condition.refusal(attribute)?,
                };
                Some(FieldError { field: format!("rule.{at}").into(), code, params: Params::new() })
            })
            .collect();
        if bad.is_empty() { Ok(()) } else { Err(Error::Invalid(bad)) }
    }
}

impl Condition {
    /// Why it cannot be asked of this attribute.
    fn refusal(&self, attribute: &Attribute) -> Option<&'static str> {
        use AttributeKind as Kind;
        let kind = attribute.kind;
        let (fits, values, numbers) = match self.test {
            SegmentTest::Known | SegmentTest::Unknown => (true, 0..=0, 0),
            SegmentTest::Yes | SegmentTest::No => (kind == Kind::YesNo, 0..=0, 0),
            SegmentTest::Is | SegmentTest::IsNot => (kind == Kind::Choice, 1..=VALUES, 0),
            SegmentTest::HasAny | SegmentTest::HasAll | SegmentTest::HasNone => (kind == Kind::Set, 1..=VALUES, 0),
            SegmentTest::AtLeast | SegmentTest::AtMost => (matches!(kind, Kind::Number | Kind::Money), 0..=0, 1),
            SegmentTest::Between => (matches!(kind, Kind::Number | Kind::Money), 0..=0, 2),
            SegmentTest::WithinDays
            | SegmentTest::NotWithinDays
            | SegmentTest::NextDays
            | SegmentTest::From
            | SegmentTest::Before => (kind == Kind::Date, 0..=0, 1),
            SegmentTest::InMonths => (kind == Kind::Date, 0..=0, self.numbers.len().clamp(1, 12)),
            SegmentTest::Happened | SegmentTest::HappenedLess => (kind == Kind::Events, 0..=0, 2),
        };
        let days = |at: usize| self.numbers.get(at).is_none_or(|days| (0..=36_500).contains(days));
        let fine = match self.test {
            SegmentTest::WithinDays | SegmentTest::NotWithinDays | SegmentTest::NextDays => days(0),
            SegmentTest::InMonths => self.numbers.iter().all(|month| (1..=12).contains(month)),
            SegmentTest::Happened | SegmentTest::HappenedLess => {
                self.numbers.first().is_some_and(|times| (1..=64).contains(times)) && days(1)
            }
            SegmentTest::Between => self.numbers.first() <= self.numbers.get(1),
            _ => true,
        };
        if !fits {
            Some("wrong_test")
        } else if !values.contains(&self.values.len())
            || self.values.iter().any(|value| value.is_empty() || value.chars().count() > LONG)
        {
            Some("wrong_values")
        } else if self.numbers.len() != numbers || !fine {
            Some("wrong_numbers")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use http::AttributeLabel;

    use super::*;

    fn known() -> HashMap<String, Attribute> {
        let attribute = |key: &str, kind| {
            let attribute = Attribute {
                key: key.into(),
                kind,
                label: AttributeLabel::Key("x"),
                permission: None,
                personal: key == "sex",
                choices: Vec::new(),
            };
            (key.to_owned(), attribute)
        };
        [
            ("n", AttributeKind::Number),
            ("d", AttributeKind::Date),
            ("sex", AttributeKind::Choice),
            ("e", AttributeKind::Events),
        ]
        .into_iter()
        .map(|(key, kind)| attribute(key, kind))
        .collect()
    }

    fn condition(attribute: &str, test: SegmentTest, values: &[&str], numbers: &[i64]) -> Condition {
        Condition {
            attribute: attribute.into(),
            test,
            values: values.iter().map(|value| (*value).into()).collect(),
            numbers: numbers.into(),
        }
    }

    #[test]
    fn every_condition_that_cannot_be_is_named() {
        let rule = Rule {
            conditions: vec![
                condition("n", SegmentTest::AtLeast, &[], &[1]),
                condition("n", SegmentTest::Is, &["x"], &[]),
                condition("x", SegmentTest::Known, &[], &[]),
                condition("d", SegmentTest::WithinDays, &[], &[-1]),
                condition("sex", SegmentTest::Is, &[], &[]),
            ],
            groups: vec![Rule {
                conditions: vec![condition("e", SegmentTest::Happened, &[], &[65, 3])],
                ..Rule::everybody()
            }],
            ..Rule::everybody()
        };
        let Err(Error::Invalid(bad)) = rule.check(&known()) else { panic!("five are wrong") };
        let told: Vec<_> = bad.iter().map(|bad| (bad.field.as_ref(), bad.code)).collect();
        assert_eq!(
            told,
            [
                ("rule.1", "wrong_test"),
                ("rule.2", "unknown_attribute"),
                ("rule.3", "wrong_numbers"),
                ("rule.4", "wrong_values"),
                ("rule.5", "wrong_numbers"),
            ]
        );
        assert!(rule.is_personal(&known()) && !Rule::everybody().is_personal(&known()));
    }

    #[test]
    fn a_rule_is_neither_deep_nor_long() {
        let mut deep = Rule::everybody();
        for _ in 0..DEPTH {
            deep = Rule { groups: vec![deep], ..Rule::everybody() };
        }
        assert!(deep.check(&known()).is_err());
        let one = condition("n", SegmentTest::Known, &[], &[]);
        let long = |count: usize| Rule { conditions: vec![one.clone(); count], ..Rule::everybody() };
        assert!(long(CONDITIONS).check(&known()).is_ok() && long(CONDITIONS + 1).check(&known()).is_err());
    }
}
