//! Who is best, by how much, and at what cost.

use super::Table;
use crate::evidence::{Case, HEADLINE, Over, Rival, Score};
use crate::metric::{Direction, direction, title};
use crate::number::{count, duration, scientific, spread};
use crate::{Cell, Evidence, Sheet, stats};
use data::Part;
use serde::{Deserialize, Serialize};

/// All surrogates of a case from best to worst.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Leaderboard {}

impl Part for Leaderboard {
    const NAME: &'static str = "leaderboard";
    const SUMMARY: &'static str = "surrogates from best to worst, with their cost";
}

impl Table for Leaderboard {
    fn sheets(&self, evidence: &Evidence) -> Vec<Sheet> {
        let cases = evidence.cases.iter().filter(|case| !case.rivals.is_empty());
        cases.map(sheet).collect()
    }
}

/// A column: its heading, what it says of a rival, and which way is better, if it is a contest.
struct Column {
    heading: String,
    entry: fn(&Rival) -> Cell,
    better: Option<Direction>,
}

fn columns() -> Vec<Column> {
    let contest = |heading: String, entry, metric| {
        Column { heading, entry, better: Some(direction(metric)) }
    };
    let fact = |heading: &str, entry| Column { heading: heading.into(), entry, better: None };
    vec![
        fact("surrogate", |rival| Cell::text(&rival.label)),
        fact("kind", |rival| Cell::text(rival.kind)),
        fact("seeds", |rival| Cell::number(positive(rival.seeds()), |n| format!("{n}"))),
        contest(title("nrmse").into(), |rival| scored(rival.headline()), "nrmse"),
        fact("95 % interval", |rival| Cell::text(interval(rival))),
        contest(
            format!("{}, last step", title("nrmse")),
            |rival| scored(rival.score(HEADLINE.0, HEADLINE.1, Over::LastStep)),
            "nrmse",
        ),
        contest(
            title("vrmse").into(),
            |rival| scored(rival.score("vrmse", "all", Over::Steps)),
            "vrmse",
        ),
        contest("correlation time / s".into(), correlation_time, "correlation-time"),
        contest("divergence / s⁻¹".into(), divergence, "divergence"),
        contest("time per step".into(), step_time, "seconds"),
        fact("training", |rival| Cell::number(rival.training_seconds(), duration)),
        fact("weights", |rival| Cell::text(rival.weights().map_or_else(|| "–".into(), count))),
        fact("diverged", diverged),
    ]
}

fn sheet(case: &Case) -> Sheet {
    let columns = columns();
    let row = |rival: &Rival| columns.iter().map(|column| (column.entry)(rival)).collect();
    let mut sheet = Sheet {
        title: format!("Leaderboard of {}", case.name),
        caption: caption(case),
        headings: columns.iter().map(|column| column.heading.clone()).collect(),
        rows: case.rivals.iter().map(row).collect(),
        folded: false,
    };
    for (place, column) in columns.iter().enumerate() {
        if let Some(direction) = column.better {
            sheet.mark_column(place, direction);
        }
    }
    sheet.rows.extend(floor_row(case, &columns));
    sheet.without_empty_columns()
}

fn caption(case: &Case) -> String {
    let samples = case.parameters().len();
    format!(
        "Means over {samples} test sample{}, all rolled-out steps and all seeds; ± is the standard deviation over \
         seeds; the interval is a 95 % bootstrap over samples{}. The best value of a column is marked. \
         Baselines compete in error, not in time.",
        if samples == 1 { "" } else { "s" },
        if samples < 10 { " (of so few samples it is too narrow)" } else { "" },
    )
}

/// The data's own error: no surrogate, but the least error that means anything.
fn floor_row(case: &Case, columns: &[Column]) -> Option<Vec<Cell>> {
    let floors = [Over::Steps, Over::LastStep].map(|over| case.headline_floor(over));
    let [Some(all), Some(last)] = floors else { return None };
    let entry = |(place, _): (usize, &Column)| match place {
        0 => Cell::text("reference's own error"),
        1 => Cell::text("floor"),
        3 => Cell::text(scientific(all)),
        5 => Cell::text(scientific(last)),
        _ => Cell::text(""),
    };
    Some(columns.iter().enumerate().map(entry).collect())
}

fn positive(count: usize) -> Option<f64> {
    (count > 0).then_some(count as f64)
}

fn scored(score: Option<Score>) -> Cell {
    Cell::number(score.map(|s| s.mean), |mean| spread(mean, score.and_then(|s| s.deviation)))
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
    let score = rival.score("correlation-time", "all", Over::Steps);
    Cell::number(score.map(|s| s.mean), crate::number::plain)
}

fn divergence(rival: &Rival) -> Cell {
    scored(rival.score("divergence", "velocity", Over::Steps))
}

fn step_time(rival: &Rival) -> Cell {
    let cell = Cell::number(rival.seconds_per_step(), duration);
    if rival.kind == "baseline" { cell.quiet() } else { cell }
}

fn diverged(rival: &Rival) -> Cell {
    let (diverged, all) = rival.diverged();
    Cell::text(format!("{diverged} of {all}"))
}
