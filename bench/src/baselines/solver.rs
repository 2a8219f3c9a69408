//! The reference solver on a coarser grid.

use super::Baseline;
use crate::{BenchError, Case};
use data::{
    Channel, Dataset, Hasher, Invalid, Parameter, Part, Source, State, Stop, Stopped, Trajectory,
    prolongate, restrict,
};
use ndarray::{Array5, ArrayViewMut4, Axis};
use operators::{OperatorError, Surrogate, Task};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use solvers::SolverError;

/// The reference solver, started from the last given state averaged to coarser cells.
///
/// Its states are returned to the output cells by linear interpolation that preserves the mean of every coarse cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct CoarseSolver {
    /// Output cells per solver cell along every axis; 1 is the output grid. Default 2.
    pub coarsen: usize,
    /// Solver cells per output cell along every axis, for a grid finer than the output's. Default 1.
    pub refine: usize,
    /// Parameters of the problem that replace those of the case, such as `{ closure = "wale" }`: of the method, not of
    /// the flow. Default: none.
    pub parameters: toml::Table,
}

impl Default for CoarseSolver {
    fn default() -> Self {
        Self { coarsen: 2, refine: 1, parameters: toml::Table::new() }
    }
}

impl Part for CoarseSolver {
    const NAME: &'static str = "solver";
    const SUMMARY: &'static str = "the reference solver on a coarser grid";

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless(self.coarsen >= 1, "coarsen", self.coarsen, "at least 1")?;
        Invalid::unless(self.refine >= 1, "refine", self.refine, "at least 1")?;
        Invalid::unless(
            self.coarsen == 1 || self.refine == 1,
            "refine",
            self.refine,
            "1 where `coarsen` is not",
        )
    }
}

impl CoarseSolver {
    fn cells(&self, output: [usize; 3]) -> [usize; 3] {
        output.map(|n| if n == 1 { 1 } else { n * self.refine / self.coarsen })
    }

    /// The case with the parameters of the solver.
    fn with_parameters(&self, case: &Case) -> Case {
        let mut case = case.clone();
        case.parameters.extend(self.parameters.clone());
        case
    }

    /// The channels of the data that are those of the problem, in the problem's order.
    ///
    /// The pressure may be absent: it is no initial condition of an incompressible flow. Any other channel is needed.
    fn channels(case: &Case) -> Result<Vec<Option<usize>>, BenchError> {
        let given = data::channels(&case.info()?.fields);
        let of_channel = |own: Channel| {
            let place = given
                .iter()
                .position(|other| other.field == own.field && other.component == own.component);
            if place.is_some() || own.field == "pressure" {
                return Ok(place);
            }
            let expected = format!(
                "that of another flow: its solver needs `{}` of {}, which the data lack",
                own.symbol, own.field
            );
            let source = Invalid::new("problem", &case.problem, expected);
            Err(BenchError::Case { case: case.name.clone(), source })
        };
        data::channels(&case.problem(0)?.fields()).into_iter().map(of_channel).collect()
    }

    /// Refuses parameters of the flow: the solver of another flow would be compared.
    fn check_parameters(&self, case: &Case) -> Result<(), BenchError> {
        let of_flow = case.problem(0)?.parameters();
        let names: Vec<&str> = of_flow.iter().map(|(own, _)| own.name.as_str()).collect();
        let of_flow = self.parameters.keys().find(|key| names.contains(&key.as_str()));
        let Some(key) = of_flow else { return Ok(()) };
        let expected = format!(
            "parameters of the method: the flow of `{}` has {}",
            case.name,
            names.join(", ")
        );
        let source = Invalid::new("parameters", key, &expected);
        Err(BenchError::Case { case: case.name.clone(), source })
    }
}

impl Baseline for CoarseSolver {
    fn label(&self) -> String {
        let grid = match (self.coarsen, self.refine) {
            (1, 1) => "solver-1x".into(),
            (coarsen, 1) => format!("solver-1/{coarsen}x"),
            (_, refine) => format!("solver-{refine}x"),
        };
        // A word says what it is; a number does not.
        let name = |(key, value): (&String, &toml::Value)| match value {
            toml::Value::String(word) => format!("-{word}"),
            other => format!("-{key}-{other}"),
        };
        self.parameters.iter().map(name).fold(grid, |label, name| label + &name)
    }

    fn check_case(&self, case: &Case) -> Result<(), BenchError> {
        let cells = self.cells(case.cells);
        Invalid::unless(
            case.cells.iter().all(|n| *n == 1 || n % self.coarsen == 0),
            "coarsen",
            self.coarsen,
            &format!("a divisor of the case's cells {:?}", case.cells),
        )
        .map_err(|source| BenchError::Case { case: case.name.clone(), source })?;
        self.check_parameters(case)?;
        Self::channels(case)?;
        let problem = self.with_parameters(case).problem(0)?;
        problem
            .grid(cells)
            .and_then(|grid| problem.solver(&grid).map(drop))
            .map_err(|source| BenchError::Grid { case: case.name.clone(), cells, source })
    }

    fn surrogate(&self, case: &Case, dataset: &Dataset) -> Result<Box<dyn Surrogate>, BenchError> {
        self.check_case(case)?;
        let cells = self.cells(case.cells);
        Ok(Box::new(SolverSurrogate {
            recipe: self.clone(),
            cells,
            case: self.with_parameters(case),
            parameters: dataset.info().parameters.clone(),
            channels: Self::channels(case)?,
            stop: Stop::default(),
        }))
    }
}

/// The solver on one case.
struct SolverSurrogate {
    recipe: CoarseSolver,
    cells: [usize; 3],
    case: Case,
    parameters: Vec<Parameter>,
    /// The channels of tasks that are those of the solver, in its order.
    channels: Vec<Option<usize>>,
    stop: Stop,
}

impl SolverSurrogate {
    /// One rollout. From the state on that the solver cannot compute it is `NaN`.
    fn solve(&self, task: &Task) -> Result<Trajectory, BenchError> {
        let problem = self.case.problem_of(&self.parameters, &task.parameters)?;
        let last = task.history.state(task.history.len() - 1);
        let output = [last.len_of(Axis(1)), last.len_of(Axis(2)), last.len_of(Axis(3))];
        let mut values = Array5::from_elem(
            (task.steps, last.len_of(Axis(0)), output[0], output[1], output[2]),
            f64::NAN,
        );
        let is_coarser = self.recipe.refine == 1;
        let unfit =
            |source| BenchError::Grid { case: self.case.name.clone(), cells: self.cells, source };
        let grid = problem.grid(self.cells).map_err(unfit)?;
        let given = if is_coarser {
            restrict(last, &task.grid, self.cells)
        } else {
            prolongate(last, &grid)
        };
        let mut state = self.to_solver(&given);
        let mut advance = || -> Result<(), SolverError> {
            let mut solver = problem.solver(&grid)?;
            solver.stop_on(&self.stop);
            solver.load(&state)?;
            for step in 0..task.steps {
                solver.advance(task.interval)?;
                solver.store(&mut state);
                let predicted = if is_coarser {
                    prolongate(state.view(), &task.grid)
                } else {
                    restrict(state.view(), &grid, output)
                };
                self.to_task(&predicted, values.index_axis_mut(Axis(0), step));
            }
            Ok(())
        };
        match advance() {
            Ok(()) | Err(SolverError::BlowUp { .. } | SolverError::Collapse { .. }) => {
                Ok(Trajectory { times: task.times(), values })
            }
            Err(SolverError::Stopped(stopped)) => Err(stopped.into()),
            Err(source) => Err(unfit(source)),
        }
    }
}

impl SolverSurrogate {
    /// The solver's channels of a given state; those that the data lack are 0.
    fn to_solver(&self, given: &State) -> State {
        let [_, x, y, z] = given.dim().into();
        let mut state = State::zeros((self.channels.len(), x, y, z));
        for (mut own, place) in state.outer_iter_mut().zip(&self.channels) {
            if let Some(place) = place {
                own.assign(&given.index_axis(Axis(0), *place));
            }
        }
        state
    }

    /// Writes the solver's channels to those of the data; others stay as they are, not a number.
    fn to_task(&self, state: &State, mut to: ArrayViewMut4<'_, f64>) {
        for (own, place) in state.outer_iter().zip(&self.channels) {
            if let Some(place) = place {
                to.index_axis_mut(Axis(0), *place).assign(&own);
            }
        }
    }
}

impl Surrogate for SolverSurrogate {
    fn name(&self) -> &str {
        CoarseSolver::NAME
    }

    fn hash(&self) -> String {
        Hasher::default()
            .text(CoarseSolver::NAME)
            .text(env!("CARGO_PKG_VERSION"))
            .text(&format!("{:?}", self.cells))
            .text(&self.recipe.parameters.to_string())
            .hex()
    }

    fn stop_on(&mut self, stop: &Stop) {
        self.stop = stop.clone();
    }

    fn rollout(&mut self, tasks: &[Task]) -> Result<Vec<Trajectory>, OperatorError> {
        let solve = |task: &Task| {
            self.solve(task).map_err(|error| match error {
                BenchError::Stopped => OperatorError::Stopped(Stopped),
                error => OperatorError::Surrogate {
                    name: self.recipe.label(),
                    reason: error.to_string(),
                },
            })
        };
        tasks.par_iter().with_max_len(1).map(solve).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solver(parameters: toml::Table) -> CoarseSolver {
        CoarseSolver { coarsen: 1, parameters, ..CoarseSolver::default() }
    }

    #[test]
    fn parameters_of_the_method_are_in_the_label_and_those_of_the_flow_are_refused() {
        let label = |parameters| solver(parameters).label();
        assert_eq!(label(toml::Table::new()), "solver-1x");
        assert_eq!(label(toml::toml! { closure = "wale" }), "solver-1x-wale");
        assert_eq!(label(toml::toml! { closure-constant = 0.5 }), "solver-1x-closure-constant-0.5");
        let case = crate::find_case("cavity/smoke").expect("it is built in");
        let refused = |parameters| {
            let error = solver(parameters).check_case(&case).expect_err("it is refused");
            error.to_string()
        };
        assert!(refused(toml::toml! { reynolds = 100.0 }).contains("`parameters = reynolds`"));
        assert!(refused(toml::toml! { closhure = "wale" }).contains("closhure"));
    }
}
