//! Randomness, always handed in.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use rand::{Rng as _, SeedableRng, TryRng, rngs::StdRng, rngs::SysRng};

/// A source of random bytes: the operating system's, or one that repeats from a seed.
#[derive(Clone)]
pub struct Rng(Source);

#[derive(Clone)]
enum Source {
    System,
    Seeded(Arc<Mutex<StdRng>>),
}

impl Rng {
    /// The operating system's randomness: fit for secrets.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// The same bytes for the same `seed`: for tests and demo data, never for secrets.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(seed)))))
    }

    /// `N` random bytes.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: nothing safe can follow.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &self.0 {
            Source::System => SysRng.try_fill_bytes(&mut bytes).expect("the operating system gives randomness"),
            Source::Seeded(rng) => rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes),
        }
        bytes
    }

    /// A number below `bound` (0 when `bound` is 0), close enough to uniform for choices and jitter.
    pub fn below(&self, bound: u64) -> u64 {
        let wide = u128::from(u64::from_le_bytes(self.bytes())) * u128::from(bound);
        (wide >> 64) as u64
    }

    /// A secret of 256 bits as 64 lower-case hexadecimal digits.
    pub fn secret(&self) -> String {
        crate::hex(self.bytes::<32>())
    }
}

impl fmt::Debug for Rng {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::System => "Rng::system",
            Source::Seeded(_) => "Rng::seeded",
        })
    }
}
