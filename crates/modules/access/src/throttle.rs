//! Slows down those who guess passwords.

use kernel::{Error, Result, Timestamp};
use store::{Tx, params, sql};

sql! {
    FIND = "SELECT count, last_at, until FROM sign_in_failures WHERE key = $1";
    SAVE = "INSERT INTO sign_in_failures (key, count, last_at, until) VALUES ($1, $2, $3, $4)
            ON CONFLICT (key) DO UPDATE SET count = excluded.count, last_at = excluded.last_at, until = excluded.until";
    CLEAR = "DELETE FROM sign_in_failures WHERE key = $1";
}

/// After a day without a failure the count begins anew.
const FORGIVEN: i64 = 24 * 3_600_000;
const LONGEST: i64 = 15 * 60_000;

/// What is counted: a login or an address, and how many failures it may have for nothing.
pub(crate) struct Counted {
    key: String,
    free: i64,
}

impl Counted {
    pub(crate) fn login(login: &str) -> Self {
        Self { key: format!("login:{login}"), free: 5 }
    }

    /// Codes of a person's second factor.
    pub(crate) fn factor(user: kernel::UserId) -> Self {
        Self { key: format!("factor:{user}"), free: 5 }
    }

    /// Many people may sit behind one address.
    pub(crate) fn address(ip: Option<std::net::IpAddr>) -> Option<Self> {
        ip.map(|ip| Self { key: format!("ip:{ip}"), free: 20 })
    }
}

/// Refuses while the wait after earlier failures lasts.
pub(crate) fn check(tx: &mut Tx<'_>, counted: &Counted) -> Result<()> {
    let now = tx.now();
    let found: Option<(i64, Timestamp, Timestamp)> = tx.maybe(&FIND, params![counted.key])?;
    match found {
        Some((_, _, until)) if until > now => {
            let retry_after = u32::try_from((until.since(now) + 999) / 1_000).unwrap_or(u32::MAX);
            Err(Error::Limited { retry_after })
        }
        _ => Ok(()),
    }
}

/// Counts a failure.
pub(crate) fn failed(tx: &mut Tx<'_>, counted: &Counted) -> Result<()> {
    let now = tx.now();
    let found: Option<(i64, Timestamp, Timestamp)> = tx.maybe(&FIND, params![counted.key])?;
    let before = found.filter(|(_, last, _)| now.since(*last) < FORGIVEN).map_or(0, |(count, ..)| count);
    let count = before + 1;
    let until = now.plus_millis(wait(count, counted.free));
    tx.exec(&SAVE, params![counted.key, count, now, until]).map(drop)
}

/// Forgets the failures after a success.
pub(crate) fn succeeded(tx: &mut Tx<'_>, counted: &Counted) -> Result<()> {
    tx.exec(&CLEAR, params![counted.key]).map(drop)
}

/// Milliseconds to wait after `count` failures: doubling from one second, at most 15 minutes.
fn wait(count: i64, free: i64) -> i64 {
    match count - free {
        ..0 => 0,
        over => 1_000_i64.saturating_mul(1 << over.min(20)).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_from_the_fifth_failure_to_a_quarter_hour() {
        let waits: Vec<_> = [4, 5, 6, 7, 30].map(|count| wait(count, 5)).into();
        assert_eq!(waits, [0, 1_000, 2_000, 4_000, LONGEST]);
    }
}
