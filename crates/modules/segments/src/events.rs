//! Facts this module emits.

use kernel::Id;
use serde::{Deserialize, Serialize};

use crate::model::Segment;

/// A segment was made, or its rule, name or sharing changed, or it was put away: [`SegmentFact`].
pub const CHANGED: &str = "segment.changed";

/// Which segment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SegmentFact {
    /// Its id.
    pub segment_id: Id<Segment>,
    /// Whether it is put away.
    pub removed: bool,
}
