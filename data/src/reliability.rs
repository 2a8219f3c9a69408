//! The reliability of references, from their estimated errors.

use crate::{DataError, Field, Magnitude, Sample, States};
use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

/// The reliability of one field of one sample, from its estimated error.
///
/// ```text
/// relative error   = sqrt(⟨e²⟩ / ⟨φ²⟩)             largest error = max_t e(t) / sqrt(⟨φ²⟩)
/// horizon          = first t with e(t) > σ/10
/// statistics error = max(e_mean, e_std) / σ        σ² = ⟨(φ − φ̄)²⟩
/// ```
///
/// e(t) is the root mean square of [`Sample::error_estimate`] over the components of a vector; e_mean and e_std are
/// those of [`Sample::statistics_estimate`]. ⟨·⟩ is the mean over cells, components and saved states, with cells
/// weighted by their volumes. φ̄ is the mean of each component, so that a uniform mean flow does not contribute to σ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Reliability {
    /// The field's name.
    pub field: String,
    /// Estimated error over the root mean square of the field, both over space and time.
    pub relative_error: f64,
    /// Largest estimated error of a state over the root mean square of the field.
    pub largest_error: f64,
    /// Time in s at which the estimated error exceeds a tenth of the field's standard deviation; infinite if it never
    /// does. Beyond it only the statistics of a chaotic flow are meaningful.
    pub horizon: f64,
    /// Estimated error of the mean and of the standard deviation in time beyond the horizon, the larger of the two,
    /// over the field's standard deviation; 0 without a horizon.
    pub statistics_error: f64,
}

impl Reliability {
    /// The largest relative error of states, and the largest error of statistics, of a field that counts as resolved.
    pub const RESOLVED: f64 = 0.1;
    /// The error over the standard deviation at which the horizon lies.
    pub const PREDICTABLE: f64 = 0.1;

    /// Whether the states are accurate to a tenth of the field's root mean square.
    pub fn is_predictable(&self) -> bool {
        self.relative_error <= Self::RESOLVED
    }

    /// Whether neither the states nor their statistics beyond the horizon are accurate to a tenth.
    pub fn is_under_resolved(&self) -> bool {
        // An unknown error is NaN, for which no comparison holds.
        let are_statistics_known =
            self.horizon.is_finite() && self.statistics_error <= Self::RESOLVED;
        !(self.is_predictable() || are_statistics_known)
    }

    /// The reliability of each field that is not constant, from the magnitudes of all fields, the times of the states,
    /// and the estimated errors `[time, channel]` of the states and `[2, channel]` of their statistics.
    pub fn estimate(
        fields: &[Field],
        magnitudes: &[Magnitude],
        times: &[f64],
        estimate: &Array2<f64>,
        statistics: Option<&Array2<f64>>,
    ) -> Vec<Self> {
        let mut first = 0;
        let mut all = Vec::new();
        for (field, Magnitude { mean_square: square, variance }) in fields.iter().zip(magnitudes) {
            let range = first..first + field.symbols.len();
            first = range.end;
            if field.constant {
                continue;
            }
            // Means over components as well, as those of the field are.
            let pooled = |errors: &Array2<f64>| -> Vec<f64> {
                let of_field = errors.slice_axis(Axis(1), range.clone().into());
                let squares = of_field.mapv(|e| e * e).sum_axis(Axis(1));
                squares.iter().map(|sum| sum / range.len() as f64).collect()
            };
            let errors = pooled(estimate);
            let mean_square = errors.iter().sum::<f64>() / errors.len() as f64;
            let allowed = Self::PREDICTABLE.powi(2) * variance;
            let end = errors.iter().position(|&error| error > allowed);
            let of_statistics = statistics.map_or(f64::NAN, |errors| largest(&pooled(errors)));
            all.push(Self {
                field: field.name.clone(),
                relative_error: ratio(mean_square, *square),
                largest_error: ratio(largest(&errors), *square),
                horizon: end.map_or(f64::INFINITY, |state| times[state]),
                statistics_error: end.map_or(0.0, |_| ratio(of_statistics, *variance)),
            });
        }
        all
    }
}

fn largest(squares: &[f64]) -> f64 {
    squares.iter().copied().fold(0.0, f64::max)
}

/// The root of a mean square error over a mean square; 0 without error, also where both vanish.
fn ratio(error: f64, square: f64) -> f64 {
    if error == 0.0 { 0.0 } else { (error / square).sqrt() }
}

impl<S: States> Sample<S> {
    /// The reliability of each field that is not constant; `None` without an error estimate.
    ///
    /// Errors: those of reading the states.
    pub fn reliability(&self, fields: &[Field]) -> Result<Option<Vec<Reliability>>, DataError> {
        let Some(estimate) = &self.error_estimate else { return Ok(None) };
        let magnitudes = Magnitude::of(fields, &self.grid, &self.trajectory)?;
        let (times, statistics) = (self.trajectory.times(), self.statistics_estimate.as_ref());
        Ok(Some(Reliability::estimate(fields, &magnitudes, times, estimate, statistics)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Grid, Split, Trajectory};
    use ndarray::{Array5, array};

    /// A uniform mean flow changes the root mean square of a vector, and not its standard deviation.
    #[test]
    fn a_mean_flow_does_not_count_as_variation() {
        let field = [Field::vector("velocity", &["u", "v"], "m/s")];
        let of_mean_flow = |mean_flow: f64| {
            let values = Array5::from_shape_fn((2, 2, 2, 1, 1), |(_, c, x, _, _)| {
                x as f64 + if c == 0 { mean_flow } else { 0.0 }
            });
            let trajectory = Trajectory { times: vec![0.0, 1.0], values };
            let axis =
                |cells| crate::Axis::uniform(cells, 0.0, 1.0, [crate::Boundary::Periodic; 2]);
            let grid = Grid::plane(axis(2), axis(1));
            let statistics = array![[0.1, 0.1], [0.0, 0.0]];
            let magnitudes = Magnitude::of(&field, &grid, &trajectory).expect("it is in memory");
            Reliability::estimate(
                &field,
                &magnitudes,
                &trajectory.times,
                &array![[0.0, 0.0], [0.1, 0.1]],
                Some(&statistics),
            )
        };
        // σ is ½ with any mean flow.
        for mean_flow in [0.0, 7.0] {
            assert!((of_mean_flow(mean_flow)[0].statistics_error - 0.2).abs() < 1e-15);
        }
    }

    /// 1 in a quarter of the domain and 0 elsewhere has mean square ¼ and variance 3/16, on any grid.
    #[test]
    fn stretched_cells_count_by_their_volumes() {
        let x = crate::Axis { edges: vec![0.0, 0.25, 1.0], boundaries: [crate::Boundary::REST; 2] };
        let grid = Grid { axes: [x, crate::Axis::flat(), crate::Axis::flat()] };
        let values = Array5::from_shape_fn((2, 1, 2, 1, 1), |(_, _, x, ..)| f64::from(x == 0));
        let trajectory = Trajectory { times: vec![0.0, 1.0], values };
        let fields = [Field::scalar("pressure", "p", "Pa")];
        let statistics = array![[0.3], [0.0]];
        let magnitudes = Magnitude::of(&fields, &grid, &trajectory).expect("it is in memory");
        let reliability = Reliability::estimate(
            &fields,
            &magnitudes,
            &trajectory.times,
            &array![[0.1], [0.1]],
            Some(&statistics),
        );
        assert!((reliability[0].relative_error - 0.2).abs() < 1e-15);
        assert_eq!(reliability[0].horizon, 0.0); // 0.1 > √(3/16) / 10
        assert!((reliability[0].statistics_error - 0.3 / (3.0_f64 / 16.0).sqrt()).abs() < 1e-15);
    }

    /// A vector of ±3 and ±4 has mean square 12.5 and no mean; its mask is left out.
    #[test]
    fn errors_are_relative_to_the_field() {
        let axis = |cells| crate::Axis::uniform(cells, 0.0, 1.0, [crate::Boundary::Periodic; 2]);
        let sign = |x: usize| if x == 0 { 1.0 } else { -1.0 };
        let values = Array5::from_shape_fn((3, 3, 2, 1, 1), |(_, c, x, _, _)| {
            [3.0, 4.0, 1.0][c] * if c == 2 { 1.0 } else { sign(x) }
        });
        let sample = Sample {
            index: 0,
            split: Split::Test,
            grid: Grid::plane(axis(2), axis(1)),
            parameters: vec![],
            trajectory: Trajectory { times: vec![0.0, 0.5, 1.0], values },
            monitors: Array2::zeros((3, 0)),
            error_estimate: Some(array![[0.0, 0.0, 9.0], [0.3, 0.3, 9.0], [0.6, 0.6, 9.0]]),
            statistics_estimate: Some(array![[0.1, 0.1, 9.0], [0.2, 0.2, 9.0]]),
            reference_cells: [2, 1, 1],
            steady_from: None,
        };
        let fields = [
            Field::vector("velocity", &["u", "v"], "m/s"),
            Field::scalar("mask", "m", "").constant(),
        ];
        let find = |sample: &Sample| sample.reliability(&fields).expect("it is in memory");
        let of = |sample: &Sample| find(sample).expect("it has an estimate");
        let reliability = of(&sample);
        assert_eq!(reliability.len(), 1);
        assert!((reliability[0].relative_error - (0.15 / 12.5_f64).sqrt()).abs() < 1e-15); // 0.110
        assert!((reliability[0].largest_error - 0.6 / 12.5_f64.sqrt()).abs() < 1e-15); // 0.170
        assert_eq!(reliability[0].horizon, 1.0); // 0.3 < √12.5/10 = 0.354 < 0.6
        assert!((reliability[0].statistics_error - 0.2 / 12.5_f64.sqrt()).abs() < 1e-15); // 0.057
        assert!(!reliability[0].is_predictable() && !reliability[0].is_under_resolved());
        let unknown = Sample { statistics_estimate: None, ..sample.clone() };
        let reliability = of(&unknown);
        assert!(reliability[0].statistics_error.is_nan() && reliability[0].is_under_resolved());
        let exact = Sample { error_estimate: Some(Array2::zeros((3, 3))), ..sample.clone() };
        let reliability = of(&exact);
        assert_eq!((reliability[0].relative_error, reliability[0].horizon), (0.0, f64::INFINITY));
        assert_eq!(find(&Sample { error_estimate: None, ..sample }), None);
    }
}
