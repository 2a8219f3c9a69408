//! Who is best, by how much, and at what cost.

use super::Table;
use crate::results::evidence::{Case, Evidence, HEADLINE};
use crate::results::metric::Definitions;
use crate::results::number::{count, duration, scientific};
use crate::results::stats;
use crate::results::surrogate::{Over, Rival};
use crate::sheet::{Cell, Sheet};
use data::{Direction, Part, SurrogateKind};
use serde::{Deserialize, Serialize};

/// All surrogates of a case from best to worst.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Leaderboard {
    /// Whether to leave out what a terminal has no room for. Default false.
    pub compact: bool,
}

impl Part for Leaderboard {
    const NAME: &'static str = "leaderboard";
    const SUMMARY: &'static str = "surrogates from best to worst, with their cost";
}

impl Table for Leaderboard {
    fn sheets(&self, evidence: &Evidence) -> Vec<Sheet> {
        let cases = evidence.cases.iter().filter(|case| !case.rivals.is_empty());
        cases.map(|case| self.sheet(case)).collect()
    }
}

/// A column: its heading, what it says of a rival, and which way is better, if it is a contest.
struct Column {
    heading: String,
    entry: fn(&Rival) -> Cell,
    better: Option<Direction>,
}

/// What a terminal has no room for.
const WIDE: [&str; 6] = [
    "seeds",
    "95 % interval",
    "NRMSE, all channels",
    "correlation time / s",
    "divergence / s⁻¹",
    "weights",
];

fn columns(definitions: Definitions<'_>) -> Vec<Column> {
    let contest = |heading: &str, entry, metric| Column {
        heading: heading.into(),
        entry,
        better: definitions.direction(metric),
    };
    let fact = |heading: &str, entry| Column { heading: heading.into(), entry, better: None };
    vec![
        fact("surrogate", |rival| Cell::text(&rival.label)),
        fact("kind", |rival| Cell::text(rival.kind.map_or("", SurrogateKind::name))),
        fact("seeds", |rival| Cell::number(positive(rival.seeds()), |n| format!("{n}"))),
        contest("NRMSE", |rival| rival.cell(HEADLINE.0, HEADLINE.1, Over::Steps), HEADLINE.0),
        fact("95 % interval", |rival| Cell::text(interval(rival))),
        contest(
            "NRMSE, last step",
            |rival| rival.cell(HEADLINE.0, HEADLINE.1, Over::LastStep),
            HEADLINE.0,
        ),
        contest(
            "NRMSE, all channels",
            |rival| rival.cell(HEADLINE.0, "all", Over::Steps),
            HEADLINE.0,
        ),
        contest("correlation time / s", correlation_time, "correlation-time"),
        contest("divergence / s⁻¹", divergence, "divergence"),
        Column {
            heading: "time per step".into(),
            entry: step_time,
            better: Some(Direction::Lower),
        },
        fact("training", |rival| Cell::number(rival.training_seconds(), duration)),
        fact("weights", |rival| Cell::text(rival.weights().map_or_else(|| "–".into(), count))),
        fact("diverged", diverged),
    ]
}

impl Leaderboard {
    fn sheet(&self, case: &Case) -> Sheet {
        let fits = |column: &Column| !(self.compact && WIDE.contains(&column.heading.as_str()));
        sheet(case, &columns(case.definitions).into_iter().filter(fits).collect::<Vec<_>>())
    }
}

fn sheet(case: &Case, columns: &[Column]) -> Sheet {
    let row = |rival: &Rival| columns.iter().map(|column| (column.entry)(rival)).collect();
    let mut sheet = Sheet {
        title: format!("Leaderboard of {}", case.name),
        caption: caption(case),
        warning: warning(case),
        headings: columns.iter().map(|column| heading(case, column)).collect(),
        rows: case.rivals.iter().map(row).collect(),
        ..Sheet::default()
    };
    for (place, column) in columns.iter().enumerate() {
        if let Some(direction) = column.better {
            sheet.mark_column(place, direction);
        }
    }
    sheet.rows.extend(floor_row(case, columns));
    sheet.without_empty_columns()
}

/// Times are in the unit of the case's interval.
fn heading(case: &Case, column: &Column) -> String {
    match column.heading.strip_suffix(" / s") {
        Some(quantity) => format!("{quantity} / {}", case.time_unit()),
        None => column.heading.clone(),
    }
}

fn caption(case: &Case) -> String {
    let samples = case.parameters().len();
    format!(
        "NRMSE is that of the velocity, unless said otherwise. Means over {samples} test sample{}, all rolled-out steps and all seeds; ± is the standard deviation over \
         seeds; the interval is a 95 % bootstrap over samples. A rollout that diverged counts as infinitely bad. The \
         best value of a column is marked. Baselines compete in error, not in time.",
        if samples == 1 { "" } else { "s" },
    )
}

/// Below so many test samples intervals are too narrow by a tenth and more.
const FEW_SAMPLES: usize = 10;

fn warning(case: &Case) -> String {
    match case.parameters().len() {
        0 => "No record says anything of this case.".into(),
        1 => "There is one test sample: nothing here generalizes.".into(),
        samples if samples < FEW_SAMPLES => {
            format!("There are only {samples} test samples: intervals are too narrow.")
        }
        _ => String::new(),
    }
}

/// The data's own error: no surrogate, but the least error that means anything.
fn floor_row(case: &Case, columns: &[Column]) -> Option<Vec<Cell>> {
    case.headline_floor(Over::Steps)?;
    let error = |metric, channel, over| case.floor_score(metric, channel, over).map(scientific);
    let entry = |column: &Column| match column.heading.as_str() {
        "surrogate" => Some("reference's own error".into()),
        "kind" => Some("floor".into()),
        "NRMSE" => error("nrmse", HEADLINE.1, Over::Steps),
        "NRMSE, last step" => error("nrmse", HEADLINE.1, Over::LastStep),
        "NRMSE, all channels" => error("nrmse", "all", Over::Steps),
        "divergence / s⁻¹" => error("divergence", "velocity", Over::Steps),
        _ => None,
    };
    Some(columns.iter().map(|column| Cell::text(entry(column).unwrap_or_default())).collect())
}

fn positive(count: usize) -> Option<f64> {
    (count > 0).then_some(count as f64)
}

fn interval(rival: &Rival) -> String {
    let scores: Vec<f64> = rival.headline_by_sample().into_values().collect();
    match stats::bootstrap_interval(&scores) {
        Some([low, high]) if high.is_finite() => {
            format!("{} … {}", scientific(low), scientific(high))
        }
        _ => "–".into(),
    }
}

fn correlation_time(rival: &Rival) -> Cell {
    rival.cell("correlation-time", "all", Over::Steps)
}

fn divergence(rival: &Rival) -> Cell {
    rival.cell("divergence", "velocity", Over::Steps)
}

fn step_time(rival: &Rival) -> Cell {
    let cell = Cell::number(rival.seconds_per_step(), duration);
    if rival.is_timed() { cell } else { cell.quiet() }
}

fn diverged(rival: &Rival) -> Cell {
    let (diverged, all) = rival.diverged();
    Cell::text(format!("{diverged} of {all}"))
}
