//! Recency, frequency, monetary value: each in fifths, ties together.
//!
//! Source: A. M. Hughes, "Strategic Database Marketing" (1994); the cuts are shown, so that everybody can check a score.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where the fifths of a measure end: a value above so many of these has that score plus one. Equal values always have
/// the same score; where many are equal some scores stay empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = FifthCuts)]
pub struct Cuts(pub [i64; 4]);

impl Cuts {
    /// The cuts of these values, in whatever order.
    pub(crate) fn of(mut values: Vec<i64>) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        values.sort_unstable();
        // The value up to which a fifth, two fifths, … of all reach.
        let at = |share: usize| values[(values.len() * share).div_ceil(5).max(1) - 1];
        Some(Self([at(1), at(2), at(3), at(4)]))
    }

    /// 1 to 5: the more the better.
    pub(crate) fn score(&self, value: i64) -> i64 {
        1 + self.0.iter().filter(|cut| value > **cut).count() as i64
    }
}

/// The cuts of all three measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RfmCuts {
    /// Of the day of the last purchase, in days from 1 January 1970.
    pub recency: Cuts,
    /// Of the days on which somebody bought.
    pub frequency: Cuts,
    /// Of what they spent altogether and did not get back, in minor units.
    pub monetary: Cuts,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r025_fifths_are_fifths_and_equals_are_equal() {
        let cuts = Cuts::of((1..=100).collect()).unwrap();
        assert_eq!(cuts, Cuts([20, 40, 60, 80]));
        let scores: Vec<_> = [1, 20, 21, 60, 61, 80, 81, 100].map(|value| cuts.score(value)).into();
        assert_eq!(scores, [1, 1, 2, 3, 4, 4, 5, 5]);
        // Seven in ten bought once: they are one score, whoever stands where in a list.
        let mut mostly_once = vec![1; 70];
        mostly_once.extend([2; 15]);
        mostly_once.extend(3..18);
        let cuts = Cuts::of(mostly_once.clone()).unwrap();
        assert_eq!((cuts.score(1), cuts.score(2), cuts.score(17)), (1, 4, 5));
        mostly_once.reverse();
        assert_eq!(Cuts::of(mostly_once), Some(cuts));
        // All the same, one alone, nobody.
        assert_eq!(Cuts::of(vec![7; 9]).unwrap().score(7), 1);
        assert_eq!(Cuts::of(vec![7]).unwrap().score(8), 5);
        assert_eq!(Cuts::of(Vec::new()), None);
    }
}
