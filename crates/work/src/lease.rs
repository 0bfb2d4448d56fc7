//! Leases: the right to do what only one may do at a time, and a number that proves it.
//!
//! A lease's epoch rises whenever its owner changes. Whoever acts under a lease checks the epoch in
//! the acting transaction, so a holder that slept through its own end changes nothing any more.

use kernel::{Result, Timestamp};
use store::{Tx, params, sql};

use crate::codes;

sql! {
    // A lease that ends further ahead than any is given was not renewed since the clock was set back.
    ACQUIRE = "INSERT INTO leases (name, owner, epoch, expires_at) VALUES ($1, $2, 1, $3)
               ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at,
                   epoch = CASE WHEN leases.owner = excluded.owner THEN leases.epoch ELSE leases.epoch + 1 END
               WHERE leases.owner = excluded.owner OR leases.expires_at <= $4 OR leases.expires_at > $5
               RETURNING epoch";
    RENEW = "UPDATE leases SET expires_at = $4 WHERE name = $1 AND owner = $2 AND epoch = $3";
    RELEASE = "UPDATE leases SET owner = '', epoch = epoch + 1, expires_at = 0
               WHERE name = $1 AND owner = $2 AND epoch = $3";
    CHECK = "SELECT epoch FROM leases WHERE name = $1 AND epoch = $2 FOR SHARE";
}

/// A lease held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What it is for.
    pub name: String,
    /// Who holds it: unlike any other holder, also of the same node before a restart.
    pub owner: String,
    /// Its fencing token: see [`check`].
    pub epoch: i64,
}

impl Lease {
    /// Takes the lease `name` for `for_ms` if it is free, has run out, or is `owner`'s already
    /// (then its epoch stays); none while somebody else holds it.
    ///
    /// # Errors
    /// From the database.
    pub fn acquire(tx: &mut Tx<'_>, name: &str, owner: &str, for_ms: i64) -> Result<Option<Self>> {
        let now = tx.now();
        let farthest = now.plus_millis(for_ms.saturating_mul(2));
        let epoch: Option<(i64,)> = tx.maybe(&ACQUIRE, params![name, owner, until(now, for_ms), now, farthest])?;
        Ok(epoch.map(|(epoch,)| Self { name: name.to_owned(), owner: owner.to_owned(), epoch }))
    }

    /// Holds it for `for_ms` from now.
    ///
    /// # Errors
    /// [`codes::LEASE_LOST`] when somebody else has taken it; from the database.
    pub fn renew(&self, tx: &mut Tx<'_>, for_ms: i64) -> Result<()> {
        let until = until(tx.now(), for_ms);
        kept(tx.exec(&RENEW, params![self.name, self.owner, self.epoch, until])? == 1)
    }

    /// Gives it back: anybody may take it at once, and this epoch is void. Does nothing once lost.
    ///
    /// # Errors
    /// From the database.
    pub fn release(&self, tx: &mut Tx<'_>) -> Result<()> {
        tx.exec(&RELEASE, params![self.name, self.owner, self.epoch]).map(drop)
    }
}

/// Refuses the transaction of a holder whose time is over. Call it in every transaction that acts
/// under the lease: nobody can take the lease over between the check and the commit.
///
/// # Errors
/// [`codes::LEASE_LOST`]; from the database.
pub fn check(tx: &mut Tx<'_>, name: &str, epoch: i64) -> Result<()> {
    kept(tx.maybe::<(i64,)>(&CHECK, params![name, epoch])?.is_some())
}

fn kept(kept: bool) -> Result<()> {
    if kept { Ok(()) } else { Err(codes::LEASE_LOST.conflict()) }
}

const fn until(now: Timestamp, for_ms: i64) -> Timestamp {
    now.plus_millis(for_ms)
}
