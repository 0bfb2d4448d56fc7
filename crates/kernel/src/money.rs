//! Money in minor units.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount in the minor unit of its currency: 1,820 yuan are 182,000 fen. Never a float.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = i64, example = 182_000)]
pub struct Money(pub i64);

impl Money {
    /// The sum, or none when it cannot be held.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }
}
