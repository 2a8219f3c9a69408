//! Whether the states solve the equations of their problem.

use super::{Check, Finding};
use crate::baselines::{Baseline, CoarseSolver};
use crate::{BenchError, Case};
use data::{Dataset, Info, Sample, Source, Split, Trajectory};
use ndarray::{ArrayView4, Axis, Slice};
use operators::{Surrogate, Task};

/// The solver of the stated problem, on the grid of the data, continues a state better than no change does.
///
/// For a field φ and the step n in which it changes most, the residual over one interval is
/// ‖S(φₙ) − φₙ₊₁‖₂ / max(‖φₙ₊₁ − φₙ‖₂, 0.05 ‖φₙ₊₁‖₂), where S is the solver with the parameters of the sample. The
/// errors of S and of the data are in it, so that the limit is wide: it finds wrong parameters, intervals, boundaries
/// and orders of states. The step from the first state is left out, which need not obey the equations, and so are
/// chaotic flows, whose states do not depend on those an interval before.
pub(super) struct Residual {
    solver: Box<dyn Surrogate>,
    /// The samples that are checked.
    samples: Vec<usize>,
}

/// The largest residual: that of no change.
const MOST: f64 = 1.0;
/// Changes of less than this fraction of a field are no larger than the errors of a solver on the grid of the data.
const SMALL: f64 = 0.05;
/// The relative change of a state that tells whether the flow is chaotic over an interval.
const CHANGE: f64 = 0.01;
/// The part of the scale by which that may change the solution: in flows that are not chaotic it is 0.01 / 0.05 at
/// most.
const UNCERTAIN: f64 = 0.5;
/// The most samples of a split that are checked.
const SAMPLES: usize = 4;
/// The most cells: a step on more takes minutes.
const MOST_CELLS: usize = 1 << 18;

impl Residual {
    /// The check of a dataset; `None` if its problem is not one of ours, or its grid is too fine.
    pub(super) fn of(dataset: &Dataset) -> Option<Self> {
        let info = dataset.info();
        let case = Case::of_dataset(dataset.header());
        let is_small = info.cells.iter().product::<usize>() <= MOST_CELLS;
        let build = || -> Result<Box<dyn Surrogate>, BenchError> {
            CoarseSolver { coarsen: 1, ..CoarseSolver::default() }.surrogate(&case, dataset)
        };
        let solver = is_small.then(build)?.ok()?;
        let of_split = |split: &Split| dataset.indices(*split).into_iter().take(SAMPLES);
        Some(Self { solver, samples: Split::ALL.iter().flat_map(of_split).collect() })
    }

    /// The residual of the field with the largest one, and its step.
    fn worst(&mut self, sample: &Sample, info: &Info) -> Option<(String, usize, f64)> {
        let states = &sample.trajectory;
        let mut at = 0;
        let mut worst: Option<(String, usize, f64)> = None;
        for field in &info.fields {
            let range = at..at + field.symbols.len();
            at = range.end;
            if field.constant || field.name == "pressure" {
                continue;
            }
            let part = |trajectory: &Trajectory, step: usize| {
                let state = trajectory.state(step);
                state.slice_axis(Axis(0), Slice::from(range.clone())).to_owned()
            };
            let change =
                |step: usize| distance(part(states, step + 1).view(), part(states, step).view());
            let steps = 1.min(states.len() - 2)..states.len() - 1;
            let step = steps.max_by(|&a, &b| change(a).total_cmp(&change(b)))?;
            let next = part(states, step + 1);
            let size = next.mapv(|value| value * value).sum().sqrt();
            if size == 0.0 {
                continue;
            }
            let task = Task {
                history: states.slice(step..step + 1),
                parameters: sample.parameters.clone(),
                grid: sample.grid.clone(),
                interval: states.times[step + 1] - states.times[step],
                steps: 1,
            };
            // The same from a state that differs by what no solver resolves.
            let mut other = task.clone();
            other.history.values.mapv_inplace(|value| value * (1.0 + CHANGE));
            let [solved, from_other] =
                <[_; 2]>::try_from(self.solver.rollout(&[task, other]).ok()?).ok()?;
            let scale = change(step).max(SMALL * size);
            let solved = part(&solved, 0);
            if distance(solved.view(), part(&from_other, 0).view()) > UNCERTAIN * scale {
                continue;
            }
            let residual = distance(solved.view(), next.view()) / scale;
            // What is not finite is found by another check.
            let is_worst = worst.as_ref().is_none_or(|(.., known)| residual > *known);
            if residual.is_finite() && is_worst {
                worst = Some((field.name.clone(), step, residual));
            }
        }
        worst
    }
}

/// The square root of the sum of squared differences.
fn distance(a: ArrayView4<'_, f64>, b: ArrayView4<'_, f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

impl Check for Residual {
    fn name(&self) -> &'static str {
        "equations"
    }

    fn rule(&self) -> &'static str {
        "the problem's solver leads from state to state"
    }

    fn examine(&mut self, sample: &Sample, info: &Info) -> Vec<Finding> {
        if !self.samples.contains(&sample.index) || sample.trajectory.len() < 2 {
            return Vec::new();
        }
        let Some((field, step, residual)) = self.worst(sample, info) else { return Vec::new() };
        if residual <= MOST {
            return Vec::new();
        }
        let what = format!(
            "the solver of `{}` leads from state {step} to another {field} than that of state {}: it misses by {:.0} % of \
             the change, or of 5 % of the field if that is more",
            info.problem,
            step + 1,
            100.0 * residual
        );
        vec![Finding::warning(sample.index, what)]
    }
}
