//! How much somebody spends a purchase: the gamma-gamma model.
//!
//! Source: P. S. Fader, B. G. S. Hardie, "The Gamma-Gamma Model of Monetary Value" (2013). Each purchase spreads around
//! the buyer's own mean (shape `p`), the means spread over people (`q`, `v`). The first purchase is left out, as in the
//! count of purchases; how much and how often must have nothing to do with each other.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    bgnbd::{LEAST_REPEATERS, WhyNot},
    math::{beyond_edge, ln_gamma, minimum},
};

/// From this correlation on, either way, spending goes with frequency.
pub(crate) const MOST_CORRELATION: f64 = 0.3;

/// What somebody who came back spent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spending {
    /// Days on which they bought again.
    pub repeats: u32,
    /// What they spent on such a day, on average; above 0.
    pub mean: f64,
}

/// The fitted parameters, money in the unit of the sample.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SpendingFit)]
pub struct Fit {
    /// Shape of the purchases of one person.
    pub p: f64,
    /// Shape of the means over people.
    pub q: f64,
    /// Their scale, in money.
    pub v: f64,
    /// ln of the likelihood of the sample.
    pub log_likelihood: f64,
    /// Buyers who came back, to whom it was fitted.
    pub repeaters: i64,
    /// Pearson's correlation of how often with how much.
    pub correlation: f64,
}

/// Fits the parameters by maximum likelihood; the correlation that stood in the way beside the refusal.
pub(crate) fn fit(sample: &[Spending]) -> Result<Fit, (WhyNot, Option<f64>)> {
    let sample: Vec<Spending> = sample.iter().filter(|one| one.repeats > 0 && one.mean > 0.0).copied().collect();
    if sample.len() < LEAST_REPEATERS {
        return Err((WhyNot::TooFew, None));
    }
    let correlation = correlation(&sample);
    if correlation.abs() > MOST_CORRELATION {
        return Err((WhyNot::Correlated, Some(correlation)));
    }
    // In units of the mean, so that the search is the same in fen and in yuan.
    let unit = sample.iter().map(|one| one.mean).sum::<f64>() / sample.len() as f64;
    let scaled: Vec<_> = sample.iter().map(|one| Spending { mean: one.mean / unit, ..*one }).collect();
    let cost = |at: &[f64; 3]| -log_likelihood(&at.map(f64::exp), &scaled) / sample.len() as f64 + beyond_edge(at);
    let best = minimum([1.5, 1.2, -0.5], cost);
    let [p, q, v] = best.at.map(f64::exp);
    best.decided().map_err(|why| (why, Some(correlation)))?;
    // People have no mean then.
    if q <= 1.0 {
        return Err((WhyNot::Unsettled, Some(correlation)));
    }
    let log_likelihood = log_likelihood(&[p, q, v * unit], &sample);
    Ok(Fit { p, q, v: v * unit, log_likelihood, repeaters: sample.len() as i64, correlation })
}

/// Equation (1a) of the note, in logarithms.
fn log_likelihood(&[p, q, v]: &[f64; 3], sample: &[Spending]) -> f64 {
    let one = |one: &Spending| {
        let (x, mean) = (f64::from(one.repeats), one.mean);
        let px = p * x;
        ln_gamma(px + q) - ln_gamma(px) - ln_gamma(q) + q * v.ln() + (px - 1.0) * mean.ln() + px * x.ln()
            - (px + q) * (v + mean * x).ln()
    };
    sample.iter().map(one).sum()
}

/// Pearson's, of how often with how much; 0 when one of the two is the same for all.
fn correlation(sample: &[Spending]) -> f64 {
    let n = sample.len() as f64;
    let (x, m) = sample.iter().fold((0.0, 0.0), |(x, m), one| (x + f64::from(one.repeats), m + one.mean));
    let (x, m) = (x / n, m / n);
    let sums = sample.iter().fold((0.0, 0.0, 0.0), |(both, xx, mm), one| {
        let (dx, dm) = (f64::from(one.repeats) - x, one.mean - m);
        (both + dx * dm, xx + dx * dx, mm + dm * dm)
    });
    if sums.1 == 0.0 || sums.2 == 0.0 {
        0.0
    } else {
        sums.0 / (sums.1 * sums.2).sqrt()
    }
}

impl Fit {
    /// What somebody will spend a purchase: their own mean, drawn to everybody's the more the less is known of them.
    /// Equation (5) of the note; without a repeat everybody's mean p·v/(q−1).
    pub(crate) fn expected(&self, one: Option<&Spending>) -> f64 {
        let Self { p, q, v, .. } = *self;
        match one {
            Some(one) => {
                let x = f64::from(one.repeats);
                p * (v + one.mean * x) / (p * x + q - 1.0)
            }
            None => p * v / (q - 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published() -> Fit {
        Fit { p: 6.25, q: 3.74, v: 15.45, log_likelihood: 0.0, repeaters: 946, correlation: 0.11 }
    }

    #[test]
    fn r025_the_less_is_known_the_closer_to_everybody() {
        let fit = published();
        let all = fit.expected(None);
        assert!((all - 35.2).abs() < 0.2, "{all}");
        let of = |repeats| fit.expected(Some(&Spending { repeats, mean: 100.0 }));
        assert!(all < of(1) && of(1) < of(5) && of(5) < of(50) && of(50) < 100.0);
    }

    #[test]
    fn r025_spending_that_goes_with_frequency_is_not_fitted() {
        let sample: Vec<_> =
            (1..200).map(|at| Spending { repeats: at % 20 + 1, mean: 10.0 * f64::from(at % 20 + 1) }).collect();
        assert!(matches!(fit(&sample), Err((WhyNot::Correlated, Some(all))) if all > 0.99));
        assert!(matches!(fit(&sample[..20]), Err((WhyNot::TooFew, None))));
        // All the same: nothing spreads, which no parameters say.
        assert_eq!(fit(&[Spending { repeats: 1, mean: 10.0 }; 100]), Err((WhyNot::AtEdge, Some(0.0))));
    }
}
