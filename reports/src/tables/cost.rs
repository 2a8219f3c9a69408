//! The cost of learned surrogates beside that of a solver of equal error.

use super::Table;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::cost::{break_even, equal_solver};
use crate::results::measure::PRIMARY;
use crate::results::number::{count, duration, plain};
use crate::results::surrogate::Surrogate;
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
        results.cases.iter().filter_map(sheet).collect()
    }
}

fn sheet(case: &Case) -> Option<Sheet> {
    let learned: Vec<&Surrogate> = case.surrogates.iter().filter(|s| s.is_learned()).collect();
    let has_solvers = case.surrogates.iter().any(|s| s.is(SurrogateKind::Solver));
    let error = case.primary_title();
    (has_solvers && !learned.is_empty()).then(|| Sheet {
        title: format!("Cost at equal error on {}", case.name),
        caption: "For each learned surrogate, the fastest solver that is at least as accurate, on the same machine. \
                  The speed-up is the solver's time per step divided by the surrogate's. Break-even is the number of \
                  rollouts after which training and inference together take less time than the solver; the cost of \
                  generating the training data is not included."
            .into(),
        headings: vec![
            "surrogate".into(),
            error.into(),
            "time per step".into(),
            "solver of equal error".into(),
            format!("{error} of the solver"),
            "time per step of the solver".into(),
            "speed-up".into(),
            "break-even".into(),
        ],
        rows: learned.into_iter().map(|surrogate| row(case, surrogate)).collect(),
        ..Sheet::default()
    })
}

fn row(case: &Case, surrogate: &Surrogate) -> Vec<Cell> {
    let metric = case.metrics.get(PRIMARY.metric);
    let error =
        |s: &Surrogate| Cell::number(s.primary_score().map(|s| s.mean), |x| metric.write(x));
    let seconds = |s: &Surrogate| Cell::number(s.seconds_per_step(), duration);
    let mut row = vec![Cell::text(&surrogate.label), error(surrogate), seconds(surrogate)];
    let Some(solver) = equal_solver(case, surrogate) else {
        row.push(Cell::text("none"));
        row.extend(["–"; 4].map(Cell::text));
        return row;
    };
    let speed_up =
        surrogate.seconds_per_step().and_then(|own| Some(solver.seconds_per_step()? / own));
    let break_even = break_even(case, surrogate, solver)
        .map_or_else(|| "never".into(), |n| format!("{} rollouts", count(n as usize)));
    row.extend([Cell::text(&solver.label), error(solver), seconds(solver)]);
    row.extend([Cell::number(speed_up, plain), Cell::text(break_even)]);
    row
}
