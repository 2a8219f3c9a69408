//! The distribution of a parameter over the samples.

use data::Invalid;
use rand::RngExt;
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};

/// The distribution of a parameter over the samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distribution {
    /// Uniform between two values.
    Uniform([f64; 2]),
    /// Uniform in the logarithm between two values > 0.
    LogUniform([f64; 2]),
    /// One of the values. Each combination of the values of all choices is drawn once before any is drawn again.
    Choice(Vec<f64>),
}

impl Distribution {
    /// Refuses bounds out of order, empty lists and values that are not finite.
    pub fn check(&self) -> Result<(), Invalid> {
        match self {
            Self::Uniform([low, high]) => Invalid::unless(
                low < high && (high - low).is_finite(),
                "uniform",
                format!("[{low}, {high}]"),
                "two increasing numbers",
            ),
            Self::LogUniform([low, high]) => Invalid::unless(
                *low > 0.0 && low < high && (high / low).is_finite(),
                "log-uniform",
                format!("[{low}, {high}]"),
                "two increasing numbers greater than 0",
            ),
            Self::Choice(values) => Invalid::unless(
                !values.is_empty()
                    && values.iter().all(|value| value.is_finite())
                    && differ(values),
                "choice",
                format!("{values:?}"),
                "a list of at least one number, of which no two are equal",
            ),
        }
    }

    /// One draw.
    pub fn draw(&self, rng: &mut ChaCha12Rng) -> f64 {
        let unit: f64 = rng.random();
        match self {
            Self::Uniform([low, high]) => low + (high - low) * unit,
            Self::LogUniform([low, high]) => low * (high / low).powf(unit),
            Self::Choice(values) => {
                values[((unit * values.len() as f64) as usize).min(values.len() - 1)]
            }
        }
    }
}

/// Whether no two values are equal.
fn differ(values: &[f64]) -> bool {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.windows(2).all(|pair| pair[0] < pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::rng;

    #[test]
    fn draws_stay_inside_and_reach_both_halves() {
        let mut rng = rng(3, 0);
        let draws: Vec<f64> =
            (0..200).map(|_| Distribution::LogUniform([10.0, 1000.0]).draw(&mut rng)).collect();
        assert!(draws.iter().all(|draw| (10.0..1000.0).contains(draw)));
        let below = draws.iter().filter(|draw| **draw < 100.0).count();
        assert!(
            (70..130).contains(&below),
            "the median is the geometric mean: {below} of 200 below"
        ); // ± 4 σ
        let chosen: Vec<f64> =
            (0..50).map(|_| Distribution::Choice(vec![1.0, 2.0]).draw(&mut rng)).collect();
        assert!(chosen.contains(&1.0) && chosen.contains(&2.0));
    }

    #[test]
    fn impossible_bounds_are_refused() {
        for bad in [
            Distribution::Uniform([2.0, 1.0]),
            Distribution::Uniform([-1e308, 1e308]),
            Distribution::Uniform([0.0, f64::NAN]),
            Distribution::LogUniform([0.0, 1.0]),
            Distribution::LogUniform([-1.0, 1.0]),
            Distribution::LogUniform([1e-300, 1e300]),
            Distribution::Choice(vec![3.0, 1.0, 3.0]),
            Distribution::Choice(vec![f64::INFINITY]),
            Distribution::Choice(vec![]),
        ] {
            assert!(bad.check().is_err(), "{bad:?}");
        }
    }
}
