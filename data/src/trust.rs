//! How far a reference can be trusted.

use crate::{Field, Grid, Sample, Trajectory};
use ndarray::{Array2, ArrayView4, Axis};
use serde::{Deserialize, Serialize};

/// How far the numbers of one field of one sample can be trusted, by their estimated error.
///
/// ```text
/// error = sqrt(⟨e²⟩ / ⟨φ²⟩),   largest = max_t e(t) / sqrt(⟨φ²⟩),   horizon = first t with e(t) > σ/10
/// statistics = max(e_mean, e_deviation) / σ,                        σ² = ⟨(φ − φ̄)²⟩
/// ```
///
/// with e(t) the root mean square of [`Sample::error_estimate`] over the cells and a vector's
/// components together, e_mean and e_deviation those of [`Sample::statistics_estimate`], ⟨·⟩ the
/// mean over cells, components and all saved states, and φ̄ that of each component by itself: a stream
/// does not vary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Trust {
    /// The field's name.
    pub field: String,
    /// The estimated error over the field's own size, both root mean squares over space and time.
    pub error: f64,
    /// The largest estimated error of a state over the field's own root mean square.
    pub largest: f64,
    /// The time in s at which the estimated error passes a tenth of the field's standard deviation;
    /// infinite if it never does. Beyond it a chaotic flow is known by its statistics only.
    pub horizon: f64,
    /// The estimated error of mean and deviation in time beyond the horizon, the larger of the two,
    /// over the field's standard deviation; 0 where there is no horizon.
    pub statistics: f64,
}

impl Trust {
    /// The share of a field's root mean square above which it is not known state by state, and of its
    /// standard deviation above which it is not known by its statistics.
    pub const RESOLVED: f64 = 0.1;
    /// The share of a field's standard deviation at which prediction ends.
    pub const PREDICTABLE: f64 = 0.1;

    /// Whether the states themselves are known to a tenth of the field's own size.
    pub fn is_predictable(&self) -> bool {
        self.error <= Self::RESOLVED
    }

    /// Whether neither the states nor their statistics beyond the horizon are known to a tenth.
    pub fn is_under_resolved(&self) -> bool {
        // Unknown is not known: no comparison with NaN holds.
        let are_statistics_known = self.horizon.is_finite() && self.statistics <= Self::RESOLVED;
        !(self.is_predictable() || are_statistics_known)
    }

    /// How far each field of `trajectory` that is not constant can be trusted, by the estimated
    /// errors `[time, channel]` of its states, and `[2, channel]` of its statistics.
    pub fn of(
        fields: &[Field],
        grid: &Grid,
        trajectory: &Trajectory,
        estimate: &Array2<f64>,
        statistics: Option<&Array2<f64>>,
    ) -> Vec<Self> {
        let volumes = grid.relative_volumes();
        // The sum over some states of a function of the values, weighted by the relative volumes of the cells.
        let sum = |values: &mut dyn Iterator<Item = f64>| -> f64 {
            match &volumes {
                None => values.sum(),
                Some(volumes) => values.zip(volumes.iter().cycle()).map(|(x, v)| x * v).sum(),
            }
        };
        let mut first = 0;
        let mut trust = Vec::new();
        for field in fields {
            let range = first..first + field.symbols.len();
            first = range.end;
            if field.constant {
                continue;
            }
            let values = trajectory.values.slice_axis(Axis(1), range.clone().into());
            let count = values.len() as f64;
            let square = sum(&mut values.iter().map(|x| x * x)) / count;
            let about_mean = |component: ArrayView4<f64>| {
                let mean = match &volumes {
                    None => component.sum(),
                    Some(volumes) => (&component * volumes).sum(),
                } / component.len() as f64;
                sum(&mut component.iter().map(|x| (x - mean) * (x - mean)))
            };
            let spread = values.axis_iter(Axis(1)).map(about_mean).sum::<f64>() / count;
            // Means over components as well, as those of the field are.
            let pooled = |errors: &Array2<f64>| -> Vec<f64> {
                let of_field = errors.slice_axis(Axis(1), range.clone().into());
                let squares = of_field.mapv(|e| e * e).sum_axis(Axis(1));
                squares.iter().map(|sum| sum / range.len() as f64).collect()
            };
            let errors = pooled(estimate);
            let typical = errors.iter().sum::<f64>() / errors.len() as f64;
            let allowed = Self::PREDICTABLE.powi(2) * spread;
            let end = errors.iter().position(|&error| error > allowed);
            let of_statistics = statistics.map_or(f64::NAN, |errors| largest(&pooled(errors)));
            trust.push(Self {
                field: field.name.clone(),
                error: share(typical, square),
                largest: share(largest(&errors), square),
                horizon: end.map_or(f64::INFINITY, |state| trajectory.times[state]),
                statistics: end.map_or(0.0, |_| share(of_statistics, spread)),
            });
        }
        trust
    }
}

fn largest(squares: &[f64]) -> f64 {
    squares.iter().copied().fold(0.0, f64::max)
}

/// The root of a mean square error over a mean square; no error is none, whatever it is a share of.
fn share(error: f64, square: f64) -> f64 {
    if error == 0.0 { 0.0 } else { (error / square).sqrt() }
}

impl Sample {
    /// How far each field that is not constant can be trusted; `None` without an error estimate.
    pub fn trust(&self, fields: &[Field]) -> Option<Vec<Trust>> {
        let (estimate, statistics) =
            (self.error_estimate.as_ref()?, self.statistics_estimate.as_ref());
        Some(Trust::of(fields, &self.grid, &self.trajectory, estimate, statistics))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Split;
    use ndarray::{Array5, array};

    /// A wind along x changes the size of a vector, and not its deviation.
    #[test]
    fn a_stream_does_not_vary() {
        let field = [Field::vector("velocity", &["u", "v"], "m/s")];
        let of_wind = |wind: f64| {
            let values = Array5::from_shape_fn((2, 2, 2, 1, 1), |(_, c, x, _, _)| {
                x as f64 + if c == 0 { wind } else { 0.0 }
            });
            let trajectory = Trajectory { times: vec![0.0, 1.0], values };
            let axis =
                |cells| crate::Axis::uniform(cells, 0.0, 1.0, [crate::Boundary::Periodic; 2]);
            let grid = Grid::plane(axis(2), axis(1));
            let statistics = array![[0.1, 0.1], [0.0, 0.0]];
            Trust::of(
                &field,
                &grid,
                &trajectory,
                &array![[0.0, 0.0], [0.1, 0.1]],
                Some(&statistics),
            )
        };
        // σ is ½ with any wind.
        for wind in [0.0, 7.0] {
            assert!((of_wind(wind)[0].statistics - 0.2).abs() < 1e-15);
        }
    }

    /// 1 in a quarter of the domain and 0 elsewhere has mean square ¼ and variance 3/16, whatever the cells.
    #[test]
    fn stretched_cells_count_by_their_volumes() {
        let x = crate::Axis { edges: vec![0.0, 0.25, 1.0], boundaries: [crate::Boundary::REST; 2] };
        let grid = Grid { axes: [x, crate::Axis::flat(), crate::Axis::flat()] };
        let values = Array5::from_shape_fn((2, 1, 2, 1, 1), |(_, _, x, ..)| f64::from(x == 0));
        let trajectory = Trajectory { times: vec![0.0, 1.0], values };
        let fields = [Field::scalar("pressure", "p", "Pa")];
        let statistics = array![[0.3], [0.0]];
        let trust =
            Trust::of(&fields, &grid, &trajectory, &array![[0.1], [0.1]], Some(&statistics));
        assert!((trust[0].error - 0.2).abs() < 1e-15);
        assert_eq!(trust[0].horizon, 0.0); // 0.1 > √(3/16) / 10
        assert!((trust[0].statistics - 0.3 / (3.0_f64 / 16.0).sqrt()).abs() < 1e-15);
    }

    /// A vector of ±3 and ±4 has mean square 12.5 and no mean; its mask is passed over.
    #[test]
    fn shares_are_of_the_fields_own_size() {
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
            solved_on: [2, 1, 1],
            steady_from: None,
        };
        let fields = [
            Field::vector("velocity", &["u", "v"], "m/s"),
            Field::scalar("mask", "m", "").constant(),
        ];
        let trust = sample.trust(&fields).expect("it has an estimate");
        assert_eq!(trust.len(), 1);
        assert!((trust[0].error - (0.15 / 12.5_f64).sqrt()).abs() < 1e-15); // 0.110
        assert!((trust[0].largest - 0.6 / 12.5_f64.sqrt()).abs() < 1e-15); // 0.170
        assert_eq!(trust[0].horizon, 1.0); // 0.3 < √12.5/10 = 0.354 < 0.6
        assert!((trust[0].statistics - 0.2 / 12.5_f64.sqrt()).abs() < 1e-15); // 0.057
        assert!(!trust[0].is_predictable() && !trust[0].is_under_resolved());
        let unknown = Sample { statistics_estimate: None, ..sample.clone() };
        let trust = unknown.trust(&fields).expect("it has an estimate");
        assert!(trust[0].statistics.is_nan() && trust[0].is_under_resolved());
        let exact = Sample { error_estimate: Some(Array2::zeros((3, 3))), ..sample.clone() };
        let trust = exact.trust(&fields).expect("it has an estimate");
        assert_eq!((trust[0].error, trust[0].horizon), (0.0, f64::INFINITY));
        assert_eq!(Sample { error_estimate: None, ..sample }.trust(&fields), None);
    }
}
