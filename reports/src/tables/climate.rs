//! Statistics of rollouts beside those of the reference.

use super::Table;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::climate::{Quantity, quantities};
use crate::results::measure::Measure;
use crate::results::number::{labelled, plain, with_deviation};
use crate::results::ranking::Ranking;
use crate::results::statistic::{Statistic, statistics};
use crate::results::stats;
use crate::results::surrogate::Surrogate;
use crate::sheet::{Cell, MARKS, Sheet};
use data::{NumberFormat, Part};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The statistics of the reference in the first row, and below those of publications and surrogates: numbers, peaks of
/// profiles, relative L2 errors of profiles, and metrics of statistics.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Climate {}

impl Part for Climate {
    const NAME: &'static str = "climate";
    const SUMMARY: &'static str = "statistics of rollouts beside those of the reference";
}

impl Table for Climate {
    fn sheets(&self, results: &Results) -> Vec<Sheet> {
        results.cases.iter().filter_map(|case| sheet(results, case)).collect()
    }
}

/// The metrics that have columns, if the case has them. Surrogates are in the order of the first.
pub(crate) const METRICS: [&str; 3] = ["climate-score", "stable-time", "valid-time"];

fn sheet(results: &Results, case: &Case) -> Option<Sheet> {
    let all = statistics(results, case);
    let quantities = quantities(&all);
    if quantities.is_empty() {
        return None;
    }
    let measures = measures(case);
    let blank = || measures.iter().map(|_| Cell::text(""));
    let mut rows = vec![reference(&quantities).into_iter().chain(blank()).collect()];
    let publications = labels(&all, |surrogate| surrogate.is_none());
    rows.extend(publications.into_iter().map(|name| {
        row(name, &all, &quantities).into_iter().chain(blank()).collect::<Vec<Cell>>()
    }));
    let known = labels(&all, |surrogate| surrogate.is_some());
    let is_known = |(_, surrogate): &(usize, &Surrogate)| known.contains(&&*surrogate.label);
    let mut surrogates: Vec<(usize, &Surrogate)> =
        case.surrogates.iter().enumerate().filter(is_known).collect();
    surrogates.sort_by(|(_, a), (_, b)| order(a, &measures).total_cmp(&order(b, &measures)));
    let rankings: Vec<Ranking> = measures.iter().map(|m| Ranking::new(case, *m)).collect();
    rows.extend(surrogates.into_iter().map(|(place, surrogate)| {
        let scores = measures.iter().zip(&rankings).map(|(measure, ranking)| {
            let metric = case.metrics.get(measure.metric);
            let score = Cell::score(metric, surrogate.score(*measure));
            score.standing(ranking.standings[place])
        });
        row(&surrogate.label, &all, &quantities).into_iter().chain(scores).collect()
    }));
    let headings = ["statistics of", "seeds"].map(String::from).into_iter();
    let headings = headings.chain(quantities.iter().map(Quantity::heading));
    let titles = measures.iter().map(|measure| {
        let title = case.metrics.get(measure.metric).title();
        labelled(title, case.unit(measure.metric, measure.channel))
    });
    Some(Sheet {
        stem: results.stem(Climate::NAME, case),
        title: format!("Statistics of {}", case.name),
        caption: format!(
            "Reference: the training samples, ± the standard deviation between independent samples. Surrogates: the \
             rollouts from the test samples, mean over seeds, ± the standard deviation over seeds. Seeds of which a \
             rollout diverged are counted, and their statistics are left out. Largest: over the cells. Error: the \
             relative L2 error of the profiles; in the first row, of profiles one standard deviation from the \
             reference.{}",
            if measures.is_empty() { String::new() } else { format!(" {MARKS}") },
        ),
        warning: warning(&all),
        headings: headings.chain(titles).collect(),
        rows,
        ..Sheet::default()
    })
}

/// The measures of the metrics, each on its first channel.
fn measures<'a>(case: &Case<'a>) -> Vec<Measure<'a>> {
    let measure = |metric| Some(Measure::mean(metric, case.channels(metric).first().copied()?));
    METRICS.into_iter().filter_map(measure).collect()
}

/// The value by which surrogates are in order; those without are last.
fn order(surrogate: &Surrogate, measures: &[Measure]) -> f64 {
    let first = measures.first().filter(|measure| measure.metric == METRICS[0]);
    first.and_then(|measure| surrogate.score(*measure)).map_or(f64::NAN, |score| score.mean)
}

/// The labels of surrogates or publications, without repetitions.
fn labels<'s>(all: &'s [Statistic], is_shown: impl Fn(Option<&Surrogate>) -> bool) -> Vec<&'s str> {
    let mut labels: Vec<&str> = Vec::new();
    for contribution in all.iter().flat_map(|statistic| &statistic.contributions) {
        if is_shown(contribution.surrogate) && !labels.contains(&contribution.label) {
            labels.push(contribution.label);
        }
    }
    labels
}

fn reference(quantities: &[Quantity]) -> Vec<Cell> {
    let cell = |quantity: &Quantity| match quantity.of_reference() {
        Some((value, deviation)) => Cell::text(written(value, deviation)),
        None => Cell::text("–"),
    };
    let head = ["reference", ""].map(Cell::text);
    head.into_iter().chain(quantities.iter().map(cell)).collect()
}

fn row(label: &str, all: &[Statistic], quantities: &[Quantity]) -> Vec<Cell> {
    let seeds = seeds(label, all);
    let lasting: Vec<Option<u64>> =
        seeds.iter().filter(|(_, lasts)| **lasts).map(|(seed, _)| *seed).collect();
    let count = match (lasting.len(), seeds.len()) {
        (_, 1) if seeds.contains_key(&None) => String::new(),
        (some, all) if some == all => all.to_string(),
        (some, all) => format!("{some} of {all}"),
    };
    let cell = |quantity: &Quantity| {
        let values: Vec<f64> =
            lasting.iter().filter_map(|seed| quantity.of(label, *seed)).collect();
        match values.len() {
            0 if lasting.is_empty() => Cell::text("diverged"),
            0 => Cell::text("–"),
            _ => Cell::text(written(stats::mean(&values), stats::standard_deviation(&values))),
        }
    };
    let head = [label.to_owned(), count].map(Cell::text);
    head.into_iter().chain(quantities.iter().map(cell)).collect()
}

/// The seeds of a surrogate, and whether no rollout diverged.
fn seeds(label: &str, all: &[Statistic]) -> BTreeMap<Option<u64>, bool> {
    let own = all.iter().flat_map(|statistic| &statistic.contributions);
    let mut seeds = BTreeMap::new();
    for contribution in own.filter(|contribution| contribution.label == label) {
        for seed in &contribution.seeds {
            let lasts = contribution.lasting.iter().any(|(known, _)| known == seed);
            let known = seeds.entry(*seed).or_insert(true);
            *known &= lasts;
        }
    }
    seeds
}

fn written(mean: f64, deviation: Option<f64>) -> String {
    match deviation.filter(|deviation| deviation.is_finite()) {
        // What a solver holds constant has the deviation of rounding.
        Some(deviation) if deviation > 0.0 && deviation < 1e-4 * mean.abs() => {
            format!("{} ± {deviation:.1e}", plain(mean))
        }
        Some(deviation) => with_deviation(mean, deviation, NumberFormat::Plain),
        None => plain(mean),
    }
}

fn warning(all: &[Statistic]) -> String {
    let has_deviation = all.iter().any(|statistic| {
        statistic.stored.standard_deviation.iter().any(|deviation| deviation.is_finite())
    });
    if has_deviation {
        String::new()
    } else {
        "There are fewer than two independent samples: the spread of the reference's statistics is not known.".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odd::channel_run;

    fn sheet() -> Sheet {
        let runs = [channel_run()];
        Climate::default().sheets(&Results::new(&runs)).remove(0)
    }

    fn texts(row: &[Cell]) -> Vec<&str> {
        row.iter().map(|cell| cell.text.as_str()).collect()
    }

    #[test]
    fn the_reference_is_first_then_publications_then_surrogates_by_score() {
        let sheet = sheet();
        let names: Vec<&str> = sheet.rows.iter().map(|row| row[0].text.as_str()).collect();
        assert_eq!(
            names[..4],
            ["reference", "Moser, Kim & Mansour (1999)", "solver", "ifactformer-m"]
        );
        assert_eq!(
            sheet.headings[2..7],
            ["Re_τ", "U_b⁺", "largest u′⁺", "y⁺ of the largest u′⁺", "largest −u′v′⁺"]
        );
        assert_eq!(texts(&sheet.rows[0])[2..4], ["178.4 ± 2.1", "15.70 ± 0.16"]);
        // Its profiles are 3 % larger.
        assert_eq!(texts(&sheet.rows[1])[7..10], ["0.030"; 3]);
    }

    #[test]
    fn a_deviation_of_rounding_does_not_add_digits() {
        assert_eq!(written(15.6627, Some(6.6e-10)), "15.7 ± 6.6e-10");
        assert_eq!(written(173.24, Some(4.71)), "173.2 ± 4.7");
        assert_eq!(written(173.24, None), "173");
    }

    #[test]
    fn diverged_seeds_are_counted() {
        let sheet = sheet();
        let row = |name: &str| {
            let row = sheet.rows.iter().find(|row| row[0].text == name);
            texts(row.expect("every surrogate has a row"))
        };
        assert_eq!(row("ifactformer-m")[1], "3");
        assert_eq!(row("ifactformer-o")[1], "2 of 3");
        assert_eq!(row("ifno")[1..4], ["0 of 3", "diverged", "diverged"]);
        assert_eq!(row("solver")[1], "");
    }
}
