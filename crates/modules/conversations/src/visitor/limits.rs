//! How much visitors may do. Many of them sit behind one address (a company, a campus, a mobile
//! network), so what one does counts against that one; an address is counted only where nobody can
//! be told apart yet, and generously.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

use http::Limits;
use kernel::{ChannelId, CustomerId, Error, Result, Timestamp};

/// So many at once, and then one each so many milliseconds.
#[derive(Clone, Copy)]
struct Rate {
    at_once: i64,
    every_ms: i64,
}

/// Messages of one visitor: 30 at once, 20 in 10 seconds.
const MESSAGES: Rate = Rate { at_once: 30, every_ms: 500 };
/// Other writes of one visitor: ratings, recalls, pages.
const ACTS: Rate = Rate { at_once: 30, every_ms: 500 };
/// Uploads of one visitor.
const UPLOADS: Rate = Rate { at_once: 20, every_ms: 3_000 };
/// Greetings from one address: writes nothing.
const HELLOS: Rate = Rate { at_once: 1_000, every_ms: 50 };
/// First words of strangers from one address: each makes a customer.
const NEWCOMERS: Rate = Rate { at_once: 300, every_ms: 500 };
/// First words of strangers on one channel, from everywhere.
const CHANNEL: Rate = Rate { at_once: 2_000, every_ms: 20 };
/// Uploads from one address.
const ADDRESS_UPLOADS: Rate = Rate { at_once: 300, every_ms: 200 };
/// Keys remembered at most, of each kind.
const REMEMBERED: usize = 50_000;

/// How much visitors did lately: a part of the app.
#[derive(Default)]
pub(crate) struct VisitorLimits {
    messages: Buckets<CustomerId>,
    acts: Buckets<CustomerId>,
    uploads: Buckets<CustomerId>,
    hellos: Buckets<IpAddr>,
    newcomers: Buckets<IpAddr>,
    address_uploads: Buckets<IpAddr>,
    channels: Buckets<ChannelId>,
}

impl VisitorLimits {
    pub(super) fn hello(&self, from: Option<IpAddr>, now: Timestamp, limits: &Limits) -> Result<()> {
        self.hellos.take(network(from), HELLOS, now, limits)
    }

    pub(super) fn newcomer(
        &self,
        from: Option<IpAddr>,
        channel: ChannelId,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<()> {
        self.newcomers.take(network(from), NEWCOMERS, now, limits)?;
        self.channels.take(channel, CHANNEL, now, limits)
    }

    pub(super) fn message(&self, who: CustomerId, now: Timestamp, limits: &Limits) -> Result<()> {
        self.messages.take(who, MESSAGES, now, limits)
    }

    pub(super) fn act(&self, who: CustomerId, now: Timestamp, limits: &Limits) -> Result<()> {
        self.acts.take(who, ACTS, now, limits)
    }

    pub(super) fn upload(&self, who: CustomerId, from: Option<IpAddr>, now: Timestamp, limits: &Limits) -> Result<()> {
        self.uploads.take(who, UPLOADS, now, limits)?;
        self.address_uploads.take(network(from), ADDRESS_UPLOADS, now, limits)
    }
}

/// An address, or the network that one household gets of the newer kind.
fn network(from: Option<IpAddr>) -> IpAddr {
    match from.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED)) {
        IpAddr::V6(address) if address.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address.to_canonical(),
    }
}

/// For each key the moment by which all it did is paid for.
struct Buckets<K>(Mutex<HashMap<K, i64>>);

impl<K> Default for Buckets<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash> Buckets<K> {
    fn take(&self, key: K, rate: Rate, now: Timestamp, limits: &Limits) -> Result<()> {
        // Whoever lets one caller do more lets visitors do more.
        let usual = i64::from(Limits::default().requests_per_second);
        let times = (i64::from(limits.requests_per_second) / usual).max(1);
        let (room, now) = (rate.at_once * times * rate.every_ms, now.millis() * times);
        let mut paid = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if paid.len() >= REMEMBERED {
            paid.retain(|_, until| *until > now);
            if paid.len() >= REMEMBERED {
                // More than can be told apart: better too lenient than deaf to everybody.
                paid.clear();
            }
        }
        let until = paid.entry(key).or_insert(now);
        // A clock set back must not shut anybody out.
        let from = if *until - now > room { now } else { (*until).max(now) };
        let after = from + rate.every_ms;
        if after - now > room {
            let wait = (after - now - room).div_euclid(times * 1_000) + 1;
            return Err(Error::Limited { retry_after: u32::try_from(wait).unwrap_or(u32::MAX) });
        }
        *until = after;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Id, Rng};

    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + ms)
    }

    #[test]
    fn one_visitor_who_floods_is_slowed_down_and_no_other() {
        let (limits, usual) = (VisitorLimits::default(), Limits::default());
        let [one, other] = [1, 2].map(|seed| Id::new(at(0), &Rng::seeded(seed)));
        assert_eq!((0..100).filter(|_| limits.message(one, at(0), &usual).is_ok()).count(), 30);
        assert!(matches!(limits.message(one, at(0), &usual), Err(Error::Limited { retry_after: 1 })));
        assert!(limits.message(other, at(0), &usual).is_ok());
        assert_eq!((0..100).filter(|_| limits.message(one, at(10_000), &usual).is_ok()).count(), 20);
        // The clock goes back an hour.
        assert!(limits.message(one, at(-3_600_000), &usual).is_ok());
        let more = Limits { requests_per_second: 10_000, ..usual };
        assert_eq!((0..5_000).filter(|_| limits.message(other, at(60_000), &more).is_ok()).count(), 3_000);
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let buckets = Buckets::<usize>::default();
        for key in 0..REMEMBERED * 2 {
            buckets.take(key, MESSAGES, at(0), &Limits::default()).unwrap();
        }
        assert!(buckets.0.lock().unwrap().len() <= REMEMBERED);
    }

    #[test]
    fn a_household_counts_as_one_however_many_addresses_it_has() {
        let network_of = |text: &str| network(Some(text.parse().unwrap()));
        assert_eq!(network_of("2001:db8:1:2:3::1"), network_of("2001:db8:1:2:ffff::9"));
        assert_ne!(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
        assert_eq!(network_of("::ffff:10.0.0.1"), network_of("10.0.0.1"));
    }
}
