//! Sets of the 4,096 customers of a block.

/// Customers of a block.
pub(crate) const BLOCK: usize = 4_096;
const WORDS: usize = BLOCK / 64;

/// Some of the customers of a block: a bit each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bits([u64; WORDS]);

impl Bits {
    pub(crate) const NONE: Self = Self([0; WORDS]);
    pub(crate) const ALL: Self = Self([u64::MAX; WORDS]);

    /// Those of whom `holds` is true.
    pub(crate) fn of(holds: impl Fn(usize) -> bool) -> Self {
        let mut bits = Self::NONE;
        for (at, word) in bits.0.iter_mut().enumerate() {
            for bit in 0..64 {
                *word |= u64::from(holds(at * 64 + bit)) << bit;
            }
        }
        bits
    }

    pub(crate) fn has(&self, slot: usize) -> bool {
        self.0[slot / 64] >> (slot % 64) & 1 == 1
    }

    pub(crate) fn put(&mut self, slot: usize, is: bool) {
        let bit = 1 << (slot % 64);
        if is {
            self.0[slot / 64] |= bit;
        } else {
            self.0[slot / 64] &= !bit;
        }
    }

    pub(crate) fn and(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(one, other)| *one &= other);
        self
    }

    pub(crate) fn or(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(one, other)| *one |= other);
        self
    }

    pub(crate) fn not(mut self) -> Self {
        self.0.iter_mut().for_each(|word| *word = !*word);
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(crate) fn count(&self) -> i64 {
        self.0.iter().map(|word| i64::from(word.count_ones())).sum()
    }

    /// Their slots, rising.
    pub(crate) fn slots(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(at * 64 + bit)
            })
        })
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// None when these bytes are no bits.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != WORDS * 8 {
            return None;
        }
        let mut bits = Self::NONE;
        for (word, bytes) in bits.0.iter_mut().zip(bytes.chunks_exact(8)) {
            *word = u64::from_le_bytes(bytes.try_into().ok()?);
        }
        Some(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_what_sets_are() {
        let threes = Bits::of(|slot| slot % 3 == 0);
        let fives = Bits::of(|slot| slot % 5 == 0);
        assert_eq!(threes.clone().and(&fives).count(), (0..BLOCK as i64).filter(|n| n % 15 == 0).count() as i64);
        assert_eq!(
            threes.clone().or(&fives.clone().not()).count() + fives.clone().and(&threes.clone().not()).count(),
            BLOCK as i64
        );
        assert_eq!(threes.slots().take(3).collect::<Vec<_>>(), [0, 3, 6]);
        assert_eq!(Bits::from_bytes(&threes.bytes()), Some(threes.clone()));
        assert!(Bits::from_bytes(&[0; 3]).is_none() && Bits::NONE.is_empty() && Bits::ALL.has(BLOCK - 1));
        let mut one = Bits::NONE;
        one.put(4_095, true);
        assert_eq!(one.slots().collect::<Vec<_>>(), [4_095]);
        one.put(4_095, false);
        assert!(one.is_empty());
    }
}
