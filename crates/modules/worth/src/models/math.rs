//! Logarithm of the gamma function, Gauss's hypergeometric series, and a minimum by the simplex method.

use super::bgnbd::WhyNot;

/// ln Γ(x) for x > 0, by Lanczos' series with g = 7 and nine terms (error below 1e-13).
/// Source: C. Lanczos, "A Precision Approximation of the Gamma Function", SIAM J. Numer. Anal. B 1 (1964).
pub(crate) fn ln_gamma(x: f64) -> f64 {
    const SERIES: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        // Γ(x) Γ(1 − x) = π / sin πx
        return (std::f64::consts::PI / (std::f64::consts::PI * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let sum = SERIES.iter().enumerate().skip(1).fold(SERIES[0], |sum, (at, part)| sum + part / (x + at as f64));
    let base = x + 7.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * base.ln() - base + sum.ln()
}

/// ₂F₁(a, b; c; z) by its series, for 0 ≤ z < 1 and c neither zero nor a negative whole number. Its terms stay small
/// when a and b do: see [`super::bgnbd::Model::expected`], which turns the large ones away by Euler's transformation
/// before it asks.
pub(crate) fn hypergeometric(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let (mut term, mut sum) = (1.0_f64, 1.0_f64);
    for k in 0..200_000_u32 {
        let k = f64::from(k);
        term *= (a + k) * (b + k) / ((c + k) * (k + 1.0)) * z;
        sum += term;
        if term.abs() <= 1e-15 * sum.abs() {
            break;
        }
    }
    sum
}

/// Where a minimum was found.
#[derive(Clone, Debug)]
pub(crate) struct Minimum<const N: usize> {
    pub at: [f64; N],
    pub value: f64,
    /// Whether the simplex closed around it before the steps ran out.
    pub settled: bool,
}

/// Logarithms of parameters are sought between minus this and this.
const EDGE: f64 = 9.0;
/// What stops as near to the edge as this was held by it: the best lies beyond, or anywhere.
const MARGIN: f64 = 0.5;

/// What a search pays for going beyond the edge.
pub(crate) fn beyond_edge(at: &[f64]) -> f64 {
    at.iter().map(|part| (part.abs() - EDGE).max(0.0)).sum()
}

impl<const N: usize> Minimum<N> {
    /// Whether these are parameters that the sample decided.
    ///
    /// # Errors
    /// [`WhyNot::Unsettled`] where the search did not come to rest, [`WhyNot::AtEdge`] where it did so at its edge.
    pub(crate) fn decided(&self) -> Result<(), WhyNot> {
        if !self.settled || !self.value.is_finite() {
            Err(WhyNot::Unsettled)
        } else if self.at.iter().any(|part| part.abs() > EDGE - MARGIN) {
            Err(WhyNot::AtEdge)
        } else {
            Ok(())
        }
    }
}

/// The minimum of `f` near `start`, without derivatives. Source: J. A. Nelder, R. Mead, "A Simplex Method for Function
/// Minimization", The Computer Journal 7 (1965), with the usual coefficients 1, 2, ½, ½.
pub(crate) fn minimum<const N: usize>(start: [f64; N], f: impl Fn(&[f64; N]) -> f64) -> Minimum<N> {
    const STEPS: usize = 2_000;
    let mut corners: Vec<([f64; N], f64)> = (0..=N)
        .map(|at| {
            let mut corner = start;
            if at > 0 {
                corner[at - 1] += 0.5;
            }
            (corner, f(&corner))
        })
        .collect();
    let toward =
        |from: &[f64; N], to: &[f64; N], share: f64| std::array::from_fn(|at| from[at] + share * (to[at] - from[at]));
    for _ in 0..STEPS {
        corners.sort_by(|a, b| a.1.total_cmp(&b.1));
        let (best, worst) = (corners[0].1, corners[N].1);
        let width = (1..=N).flat_map(|at| (0..N).map(move |axis| (at, axis)));
        let width = width.map(|(at, axis)| (corners[at].0[axis] - corners[0].0[axis]).abs()).fold(0.0, f64::max);
        if (worst - best).abs() <= 1e-10 * (1.0 + best.abs()) && width < 1e-6 {
            return Minimum { at: corners[0].0, value: best, settled: true };
        }
        let middle: [f64; N] =
            std::array::from_fn(|axis| corners[..N].iter().map(|corner| corner.0[axis]).sum::<f64>() / N as f64);
        let mirrored = toward(&corners[N].0, &middle, 2.0);
        let mirrored = (mirrored, f(&mirrored));
        if mirrored.1 < best {
            let further = toward(&corners[N].0, &middle, 3.0);
            let further = (further, f(&further));
            corners[N] = if further.1 < mirrored.1 { further } else { mirrored };
        } else if mirrored.1 < corners[N - 1].1 {
            corners[N] = mirrored;
        } else {
            if mirrored.1 < worst {
                corners[N] = mirrored;
            }
            let nearer = toward(&corners[N].0, &middle, 0.5);
            let nearer = (nearer, f(&nearer));
            if nearer.1 < corners[N].1 {
                corners[N] = nearer;
            } else {
                let first = corners[0].0;
                for corner in &mut corners[1..] {
                    corner.0 = toward(&first, &corner.0, 0.5);
                    corner.1 = f(&corner.0);
                }
            }
        }
    }
    corners.sort_by(|a, b| a.1.total_cmp(&b.1));
    Minimum { at: corners[0].0, value: corners[0].1, settled: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gamma_function_of_whole_numbers_is_the_factorial() {
        let mut factorial = 0.0;
        for n in 1..170_u32 {
            assert!((ln_gamma(f64::from(n)) - factorial).abs() < 1e-10 * (1.0 + factorial), "{n}");
            factorial += f64::from(n).ln();
        }
        // Γ(1/2) = √π, and close to zero Γ(x) ≈ 1/x.
        assert!((ln_gamma(0.5) - std::f64::consts::PI.sqrt().ln()).abs() < 1e-12);
        assert!((ln_gamma(1e-8) - 1e8_f64.ln()).abs() < 1e-7);
    }

    #[test]
    fn the_series_is_what_is_known_of_it() {
        // −ln(1 − z)/z, (1 − z)^−a, and arcsin.
        for z in [0.0_f64, 0.1, 0.5, 0.9, 0.999] {
            let known = if z == 0.0 { 1.0 } else { -(1.0 - z).ln() / z };
            assert!((hypergeometric(1.0, 1.0, 2.0, z) - known).abs() < 1e-9 * known, "{z}");
            let power = (1.0 - z).powf(-2.5);
            assert!((hypergeometric(2.5, 0.7, 0.7, z) - power).abs() < 1e-8 * power, "{z}");
        }
        let half = 0.5_f64;
        assert!((half * hypergeometric(0.5, 0.5, 1.5, 0.25) - half.asin()).abs() < 1e-14);
    }

    #[test]
    fn r025_what_stops_just_inside_the_edge_was_held_by_it() {
        let found = |at, settled, value| Minimum { at: [at, 0.3], settled, value }.decided();
        assert_eq!(found(8.4, true, 1.0), Ok(()));
        for at in [9.0, 8.999_999, 8.6, -8.999_999, -9.0] {
            assert_eq!(found(at, true, 1.0), Err(WhyNot::AtEdge), "{at}");
        }
        assert_eq!(found(8.4, false, 1.0), Err(WhyNot::Unsettled));
        assert_eq!(found(8.4, true, f64::NAN), Err(WhyNot::Unsettled));
    }

    #[test]
    fn a_bent_valley_is_followed_to_its_end() {
        let found = minimum([-1.2, 1.0], |at| (1.0 - at[0]).powi(2) + 100.0 * (at[1] - at[0] * at[0]).powi(2));
        assert!(found.settled && found.value < 1e-9);
        assert!((found.at[0] - 1.0).abs() < 1e-4 && (found.at[1] - 1.0).abs() < 1e-4);
    }
}
