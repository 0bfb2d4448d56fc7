//! Who belongs to a rule: its columns are read some blocks at a time, and each condition is a set of bits.

use std::collections::HashMap;

use http::{Attribute, AttributeKind};
use kernel::{Error, Result, Timestamp};
use store::{Tx, Value, params, sql};

use crate::{
    bits::{BLOCK, Bits},
    column::Column,
    known,
    rule::{Condition, Rule, SegmentMatch, SegmentTest},
};

/// Blocks read at a time: as much as is ever in memory.
const STRETCH: i64 = 32;
/// Dates and events are kept by the minute.
pub(crate) const MINUTE: i64 = 60_000;
const DAY: i64 = 1_440;

sql! {
    COLUMNS = "SELECT block, attribute, data FROM segment_columns
        WHERE attribute IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND block >= $2 AND block < $3 ORDER BY block";
    LAST = "SELECT max(number) FROM segment_customers";
    WORDS = "SELECT word, number FROM segment_words WHERE attribute = $1 AND word IN (SELECT value FROM json_each(CAST($2 AS TEXT)))";
}

/// Who sees: everything, or what one owns, what these units own, and what nobody does.
#[derive(Clone, Debug)]
pub(crate) enum Viewer {
    /// Whoever may see all, and the product itself.
    All,
    /// Somebody with a reach.
    Some { own: Option<String>, units: Vec<String>, unowned: bool },
}

impl Viewer {
    /// Whoever acts in `tx`.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the permission to see customers.
    pub(crate) fn of(tx: &Tx<'_>) -> Result<Self> {
        let (scope, unowned) = customers::api::reach(tx.actor())?;
        if scope.is_all() {
            return Ok(Self::All);
        }
        let own = scope.own().map(|own| own.to_string());
        let units = scope.labels().into_iter().filter(|label| Some(label) != own.as_ref()).collect();
        Ok(Self::Some { own, units, unowned })
    }
}

/// A rule as it is asked of columns.
#[derive(Debug)]
pub(crate) struct Plan {
    root: Node,
    /// The attributes whose columns are read, in the order of their places.
    columns: Vec<String>,
}

#[derive(Debug)]
enum Node {
    Group(SegmentMatch, Vec<Node>),
    Ask(usize, Asked),
}

/// What is asked of a column, in the numbers it holds.
#[derive(Debug)]
enum Asked {
    Known,
    Unknown,
    Within(i64, i64),
    /// No value, or one before.
    Below(i64),
    OneOf(Vec<i64>),
    NoneOf(Vec<i64>),
    Months(u16, i64),
    HasAny(Vec<u32>),
    HasAll(Vec<u32>),
    HasNone(Vec<u32>),
    Happened {
        from: u32,
        until: u32,
        times: usize,
        or_more: bool,
    },
}

impl Plan {
    /// How `rule`, which was checked, is asked, of whom `viewer` sees, with `more` columns to be read besides; answers the
    /// places of those.
    ///
    /// # Errors
    /// From the database.
    pub(crate) fn of(
        tx: &mut Tx<'_>,
        rule: &Rule,
        attributes: &HashMap<String, Attribute>,
        viewer: &Viewer,
        more: &[&str],
    ) -> Result<(Self, Vec<usize>)> {
        let mut plan = Self { root: Node::Group(SegmentMatch::All, Vec::new()), columns: Vec::new() };
        let now = tx.now();
        let offset = i64::from(settings::api::calendar(tx)?.zone().to_offset(moment(now)?).seconds()) / 60;
        let mut parts = vec![Node::Ask(plan.column(known::ALIVE), Asked::Known)];
        if let Viewer::Some { own, units, unowned } = viewer {
            parts.push(plan.seen(tx, own.as_deref(), units, *unowned)?);
        }
        parts.push(plan.group(tx, rule, attributes, now, offset)?);
        plan.root = Node::Group(SegmentMatch::All, parts);
        let places = more.iter().map(|key| plan.column(key)).collect();
        Ok((plan, places))
    }

    fn column(&mut self, key: &str) -> usize {
        self.columns.iter().position(|known| known == key).unwrap_or_else(|| {
            self.columns.push(key.to_owned());
            self.columns.len() - 1
        })
    }

    /// Those whom somebody with a reach sees, by the columns.
    fn seen(&mut self, tx: &mut Tx<'_>, own: Option<&str>, units: &[String], unowned: bool) -> Result<Node> {
        let (owner, unit) = (self.column(known::OWNER), self.column(known::UNIT));
        let own: Vec<_> = own.into_iter().map(str::to_owned).collect();
        let mut ways = vec![
            Node::Ask(owner, Asked::OneOf(words(tx, known::OWNER, &own)?.into_iter().map(i64::from).collect())),
            Node::Ask(unit, Asked::OneOf(words(tx, known::UNIT, units)?.into_iter().map(i64::from).collect())),
        ];
        if unowned {
            ways.push(Node::Group(
                SegmentMatch::All,
                vec![Node::Ask(owner, Asked::Unknown), Node::Ask(unit, Asked::Unknown)],
            ));
        }
        Ok(Node::Group(SegmentMatch::Any, ways))
    }

    fn group(
        &mut self,
        tx: &mut Tx<'_>,
        rule: &Rule,
        attributes: &HashMap<String, Attribute>,
        now: Timestamp,
        offset: i64,
    ) -> Result<Node> {
        let mut parts = Vec::new();
        for condition in &rule.conditions {
            let attribute = attributes.get(&condition.attribute).ok_or(Error::field("rule", "unknown_attribute"))?;
            let asked = asked(tx, condition, attribute.kind, now.millis().div_euclid(MINUTE), offset)?;
            parts.push(Node::Ask(self.column(&condition.attribute), asked));
        }
        for below in &rule.groups {
            parts.push(self.group(tx, below, attributes, now, offset)?);
        }
        // Without a part everybody belongs to it, however they go together.
        let how = if parts.is_empty() { SegmentMatch::All } else { rule.how };
        Ok(Node::Group(how, parts))
    }

    /// Goes through all blocks, or through one: hands on each that has somebody, with its columns.
    ///
    /// # Errors
    /// From the database, or from `each`.
    pub(crate) fn run(
        &self,
        tx: &mut Tx<'_>,
        only: Option<i64>,
        mut each: impl FnMut(i64, &Bits, &[Option<Column>]) -> Result<()>,
    ) -> Result<()> {
        let last = tx.one::<(Option<i64>,)>(&LAST, &[])?.0.map_or(-1, |number| number / BLOCK as i64);
        let keys = serde_json::json!(self.columns).to_string();
        let (mut from, until) = only.map_or((0, last + 1), |block| (block, block + 1));
        while from < until {
            let to = (from + STRETCH).min(until);
            let rows: Vec<(i64, String, Vec<u8>)> = tx.all(&COLUMNS, params![keys, from, to])?;
            let mut rest = rows.as_slice();
            while let Some(&(block, ..)) = rest.first() {
                let (here, later) = rest.split_at(rest.iter().take_while(|row| row.0 == block).count());
                rest = later;
                let mut columns: Vec<Option<Column>> = vec![None; self.columns.len()];
                for (_, key, data) in here {
                    if let Some(at) = self.columns.iter().position(|column| column == key) {
                        columns[at] = Some(Column::from_bytes(data).ok_or_else(|| Error::internal("a broken column"))?);
                    }
                }
                let members = self.root.bits(&columns);
                if !members.is_empty() {
                    each(block, &members, &columns)?;
                }
            }
            from = to;
        }
        Ok(())
    }

    /// How many there are.
    ///
    /// # Errors
    /// From the database.
    pub(crate) fn count(&self, tx: &mut Tx<'_>) -> Result<i64> {
        let mut count = 0;
        self.run(tx, None, |_, members, _| {
            count += members.count();
            Ok(())
        })?;
        Ok(count)
    }
}

impl Node {
    fn bits(&self, columns: &[Option<Column>]) -> Bits {
        match self {
            Self::Ask(at, asked) => asked.bits(columns[*at].as_ref()),
            Self::Group(SegmentMatch::All, parts) => {
                let mut all = Bits::ALL;
                for part in parts {
                    // Where nobody is left nothing more need be asked.
                    if all.is_empty() {
                        break;
                    }
                    all = all.and(&part.bits(columns));
                }
                all
            }
            Self::Group(how, parts) => {
                let any = parts.iter().fold(Bits::NONE, |any, part| any.or(&part.bits(columns)));
                if *how == SegmentMatch::None { any.not() } else { any }
            }
        }
    }
}

impl Asked {
    fn bits(&self, column: Option<&Column>) -> Bits {
        match (self, column) {
            (Self::Known, column) => column.map_or(Bits::NONE, Column::known),
            (Self::Unknown, column) => column.map_or(Bits::ALL, |column| column.known().not()),
            (Self::Within(from, to), Some(Column::Single { known, values })) => {
                Bits::of(|slot| *from <= values[slot] && values[slot] <= *to).and(known)
            }
            (Self::Below(before), Some(Column::Single { known, values })) => {
                Bits::of(|slot| values[slot] < *before).and(known).or(&(**known).clone().not())
            }
            (Self::OneOf(wanted), Some(Column::Single { known, values })) => one_of(wanted, values).and(known),
            (Self::NoneOf(wanted), Some(Column::Single { known, values })) => one_of(wanted, values).and(known).not(),
            (Self::Months(months, offset), Some(Column::Single { known, values })) => {
                Bits::of(|slot| known.has(slot) && months >> month(values[slot] + offset) & 1 == 1)
            }
            (Self::HasAny(wanted), Some(Column::Several(lists))) => has_any(wanted, lists),
            (Self::HasNone(wanted), Some(Column::Several(lists))) => has_any(wanted, lists).not(),
            (Self::HasAll(wanted), Some(Column::Several(lists))) => {
                Bits::of(|slot| wanted.iter().all(|one| lists[slot].contains(one)))
            }
            (Self::Happened { from, until, times, or_more }, Some(Column::Several(lists))) => Bits::of(|slot| {
                let happened = lists[slot].iter().filter(|at| from <= *at && *at <= until).count();
                (happened >= *times) == *or_more
            }),
            // Nobody has a value, or one of another kind than is asked for.
            (Self::Below(_) | Self::NoneOf(_) | Self::HasNone(_) | Self::Happened { or_more: false, .. }, _) => {
                Bits::ALL
            }
            _ => Bits::NONE,
        }
    }
}

fn one_of(wanted: &[i64], values: &[i64]) -> Bits {
    match wanted {
        [] => Bits::NONE,
        [only] => Bits::of(|slot| values[slot] == *only),
        several => Bits::of(|slot| several.contains(&values[slot])),
    }
}

fn has_any(wanted: &[u32], lists: &[Vec<u32>]) -> Bits {
    Bits::of(|slot| lists[slot].iter().any(|one| wanted.contains(one)))
}

/// What a condition asks, in the numbers columns hold; `now` in minutes.
fn asked(tx: &mut Tx<'_>, condition: &Condition, kind: AttributeKind, now: i64, offset: i64) -> Result<Asked> {
    let number = |at: usize| condition.numbers.get(at).copied().unwrap_or_default();
    let minutes = |at: usize| number(at).div_euclid(MINUTE);
    let as_minutes = |minutes: i64| u32::try_from(minutes.max(0)).unwrap_or(u32::MAX);
    let several = |tx: &mut Tx<'_>| words(tx, &condition.attribute, &condition.values);
    Ok(match condition.test {
        // A yes or no of which nothing is known is no; one that is known has a value.
        SegmentTest::Known => Asked::Known,
        SegmentTest::Unknown => Asked::Unknown,
        SegmentTest::Yes => Asked::OneOf(vec![1]),
        SegmentTest::No => Asked::NoneOf(vec![1]),
        SegmentTest::Is => Asked::OneOf(several(tx)?.into_iter().map(i64::from).collect()),
        SegmentTest::IsNot => Asked::NoneOf(several(tx)?.into_iter().map(i64::from).collect()),
        SegmentTest::HasAny => Asked::HasAny(several(tx)?),
        SegmentTest::HasNone => Asked::HasNone(several(tx)?),
        SegmentTest::HasAll => {
            let wanted = several(tx)?;
            // A word nobody has yet has no number.
            if wanted.len() < condition.values.len() {
                Asked::HasAny(Vec::new())
            } else {
                Asked::HasAll(wanted)
            }
        }
        SegmentTest::AtLeast => Asked::Within(number(0), i64::MAX),
        SegmentTest::AtMost => Asked::Within(i64::MIN, number(0)),
        SegmentTest::Between => Asked::Within(number(0), number(1)),
        SegmentTest::WithinDays => Asked::Within(now - number(0) * DAY, now),
        SegmentTest::NotWithinDays => Asked::Below(now - number(0) * DAY),
        SegmentTest::NextDays => Asked::Within(now, now + number(0) * DAY),
        SegmentTest::From => Asked::Within(minutes(0), i64::MAX),
        SegmentTest::Before => Asked::Within(i64::MIN, minutes(0) - 1),
        SegmentTest::InMonths => {
            Asked::Months(condition.numbers.iter().fold(0, |months, month| months | 1 << month), offset)
        }
        SegmentTest::Happened | SegmentTest::HappenedLess => {
            debug_assert_eq!(kind, AttributeKind::Events);
            Asked::Happened {
                from: as_minutes(now - number(1) * DAY),
                until: as_minutes(now),
                times: usize::try_from(number(0)).unwrap_or_default(),
                or_more: condition.test == SegmentTest::Happened,
            }
        }
    })
}

/// The numbers of these words, as far as anybody has them.
fn words(tx: &mut Tx<'_>, attribute: &str, words: &[String]) -> Result<Vec<u32>> {
    let rows: Vec<(String, i64)> =
        tx.all(&WORDS, &[Value::Text(attribute.into()), Value::Text(serde_json::json!(words).to_string().into())])?;
    Ok(rows.into_iter().filter_map(|(_, number)| u32::try_from(number).ok()).collect())
}

/// The month, 1 to 12, of a moment in minutes of local time: days since 1970 as years that begin in March, after
/// H. Hinnant's `civil_from_days` (howardhinnant.github.io/date_algorithms.html).
fn month(minutes: i64) -> i64 {
    let days = minutes.div_euclid(DAY) + 719_468;
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    if from_march < 10 { from_march + 3 } else { from_march - 9 }
}

pub(crate) fn moment(at: Timestamp) -> Result<jiff::Timestamp> {
    jiff::Timestamp::from_millisecond(at.millis()).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::Held;

    #[test]
    fn the_month_of_any_day_is_the_calendars() {
        let mut day = jiff::civil::date(1895, 2, 25);
        for _ in 0..60_000 {
            let days = day.duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24;
            assert_eq!(month(days * DAY + 1_439), i64::from(day.month()), "{day}");
            day = day.tomorrow().unwrap();
        }
    }

    #[test]
    fn groups_go_together_as_they_say_and_no_value_is_not_the_value() {
        let mut column = Column::new(false);
        for slot in 0..10 {
            column.put(slot, Some(&Held::One(slot as i64)));
        }
        let columns = [Some(column), None];
        let ask = |from, to| Node::Ask(0, Asked::Within(from, to));
        let count = |node: &Node| node.bits(&columns).count();
        assert_eq!(count(&Node::Group(SegmentMatch::All, vec![ask(2, 5), ask(4, 9)])), 2);
        assert_eq!(count(&Node::Group(SegmentMatch::Any, vec![ask(2, 5), ask(4, 9)])), 8);
        assert_eq!(count(&Node::Group(SegmentMatch::None, vec![ask(0, 9)])), BLOCK as i64 - 10);
        assert_eq!(count(&Node::Ask(0, Asked::NoneOf(vec![3]))), BLOCK as i64 - 1);
        assert_eq!(count(&Node::Ask(0, Asked::Below(3))), BLOCK as i64 - 7);
        assert_eq!(count(&Node::Ask(1, Asked::Unknown)), BLOCK as i64);
        assert_eq!(count(&Node::Ask(1, Asked::HasNone(vec![1]))), BLOCK as i64);
        assert_eq!(count(&Node::Ask(1, Asked::Known)), 0);
        let mut events = Column::new(true);
        events.put(7, Some(&Held::Many(vec![9, 5, 7])));
        let happened =
            |times, or_more| Asked::Happened { from: 6, until: 8, times, or_more }.bits(Some(&events)).count();
        assert_eq!((happened(1, true), happened(2, true), happened(1, false)), (1, 0, BLOCK as i64 - 1));
    }
}
