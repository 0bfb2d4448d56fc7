//! Who belongs to a rule, in whatever order, page by page.

use std::collections::HashMap;

use http::Attribute;
use kernel::{CustomerId, Error, Result};
use store::{Tx, text_enum};

use crate::{
    bits::{BLOCK, Bits},
    column::Column,
    engine::{Plan, Viewer},
    known, queries,
    rule::Rule,
};

text_enum! {
    /// What the members of a segment are sorted by: as lists of customers are, to the minute.
    pub enum MemberSort {
        /// How the name sounds.
        Name = "name",
        /// When they were last in contact.
        LastContact = "last_contact",
        /// Since when they are known.
        Created = "created",
        /// Their tier, and within it the last contact.
        Tier = "tier",
        /// What they are worth.
        Worth = "worth",
        /// Whoever looks after them: those of one colleague stand together, those of nobody last.
        Owner = "owner",
    }
}

/// Who is looked for, and in which order.
#[derive(Clone)]
pub(crate) struct Wanted<'r> {
    pub rule: &'r Rule,
    pub attributes: &'r HashMap<String, Attribute>,
    pub viewer: Viewer,
    /// Only these, by block: who was in it on a day.
    pub among: Option<HashMap<i64, Bits>>,
    pub sort: MemberSort,
    pub falling: bool,
}

/// Where a member stands: what they are sorted by, and their number.
pub(crate) type Place = (i64, i64, i64);

impl MemberSort {
    /// Whether it rises unless told otherwise.
    pub(crate) fn rises(self) -> bool {
        matches!(self, Self::Name | Self::Owner)
    }

    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Name => &known::NAME,
            Self::LastContact => &[known::CONTACT],
            Self::Created => &[known::CREATED],
            Self::Tier => &[known::TIER, known::CONTACT],
            Self::Worth => &[known::WORTH],
            Self::Owner => &[known::OWNER],
        }
    }

    /// Where somebody stands of whom it is not known.
    fn unknown(self) -> i64 {
        if self == Self::Owner { i64::MAX } else { 0 }
    }
}

/// The first `count` places behind `after`.
pub(crate) fn places(tx: &mut Tx<'_>, wanted: &Wanted<'_>, after: Option<Place>, count: usize) -> Result<Vec<Place>> {
    let (plan, columns) = Plan::of(tx, wanted.rule, wanted.attributes, &wanted.viewer, wanted.sort.columns())?;
    let turn = |place: Place| if wanted.falling { (!place.0, !place.1, !place.2) } else { place };
    let after = after.map(turn);
    // The least ones so far; cut when it has grown.
    let mut found: Vec<Place> = Vec::new();
    let room = count.saturating_mul(2).max(8_192);
    plan.run(tx, None, |block, members, values| {
        let members = match &wanted.among {
            Some(among) => members.clone().and(among.get(&block).unwrap_or(&Bits::NONE)),
            None => members.clone(),
        };
        let value = |at: usize, slot: usize| {
            let column: Option<&Column> = columns.get(at).and_then(|at| values[*at].as_ref());
            match columns.get(at) {
                None => 0,
                Some(_) => column.and_then(|column| column.one(slot)).unwrap_or(wanted.sort.unknown()),
            }
        };
        let places =
            members.slots().map(|slot| turn((value(0, slot), value(1, slot), block * BLOCK as i64 + slot as i64)));
        found.extend(places.filter(|place| after.is_none_or(|after| *place > after)));
        if found.len() > room {
            found.select_nth_unstable(count);
            found.truncate(count);
        }
        Ok(())
    })?;
    found.sort_unstable();
    found.truncate(count);
    Ok(found.into_iter().map(turn).collect())
}

/// A page of members and the cursor of the next.
pub(crate) fn page(
    tx: &mut Tx<'_>,
    wanted: &Wanted<'_>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Vec<CustomerId>, Option<String>)> {
    let after = cursor.map(|text| parse(text).ok_or(Error::field("cursor", "malformed"))).transpose()?;
    let mut places = places(tx, wanted, after, limit + 1)?;
    let more = places.len() > limit;
    places.truncate(limit);
    let next = places.last().filter(|_| more).map(|(one, other, number)| format!("{one}.{other}.{number}"));
    let numbers: Vec<_> = places.iter().map(|place| place.2).collect();
    Ok((queries::customers(tx, &numbers)?, next))
}

fn parse(text: &str) -> Option<Place> {
    let mut parts = text.split('.').map(|part| part.parse().ok());
    let place = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_none() { Some(place) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_three_numbers() {
        assert_eq!(parse("-3.0.7"), Some((-3, 0, 7)));
        assert!(["", "1.2", "1.2.3.4", "a.b.c"].iter().all(|text| parse(text).is_none()));
    }
}
