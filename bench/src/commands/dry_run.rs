//! `--dry-run`

use super::terminal::print;
use crate::number::bytes;
use crate::{BenchError, Outline, Plan, Step};
use reports::number::duration;

/// Prints the steps of a plan without executing them.
pub(super) fn print_outline(plan: &Plan<'_>) -> Result<(), BenchError> {
    let outline = plan.outline()?;
    let heading = ["step", "what", "state", "estimate", "path"].map(String::from);
    let rows: Vec<[String; 5]> =
        std::iter::once(heading).chain(outline.iter().map(columns)).collect();
    let [step, what, state, estimate, _] =
        [0, 1, 2, 3, 4].map(|c| rows.iter().map(|row| row[c].chars().count()).max().unwrap_or(0));
    let line = |[a, b, c, d, e]: &[String; 5]| {
        format!("{a:step$}  {b:what$}  {c:state$}  {d:estimate$}  {e}\n")
    };
    let (done, all) =
        outline.iter().fold((0, 0), |(done, all), line| (done + line.done, all + line.steps.len()));
    let table: String = rows.iter().map(line).collect();
    print(&format!("{table}\n{done} of {all} steps are done\n"))
}

/// Step, what, state, estimate, path.
fn columns(line: &Outline) -> [String; 5] {
    let all = line.steps.len();
    let (step, what) = match &line.steps[0] {
        step @ Step::Sample { case, .. } => {
            (format!("{}s", step.kind()), format!("{case}, {all} samples"))
        }
        step @ Step::Dataset { case } => (step.kind().into(), case.clone()),
        step @ Step::Training { case, surrogate, seed } => {
            (step.kind().into(), format!("{case}, {surrogate}, seed {seed}"))
        }
        step @ Step::Evaluation { case, surrogate, seed } => {
            let seed = seed.map_or_else(String::new, |seed| format!(", seed {seed}"));
            (step.kind().into(), format!("{case}, {surrogate}{seed}"))
        }
        Step::Report => ("report".into(), String::new()),
    };
    let state = match line.done {
        done if done == all => "done".into(),
        0 => "to do".into(),
        done => format!("{done} of {all} done"),
    };
    let estimate = line.estimate.map_or_else(String::new, |estimate| {
        format!("about {}, at most {}", duration(estimate.seconds), bytes(estimate.bytes))
    });
    [step, what, state, estimate, line.path.display().to_string()]
}
