//! Frozen turbulence: the flow is carried along unchanged.

use super::Baseline;
use crate::metrics::vectors;
use crate::{BenchError, Case};
use data::{Dataset, Field, Grid, Invalid, Part, Source, Trajectory};
use ndarray::{Array5, ArrayView4, ArrayViewMut3, Axis};
use operators::{OperatorError, Surrogate, Task};
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;
use std::sync::Arc;

/// Moves the last given state along the first homogeneous axis, every plane across the others with its mean velocity U.
///
/// ```text
/// φ(x, y, z, t) = φ(x − U(y) t, y, z, 0)
/// ```
///
/// The shift is exact for the Fourier modes of the axis. The highest mode of an even number of cells keeps its phase
/// only in part: it is multiplied by cos(k U t). Means over the axis do not change.
///
/// Source: G. I. Taylor (1938), Proc. R. Soc. A 164, 476: turbulence is carried past a point faster than it changes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct FrozenTurbulence {}

impl Part for FrozenTurbulence {
    const NAME: &'static str = "frozen-turbulence";
    const SUMMARY: &'static str = "moves the last given state by its mean velocity";
}

impl Baseline for FrozenTurbulence {
    fn label(&self) -> String {
        Self::NAME.into()
    }

    fn check_case(&self, case: &Case) -> Result<(), BenchError> {
        let expected = "a case whose flow is homogeneous along an axis, such as `kolmogorov/quick`";
        Invalid::unless(case.homogeneous().contains(&true), "baseline", Self::NAME, expected)
            .map_err(|source| BenchError::Case { case: case.name.clone(), source })
    }

    fn surrogate(&self, case: &Case, dataset: &Dataset) -> Result<Box<dyn Surrogate>, BenchError> {
        self.check_case(case)?;
        let fields = dataset.info().fields.clone();
        Ok(Box::new(Carrier { homogeneous: case.homogeneous(), fields }))
    }
}

/// Carries states.
struct Carrier {
    homogeneous: [bool; 3],
    fields: Vec<Field>,
}

impl Surrogate for Carrier {
    fn name(&self) -> &str {
        FrozenTurbulence::NAME
    }

    fn hash(&self) -> String {
        data::hash_hex(format!("{} {:?}", FrozenTurbulence::NAME, self.homogeneous).as_bytes())
    }

    fn rollout(&mut self, tasks: &[Task]) -> Result<Vec<Trajectory>, OperatorError> {
        Ok(tasks.iter().map(|task| self.carry(task)).collect())
    }
}

impl Carrier {
    fn carry(&self, task: &Task) -> Trajectory {
        let last = task.history.state(task.history.len() - 1);
        let (channels, x, y, z) = last.dim();
        let mut values = Array5::zeros((task.steps, channels, x, y, z));
        let along = self.stream(&task.grid);
        let speeds = self.speeds(last, along);
        let mut shift = Shift::new(last.len_of(Axis(along + 1)), task.grid.axes[along].length());
        for (step, mut state) in values.outer_iter_mut().enumerate() {
            state.assign(&last);
            let time = (step + 1) as f64 * task.interval;
            for channel in state.outer_iter_mut() {
                shift.apply(channel, along, &speeds, time);
            }
        }
        Trajectory { times: task.times(), values }
    }

    /// The first homogeneous axis with more than one cell.
    fn stream(&self, grid: &Grid) -> usize {
        let is_wide = |axis: &usize| grid.axes[*axis].cells() > 1;
        (0..3).filter(is_wide).find(|&axis| self.homogeneous[axis]).unwrap_or(0)
    }

    /// The mean velocity along an axis of every row of cells: the mean over all homogeneous axes, without the axis
    /// itself, `[cells, cells]` of the two others.
    fn speeds(&self, state: ArrayView4<'_, f64>, along: usize) -> ndarray::Array2<f64> {
        let velocity = vectors(&self.fields).find(|(field, _)| field.name == "velocity");
        let first = velocity.map_or(0, |(_, range)| range.start);
        let mut mean = state.index_axis(Axis(0), first + along).to_owned();
        for axis in (0..3).filter(|&axis| self.homogeneous[axis]) {
            let of_axis = mean.mean_axis(Axis(axis)).expect("an axis has cells");
            for mut plane in mean.axis_iter_mut(Axis(axis)) {
                plane.assign(&of_axis);
            }
        }
        mean.index_axis_move(Axis(along), 0)
    }
}

/// Shifts of periodic rows.
struct Shift {
    forward: Arc<dyn RealToComplex<f64>>,
    backward: Arc<dyn ComplexToReal<f64>>,
    length: f64,
    row: Vec<f64>,
    modes: Vec<Complex<f64>>,
}

impl Shift {
    fn new(cells: usize, length: f64) -> Self {
        let mut planner = RealFftPlanner::new();
        let (forward, backward) =
            (planner.plan_fft_forward(cells), planner.plan_fft_inverse(cells));
        let (row, modes) = (forward.make_input_vec(), forward.make_output_vec());
        Self { forward, backward, length, row, modes }
    }

    /// Moves every row along an axis by its speed times `time`.
    fn apply(
        &mut self,
        mut values: ArrayViewMut3<'_, f64>,
        along: usize,
        speeds: &ndarray::Array2<f64>,
        time: f64,
    ) {
        let rows = values.lanes_mut(Axis(along)).into_iter();
        for (mut row, speed) in rows.zip(speeds) {
            self.row.iter_mut().zip(&row).for_each(|(to, from)| *to = *from);
            self.shift(speed * time);
            row.iter_mut().zip(&self.row).for_each(|(to, from)| *to = *from);
        }
    }

    fn shift(&mut self, distance: f64) {
        let cells = self.row.len();
        let mut is_done = self.forward.process(&mut self.row, &mut self.modes).is_ok();
        for (mode, value) in self.modes.iter_mut().enumerate() {
            let phase = -TAU * mode as f64 * distance / self.length;
            if 2 * mode == cells {
                *value *= phase.cos();
            } else {
                *value *= Complex::from_polar(1.0, phase);
            }
        }
        is_done &= self.backward.process(&mut self.modes, &mut self.row).is_ok();
        let scale = if is_done { 1.0 / cells as f64 } else { f64::NAN };
        self.row.iter_mut().for_each(|value| *value *= scale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{Axis as GridAxis, Boundary};

    /// u = 1 + y + cos(2π·3 (x − U t)), and a scalar that moves with it.
    #[test]
    fn planes_move_with_their_mean_velocity() {
        let axis = |cells, ends| GridAxis::uniform(cells, 0.0, 2.0, [ends; 2]);
        let grid = Grid::plane(axis(8, Boundary::Periodic), axis(4, Boundary::REST));
        let fields = vec![
            Field::scalar("temperature", "T", "K"),
            Field::vector("velocity", &["u", "v"], "m/s"),
        ];
        let state = |time: f64| {
            let value = move |c: usize, i: usize, j: usize| {
                let mean = 1.0 + j as f64;
                let x = 2.0 * i as f64 / 8.0 - mean * time;
                match c {
                    0 => (TAU * x).sin(),
                    1 => mean + (TAU / 2.0 * 3.0 * x).cos(),
                    _ => 0.5,
                }
            };
            ndarray::Array4::from_shape_fn((3, 8, 4, 1), |(c, i, j, _)| value(c, i, j))
        };
        let history = Trajectory { times: vec![0.0], values: state(0.0).insert_axis(Axis(0)) };
        let task = Task { history, parameters: vec![], grid, interval: 0.3, steps: 3 };
        let mut carrier = Carrier { homogeneous: [true, false, false], fields };
        let found = carrier.rollout(&[task]).expect("it cannot fail").remove(0);
        for step in 0..3 {
            let expected = state(0.3 * (step + 1) as f64);
            let error =
                (&found.state(step) - &expected).iter().fold(0.0_f64, |a, b| a.max(b.abs()));
            assert!(error < 1e-12, "{error}"); // rounding of sums of eight
        }
    }
}
