//! What files of another program state.

use crate::{Boundary, DataError, Field, Split};
use std::path::Path;

/// What the files of a dataset state. What they do not state is absent.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The channels of a state, in order.
    pub channels: Vec<FoundChannel>,
    /// The usual meaning of these channels, in the same order.
    pub fields: Vec<Field>,
    /// The names of the parameters, in lower case with hyphens.
    pub parameters: Vec<String>,
    /// The cells along x, y, z.
    pub cells: [usize; 3],
    /// The samples, in order.
    pub samples: Vec<FoundSample>,
}

/// One channel.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundChannel {
    /// Its name in the files, such as `Vx` or `velocity-0`.
    pub name: String,
    /// Whether it has no time axis.
    pub constant: bool,
}

/// What the files of a sample state.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundSample {
    /// Its name: its folder or file, and its number there.
    pub name: String,
    /// Its split, if its folder is that of one.
    pub split: Option<Split>,
    /// The values of [`Found::parameters`].
    pub parameters: Vec<f64>,
    /// The number of states.
    pub states: usize,
    /// The times of the states in s.
    pub times: Option<Vec<f64>>,
    /// The edges of the cells along x, y, z in m.
    pub edges: [Option<Vec<f64>>; 3],
    /// The boundaries at both ends of x, y, z.
    pub boundaries: [Option<[Boundary; 2]>; 3],
}

impl Found {
    /// The same, if there are samples, and their parameters are those of the first.
    pub(super) fn checked(self, path: &Path) -> Result<Self, DataError> {
        let refused = |reason| DataError::Import { path: path.into(), reason };
        if self.samples.is_empty() {
            return Err(refused("it holds no samples".into()));
        }
        if let Some(empty) = self.samples.iter().find(|sample| sample.states < 2) {
            return Err(refused(format!(
                "sample `{}` has {} states, and at least 2 are needed",
                empty.name, empty.states
            )));
        }
        if self.channels.is_empty() {
            return Err(refused("it holds no fields".into()));
        }
        Ok(self)
    }
}

/// The edges of cells whose centres are known.
///
/// Edges lie midway between centres, and the first and the last cell are symmetric about their centres. `None` unless
/// the centres increase.
pub(super) fn edges(centres: &[f64]) -> Option<Vec<f64>> {
    let increases = centres.windows(2).all(|pair| pair[0] < pair[1]);
    let [first, second, ..] = centres else { return None };
    let [.., before, last] = centres else { return None };
    let inner = centres.windows(2).map(|pair| f64::midpoint(pair[0], pair[1]));
    let (low, high) = (first - (second - first) / 2.0, last + (last - before) / 2.0);
    // What rounding to single precision leaves of an edge at 0.
    let noise = f64::from(f32::EPSILON) * first.abs().max(last.abs());
    let zeroed = |edge: f64| if edge.abs() < noise { 0.0 } else { edge };
    let all = [low].into_iter().chain(inner).chain([high]).map(zeroed).map(rounded);
    let all: Vec<f64> = all.collect();
    (increases && all.iter().all(|edge| edge.is_finite())).then_some(all)
}

/// A number that was stored in single precision, without the digits that it did not have.
///
/// 0.1 in single precision is 0.10000000149 in double precision. If six digits describe the number to single precision,
/// they are what was meant.
pub(super) fn rounded(value: f64) -> f64 {
    six_digits(value, f64::from(f32::EPSILON))
}

/// A number rounded to six digits, if that changes it by no more than the fraction `tolerance`; itself otherwise.
pub fn six_digits(value: f64, tolerance: f64) -> f64 {
    let short: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    if (short - value).abs() <= tolerance * value.abs() { short } else { value }
}

/// A name as cases spell it: `vel_top` becomes `vel-top`.
pub(super) fn kebab(name: &str) -> String {
    let plain = name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' });
    plain.collect::<String>().trim_matches('-').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_of_centres_are_those_of_the_cells() {
        assert_eq!(edges(&[0.5, 1.5, 2.5]), Some(vec![0.0, 1.0, 2.0, 3.0]));
        // In single precision.
        let centres: Vec<f64> = (0..10).map(|i| f64::from((i as f32 + 0.5) * 0.1)).collect();
        let found = edges(&centres).expect("they increase");
        assert_eq!(found[..3], [0.0, 0.1, 0.2]);
        assert_eq!(edges(&[1.0, 0.0]), None);
        assert_eq!(edges(&[1.0]), None);
        assert_eq!(edges(&[0.0, f64::NAN]), None);
    }

    #[test]
    fn numbers_lose_only_the_digits_that_single_precision_adds() {
        assert_eq!(rounded(f64::from(0.1f32)), 0.1);
        assert_eq!(rounded(1.0 / 3.0), 1.0 / 3.0);
        assert_eq!(rounded(0.0), 0.0);
    }

    #[test]
    fn names_are_spelt_as_in_cases() {
        assert_eq!(kebab("vel_top"), "vel-top");
        assert_eq!(kebab("Reynolds number"), "reynolds-number");
    }
}
