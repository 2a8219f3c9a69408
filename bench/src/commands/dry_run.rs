//! `--dry-run`

use super::arguments::OutlineArgs;
use super::terminal::{print, print_json};
use crate::number::bytes;
use crate::processor::{load, load_text};
use crate::{BenchError, Estimate, Outline, Plan, Step};
use reports::number::duration;
use serde::Serialize;

/// The steps of a plan, as JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document<'a> {
    steps: Vec<Line<'a>>,
    /// Number of steps, and how many of them are done.
    total: usize,
    done: usize,
    /// Load of the machine, for which the estimates are not corrected.
    load: Option<f64>,
}

/// A step, or all samples of a case.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Line<'a> {
    /// `sample`, `dataset`, `training`, `evaluation` or `report`.
    step: &'static str,
    case: Option<&'a str>,
    surrogate: Option<&'a str>,
    seed: Option<u64>,
    /// Number of steps on this line, and how many of them are done.
    total: usize,
    done: usize,
    estimate: Option<Estimate>,
    path: String,
}

/// Prints the steps of a plan without executing them.
pub(super) fn print_outline(plan: &Plan<'_>, form: OutlineArgs) -> Result<(), BenchError> {
    let outline = plan.outline()?;
    let (done, total) =
        outline.iter().fold((0, 0), |(done, all), line| (done + line.done, all + line.steps.len()));
    if form.json {
        let steps = outline.iter().map(json).collect();
        return print_json(&Document { steps, total, done, load: load() });
    }
    let heading = ["step", "what", "state", "estimate", "path"].map(String::from);
    let rows: Vec<[String; 5]> =
        std::iter::once(heading).chain(outline.iter().map(columns)).collect();
    let [step, what, state, estimate, _] =
        [0, 1, 2, 3, 4].map(|c| rows.iter().map(|row| row[c].chars().count()).max().unwrap_or(0));
    let line = |[a, b, c, d, e]: &[String; 5]| {
        format!("{a:step$}  {b:what$}  {c:state$}  {d:estimate$}  {e}\n")
    };
    let table: String = rows.iter().map(line).collect();
    let has_estimate = outline.iter().any(|line| line.estimate.is_some());
    let load = load_text().filter(|_| has_estimate);
    let load =
        load.map_or_else(String::new, |load| format!("estimates are for idle cores; now {load}\n"));
    print(&format!("{table}\n{done} of {total} steps are done\n{load}"))
}

fn json(line: &Outline) -> Line<'_> {
    let step = &line.steps[0];
    let (surrogate, seed) = match step {
        Step::Training { surrogate, seed, .. } => (Some(surrogate.as_str()), Some(*seed)),
        Step::Evaluation { surrogate, seed, .. } => (Some(surrogate.as_str()), *seed),
        _ => (None, None),
    };
    Line {
        step: step.kind(),
        case: step.case(),
        surrogate,
        seed,
        total: line.steps.len(),
        done: line.done,
        estimate: line.estimate,
        path: line.path.display().to_string(),
    }
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
        format!(
            "about {} ({} of processor time), at most {} (in memory {} a sample)",
            duration(estimate.seconds),
            duration(estimate.processor_seconds),
            bytes(estimate.bytes),
            bytes(estimate.memory_per_sample)
        )
    });
    [step, what, state, estimate, line.path.display().to_string()]
}
