//! The cost of a learned surrogate beside that of a solver of the same error.

use crate::results::evidence::Case;
use crate::results::surrogate::Rival;
use data::SurrogateKind;

/// The cheapest solver whose headline error is at most `rival`'s, of those with a known cost.
pub(crate) fn equal_solver<'r, 'a>(case: &'r Case<'a>, rival: &Rival) -> Option<&'r Rival<'a>> {
    let error = rival.headline()?.mean;
    let solvers = case.rivals.iter().filter(|solver| solver.kind == Some(SurrogateKind::Solver));
    let as_good = solvers.filter(|s| s.headline().is_some_and(|score| score.mean <= error));
    let priced = as_good.filter_map(|solver| Some((solver, solver.seconds_per_step()?)));
    priced.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(solver, _)| solver)
}

/// Rollouts after which training and inference are cheaper than the solver; `None` if never.
///
/// ```text
/// n = training seconds / (steps (solver's seconds per step − surrogate's seconds per step))
/// ```
pub(crate) fn break_even(case: &Case, rival: &Rival, solver: &Rival) -> Option<f64> {
    let steps = case.summary?.steps as f64;
    let saved = solver.seconds_per_step()? - rival.seconds_per_step()?;
    (saved > 0.0 && steps > 0.0)
        .then(|| (rival.training_seconds().unwrap_or(0.0) / (steps * saved)).ceil())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::evidence::Evidence;
    use crate::synthetic;

    /// Training takes 83, 84 and 85 s, and a rollout of 40 steps saves 40 (1.5 − 1.1) ms = 16 ms: 84 / 0.016.
    #[test]
    fn pays_off_when_the_time_saved_is_the_training_time() {
        let runs = [synthetic::run(&["cavity"])];
        let evidence = Evidence::new(&runs);
        let case = &evidence.cases[0];
        let fno = case.best_learned().expect("there are operators");
        let solver = equal_solver(case, fno).expect("solver-32 is more accurate");
        assert_eq!((fno.surrogate, solver.surrogate), ("fno", "solver-32"));
        assert_eq!(break_even(case, fno, solver), Some(5250.0));
    }
}
