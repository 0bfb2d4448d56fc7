//! Rates that can be added up.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A rate kept as what it is made of, so that days add up to months and an empty one is "—", never 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Ratio {
    /// What counted.
    pub numerator: i64,
    /// Out of what.
    pub denominator: i64,
    /// How many observations it rests on (the denominator of a share; the samples of a mean).
    pub n: i64,
}

impl Ratio {
    /// A share: `part` of `whole` observations.
    pub fn share(part: i64, whole: i64) -> Self {
        Self { numerator: part, denominator: whole, n: whole }
    }

    /// The value, or none while nothing was observed.
    pub fn value(&self) -> Option<f64> {
        (self.denominator != 0).then(|| self.numerator as f64 / self.denominator as f64)
    }

    /// Both taken together: the rate over the union, not the mean of the rates.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            numerator: self.numerator + other.numerator,
            denominator: self.denominator + other.denominator,
            n: self.n + other.n,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_add_up_and_an_empty_one_has_no_value() {
        let month = Ratio::share(1, 2).plus(Ratio::share(8, 8));
        assert_eq!((month.value(), Ratio::default().value()), (Some(0.9), None));
    }
}
