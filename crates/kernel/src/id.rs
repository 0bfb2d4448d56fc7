//! Typed identifiers.
//!
//! An id is a UUIDv7 spelled as its noun's prefix, `_`, and 26 characters of
//! lower-case Crockford base 32 (the TypeID spelling): `cnv_01jd3k…`. The same
//! text stands in the database, in URLs, in logs and in audit entries, so that
//! one search finds a thing everywhere. Ids of one noun sort by creation time.

use std::{
    borrow::Cow,
    fmt,
    marker::PhantomData,
    str::FromStr,
    sync::atomic::{AtomicU32, Ordering},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::{Rng, Timestamp};

/// A kind of thing that has ids of its own.
pub trait Noun: 'static {
    /// What its ids begin with, without the underscore: three or four letters.
    const PREFIX: &'static str;
}

/// The id of a `T`.
pub struct Id<T> {
    bits: u128,
    noun: PhantomData<fn() -> T>,
}

/// Ids made by this process so far: keeps those of one millisecond in order.
static MADE: AtomicU32 = AtomicU32::new(0);

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const DIGITS: usize = 26;

impl<T: Noun> Id<T> {
    /// A new id made at `now`. Ids this process makes within one millisecond sort in the order they
    /// were made; 48 random bits keep those of other processes, and of a clock set back, apart.
    pub fn new(now: Timestamp, rng: &Rng) -> Self {
        let millis = u64::try_from(now.millis()).unwrap_or(0);
        let count = MADE.fetch_add(1, Ordering::Relaxed);
        let mut tail: [u8; 10] = rng.bytes();
        // 26 bits of the count: 12 beside the version, 14 beside the variant (RFC 9562, 6.2, method 1).
        tail[..2].copy_from_slice(&((count >> 14) as u16).to_be_bytes());
        tail[2..4].copy_from_slice(&(count as u16 & 0x3fff).to_be_bytes());
        let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid();
        Self::from_bits(uuid.as_u128())
    }

    const fn from_bits(bits: u128) -> Self {
        Self { bits, noun: PhantomData }
    }

    /// The id as a UUID, for formats that want one.
    pub fn uuid(self) -> Uuid {
        Uuid::from_u128(self.bits)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bits.cmp(&other.bits)
    }
}
impl<T> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.bits.hash(state);
    }
}

impl<T: Noun> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0u8; DIGITS];
        let mut rest = self.bits;
        for slot in text.iter_mut().rev() {
            *slot = ALPHABET[(rest & 31) as usize];
            rest >>= 5;
        }
        f.write_str(T::PREFIX)?;
        f.write_str("_")?;
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl<T: Noun> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no id of the wanted noun.
#[derive(Debug, thiserror::Error)]
#[error("not an id of the form {0}_…")]
pub struct IdError(&'static str);

impl<T: Noun> FromStr for Id<T> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = IdError(T::PREFIX);
        let digits = text
            .strip_prefix(T::PREFIX)
            .and_then(|rest| rest.strip_prefix('_'))
            .filter(|digits| digits.len() == DIGITS);
        let Some(digits) = digits else { return Err(wrong) };
        let mut bits: u128 = 0;
        for (at, byte) in digits.bytes().enumerate() {
            let Some(value) = ALPHABET.iter().position(|&letter| letter == byte) else {
                return Err(wrong);
            };
            // 26 digits hold 130 bits: the first may carry only three.
            if at == 0 && value > 7 {
                return Err(wrong);
            }
            bits = bits << 5 | value as u128;
        }
        Ok(Self::from_bits(bits))
    }
}

impl<T: Noun> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: Noun> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(feature = "described")]
mod described {
    use std::borrow::Cow;

    use utoipa::{
        // Generic types describe themselves through this trait; utoipa's derive does the same.
        __dev::ComposeSchema,
        ToSchema,
        openapi::{ObjectBuilder, RefOr, Schema, Type},
    };

    use super::{Id, Noun};

    impl<T: Noun> ComposeSchema for Id<T> {
        fn compose(_generics: Vec<RefOr<Schema>>) -> RefOr<Schema> {
            let example = format!("{}_01jd3k5v2pf6z8q0w4x7y9abcd", T::PREFIX);
            ObjectBuilder::new()
                .schema_type(Type::String)
                .pattern(Some(format!("^{}_[0-9a-hjkmnp-tv-z]{{26}}$", T::PREFIX)))
                .examples([example])
                .into()
        }
    }
    impl<T: Noun> ToSchema for Id<T> {
        fn name() -> Cow<'static, str> {
            Cow::Owned(format!("Id_{}", T::PREFIX))
        }
    }
}

macro_rules! shared_nouns {
    ($($(#[$doc:meta])* $noun:ident, $id:ident, $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $noun {}
        impl Noun for $noun { const PREFIX: &'static str = $prefix; }
        #[doc = concat!("The id of a [`", stringify!($noun), "`].")]
        pub type $id = Id<$noun>;
    )*};
}

// The nouns that an `Actor` needs, and those that a module below their own names; every other noun
// lives in its own module.
shared_nouns! {
    /// A person who signs in: the noun of `access`.
    User, UserId, "usr";
    /// A department or team: the noun of `people`.
    Unit, UnitId, "unt";
    /// A person served: the noun of `customers`.
    Customer, CustomerId, "cus";
    /// A way customers reach the department: the noun of `channels`.
    Channel, ChannelId, "chn";
    /// A line in which conversations wait: the noun of `routing`.
    Queue, QueueId, "que";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_writes_and_sorts_by_time() {
        let rng = Rng::seeded(7);
        let early = UserId::new(Timestamp::from_millis(1_000), &rng);
        let late = UserId::new(Timestamp::from_millis(2_000), &rng);
        assert_eq!(early.to_string().parse::<UserId>().unwrap(), early);
        assert!(early < late && early.to_string() < late.to_string());
    }

    #[test]
    fn ids_of_one_millisecond_sort_in_the_order_they_were_made() {
        let rng = Rng::system();
        let made: Vec<_> = (0..20_000).map(|_| UserId::new(Timestamp::from_millis(5), &rng)).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn another_nouns_id_and_broken_texts_are_refused() {
        let unit = UnitId::new(Timestamp::from_millis(1), &Rng::seeded(1)).to_string();
        for wrong in [unit.as_str(), "", "usr_", "usr_zzzzzzzzzzzzzzzzzzzzzzzzzz", "usr_01jd3k5v2pf6z8q0w4x7y9abcI"] {
            assert!(wrong.parse::<UserId>().is_err(), "{wrong}");
        }
    }
}
