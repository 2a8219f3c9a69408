//! The cost of learned surrogates beside that of a solver of equal error.

use super::Table;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::cost::{PayOff, equal_solver, pay_off};
use crate::results::number::{count, duration, plain};
use crate::results::score::Score;
use crate::results::surrogate::Surrogate;
use crate::results::timing::timing_warning;
use crate::sheet::{Cell, Sheet};
use data::{Part, SurrogateKind};
use serde::{Deserialize, Serialize};

/// Each learned surrogate beside the fastest solver that is at least as accurate.
///
/// Source of the comparison at equal error: McGreivy & Hakim (2024), arXiv:2407.07218.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Cost {}

impl Part for Cost {
    const NAME: &'static str = "cost";
    const SUMMARY: &'static str = "learned surrogates beside the fastest solver of equal error";
}

impl Table for Cost {
    fn sheets(&self, results: &Results) -> Vec<Sheet> {
        results.cases.iter().filter_map(|case| sheet(results, case)).collect()
    }
}

fn sheet(results: &Results, case: &Case) -> Option<Sheet> {
    let learned: Vec<&Surrogate> = case.surrogates.iter().filter(|s| s.is_learned()).collect();
    let has_solvers = case.surrogates.iter().any(|s| s.is(SurrogateKind::Solver));
    let error = case.primary_title();
    (has_solvers && !learned.is_empty()).then(|| Sheet {
        stem: results.stem(Cost::NAME, case),
        title: format!("Cost at equal error on {}", case.name),
        caption: "For each learned surrogate, the fastest solver of its run that is at least as accurate; errors below \
                  that of the reference count as equal to it. The speed-up is the solver's time per step divided by the \
                  surrogate's. A surrogate pays off after the number of rollouts from which on training and inference \
                  together take less time than the solver, without the cost of generating the training data. None pays \
                  off that is not more accurate than every baseline that costs nothing. Times are medians over \
                  repeated rollouts, with their quartiles."
            .into(),
        warning: timing_warning(case),
        headings: vec![
            "surrogate".into(),
            error.into(),
            "time per step".into(),
            "solver of equal error".into(),
            format!("{error} of the solver"),
            "time per step of the solver".into(),
            "speed-up".into(),
            "pays off".into(),
        ],
        rows: learned.into_iter().map(|surrogate| row(case, surrogate)).collect(),
        ..Sheet::default()
    })
}

fn row(case: &Case, surrogate: &Surrogate) -> Vec<Cell> {
    let metric = case.metrics.get(case.primary.metric);
    let error = |s: &Surrogate| {
        let score = s.primary_score().map(|score| Score { standard_deviation: None, ..score });
        Cell { at_floor: case.is_at_floor(s), ..Cell::score(metric, score) }
    };
    let seconds = |s: &Surrogate| {
        let text = |median: f64| match s.quartiles() {
            Some([lower, _, upper]) => {
                format!("{} ({} to {})", duration(median), duration(lower), duration(upper))
            }
            None => duration(median),
        };
        let text = |median| match s.exchange() {
            Some(exchange) => {
                format!("{}, {} of it exchange of data", text(median), duration(exchange))
            }
            None => text(median),
        };
        Cell::number(s.seconds_per_step().filter(|_| s.is_timed()), text)
    };
    let mut row = vec![Cell::text(&surrogate.label), error(surrogate), seconds(surrogate)];
    if let Some(solver) = equal_solver(case, surrogate) {
        let own = surrogate.seconds_per_step().filter(|_| surrogate.is_timed());
        let speed_up = own.and_then(|own| Some(solver.seconds_per_step()? / own));
        row.extend([Cell::text(&solver.label), error(solver), seconds(solver)]);
        row.push(Cell::number(speed_up, plain));
    } else {
        row.push(Cell::text("none"));
        row.extend(["–"; 3].map(Cell::text));
    }
    row.push(Cell::prose(match pay_off(case, surrogate) {
        PayOff::After(rollouts) => format!("after {} rollouts", count(rollouts)),
        PayOff::Never(reason) => format!("no: {reason}"),
        PayOff::Unknown(reason) => format!("not known: {reason}"),
    }));
    row
}
