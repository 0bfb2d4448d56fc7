//! Facts this module emits, all carrying [`PauseFact`].

use kernel::{Id, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::model::{PauseCause, ReliefPause};

/// A pause was granted, or goes on for longer.
pub const GRANTED: &str = "relief.granted";
/// It is over.
pub const ENDED: &str = "relief.ended";

/// The pause after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PauseFact {
    /// Which.
    pub pause_id: Id<ReliefPause>,
    /// Whose.
    pub user_id: UserId,
    /// Why.
    pub cause: PauseCause,
    /// Since when.
    pub since: Timestamp,
    /// Until when at most.
    pub until: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
}

impl PauseFact {
    pub(crate) fn of(pause: &ReliefPause) -> Self {
        let ReliefPause { id, user_id, cause, since, until, ended_at, .. } = *pause;
        Self { pause_id: id, user_id, cause, since, until, ended_at }
    }
}
