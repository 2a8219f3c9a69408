//! Case → dataset.

use crate::{BenchError, Case, Progress, Stop, commit, solver};
use data::{Dataset, DatasetHeader, Parameter, Sample, State, Trajectory, restrict};
use ndarray::{Array2, Array5, Axis};
use rayon::prelude::*;
use solvers::{Problem, Solver, SolverError};
use std::path::Path;
use std::sync::Mutex;

/// What generating took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Generated {
    /// Samples that were solved now; the others were there.
    pub solved: usize,
    /// Wall time in s.
    pub seconds: f64,
}

/// Computes the missing samples of a case's dataset under `root`, and finishes it.
///
/// One sample is one work item, written when it is complete, so memory holds as many samples as
/// there are threads, and a run that was cut off goes on where it stopped. Every sample's bits
/// depend on the case and its number alone.
pub fn generate(
    case: &Case,
    root: &Path,
    certificate: &str,
    progress: &Progress,
    stop: &Stop,
) -> Result<(Dataset, Generated), BenchError> {
    let clock = std::time::Instant::now();
    let dataset = Dataset::create(root, header(case, certificate)?)?;
    let missing = dataset.missing();
    let bar = progress.bar(&format!("solve {}", case.name), "samples", case.split.total());
    bar.inc((case.split.total() - missing.len()) as u64);
    bar.reset_eta();
    let failure = Mutex::new(None);
    missing.par_iter().with_max_len(1).for_each(|&index| {
        if stop.is_requested() || failure.lock().expect("no thread panics with it").is_some() {
            return;
        }
        let written =
            solve_sample(case, index, stop).and_then(|sample| Ok(dataset.write(&sample)?));
        match written {
            Ok(()) => bar.inc(1),
            Err(error) => {
                failure.lock().expect("no thread panics with it").get_or_insert(error);
            }
        }
    });
    bar.finish_and_clear();
    if let Some(error) = failure.into_inner().expect("no thread panics with it") {
        return Err(error);
    }
    stop.check()?;
    dataset.finish()?;
    Ok((dataset, Generated { solved: missing.len(), seconds: clock.elapsed().as_secs_f64() }))
}

fn header(case: &Case, certificate: &str) -> Result<DatasetHeader, BenchError> {
    Ok(DatasetHeader {
        info: case.info()?,
        case_text: case.text.clone(),
        case_hash: case.hash(),
        seed: case.seed,
        roles: case.roles(),
        solver: solver(),
        version: env!("CARGO_PKG_VERSION").into(),
        commit: commit().into(),
        verification: certificate.into(),
    })
}

/// Computes one sample: on the reference grid, and on coarser ones to estimate its error.
fn solve_sample(case: &Case, index: usize, stop: &Stop) -> Result<Sample, BenchError> {
    let (problem, _) = case.problem_and_rng(index)?;
    let cells = case.reference_cells();
    let solve = |divisor: usize| -> Result<Trajectory, BenchError> {
        let cells = cells.map(|n| (n / divisor).max(1));
        let coarse = [0, 1, 2].map(|axis| shared_cells(case.cells[axis], cells[axis]));
        solve_on(case, index, cells, coarse, stop)
    };
    let trajectory = solve(1)?;
    let error_estimate = if case.reference.error_estimate
        && cells.iter().all(|&n| n == 1 || n % 4 == 0)
    {
        let order = problem
            .solver(&grid_of(case, problem.as_ref(), cells)?)
            .map_err(|source| unsolved(case, index, problem.as_ref(), source))?
            .order();
        match (solve(2), solve(4)) {
            (Ok(half), Ok(quarter)) => Some(estimate_error(&trajectory, &half, &quarter, order)),
            // A coarser grid that does not hold the flow estimates nothing.
            (Err(BenchError::Solve { .. } | BenchError::Grid { .. }), _)
            | (_, Err(BenchError::Solve { .. } | BenchError::Grid { .. })) => None,
            (Err(error), _) | (_, Err(error)) => return Err(error),
        }
    } else {
        None
    };
    Ok(Sample {
        index,
        split: case.roles()[index],
        grid: grid_of(case, problem.as_ref(), case.cells)?,
        parameters: problem.parameters().iter().map(|(_, value)| *value).collect(),
        trajectory,
        error_estimate,
    })
}

fn grid_of(
    case: &Case,
    problem: &dyn Problem,
    cells: [usize; 3],
) -> Result<data::Grid, BenchError> {
    problem.grid(cells).map_err(|source| BenchError::Grid {
        place: case.name.clone(),
        cells,
        source,
    })
}

/// The most cells that both `output` and `solved` cells are made of: their greatest common divisor.
fn shared_cells(output: usize, solved: usize) -> usize {
    if solved == 0 { output } else { shared_cells(solved, output % solved) }
}

/// Solves sample `index` on a grid of `cells`, and averages every saved state down to `output` cells.
fn solve_on(
    case: &Case,
    index: usize,
    cells: [usize; 3],
    output: [usize; 3],
    stop: &Stop,
) -> Result<Trajectory, BenchError> {
    let (problem, mut rng) = case.problem_and_rng(index)?;
    let grid = grid_of(case, problem.as_ref(), cells)?;
    let initial = problem.initial(&grid, &mut rng);
    let failed = |source| unsolved(case, index, problem.as_ref(), source);
    let mut solver = problem.solver(&grid).map_err(failed)?;
    solver.load(&initial).map_err(failed)?;
    let times: Vec<f64> = (0..case.frames).map(|frame| frame as f64 * case.interval).collect();
    let states =
        Frames { solver: solver.as_mut(), state: initial, output, interval: case.interval };
    let values = states.collect(case.frames, stop, failed)?;
    Ok(Trajectory { times, values })
}

/// A solver with the state it saves into.
struct Frames<'a> {
    solver: &'a mut dyn Solver,
    state: State,
    output: [usize; 3],
    interval: f64,
}

impl Frames<'_> {
    fn collect(
        mut self,
        frames: usize,
        stop: &Stop,
        failed: impl Fn(SolverError) -> BenchError,
    ) -> Result<Array5<f64>, BenchError> {
        let channels = self.state.len_of(Axis(0));
        let mut values =
            Array5::zeros((frames, channels, self.output[0], self.output[1], self.output[2]));
        values.index_axis_mut(Axis(0), 0).assign(&restrict(self.state.view(), self.output));
        for frame in 1..frames {
            stop.check()?;
            self.solver.advance(self.interval).map_err(&failed)?;
            self.solver.store(&mut self.state);
            values.index_axis_mut(Axis(0), frame).assign(&restrict(self.state.view(), self.output));
        }
        Ok(values)
    }
}

fn unsolved(case: &Case, index: usize, problem: &dyn Problem, source: SolverError) -> BenchError {
    BenchError::Solve {
        case: case.name.clone(),
        index,
        parameters: describe(&problem.parameters(), case),
        source,
    }
}

/// The varying parameters, as `reynolds = 812`.
pub(crate) fn describe(parameters: &[(Parameter, f64)], case: &Case) -> String {
    let varying =
        parameters.iter().filter(|(parameter, _)| case.vary.contains_key(&parameter.name));
    varying
        .map(|(parameter, value)| format!("{} = {value:.4}", parameter.name))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The reference's own error from three grids, `[time, channel]`, root mean square over the cells.
///
/// ```text
/// d₁ = ‖φ_h − φ_2h‖,  d₂ = ‖φ_2h − φ_4h‖,  q = log₂(d₂/d₁),  e = d₁ / (2^min(max(q, ½), p) − 1)
/// ```
///
/// with p the method's formal order: a higher observed one is luck and not believed. One below ½ says
/// that the grids are not yet in the asymptotic range; there ½ is assumed, that is e = 2.4 d₁.
/// d₁ is taken on the cells that both grids divide, and q with both differences on the coarsest cells.
///
/// Source: Roache (1994), J. Fluids Eng. 116, 405, with the cautious choice of order of Celik et al. (2008).
fn estimate_error(
    fine: &Trajectory,
    half: &Trajectory,
    quarter: &Trajectory,
    order: u32,
) -> Array2<f64> {
    let (frames, channels) = (fine.len(), fine.values.len_of(Axis(1)));
    let mut estimate = Array2::zeros((frames, channels));
    for frame in 0..frames {
        let [fine, half, quarter] = [fine, half, quarter].map(|trajectory| trajectory.state(frame));
        let to = |state: ndarray::ArrayView4<'_, f64>, of: ndarray::ArrayView4<'_, f64>| {
            restrict(state, [of.len_of(Axis(1)), of.len_of(Axis(2)), of.len_of(Axis(3))])
        };
        let near = distance(&to(fine, half), &half.to_owned());
        let near_coarse = distance(&to(fine, quarter), &to(half, quarter));
        let far = distance(&to(half, quarter), &quarter.to_owned());
        for channel in 0..channels {
            let observed = (far[channel] / near_coarse[channel]).log2();
            // A difference of 0 has no order, and is no error whatever the order.
            let order = if observed.is_nan() {
                LEAST_ORDER
            } else {
                observed.clamp(LEAST_ORDER, f64::from(order))
            };
            estimate[[frame, channel]] = near[channel] / (order.exp2() - 1.0);
        }
    }
    estimate
}

/// The order below which an observed one is not believed.
const LEAST_ORDER: f64 = 0.5;

/// The root mean square difference of every channel.
fn distance(a: &State, b: &State) -> Vec<f64> {
    let difference = a - b;
    difference
        .outer_iter()
        .map(|channel| (channel.mapv(|x| x * x).mean().unwrap_or(0.0)).sqrt())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// φ_h = φ + c h²: the estimate is c h² exactly.
    #[test]
    fn a_second_order_error_is_estimated_exactly() {
        let on = |cells: usize, h: f64| Trajectory {
            times: vec![0.0],
            values: Array5::from_elem((1, 1, cells, cells, 1), 3.0 + 0.7 * h * h),
        };
        let estimate = estimate_error(&on(8, 0.1), &on(8, 0.2), &on(4, 0.4), 2);
        assert!((estimate[[0, 0]] - 0.007).abs() < 1e-15);
    }

    /// Differences that do not shrink: order ½ is assumed.
    #[test]
    fn grids_outside_the_asymptotic_range_give_a_cautious_estimate() {
        let on = |cells: usize, value: f64| Trajectory {
            times: vec![0.0],
            values: Array5::from_elem((1, 1, cells, cells, 1), value),
        };
        let estimate = estimate_error(&on(8, 1.0), &on(8, 1.5), &on(4, 1.2), 2);
        assert!((estimate[[0, 0]] - 0.5 / (0.5_f64.exp2() - 1.0)).abs() < 1e-15);
    }

    #[test]
    fn output_cells_of_any_refinement_nest() {
        for (refine, expected) in
            [(1, [64, 32, 16]), (2, [64, 64, 32]), (3, [64, 32, 16]), (4, [64, 64, 64])]
        {
            let reference = 64 * refine;
            assert_eq!([1, 2, 4].map(|divisor| shared_cells(64, reference / divisor)), expected);
        }
    }
}
