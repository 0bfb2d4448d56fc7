//! How much comes: so much of one number, and so much of all. What is beyond waits at the gateway.

use std::{num::NonZeroU32, sync::OnceLock};

use governor::{DefaultKeyedRateLimiter, Quota};
use kernel::ChannelId;

/// Messages of one number at once, and a minute after that.
const OF_ONE: (u32, u32) = (40, 20);
/// Messages of a channel at once, and a second after that.
const OF_ALL: (u32, u32) = (1_000, 50);
/// Numbers that are told apart at most.
const REMEMBERED: usize = 50_000;

/// How much came lately: a part of the app.
#[derive(Default)]
pub(crate) struct Floods {
    one: OnceLock<DefaultKeyedRateLimiter<(ChannelId, String)>>,
    all: OnceLock<DefaultKeyedRateLimiter<ChannelId>>,
}

fn most(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

impl Floods {
    /// Whether another message of this number is taken now.
    pub(crate) fn may(&self, channel: ChannelId, phone: &str) -> bool {
        let (burst, minute) = OF_ONE;
        let one = self
            .one
            .get_or_init(|| DefaultKeyedRateLimiter::keyed(Quota::per_minute(most(minute)).allow_burst(most(burst))));
        let (burst, second) = OF_ALL;
        let all = self
            .all
            .get_or_init(|| DefaultKeyedRateLimiter::keyed(Quota::per_second(most(second)).allow_burst(most(burst))));
        if one.len() > REMEMBERED {
            one.retain_recent();
        }
        all.check_key(&channel).is_ok() && one.check_key(&(channel, phone.to_owned())).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Id, Rng, Timestamp};

    use super::*;

    #[test]
    fn a_flood_of_one_number_is_stopped_and_others_go_on() {
        let floods = Floods::default();
        let channel = Id::new(Timestamp::from_millis(1), &Rng::seeded(1));
        let taken = (0..100).filter(|_| floods.may(channel, "+8613800000001")).count();
        assert!((40..45).contains(&taken), "{taken}");
        assert!(floods.may(channel, "+8613800000002"));
    }
}
