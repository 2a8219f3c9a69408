//! What a learned surrogate costs beside a solver of the same error.

use super::Table;
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
fn break_even(case: &Case, rival: &Rival, solver: &Rival) -> Option<f64> {
    let steps = case.summary?.steps as f64;
    let saved = solver.seconds_per_step()? - rival.seconds_per_step()?;
    (saved > 0.0 && steps > 0.0)
        .then(|| (rival.training_seconds().unwrap_or(0.0) / (steps * saved)).ceil())
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

#[cfg(test)]
mod tests {
    use super::*;
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
