//! A short examination of an outside program: what would go wrong in an evaluation, in the user's terms.

use crate::launcher::launcher;
use crate::{BenchError, Case, Stop, find_case};
use data::{Info, Trajectory};
use ndarray::{Array5, Axis, s};
use operators::{ExternalOperator, Launcher, Surrogate, Task};
use std::path::Path;
use std::time::Instant;

/// The case from which the tasks are: seconds to solve, two-dimensional, with a vector and a scalar field.
const CASE: &str = "cavity/smoke";
/// States that are given: more than most operators need.
const GIVEN: usize = 12;
/// States that are predicted.
const STEPS: usize = 3;
/// Values this many times larger or smaller than the given ones are in other units.
const OTHER_UNITS: f64 = 30.0;
/// The relative difference of the answers for one sample alone and among others that rounding may make.
const ROUNDING: f64 = 1e-3;

/// What was examined, and what was found.
#[derive(Debug, Clone, PartialEq)]
pub struct OperatorCheck {
    /// What was asked of the program.
    pub asked: String,
    /// What it did.
    pub found: String,
    /// Whether an evaluation would fail, or be misled.
    pub severity: OperatorSeverity,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatorSeverity {
    /// As it should be.
    Fine,
    /// The user may want to know.
    Warning,
    /// An evaluation fails.
    Error,
}

use OperatorSeverity::{Error, Fine, Warning};

/// Asks the program in `folder` for a few rollouts. An error only if the examination itself fails: what is wrong with
/// the program is a finding.
pub fn check_operator(
    folder: &Path,
    confiner: Option<&Path>,
    stop: &Stop,
) -> Result<Vec<OperatorCheck>, BenchError> {
    let case = find_case(CASE)?;
    let launcher = Launcher { confiner: confiner.map(Into::into), ..launcher() };
    let mut operator = ExternalOperator::open(folder, &launcher)?.with_info(case.info()?);
    operator.stop_on(stop);
    let mut examination = Examination { operator, info: case.info()?, checks: Vec::new() };
    let [_, is_trained] = ExternalOperator::knows(folder)?;
    if is_trained {
        let found =
            "not started; the program is asked as if it had none: `hello` without `trained`";
        examination.note("its training", found, Warning);
    }
    let two = [task(&case, 0, case.cells, GIVEN)?, task(&case, 1, case.cells, GIVEN)?];
    let Some(predictions) = examination.first(&two)? else { return Ok(examination.checks) };
    examination.channels(&predictions);
    examination.values(&two, &predictions);
    examination.again(&two, &predictions)?;
    let fewer = format!("given states: 1 instead of {GIVEN}");
    examination.other(&fewer, &task(&case, 0, case.cells, 1)?)?;
    let other = task(&case, 1, [24, 20, 1], GIVEN)?;
    examination.other("cells: 24 × 20 instead of 16 × 16", &other)?;
    Ok(examination.checks)
}

/// A task of a sample: its first states, solved on the cells.
fn task(case: &Case, index: usize, cells: [usize; 3], given: usize) -> Result<Task, BenchError> {
    let problem = case.problem(index)?;
    let unfit = |source| BenchError::Grid { case: case.name.clone(), cells, source };
    let grid = problem.grid(cells).map_err(unfit)?;
    let (_, mut rng) = case.problem_and_rng(index)?;
    let mut state = problem.initial(&grid, &mut rng);
    let mut solver = problem.solver(&grid).map_err(unfit)?;
    solver.load(&state).map_err(unfit)?;
    let interval = case.interval.seconds(problem.time_scale());
    let [channels, x, y, z] = state.dim().into();
    let mut values = Array5::zeros((given, channels, x, y, z));
    for mut to in values.outer_iter_mut() {
        solver.advance(interval).map_err(unfit)?;
        solver.store(&mut state);
        to.assign(&state);
    }
    let times = (1..=given).map(|state| state as f64 * interval).collect();
    Ok(Task {
        history: Trajectory { times, values },
        parameters: problem.parameters().into_iter().map(|(_, value)| value).collect(),
        grid,
        interval,
        steps: STEPS,
    })
}

struct Examination {
    operator: ExternalOperator,
    info: Info,
    checks: Vec<OperatorCheck>,
}

impl Examination {
    fn note(
        &mut self,
        asked: impl Into<String>,
        found: impl Into<String>,
        severity: OperatorSeverity,
    ) {
        self.checks.push(OperatorCheck { asked: asked.into(), found: found.into(), severity });
    }

    /// What a job holds, in words.
    fn given(&self, tasks: &[Task]) -> String {
        let shape = tasks[0].history.values.shape();
        let symbols: Vec<String> =
            data::channels(&self.info.fields).into_iter().map(|channel| channel.symbol).collect();
        let parameters: Vec<&str> = self.info.parameters.iter().map(|p| p.name.as_str()).collect();
        format!(
            "it was given `history.npy` [{}, {}, {}, {}, {}, {}]: samples, given states, channels ({}), x, y, z; \
             `parameters.npy` [{}, {}]: samples, parameters ({}); and was asked for {STEPS} states, \
             [{}, {STEPS}, {}, {}, {}, {}]",
            tasks.len(),
            shape[0],
            shape[1],
            shape[2],
            shape[3],
            shape[4],
            symbols.join(", "),
            tasks.len(),
            parameters.len(),
            parameters.join(", "),
            tasks.len(),
            shape[1],
            shape[2],
            shape[3],
            shape[4],
        )
    }

    /// Starts the program and asks for a rollout; `None` if it fails.
    fn first(&mut self, tasks: &[Task]) -> Result<Option<Vec<Trajectory>>, BenchError> {
        let asked = "a rollout of 2 samples";
        let clock = Instant::now();
        match self.operator.rollout(tasks) {
            Ok(predictions) => {
                let seconds = reports::number::duration(clock.elapsed().as_secs_f64());
                let weights = self.operator.weights();
                self.note(
                    asked,
                    format!("done in {seconds} with the start; {weights} weights"),
                    Fine,
                );
                Ok(Some(predictions))
            }
            Err(operators::OperatorError::Stopped(stopped)) => Err(stopped.into()),
            Err(error) => {
                let given = self.given(tasks);
                self.note(asked, format!("{error}\n{given}"), Error);
                Ok(None)
            }
        }
    }

    /// Which channels it predicts.
    fn channels(&mut self, predictions: &[Trajectory]) {
        let mut predicted = Vec::new();
        for (number, channel) in data::channels(&self.info.fields).into_iter().enumerate() {
            let is_nan = |prediction: &Trajectory| {
                prediction.values.index_axis(Axis(1), number).iter().all(|value| value.is_nan())
            };
            if !predictions.iter().all(is_nan) {
                predicted.push(channel.symbol);
            }
        }
        let asked = "channels u, v, p";
        match predicted.len() {
            0 => self.note(asked, "none: every value is not a number", Error),
            3 => self.note(asked, "all are predicted", Fine),
            _ => {
                let list = predicted.join(", ");
                self.note(asked, format!("only {list} is predicted; reports say so"), Warning);
            }
        }
    }

    /// Whether values are finite, and of the size of the given ones.
    fn values(&mut self, tasks: &[Task], predictions: &[Trajectory]) {
        let finite = predictions.iter().all(|p| p.values.iter().all(|value| !value.is_infinite()));
        let size = |values: ndarray::ArrayView5<'_, f64>| -> f64 {
            let known: Vec<f64> =
                values.iter().copied().filter(|value| value.is_finite()).collect();
            (known.iter().map(|value| value * value).sum::<f64>() / known.len().max(1) as f64)
                .sqrt()
        };
        // The velocity alone: its size hardly changes.
        let of = |values: &Array5<f64>| size(values.slice(s![.., ..2, .., .., ..]));
        let (given, predicted) = (of(&tasks[1].history.values), of(&predictions[1].values));
        let ratio = predicted / given;
        let asked = "values in SI units";
        if !finite {
            self.note(asked, "some are infinite, which counts as diverged", Warning);
        } else if !(1.0 / OTHER_UNITS..=OTHER_UNITS).contains(&ratio) {
            let text = format!(
                "the velocity's root mean square is {predicted:.2e} m/s after {given:.2e} m/s: is a \
                 normalization not undone, or applied twice?"
            );
            self.note(asked, text, Warning);
        } else {
            let text = format!(
                "the velocity's root mean square is {predicted:.3} m/s after {given:.3} m/s"
            );
            self.note(asked, text, Fine);
        }
    }

    /// Whether the answer for a sample depends on the others.
    fn again(&mut self, tasks: &[Task], predictions: &[Trajectory]) -> Result<(), BenchError> {
        let asked = "one of the samples alone";
        let alone = match self.operator.rollout(&tasks[1..]) {
            Ok(alone) => alone,
            Err(operators::OperatorError::Stopped(stopped)) => return Err(stopped.into()),
            Err(error) => {
                let given = self.given(&tasks[1..]);
                self.note(asked, format!("{error}\n{given}"), Error);
                return Ok(());
            }
        };
        let largest = predictions[1]
            .values
            .iter()
            .filter(|v| v.is_finite())
            .fold(0.0_f64, |a, v| a.max(v.abs()));
        let pairs = alone[0].values.iter().zip(&predictions[1].values);
        let differs =
            pairs.map(|(a, b)| (a - b).abs()).filter(|d| d.is_finite()).fold(0.0_f64, f64::max);
        if differs <= ROUNDING * largest {
            self.note(asked, "the same answer as among others", Fine);
        } else {
            let text = format!(
                "the answer differs by {:.1e} of the largest value from that among others: scores depend on the \
                 batch, as with batch normalization in training mode, or on random numbers",
                differs / largest
            );
            self.note(asked, text, Warning);
        }
        Ok(())
    }

    /// What it does with another kind of task, which a suite may have.
    fn other(&mut self, asked: &str, task: &Task) -> Result<(), BenchError> {
        match self.operator.rollout(std::slice::from_ref(task)) {
            Ok(_) => self.note(asked, "answered", Fine),
            Err(operators::OperatorError::Stopped(stopped)) => return Err(stopped.into()),
            Err(error) => {
                let text = error.to_string();
                let first = text.lines().next().unwrap_or_default();
                let first = first.trim_end_matches("; its standard error ends with");
                self.note(
                    asked,
                    format!("refused, so that suites must not ask for it: {first}"),
                    Warning,
                );
            }
        }
        Ok(())
    }
}
