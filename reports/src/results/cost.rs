//! The cost of a learned surrogate beside that of a solver of the same error, and whether training pays off.

use crate::results::case::Case;
use crate::results::paired::{LEVEL, Verdict, compare};
use crate::results::surrogate::Surrogate;
use data::SurrogateKind;

/// The fastest solver of the same run whose primary score is at most that of `surrogate`.
///
/// Errors below that of the reference count as equal to it. Times of different runs are not compared.
///
/// Source of the comparison at equal error: McGreivy & Hakim (2024), arXiv:2407.07218.
pub(crate) fn equal_solver<'r, 'a>(
    case: &'r Case<'a>,
    surrogate: &Surrogate,
) -> Option<&'r Surrogate<'a>> {
    let error = case.rank_value(surrogate)?;
    let solvers = of_run(case, surrogate).filter(|solver| solver.is(SurrogateKind::Solver));
    let accurate = solvers.filter(|s| case.rank_value(s).is_some_and(|value| value <= error));
    let timed = accurate.filter_map(|solver| Some((solver, solver.seconds_per_step()?)));
    timed.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(solver, _)| solver)
}

/// The surrogates of the run of a surrogate.
fn of_run<'r, 'a>(
    case: &'r Case<'a>,
    surrogate: &Surrogate,
) -> impl Iterator<Item = &'r Surrogate<'a>> {
    let run = surrogate.run;
    case.surrogates.iter().filter(move |other| other.is_of_run(run))
}

/// Whether training a surrogate pays off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PayOff {
    /// After this number of rollouts, training and inference took less time than the solver of equal error.
    After(usize),
    /// It does not, for this reason.
    Never(String),
    /// It cannot be said, for this reason.
    Unknown(String),
}

/// Whether a learned surrogate pays off: only if it is more accurate than what costs nothing, and then compared with
/// the solver of equal error.
///
/// ```text
/// n = training seconds / (steps (solver's seconds per step − surrogate's seconds per step))
/// ```
pub(crate) fn pay_off(case: &Case, surrogate: &Surrogate) -> PayOff {
    let Some(error) = case.rank_value(surrogate) else {
        return PayOff::Unknown("it was not scored".into());
    };
    if error.is_infinite() {
        return PayOff::Never("it diverged".into());
    }
    if let Some(reason) = of_run(case, surrogate).find_map(|b| loses_to(case, surrogate, error, b))
    {
        return PayOff::Never(reason);
    }
    if !of_run(case, surrogate).any(|other| other.is(SurrogateKind::Solver)) {
        return PayOff::Unknown("there is no solver to compare with".into());
    }
    let Some(solver) = equal_solver(case, surrogate) else {
        return PayOff::Unknown("no solver here is as accurate".into());
    };
    let own = surrogate.seconds_per_step().filter(|_| surrogate.is_timed());
    let (Some(own), Some(theirs)) = (own, solver.seconds_per_step()) else {
        return PayOff::Unknown("its time is not known".into());
    };
    let steps = case.summary.map_or(0, |summary| summary.steps) as f64;
    match theirs - own {
        saved if saved <= 0.0 => PayOff::Never(format!("{} is faster", solver.label)),
        _ if steps == 0.0 => PayOff::Unknown("the length of rollouts is not known".into()),
        saved => {
            let training = surrogate.training_seconds().unwrap_or(0.0);
            PayOff::After((training / (steps * saved)).ceil() as usize)
        }
    }
}

/// Why a surrogate of this error is not better than a baseline that costs nothing, if it is not.
fn loses_to(
    case: &Case,
    surrogate: &Surrogate,
    error: f64,
    baseline: &Surrogate,
) -> Option<String> {
    let free = case.rank_value(baseline).filter(|_| baseline.is(SurrogateKind::Baseline))?;
    if error >= free {
        return Some(format!("not more accurate than {}", baseline.label));
    }
    let paired = compare(case, surrogate, baseline)?;
    let verdict = paired.verdict(paired.test.p);
    (verdict == Verdict::NoDifference).then(|| {
        format!(
            "not shown to be more accurate than {} (p = {:.2} ≥ {LEVEL})",
            baseline.label, paired.test.p
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::by_case::Results;
    use crate::synthetic;
    use data::Run;

    fn of_fno(alter: impl FnOnce(&mut Run)) -> PayOff {
        let mut runs = [synthetic::run(&["cavity"])];
        alter(&mut runs[0]);
        let results = Results::new(&runs);
        let case = &results.cases[0];
        let fno = case.surrogates.iter().find(|s| s.name == "fno").expect("it is there");
        pay_off(case, fno)
    }

    fn scale(run: &mut Run, surrogate: &str, factor: impl Fn(usize) -> f64) {
        for record in run.records.iter_mut().filter(|record| record.surrogate == surrogate) {
            record.values.iter_mut().for_each(|value| *value *= factor(record.sample));
        }
    }

    /// Training takes 83, 84 and 85 s, and a rollout of 40 steps saves 40 (1.5 − 1.1) ms = 16 ms: 84 / 0.016.
    #[test]
    fn training_is_amortized_when_the_time_saved_equals_the_training_time() {
        assert_eq!(of_fno(|_| ()), PayOff::After(5250));
    }

    #[test]
    fn nothing_that_loses_to_a_free_baseline_pays_off() {
        let worse = of_fno(|run| scale(run, "persistence", |_| 0.1));
        assert_eq!(worse, PayOff::Never("not more accurate than persistence".into()));
        // Persistence is at 5.7 times the error of fno: a little better on 7 samples, much worse on 5.
        let mixed = of_fno(|run| scale(run, "persistence", |s| if s < 7 { 0.14 } else { 0.5 }));
        let PayOff::Never(reason) = mixed else { panic!("{mixed:?}") };
        assert!(reason.starts_with("not shown to be more accurate than persistence"), "{reason}");
    }

    /// Both are below the error of the reference, so that they are equal.
    #[test]
    fn nothing_pays_off_where_persistence_is_at_the_accuracy_of_the_data() {
        let tied = of_fno(|run| {
            for floor in &mut run.floors {
                floor.values.fill(1.0);
                floor.by_sample.clear();
            }
        });
        assert_eq!(tied, PayOff::Never("not more accurate than persistence".into()));
    }

    #[test]
    fn without_a_slower_solver_of_equal_error_there_is_a_reason() {
        let faster = of_fno(|run| {
            let solvers = run.surrogates.iter_mut().filter(|s| s.kind == SurrogateKind::Solver);
            solvers.for_each(|solver| solver.seconds_per_step = 1e-4);
        });
        assert_eq!(faster, PayOff::Never("solver-32 is faster".into()));
        let best = of_fno(|run| scale(run, "fno", |_| 0.1));
        assert_eq!(best, PayOff::Unknown("no solver here is as accurate".into()));
        let alone = of_fno(|run| {
            run.surrogates.retain(|surrogate| surrogate.kind != SurrogateKind::Solver);
        });
        assert_eq!(alone, PayOff::Unknown("there is no solver to compare with".into()));
    }

    #[test]
    fn what_diverges_does_not_pay_off() {
        let runs = [synthetic::run(&["cavity"])];
        let results = Results::new(&runs);
        let deeponet = results.cases[0].surrogates.iter().find(|s| s.name == "deeponet");
        let pay_off = pay_off(&results.cases[0], deeponet.expect("it is there"));
        assert_eq!(pay_off, PayOff::Never("it diverged".into()));
    }
}
