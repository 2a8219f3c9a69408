//! What limits the comparison of measured times.

use super::case::Case;
use super::cost::equal_solver;
use super::surrogate::Surrogate;
use data::Timing;

/// In sentences, what limits the comparison of times on a case: a busy machine, and surrogates that were not timed in
/// turns with the solver that they are compared with. Empty if nothing does.
pub(crate) fn timing_warning(case: &Case) -> String {
    let timed = || case.surrogates.iter().filter(|surrogate| surrogate.is_timed());
    let busy: Vec<&Surrogate> = timed().filter(|s| s.timings().any(|t| t.was_busy())).collect();
    let apart: Vec<&Surrogate> = timed().filter(|surrogate| is_apart(case, surrogate)).collect();
    let names = |of: &[&Surrogate]| {
        of.iter().map(|surrogate| surrogate.label.as_str()).collect::<Vec<_>>().join(", ")
    };
    let mut text = Vec::new();
    if !busy.is_empty() {
        let loads = busy.iter().flat_map(|s| s.timings()).filter_map(|timing| timing.load);
        text.push(format!(
            "Timed while other programs used the processors (load up to {:.1} per processor; {} is a program of its own): \
             {}.",
            loads.fold(0.0, f64::max),
            Timing::OWN_LOAD,
            names(&busy)
        ));
    }
    if !apart.is_empty() {
        text.push(format!(
            "Timed at another time than the solver of equal error: {}; `eddymark evaluate SUITE --retime` times all in \
             turns.",
            names(&apart)
        ));
    }
    text.join(" ")
}

/// Whether the times of a surrogate and of its solver are known to come from different measurements.
fn is_apart(case: &Case, surrogate: &Surrogate) -> bool {
    let Some(solver) = equal_solver(case, surrogate).filter(|_| surrogate.is_learned()) else {
        return false;
    };
    let starts = |s: &Surrogate| s.timings().map(|timing| timing.started).collect::<Vec<_>>();
    let (own, theirs) = (starts(surrogate), starts(solver));
    !own.is_empty() && !theirs.is_empty() && own.iter().any(|start| !theirs.contains(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::by_case::Results;
    use crate::synthetic;

    fn warning(timing: impl Fn(&str) -> Option<Timing>) -> String {
        let mut runs = [synthetic::run(&["cavity"])];
        for summary in &mut runs[0].surrogates {
            summary.timing = timing(&summary.surrogate);
        }
        timing_warning(&Results::new(&runs).cases[0])
    }

    const QUIET: Timing = Timing {
        quartiles: [1.0e-3, 1.1e-3, 1.2e-3],
        exchange: None,
        repeats: 5,
        load: Some(0.5),
        started: 7,
    };

    #[test]
    fn times_that_were_measured_in_turns_on_a_quiet_machine_need_no_warning() {
        assert_eq!(warning(|_| Some(QUIET)), "");
        assert_eq!(warning(|_| None), "", "nothing is known of earlier versions");
    }

    #[test]
    fn a_busy_machine_and_measurements_at_other_times_are_stated() {
        let busy = warning(|name| {
            Some(Timing { load: Some(if name == "fno" { 3.25 } else { 0.5 }), ..QUIET })
        });
        assert!(
            busy.contains("load up to 3.2 per processor") && busy.ends_with(": fno."),
            "{busy}"
        );
        let apart =
            warning(|name| Some(Timing { started: if name == "fno" { 8 } else { 7 }, ..QUIET }));
        assert!(
            apart.starts_with("Timed at another time than the solver of equal error: fno;"),
            "{apart}"
        );
    }
}
