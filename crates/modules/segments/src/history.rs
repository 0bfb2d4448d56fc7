//! Who belonged to a segment when: who is in it is kept each night as bits, and who came and who went that day as
//! numbers, from which any day's members follow backwards.

use std::collections::{BTreeSet, HashMap};

use http::Attribute;
use jiff::civil::Date;
use kernel::{Error, Id, Result};
use serde::Serialize;
use store::{Tx, params, sql, text_enum};
use utoipa::ToSchema;

use crate::{
    bits::{BLOCK, Bits},
    codes,
    engine::{Plan, Viewer, moment},
    model::Segment,
};

/// Days that are kept.
pub(crate) const DAYS: i64 = 400;

sql! {
    MEMBERS = "SELECT block, bits FROM segment_members WHERE segment_id = $1";
    KEEP = "INSERT INTO segment_members (segment_id, block, bits) VALUES ($1, $2, $3)
        ON CONFLICT (segment_id, block) DO UPDATE SET bits = excluded.bits";
    DAY = "SELECT came, went FROM segment_days WHERE segment_id = $1 AND day = $2";
    KEEP_DAY = "INSERT INTO segment_days (segment_id, day, members, came, went) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (segment_id, day) DO UPDATE SET members = excluded.members, came = excluded.came, went = excluded.went";
    LATER = "SELECT came, went FROM segment_days WHERE segment_id = $1 AND day > $2 ORDER BY day DESC";
    FIRST = "SELECT min(day) FROM segment_days WHERE segment_id = $1";
    LIST = "SELECT day, members, came, went FROM segment_days WHERE segment_id = $1 AND day < $2 ORDER BY day DESC LIMIT $3";
    SWEEP = "DELETE FROM segment_days WHERE day < $1";
    FORGET_MEMBERS = "DELETE FROM segment_members WHERE segment_id = $1";
    FORGET_DAYS = "DELETE FROM segment_days WHERE segment_id = $1";
}

/// How many belonged to a segment at the end of a day, and how many came and went on it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct SegmentDay {
    /// The day, as the installation counts days.
    #[schema(example = "2026-11-26")]
    pub day: String,
    /// How many belonged to it.
    pub members: i64,
    /// How many had not the day before.
    pub came: i64,
    /// How many had the day before and did not.
    pub went: i64,
}

/// Numbers of customers, by block.
pub(crate) type Members = HashMap<i64, Bits>;

text_enum! {
    /// Which of those a segment's members on a day and its members now differ by.
    pub enum SegmentDifference {
        /// Who belongs to it now and did not then.
        Came = "came",
        /// Who did then and does not now.
        Went = "went",
    }
}

/// Those in one set and not in the other.
pub(crate) fn without(some: &Members, others: &Members) -> Members {
    let rest = |(block, bits): (&i64, &Bits)| match others.get(block) {
        Some(others) => (*block, bits.clone().and(&others.clone().not())),
        None => (*block, bits.clone()),
    };
    some.iter().map(rest).collect()
}

/// Who belongs to it now, whoever may see them.
pub(crate) fn now(tx: &mut Tx<'_>, segment: &Segment, attributes: &HashMap<String, Attribute>) -> Result<Members> {
    let (plan, _) = Plan::of(tx, &segment.rule, attributes, &Viewer::All, &[])?;
    let mut now = Members::new();
    plan.run(tx, None, |block, members, _| {
        now.insert(block, members.clone());
        Ok(())
    })?;
    Ok(now)
}

/// The first day that is kept.
///
/// # Errors
/// [`Error::Conflict`] while there is none.
pub(crate) fn first(tx: &mut Tx<'_>, id: Id<Segment>) -> Result<String> {
    tx.one::<(Option<String>,)>(&FIRST, params![id])?.0.ok_or_else(|| codes::NOT_KEPT.conflict())
}

/// Today, as the installation counts days.
pub(crate) fn today(tx: &mut Tx<'_>) -> Result<Date> {
    Ok(moment(tx.now())?.to_zoned(settings::api::calendar(tx)?.zone().clone()).date())
}

/// Writes down who belongs to it now, whoever may see them.
///
/// # Errors
/// From the database.
pub(crate) fn keep(tx: &mut Tx<'_>, segment: &Segment, attributes: &HashMap<String, Attribute>) -> Result<()> {
    let now = now(tx, segment, attributes)?;
    let before = members(tx, segment.id)?;
    let (mut came, mut went) = (BTreeSet::new(), BTreeSet::new());
    let blocks: BTreeSet<i64> = now.keys().chain(before.keys()).copied().collect();
    for block in blocks {
        let (is, was) = (now.get(&block).unwrap_or(&Bits::NONE), before.get(&block).unwrap_or(&Bits::NONE));
        if is != was {
            let number = |slot: usize| block * BLOCK as i64 + slot as i64;
            came.extend(is.clone().and(&was.clone().not()).slots().map(number));
            went.extend(was.clone().and(&is.clone().not()).slots().map(number));
            tx.exec(&KEEP, params![segment.id, block, is.bytes()])?;
        }
    }
    let day = today(tx)?.to_string();
    if let Some((had_come, had_gone)) = tx.maybe::<(Vec<u8>, Vec<u8>)>(&DAY, params![segment.id, day])? {
        // Whoever came and went again within a day did neither.
        let (had_come, had_gone) = (unpacked(&had_come)?, unpacked(&had_gone)?);
        let net_came = had_come.difference(&went).chain(came.difference(&had_gone)).copied().collect();
        let net_gone = had_gone.difference(&came).chain(went.difference(&had_come)).copied().collect();
        (came, went) = (net_came, net_gone);
    }
    let count: i64 = now.values().map(Bits::count).sum();
    tx.exec(&KEEP_DAY, params![segment.id, day, count, packed(&came), packed(&went)]).map(drop)
}

fn members(tx: &mut Tx<'_>, id: Id<Segment>) -> Result<Members> {
    let rows: Vec<(i64, Vec<u8>)> = tx.all(&MEMBERS, params![id])?;
    rows.into_iter().map(|(block, bits)| Ok((block, Bits::from_bytes(&bits).ok_or_else(broken)?))).collect()
}

/// Who belonged to it at the end of that day, whoever may see them: of today, who did when it was last kept.
///
/// # Errors
/// [`Error::Conflict`] for a day before the first that is kept.
pub(crate) fn as_of(tx: &mut Tx<'_>, id: Id<Segment>, day: Date) -> Result<Members> {
    let day = day.to_string();
    if day < first(tx, id)? {
        return Err(codes::NOT_KEPT.conflict());
    }
    let mut members = members(tx, id)?;
    for (came, went) in tx.all::<(Vec<u8>, Vec<u8>)>(&LATER, params![id, day])? {
        for (numbers, is) in [(unpacked(&came)?, false), (unpacked(&went)?, true)] {
            for number in numbers {
                let slot = (number % BLOCK as i64) as usize;
                members.entry(number / BLOCK as i64).or_insert(Bits::NONE).put(slot, is);
            }
        }
    }
    Ok(members)
}

/// Its days before this one, newest first.
pub(crate) fn days(tx: &mut Tx<'_>, id: Id<Segment>, before: &str, limit: i64) -> Result<Vec<SegmentDay>> {
    let rows: Vec<(String, i64, Vec<u8>, Vec<u8>)> = tx.all(&LIST, params![id, before, limit])?;
    let day = |(day, members, came, went): (String, i64, Vec<u8>, Vec<u8>)| {
        let size = |bytes: &[u8]| Ok::<_, Error>(unpacked(bytes)?.len() as i64);
        Ok(SegmentDay { day, members, came: size(&came)?, went: size(&went)? })
    };
    rows.into_iter().map(day).collect()
}

/// Forgets days that are too old.
pub(crate) fn sweep(tx: &mut Tx<'_>, today: Date) -> Result<()> {
    let first = today.checked_sub(jiff::Span::new().days(DAYS)).map_err(Error::internal)?;
    tx.exec(&SWEEP, params![first.to_string()]).map(drop)
}

/// Forgets everything about a segment.
pub(crate) fn forget(tx: &mut Tx<'_>, id: Id<Segment>) -> Result<()> {
    tx.exec(&FORGET_MEMBERS, params![id])?;
    tx.exec(&FORGET_DAYS, params![id]).map(drop)
}

/// Numbers as the steps between them, seven bits a byte, the eighth says that more follow.
fn packed(numbers: &BTreeSet<i64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut before = 0;
    for number in numbers {
        let mut step = number.wrapping_sub(before) as u64;
        before = *number;
        while step >= 0x80 {
            bytes.push(step as u8 & 0x7f | 0x80);
            step >>= 7;
        }
        bytes.push(step as u8);
    }
    bytes
}

fn unpacked(bytes: &[u8]) -> Result<BTreeSet<i64>> {
    let mut numbers = BTreeSet::new();
    let (mut before, mut step, mut shift) = (0_i64, 0_u64, 0);
    for byte in bytes {
        if shift > 56 {
            return Err(broken());
        }
        step |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            before = before.checked_add(i64::try_from(step).map_err(|_| broken())?).ok_or_else(broken)?;
            numbers.insert(before);
            (step, shift) = (0, 0);
        }
    }
    Ok(numbers)
}

fn broken() -> Error {
    Error::internal("the members of a segment are broken")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn who_is_in_one_set_alone_is_what_it_has_and_the_other_has_not() {
        let set = |slots: &[usize]| Bits::of(|slot| slots.contains(&slot));
        let (some, others) = (Members::from([(0, set(&[1, 2])), (3, set(&[7]))]), Members::from([(0, set(&[2, 5]))]));
        let left =
            |members: &Members, block| members.get(&block).map_or(vec![], |bits| bits.slots().collect::<Vec<_>>());
        let rest = without(&some, &others);
        assert_eq!((left(&rest, 0), left(&rest, 3)), (vec![1], vec![7]));
        assert_eq!(left(&without(&others, &some), 0), [5]);
    }

    proptest! {
        #[test]
        fn numbers_come_back_as_they_were(numbers in proptest::collection::btree_set(0_i64..1 << 40, 0..200)) {
            prop_assert_eq!(unpacked(&packed(&numbers)).unwrap(), numbers);
        }

        #[test]
        fn whatever_bytes_there_are_nothing_breaks(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = unpacked(&bytes);
        }
    }
}
