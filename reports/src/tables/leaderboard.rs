//! Surrogates ranked by their error, with their cost.

use super::Table;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::measure::{ALL_CHANNELS, CLIMATE_SCORE, Measure, NRMSE, Reduction, VELOCITY};
use crate::results::number::{count, duration, labelled, scientific};
use crate::results::ranking::Ranking;
use crate::results::stats::FEW_SAMPLES;
use crate::results::surrogate::Surrogate;
use crate::sheet::{Cell, MARKS, Sheet, mark_lowest};
use data::{Direction, Part, SurrogateKind};
use serde::{Deserialize, Serialize};

/// The surrogates of a case in order of increasing error, with their cost.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Leaderboard {
    /// Whether only the columns that fit a terminal are shown. Default false.
    pub compact: bool,
}

impl Part for Leaderboard {
    const NAME: &'static str = "leaderboard";
    const SUMMARY: &'static str = "surrogates ranked by their error, with their cost";
}

impl Table for Leaderboard {
    fn sheets(&self, results: &Results) -> Vec<Sheet> {
        let cases = results.cases.iter().filter(|case| !case.surrogates.is_empty());
        cases.map(|case| self.sheet(results, case)).collect()
    }
}

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Column {
    Name,
    Kind,
    Seeds,
    Score(Measure<'static>),
    Interval,
    TimePerStep,
    TrainingTime,
    Weights,
    Diverged,
    Failure,
}

/// The columns from left to right; the second of a pair states whether the compact table has it.
const COLUMNS: [(Column, bool); 14] = [
    (Column::Name, true),
    (Column::Kind, true),
    (Column::Seeds, false),
    (Column::Score(NRMSE), true),
    (Column::Interval, false),
    (Column::Score(Measure::last_step(NRMSE.metric, NRMSE.channel)), true),
    (Column::Score(Measure::mean(NRMSE.metric, ALL_CHANNELS)), false),
    (Column::Score(Measure::mean("correlation-time", ALL_CHANNELS)), false),
    (Column::Score(Measure::mean("divergence", VELOCITY)), false),
    (Column::TimePerStep, true),
    (Column::TrainingTime, true),
    (Column::Weights, false),
    (Column::Diverged, true),
    (Column::Failure, true),
];

/// The same where surrogates are ranked by the statistics of the flow.
const COLUMNS_OF_STATISTICS: [(Column, bool); 14] = [
    (Column::Name, true),
    (Column::Kind, true),
    (Column::Seeds, false),
    (Column::Score(CLIMATE_SCORE), true),
    (Column::Interval, false),
    (Column::Score(Measure::mean("stable-time", VELOCITY)), true),
    (Column::Score(Measure::mean("valid-time", VELOCITY)), false),
    (Column::Score(NRMSE), false),
    (Column::Score(Measure::mean("divergence", VELOCITY)), false),
    (Column::TimePerStep, true),
    (Column::TrainingTime, true),
    (Column::Weights, false),
    (Column::Diverged, true),
    (Column::Failure, true),
];

/// The columns that a narrow terminal leaves out, beginning with the first.
const DISPENSABLE: [Column; 5] = [
    Column::Score(Measure::last_step(NRMSE.metric, NRMSE.channel)),
    Column::Kind,
    Column::TrainingTime,
    Column::Diverged,
    Column::TimePerStep,
];

impl Column {
    fn heading(self, case: &Case) -> String {
        let fixed = match self {
            Self::Score(measure) => return score_heading(case, measure),
            Self::Name => "surrogate",
            Self::Kind => "kind",
            Self::Seeds => "seeds",
            Self::Interval => "95 % interval",
            Self::TimePerStep => "time per step",
            Self::TrainingTime => "training",
            Self::Weights => "weights",
            Self::Diverged => "diverged",
            Self::Failure => "failed",
        };
        fixed.into()
    }

    fn cell(self, case: &Case, surrogate: &Surrogate) -> Cell {
        match self {
            Self::Name => Cell::text(&surrogate.label),
            Self::Kind => Cell::text(surrogate.kind.map_or("", SurrogateKind::name)),
            Self::Seeds => Cell::text(or_dash(surrogate.seeds(), |seeds| seeds.to_string())),
            Self::Score(measure) if !surrogate.predicts(measure.channel) => {
                Cell::text("not predicted")
            }
            Self::Score(measure) => {
                Cell::score(case.metrics.get(measure.metric), surrogate.score(measure))
            }
            Self::Interval => Cell::text(interval(surrogate)),
            Self::TimePerStep if surrogate.is_timed() => {
                Cell::number(surrogate.seconds_per_step(), duration)
            }
            Self::TimePerStep => Cell::number(surrogate.seconds_per_step(), duration).unranked(),
            Self::TrainingTime => Cell::number(surrogate.training_seconds(), duration),
            Self::Weights => Cell::text(or_dash(surrogate.weights().unwrap_or(0), count)),
            Self::Diverged => {
                let (diverged, all) = surrogate.diverged();
                Cell::text(if all > 0 { format!("{diverged} of {all}") } else { "–".into() })
            }
            Self::Failure => Cell::text(surrogate.failure().unwrap_or_default()),
        }
    }

    /// The entry for the error of the reference.
    fn floor_cell(self, case: &Case) -> Cell {
        Cell::text(match self {
            Self::Name if case.is_ranked_by_statistics() => "reference, test samples".into(),
            Self::Name => "error of the reference".into(),
            Self::Kind => "floor".into(),
            Self::Score(measure) => {
                let metric = case.metrics.get(measure.metric);
                case.floor_score(measure).map_or_else(String::new, |value| metric.write(value))
            }
            _ => String::new(),
        })
    }

    /// Marks the best entries, if entries are ranked.
    fn mark(self, results: &Results, case: &Case, sheet: &mut Sheet, index: usize) {
        match self {
            Self::Score(measure) => sheet.mark_column(index, &Ranking::new(case, measure)),
            Self::TimePerStep if results.have_comparable_times() => {
                mark_lowest(sheet.rows.iter_mut().map(|row| &mut row[index]));
            }
            _ => {}
        }
    }
}

/// The metric with what distinguishes the measure from the primary one, and its unit.
fn score_heading(case: &Case, measure: Measure) -> String {
    let title = case.metrics.get(measure.metric).title();
    if measure.metric != NRMSE.metric {
        return labelled(title, case.unit(measure.metric, measure.channel));
    }
    match measure {
        Measure { reduction: Reduction::LastStep, .. } => format!("{title}, last step"),
        Measure { channel: ALL_CHANNELS, .. } => format!("{title}, all channels"),
        _ => title.into(),
    }
}

impl Leaderboard {
    fn columns(&self, by_statistics: bool) -> impl Iterator<Item = Column> {
        let all = if by_statistics { COLUMNS_OF_STATISTICS } else { COLUMNS };
        let shown = all.into_iter().filter(|(_, is_compact)| *is_compact || !self.compact);
        shown.map(|(column, _)| column)
    }

    /// What the columns with scores measure.
    pub(crate) fn measures(&self, by_statistics: bool) -> impl Iterator<Item = Measure<'static>> {
        self.columns(by_statistics).filter_map(|column| match column {
            Column::Score(measure) => Some(measure),
            _ => None,
        })
    }

    fn sheet(&self, results: &Results, case: &Case) -> Sheet {
        let columns: Vec<Column> = self.columns(case.is_ranked_by_statistics()).collect();
        let row = |surrogate| columns.iter().map(|column| column.cell(case, surrogate)).collect();
        let dispensable = DISPENSABLE.into_iter().map(|column| column.heading(case));
        let mut sheet = Sheet {
            stem: results.stem(Self::NAME, case),
            title: format!("Leaderboard of {}", case.name),
            caption: self.caption(results, case),
            warning: warning(case),
            headings: columns.iter().map(|column| column.heading(case)).collect(),
            rows: case.surrogates.iter().map(row).collect(),
            dispensable: dispensable.collect(),
            ..Sheet::default()
        };
        for (index, column) in columns.iter().enumerate() {
            column.mark(results, case, &mut sheet, index);
        }
        if case.floor_score(case.primary).is_some() {
            sheet.rows.push(columns.iter().map(|column| column.floor_cell(case)).collect());
        }
        sheet.without_empty_columns()
    }

    fn caption(&self, results: &Results, case: &Case) -> String {
        let samples = case.parameters().len();
        let title = case.primary_title();
        let times = if results.have_comparable_times() {
            "Of the times per step the lowest is highlighted; those of baselines and of predictions from files are \
             not ranked."
        } else {
            "Times are not ranked: they were measured on different machines or with different numbers of threads."
        };
        let mut caption = format!(
            "{title} of the velocity unless stated otherwise: mean over {samples} test sample{}{}, all steps of the \
             rollout and all seeds; ± is the standard deviation over seeds. The interval is a 95 % percentile bootstrap \
             over samples. The error of a diverged rollout is infinite. {MARKS} {times}",
            if samples == 1 { "" } else { "s" },
            case.test_range().map(|range| format!(" ({range})")).unwrap_or_default(),
        );
        if case.is_ranked_by_statistics() {
            caption += " The flow is ranked by its statistics: rollouts of a chaotic flow end up decorrelated from their \
                        reference, and then the mean has the smallest NRMSE. A climate score of 1 is another realization \
                        of the flow.";
        }
        let distances = self.ranked_by_distance(case);
        if !distances.is_empty() {
            let names = distances.join(", ");
            caption += " Ranked by the distance to the reference's own value, sample by sample: ";
            caption += &names;
            caption += ".";
        }
        if case.floor_score(case.primary).is_some() {
            caption += if case.is_ranked_by_statistics() {
                " Last row: the score of the test samples themselves, or the estimated numerical error of the reference"
            } else {
                " Last row: the estimated numerical error of the reference"
            };
            caption += if distances.is_empty() { "." } else { ", or its own value." };
        }
        caption
    }

    /// The titles of the columns that are ranked by the distance to the reference.
    fn ranked_by_distance<'a>(&self, case: &Case<'a>) -> Vec<&'a str> {
        let is_ranked = |measure: &Measure<'static>| {
            let is_shown = case.surrogates.iter().any(|s| s.score(*measure).is_some());
            is_shown && case.metrics.get(measure.metric).direction() == Some(Direction::Closest)
        };
        let ranked = self.measures(case.is_ranked_by_statistics()).filter(is_ranked);
        ranked.map(|measure| case.metrics.get(measure.metric).title()).collect()
    }
}

fn warning(case: &Case) -> String {
    let samples = case.parameters().len();
    let untested = Ranking::new(case, case.primary).is_untested;
    match samples {
        0 => "There are no records of this case.".into(),
        1 => {
            "There is one test sample: the results do not generalize, and no score is highlighted."
                .into()
        }
        _ if untested => format!(
            "There are only {samples} test samples: no test can show a difference, and no score is highlighted. \
             Confidence intervals are too narrow."
        ),
        samples if samples < FEW_SAMPLES => {
            format!("There are only {samples} test samples: confidence intervals are too narrow.")
        }
        _ => String::new(),
    }
}

fn or_dash(number: usize, write: impl Fn(usize) -> String) -> String {
    if number > 0 { write(number) } else { "–".into() }
}

fn interval(surrogate: &Surrogate) -> String {
    match surrogate.primary_interval() {
        Some([low, high]) if high.is_finite() => {
            format!("{} … {}", scientific(low), scientific(high))
        }
        _ => "–".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odd::channel_run;

    /// The NRMSE of all surrogates is nearly the same there, and says nothing.
    #[test]
    fn flows_with_statistics_are_ranked_by_their_climate_score() {
        let runs = [channel_run()];
        let results = Results::new(&runs);
        let case = &results.cases[0];
        let scores: Vec<f64> =
            case.surrogates.iter().filter_map(|s| Some(s.score(CLIMATE_SCORE)?.mean)).collect();
        assert!(scores.len() > 2 && scores.is_sorted(), "{scores:?}");
        let sheet = Leaderboard::default().sheets(&results).remove(0);
        assert_eq!(sheet.headings.iter().position(|h| h == "climate score"), Some(3));
        assert!(sheet.caption.contains("ranked by its statistics"), "{}", sheet.caption);
    }
}
