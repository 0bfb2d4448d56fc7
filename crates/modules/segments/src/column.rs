//! The values of one attribute for a block of customers, as narrow as they can be kept.

use crate::bits::{BLOCK, Bits};

/// Values a customer can have of a set, or events, at most.
pub(crate) const MOST: usize = 64;
/// What a kept column begins with: a value each, or several.
const SINGLE: u8 = 1;
const SEVERAL: u8 = 2;
const HEAD: usize = 10;

/// The values of one attribute for a block of customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// One number each, or none: a number, an amount, minutes since 1970, a word's number, yes (1) or no (0).
    Single { known: Box<Bits>, values: Vec<i64> },
    /// Any number of numbers each, rising: words' numbers, or minutes.
    Several(Vec<Vec<u32>>),
}

/// A value as columns hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    One(i64),
    Many(Vec<u32>),
}

impl Column {
    pub(crate) fn new(several: bool) -> Self {
        if several {
            Self::Several(vec![Vec::new(); BLOCK])
        } else {
            Self::Single { known: Box::new(Bits::NONE), values: vec![0; BLOCK] }
        }
    }

    /// Puts a customer's value; another kind than the column's makes it a column of that kind, which forgets.
    pub(crate) fn put(&mut self, slot: usize, value: Option<&Held>) {
        match (&mut *self, value) {
            (Self::Single { known, values }, None) => {
                known.put(slot, false);
                values[slot] = 0;
            }
            (Self::Single { known, values }, Some(Held::One(value))) => {
                known.put(slot, true);
                values[slot] = *value;
            }
            (Self::Several(lists), None) => lists[slot].clear(),
            (Self::Several(lists), Some(Held::Many(values))) => {
                lists[slot] = values.iter().copied().take(MOST).collect();
                lists[slot].sort_unstable();
            }
            (_, Some(value)) => {
                *self = Self::new(matches!(value, Held::Many(_)));
                self.put(slot, Some(value));
            }
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Single { known, values } => single(known, values),
            Self::Several(lists) => {
                let mut bytes = vec![SEVERAL];
                // A list is no longer than MOST.
                bytes.extend(lists.iter().map(|list| list.len() as u8));
                bytes.extend(lists.iter().flatten().flat_map(|value| value.to_le_bytes()));
                bytes
            }
        }
    }

    /// None when these bytes are no column.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        match *kind {
            SINGLE => from_single(bytes),
            SEVERAL => {
                let (counts, mut values) = rest.split_at_checked(BLOCK)?;
                let mut lists = Vec::with_capacity(BLOCK);
                for count in counts {
                    let (list, later) = values.split_at_checked(usize::from(*count) * 4)?;
                    lists.push(
                        list.chunks_exact(4)
                            .filter_map(|four| Some(u32::from_le_bytes(four.try_into().ok()?)))
                            .collect(),
                    );
                    values = later;
                }
                Some(Self::Several(lists))
            }
            _ => None,
        }
    }

    /// Who has a value.
    pub(crate) fn known(&self) -> Bits {
        match self {
            Self::Single { known, .. } => (**known).clone(),
            Self::Several(lists) => Bits::of(|slot| !lists[slot].is_empty()),
        }
    }

    /// The one value of a customer.
    pub(crate) fn one(&self, slot: usize) -> Option<i64> {
        match self {
            Self::Single { known, values } if known.has(slot) => Some(values[slot]),
            _ => None,
        }
    }
}

fn single(known: &Bits, values: &[i64]) -> Vec<u8> {
    let (least, most) = known
        .slots()
        .fold((i64::MAX, i64::MIN), |(least, most), slot| (least.min(values[slot]), most.max(values[slot])));
    let base = if known.is_empty() { 0 } else { least };
    let span = if known.is_empty() { 0 } else { most.wrapping_sub(least) as u64 };
    let width: usize = match span {
        0 => 0,
        1..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xffff_ffff => 4,
        _ => 8,
    };
    let mut bytes = Vec::with_capacity(HEAD + BLOCK / 8 + BLOCK * width);
    bytes.extend([SINGLE, width as u8]);
    bytes.extend(base.to_le_bytes());
    bytes.extend(known.bytes());
    if width > 0 {
        for (slot, value) in values.iter().enumerate() {
            let above = if known.has(slot) { value.wrapping_sub(base) as u64 } else { 0 };
            bytes.extend(&above.to_le_bytes()[..width]);
        }
    }
    bytes
}

fn from_single(bytes: &[u8]) -> Option<Column> {
    let width = usize::from(*bytes.get(1)?);
    let base = i64::from_le_bytes(bytes.get(2..HEAD)?.try_into().ok()?);
    let known = Bits::from_bytes(bytes.get(HEAD..HEAD + BLOCK / 8)?)?;
    let kept = &bytes[HEAD + BLOCK / 8..];
    if kept.len() != BLOCK * width {
        return None;
    }
    let values: Vec<i64> = match width {
        0 => vec![base; BLOCK],
        1 => kept.iter().map(|one| base.wrapping_add(i64::from(*one))).collect(),
        2 => {
            kept.chunks_exact(2).map(|two| base.wrapping_add(i64::from(u16::from_le_bytes([two[0], two[1]])))).collect()
        }
        4 => {
            let four = |four: &[u8]| i64::from(u32::from_le_bytes([four[0], four[1], four[2], four[3]]));
            kept.chunks_exact(4).map(|bytes| base.wrapping_add(four(bytes))).collect()
        }
        8 => kept
            .chunks_exact(8)
            .filter_map(|eight| Some(base.wrapping_add(i64::from_le_bytes(eight.try_into().ok()?))))
            .collect(),
        _ => return None,
    };
    Some(Column::Single { known: Box::new(known), values })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn what_was_put_comes_back(
            ones in proptest::collection::vec((0..BLOCK, prop_oneof![any::<i64>(), -5i64..300, 0i64..70_000]), 0..40),
            many in proptest::collection::vec((0..BLOCK, proptest::collection::vec(any::<u32>(), 0..70)), 0..20),
        ) {
            let mut single = Column::new(false);
            for (slot, value) in &ones {
                single.put(*slot, Some(&Held::One(*value)));
            }
            let back = Column::from_bytes(&single.bytes()).unwrap();
            for slot in 0..BLOCK {
                prop_assert_eq!(back.one(slot), single.one(slot));
            }
            let mut several = Column::new(true);
            for (slot, values) in &many {
                several.put(*slot, Some(&Held::Many(values.clone())));
            }
            prop_assert_eq!(Column::from_bytes(&several.bytes()).unwrap(), several);
        }

        #[test]
        fn bytes_that_are_no_column_are_told(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert!(Column::from_bytes(&bytes).is_none());
        }
    }

    #[test]
    fn a_column_is_as_wide_as_its_values_differ() {
        let of = |values: &[i64]| {
            let mut column = Column::new(false);
            values.iter().enumerate().for_each(|(slot, value)| column.put(slot, Some(&Held::One(*value))));
            column.bytes().len() - HEAD - BLOCK / 8
        };
        assert_eq!(
            [of(&[7, 7]), of(&[-3, 90]), of(&[0, 300]), of(&[0, 70_000]), of(&[i64::MIN, i64::MAX])]
                .map(|bytes| bytes / BLOCK),
            [0, 1, 2, 4, 8]
        );
    }
}
