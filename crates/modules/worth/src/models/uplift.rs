//! What an offer did: the share that came back with it against the share that came back without.

use kernel::Ratio;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The standard normal's quantile for 95 % between both sides.
const Z: f64 = 1.959_963_984_540_054;

/// An interval that holds the true value 95 times of a hundred.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = UpliftInterval)]
pub(crate) struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// Wilson's interval of a share; none of nobody. Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927).
pub(crate) fn wilson(share: &Ratio) -> Option<Interval> {
    let n = share.denominator as f64;
    let part = share.value()?;
    let middle = part + Z * Z / (2.0 * n);
    let half = Z * (part * (1.0 - part) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    Some(Interval { low: ((middle - half) / whole).max(0.0), high: ((middle + half) / whole).min(1.0) })
}

/// The difference of two shares of different people with its interval; none while one of them is of nobody.
/// Source: R. G. Newcombe, "Interval Estimation for the Difference Between Independent Proportions", Statistics in
/// Medicine 17 (1998), method 10 (from two Wilson intervals).
pub(crate) fn difference(with: &Ratio, without: &Ratio) -> Option<(f64, Interval)> {
    let (p, q) = (with.value()?, without.value()?);
    let (of_p, of_q) = (wilson(with)?, wilson(without)?);
    let low = ((p - of_p.low).powi(2) + (of_q.high - q).powi(2)).sqrt();
    let high = ((of_p.high - p).powi(2) + (q - of_q.low).powi(2)).sqrt();
    Some((p - q, Interval { low: p - q - low, high: p - q + high }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h38_the_examples_of_the_paper_come_out() {
        // Newcombe 1998, table II, method 10: (a) 56/70 − 48/80, (c) 6/7 − 2/7, (e) 10/10 − 0/10.
        for (with, without, low, high) in
            [((56, 70), (48, 80), 0.0524, 0.3339), ((6, 7), (2, 7), 0.0582, 0.8062), ((10, 10), (0, 10), 0.6075, 1.0)]
        {
            let (_, found) = difference(&Ratio::share(with.0, with.1), &Ratio::share(without.0, without.1)).unwrap();
            assert!((found.low - low).abs() < 6e-5 && (found.high - high).abs() < 6e-5, "{found:?}");
        }
    }

    #[test]
    fn h38_of_nobody_nothing_is_said() {
        let (some, nobody) = (Ratio::share(1, 4), Ratio::share(0, 0));
        assert!(difference(&some, &nobody).is_none() && difference(&nobody, &some).is_none());
        let none_of_five = wilson(&Ratio::share(0, 5)).unwrap();
        assert!(none_of_five.low == 0.0 && none_of_five.high > 0.4);
    }
}
