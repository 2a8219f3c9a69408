//! The reference solver on a coarser grid.

use super::Baseline;
use crate::{BenchError, Case};
use data::{
    Dataset, Hasher, Invalid, Parameter, Part, Source, Stop, Stopped, Trajectory, prolongate,
    restrict,
};
use ndarray::{Array5, Axis};
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
}

impl Default for CoarseSolver {
    fn default() -> Self {
        Self { coarsen: 2, refine: 1 }
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
}

impl Baseline for CoarseSolver {
    fn label(&self) -> String {
        match (self.coarsen, self.refine) {
            (1, 1) => "solver-1x".into(),
            (coarsen, 1) => format!("solver-1/{coarsen}x"),
            (_, refine) => format!("solver-{refine}x"),
        }
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
        let problem = case.problem(0)?;
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
            case: case.clone(),
            parameters: dataset.info().parameters.clone(),
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
        let mut state = if is_coarser {
            restrict(last, &task.grid, self.cells)
        } else {
            prolongate(last, &grid)
        };
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
                values.index_axis_mut(Axis(0), step).assign(&predicted);
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

impl Surrogate for SolverSurrogate {
    fn name(&self) -> &str {
        CoarseSolver::NAME
    }

    fn hash(&self) -> String {
        Hasher::default()
            .text(CoarseSolver::NAME)
            .text(env!("CARGO_PKG_VERSION"))
            .text(&format!("{:?}", self.cells))
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
