//! The cost of a learned surrogate beside that of a solver of the same error.

use crate::results::case::Case;
use crate::results::surrogate::Surrogate;
use data::SurrogateKind;

/// The fastest solver whose primary score is at most that of `surrogate`.
///
/// Source of the comparison at equal error: McGreivy & Hakim (2024), arXiv:2407.07218.
pub(crate) fn equal_solver<'r, 'a>(
    case: &'r Case<'a>,
    surrogate: &Surrogate,
) -> Option<&'r Surrogate<'a>> {
    let error = surrogate.primary_score()?.mean;
    let solvers = case.surrogates.iter().filter(|solver| solver.is(SurrogateKind::Solver));
    let accurate = solvers.filter(|s| s.primary_score().is_some_and(|score| score.mean <= error));
    let timed = accurate.filter_map(|solver| Some((solver, solver.seconds_per_step()?)));
    timed.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(solver, _)| solver)
}

/// The number of rollouts after which training and inference take less time than the solver; `None` if never.
///
/// ```text
/// n = training seconds / (steps (solver's seconds per step − surrogate's seconds per step))
/// ```
pub(crate) fn break_even(case: &Case, surrogate: &Surrogate, solver: &Surrogate) -> Option<f64> {
    let steps = case.summary?.steps as f64;
    let saved = solver.seconds_per_step()? - surrogate.seconds_per_step()?;
    (saved > 0.0 && steps > 0.0)
        .then(|| (surrogate.training_seconds().unwrap_or(0.0) / (steps * saved)).ceil())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::by_case::Results;
    use crate::synthetic;

    /// Training takes 83, 84 and 85 s, and a rollout of 40 steps saves 40 (1.5 − 1.1) ms = 16 ms: 84 / 0.016.
    #[test]
    fn training_is_amortized_when_the_time_saved_equals_the_training_time() {
        let runs = [synthetic::run(&["cavity"])];
        let results = Results::new(&runs);
        let case = &results.cases[0];
        let fno = case.best_learned().expect("there are operators");
        let solver = equal_solver(case, fno).expect("solver-32 is more accurate");
        assert_eq!((fno.name, solver.name), ("fno", "solver-32"));
        assert_eq!(break_even(case, fno, solver), Some(5250.0));
    }
}
