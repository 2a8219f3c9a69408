//! What a learned surrogate costs beside a solver of the same error.

use super::Table;
use crate::results::cost::{break_even, equal_solver};
use crate::results::evidence::{Case, Evidence};
use crate::results::number::{count, duration, plain, scientific};
use crate::results::surrogate::Rival;
use crate::sheet::{Cell, Sheet};
use data::{Part, SurrogateKind};
use serde::{Deserialize, Serialize};

/// Learned surrogates against the cheapest coarse solver that is at least as accurate.
///
/// Source of the rule, compare at equal error: McGreivy & Hakim (2024), arXiv:2407.07218.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Cost {}

impl Part for Cost {
    const NAME: &'static str = "cost";
    const SUMMARY: &'static str = "learned surrogates beside the cheapest solver of the same error";
}

impl Table for Cost {
    fn sheets(&self, evidence: &Evidence) -> Vec<Sheet> {
        evidence.cases.iter().filter_map(sheet).collect()
    }
}

fn sheet(case: &Case) -> Option<Sheet> {
    let learned: Vec<&Rival> = case.rivals.iter().filter(|rival| rival.is_learned()).collect();
    let solvers = case.rivals.iter().any(|rival| rival.kind == Some(SurrogateKind::Solver));
    let headings = [
        "surrogate",
        "NRMSE",
        "time per step",
        "equally good solver",
        "its NRMSE",
        "its time per step",
        "solver / surrogate",
        "pays off after",
    ];
    (solvers && !learned.is_empty()).then(|| Sheet {
        title: format!("Cost at equal error on {}", case.name),
        caption: "Beside every learned surrogate stands the cheapest coarse solver that is at least as \
                  accurate, on the same machine; above 1 the surrogate is faster. It pays off after so many rollouts, \
                  counting training but not the generation of its data."
            .into(),
        headings: headings.map(String::from).to_vec(),
        rows: learned.into_iter().map(|rival| row(case, rival)).collect(),
                ..Sheet::default()
    })
}

fn row(case: &Case, rival: &Rival) -> Vec<Cell> {
    let solver = equal_solver(case, rival);
    let error = |rival: &Rival| Cell::number(rival.headline().map(|s| s.mean), scientific);
    let seconds = |rival: &Rival| Cell::number(rival.seconds_per_step(), duration);
    let mut row = vec![Cell::text(&rival.label), error(rival), seconds(rival)];
    let Some(solver) = solver else {
        row.push(Cell::text("none is as accurate"));
        row.extend(["–"; 4].map(Cell::text));
        return row;
    };
    let ratio = rival.seconds_per_step().and_then(|own| Some(solver.seconds_per_step()? / own));
    let pays_off = break_even(case, rival, solver)
        .map_or_else(|| "never".into(), |n| format!("{} rollouts", count(n as usize)));
    row.extend([Cell::text(&solver.label), error(solver), seconds(solver)]);
    row.extend([Cell::number(ratio, plain), Cell::text(pays_off)]);
    row
}
