//! How often somebody will buy again, and whether they still do: the beta-geometric/NBD model.
//!
//! Source: P. S. Fader, B. G. S. Hardie, K. L. Lee, "“Counting Your Customers” the Easy Way: An Alternative to the
//! Pareto/NBD Model", Marketing Science 24 (2005). While alive somebody buys at a rate of their own (gamma over people,
//! `r`, `α`); after each purchase they leave with a probability of their own (beta over people, `a`, `b`). Time is in
//! weeks; the first purchase is where somebody begins and is not counted; what is bought on one day is one purchase.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::math::{beyond_edge, hypergeometric, ln_gamma, minimum};

/// Buyers below which nothing is fitted.
pub(crate) const LEAST_BUYERS: usize = 100;
/// Of these, buyers who came back.
pub(crate) const LEAST_REPEATERS: usize = 50;
/// From this sum of `a` and `b` on people leave so much alike that the series is not asked any more.
const ALIKE: f64 = 50.0;

/// What is known of a buyer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct History {
    /// Days on which they bought again.
    pub repeats: u32,
    /// Weeks from the first to the last of them; 0 without any.
    pub last: f64,
    /// Weeks from the first until now.
    pub age: f64,
}

/// The parameters, time in weeks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = PurchaseModel)]
pub struct Model {
    /// Shape of the rates at which people buy.
    pub r: f64,
    /// Their scale, in weeks.
    pub alpha: f64,
    /// With `b` the spread of the probability to leave after a purchase.
    pub a: f64,
    /// See `a`.
    pub b: f64,
}

/// A fitted model, and how well it fits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = PurchaseFit)]
pub struct Fit {
    /// The parameters.
    #[serde(flatten)]
    pub model: Model,
    /// ln of the likelihood of the sample.
    pub log_likelihood: f64,
    /// Buyers it was fitted to.
    pub buyers: i64,
    /// Of these, who came back.
    pub repeaters: i64,
    /// Purchases after the first that the sample made.
    pub repeats: i64,
    /// As many as the model says it should have made.
    pub expected_repeats: f64,
}

/// Why nothing was fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WorthWhyNot)]
pub enum WhyNot {
    /// Fewer than 100 buyers, or fewer than 50 who came back.
    TooFew,
    /// No parameters fit better than all others.
    Unsettled,
    /// The best that were found lie at the edge of where they are sought: the sample does not decide them.
    AtEdge,
    /// How much people spend goes with how often they come: the spending model takes for granted that it does not.
    Correlated,
}

/// Fits the parameters to these buyers by maximum likelihood.
pub(crate) fn fit(sample: &[History]) -> Result<Fit, WhyNot> {
    let repeaters = sample.iter().filter(|one| one.repeats > 0).count();
    if sample.len() < LEAST_BUYERS || repeaters < LEAST_REPEATERS {
        return Err(WhyNot::TooFew);
    }
    let groups = alike(sample);
    let most = sample.iter().map(|one| one.repeats).max().unwrap_or(0);
    let age = sample.iter().map(|one| one.age).sum::<f64>() / sample.len() as f64;
    let cost = |at: &[f64; 4]| -log_likelihood(&Model::of(at), &groups, most) / sample.len() as f64 + beyond_edge(at);
    // Two places to begin: people who mostly leave, people who mostly stay.
    let starts = [[0.5, age / 4.0, 0.7, 2.0], [1.0, age, 0.2, 3.0]];
    let found = starts.map(|start| minimum(start.map(|part| part.max(1e-3).ln()), cost));
    let best = if found[0].value <= found[1].value { &found[0] } else { &found[1] };
    best.decided()?;
    let model = Model::of(&best.at);
    Ok(Fit {
        model,
        log_likelihood: log_likelihood(&model, &groups, most),
        buyers: sample.len() as i64,
        repeaters: repeaters as i64,
        repeats: sample.iter().map(|one| i64::from(one.repeats)).sum(),
        expected_repeats: groups.iter().map(|(one, count)| count * model.expected_of_anybody(one.age)).sum(),
    })
}

/// The histories, each once with how many have it: many bought once on the same day.
fn alike(sample: &[History]) -> Vec<(History, f64)> {
    let mut sorted = sample.to_vec();
    let key = |one: &History| (one.repeats, one.last.to_bits(), one.age.to_bits());
    sorted.sort_by_key(key);
    let groups = sorted.chunk_by(|one, other| key(one) == key(other));
    groups.map(|group| (group[0], group.len() as f64)).collect()
}

/// Equation (6) of the paper, in logarithms.
fn log_likelihood(model: &Model, groups: &[(History, f64)], most: u32) -> f64 {
    let Model { r, alpha, a, b } = *model;
    // What depends on the number of purchases alone.
    let by_repeats: Vec<(f64, f64)> = (0..=most)
        .map(|x| {
            let x = f64::from(x);
            let rates = ln_gamma(r + x) - ln_gamma(r) + r * alpha.ln();
            let stays = ln_gamma(a + b) + ln_gamma(b + x) - ln_gamma(b) - ln_gamma(a + b + x);
            (rates + stays, a.ln() - (b + (x - 1.0).max(0.0)).ln())
        })
        .collect();
    let one = |(one, count): &(History, f64)| {
        let x = f64::from(one.repeats);
        let (common, left) = by_repeats[one.repeats as usize];
        let alive = -(r + x) * (alpha + one.age).ln();
        let either = if one.repeats == 0 {
            alive
        } else {
            let gone = left - (r + x) * (alpha + one.last).ln();
            let high = alive.max(gone);
            high + ((alive - high).exp() + (gone - high).exp()).ln()
        };
        count * (common + either)
    };
    groups.iter().map(one).sum()
}

impl Model {
    fn of(at: &[f64; 4]) -> Self {
        let [r, alpha, a, b] = at.map(f64::exp);
        Self { r, alpha, a, b }
    }

    /// The probability that somebody still buys. None for who has not come back yet: the model calls everybody alive
    /// who never bought again, for one leaves after a purchase only, and that tells nothing of them.
    /// Source: P. S. Fader, B. G. S. Hardie, "Computing P(alive) Using the BG/NBD Model" (2008).
    pub(crate) fn alive(&self, one: &History) -> Option<f64> {
        (one.repeats > 0).then(|| self.surely(one))
    }

    fn surely(&self, one: &History) -> f64 {
        if one.repeats == 0 {
            return 1.0;
        }
        let x = f64::from(one.repeats);
        let odds = self.a.ln() - (self.b + x - 1.0).ln()
            + (self.r + x) * ((self.alpha + one.age).ln() - (self.alpha + one.last).ln());
        1.0 / (1.0 + odds.exp())
    }

    /// How many purchases somebody will make in the next `weeks`: equation (10) of the paper. Its ₂F₁ has arguments as
    /// large as the number of purchases; Euler's transformation F(a,b;c;z) = (1−z)^(c−a−b) F(c−a,c−b;c;z) leaves small
    /// ones, and its power cancels against the factor before it.
    pub(crate) fn expected(&self, one: &History, weeks: f64) -> f64 {
        self.further(f64::from(one.repeats), self.alpha + one.age, weeks) * self.surely(one)
    }

    /// How many purchases after the first anybody makes within `weeks` of it: equation (9).
    fn expected_of_anybody(&self, weeks: f64) -> f64 {
        self.further(0.0, self.alpha, weeks)
    }

    fn further(&self, x: f64, since: f64, weeks: f64) -> f64 {
        if weeks <= 0.0 {
            return 0.0;
        }
        let z = weeks / (since + weeks);
        if self.a + self.b > ALIKE { self.summed(x, z) } else { self.transformed(x, z) }
    }

    fn transformed(&self, x: f64, z: f64) -> f64 {
        // At a = 1 and at c = 0 the formula has holes that its limit fills.
        let a = if (self.a - 1.0).abs() < 1e-6 { 1.0 + 1e-6 } else { self.a };
        let c = a + self.b + x - 1.0;
        let c = if c.abs() < 1e-9 { 1e-9 } else { c };
        let series = hypergeometric(a + self.b - 1.0 - self.r, a - 1.0, c, z);
        (c / (a - 1.0) * (1.0 - (1.0 - z).powf(a - 1.0) * series)).max(0.0)
    }

    /// The same as a sum of what it is made of, all of it positive: the n-th purchase is made when so many fall into the
    /// time (negative binomial) and none of those before it was the last (beta). For people who leave much alike, where
    /// `a` and `b` are large and the series would be a huge number times a tiny one.
    fn summed(&self, x: f64, z: f64) -> f64 {
        let (r, b) = (self.r + x, self.b + x);
        let mean = r * z / (1.0 - z);
        // ln of the probability that exactly k fall into the time.
        let mut exactly = r * (1.0 - z).ln();
        let (mut more, mut stays, mut sum) = (1.0, 1.0, 0.0);
        for k in 0..1_000_000_u32 {
            let k = f64::from(k);
            more -= exactly.exp();
            let part = stays * f64::max(more, 0.0);
            sum += part;
            if part <= 1e-13 * sum && k > mean {
                break;
            }
            exactly += ((r + k) / (k + 1.0) * z).ln();
            stays *= (b + k) / (self.a + b + k);
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLISHED: Model = Model { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };

    #[test]
    fn r025_the_examples_of_the_paper_come_out() {
        // Its Excel implementation: customer 1 of CDNOW, two repeats, the last in week 30.43, 38.86 weeks old, is
        // expected to buy 1.226 times in the next 39 weeks.
        let one = History { repeats: 2, last: 30.43, age: 38.86 };
        assert!((PUBLISHED.expected(&one, 39.0) - 1.226).abs() < 2e-3, "{}", PUBLISHED.expected(&one, 39.0));
        let alive = PUBLISHED.alive(&one).unwrap();
        assert!((0.72..0.74).contains(&alive), "{alive}");
    }

    #[test]
    fn r025_who_never_came_back_is_not_called_alive() {
        let once = History { repeats: 0, last: 0.0, age: 150.0 };
        assert_eq!(PUBLISHED.alive(&once), None);
        assert!(PUBLISHED.expected(&once, 52.0) < 0.1);
        // Somebody who came often and stays away is less alive than one who came seldom and stays away as long.
        let often = PUBLISHED.alive(&History { repeats: 20, last: 20.0, age: 40.0 }).unwrap();
        let seldom = PUBLISHED.alive(&History { repeats: 1, last: 20.0, age: 40.0 }).unwrap();
        assert!(often < 0.01 && seldom > 0.5, "{often} {seldom}");
    }

    #[test]
    fn r025_large_numbers_stay_numbers() {
        for repeats in [0, 1, 50, 1_000, 20_000] {
            let one = History { repeats, last: 99.0, age: 100.0 };
            for a in [0.3, 1.0, 1.5] {
                let model = Model { a, ..PUBLISHED };
                let (expected, alive) = (model.expected(&one, 52.0), model.surely(&one));
                assert!(expected.is_finite() && expected >= 0.0, "{repeats} {a}: {expected}");
                assert!((0.0..=1.0).contains(&alive));
                // Nobody buys much faster than they did.
                assert!(expected <= 1.0 + f64::from(repeats), "{repeats} {a}: {expected}");
            }
        }
        // The transformed series is the paper's, where that can be summed.
        let (x, since, weeks) = (7.0, 44.4, 39.0);
        let Model { r, a, b, .. } = PUBLISHED;
        let z = weeks / (since + weeks);
        let paper = (a + b + x - 1.0) / (a - 1.0)
            * (1.0 - (1.0_f64 - z).powf(r + x) * hypergeometric(r + x, b + x, a + b + x - 1.0, z));
        assert!((PUBLISHED.further(x, since, weeks) - paper).abs() < 1e-9);
    }

    #[test]
    fn r025_both_ways_to_count_what_follows_are_one() {
        for x in [0.0, 1.0, 7.0, 60.0] {
            for z in [0.05, 0.4, 0.9] {
                for (a, b) in [(0.3, 0.9), (0.793, 2.426), (6.0, 20.0)] {
                    let model = Model { a, b, ..PUBLISHED };
                    let (one, other) = (model.transformed(x, z), model.summed(x, z));
                    assert!((one - other).abs() < 1e-6 * (1.0 + one), "{x} {z} {a} {b}: {one} {other}");
                }
            }
        }
        // Everybody leaves alike, with a chance of one in five: five purchases are ever to come.
        let alike = Model { a: 1_000.0, b: 4_000.0, ..PUBLISHED };
        let ever = alike.further(3.0, 10.0, 1e5);
        assert!((4.9..5.1).contains(&ever), "{ever}");
    }

    #[test]
    fn r025_a_fit_at_the_edge_of_its_range_is_none() {
        // Nobody ever leaves: the best probability to leave is none at all, which no parameters say.
        let faithful = |at: u32| History { repeats: 4 + at % 9, last: 50.0 + f64::from(at % 2), age: 51.0 };
        let sample: Vec<_> = (0..300).map(faithful).collect();
        assert_eq!(fit(&sample), Err(WhyNot::AtEdge));
    }

    #[test]
    fn r025_too_few_are_not_fitted() {
        let once = History { repeats: 0, last: 0.0, age: 30.0 };
        let again = History { repeats: 2, last: 20.0, age: 30.0 };
        assert_eq!(fit(&[again; 99]), Err(WhyNot::TooFew));
        assert_eq!(fit(&[once; 5_000]), Err(WhyNot::TooFew));
        assert_eq!(fit(&[]), Err(WhyNot::TooFew));
    }
}
