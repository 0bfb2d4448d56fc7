//! Some of very many, chosen by chance but always the same, in bounded memory.

use std::collections::BinaryHeap;

/// Keeps those `most` things whose keys hash lowest: a fair sample whatever the order they come in, and the same
/// sample each time.
#[derive(Debug)]
pub(crate) struct Sample<T> {
    most: usize,
    kept: BinaryHeap<Entry<T>>,
    /// How many there were.
    pub(crate) seen: usize,
}

#[derive(Debug)]
struct Entry<T>(u64, T);

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Entry<T> {}
impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

/// FNV-1a with a last stir (Murmur3's), so that keys that differ in their end alone differ everywhere.
pub(crate) fn hash(key: &str) -> u64 {
    let mut hash = key
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    for _ in 0..2 {
        hash ^= hash >> 33;
        hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    }
    hash ^ (hash >> 33)
}

impl<T> Sample<T> {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, kept: BinaryHeap::new(), seen: 0 }
    }

    pub(crate) fn offer(&mut self, key: &str, thing: T) {
        self.seen += 1;
        let hash = hash(key);
        if self.kept.len() < self.most {
            self.kept.push(Entry(hash, thing));
        } else if self.kept.peek().is_some_and(|highest| hash < highest.0) {
            self.kept.pop();
            self.kept.push(Entry(hash, thing));
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.kept.iter().map(|entry| &entry.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_fair_bounded_and_the_same_in_any_order() {
        let taken = |keys: Vec<u32>| {
            let mut sample = Sample::new(1_000);
            for key in keys {
                sample.offer(&format!("cus_{key:08}"), key);
            }
            let mut taken: Vec<_> = sample.iter().copied().collect();
            taken.sort_unstable();
            (taken, sample.seen)
        };
        let (forth, seen) = taken((0..20_000).collect());
        assert_eq!((forth.len(), seen), (1_000, 20_000));
        assert_eq!(forth, taken((0..20_000).rev().collect()).0);
        // Each quarter has about a quarter: 250 ± five deviations.
        for quarter in 0..4 {
            let count = forth.iter().filter(|key| **key / 5_000 == quarter).count();
            assert!((180..320).contains(&count), "{count}");
        }
    }
}
