//! Runs as JSON: the surrogates with their cost, and the mean scores.

use data::{Record, Run, SurrogateSummary};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A run.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct RunDocument<'a> {
    path: String,
    suite: &'a str,
    created: &'a str,
    /// One entry per case, surrogate and seed.
    surrogates: &'a [SurrogateSummary],
    /// One entry per case, surrogate, metric and channel.
    scores: Vec<Score<'a>>,
}

/// The mean score of a surrogate over the steps, samples and seeds of a case.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Score<'a> {
    case: &'a str,
    surrogate: &'a str,
    metric: &'a str,
    channel: &'a str,
    unit: &'a str,
    /// Number of samples times seeds.
    rollouts: usize,
    /// How many of them diverged; their scores are not finite.
    diverged: usize,
    /// `None` if a rollout diverged.
    mean: Option<f64>,
    /// Of the last step.
    last: Option<f64>,
}

pub(super) fn documents<'a>(folders: &[PathBuf], runs: &'a [Run]) -> Vec<RunDocument<'a>> {
    let document = |(folder, run): (&PathBuf, &'a Run)| RunDocument {
        path: folder.display().to_string(),
        suite: &run.manifest.suite,
        created: &run.manifest.created,
        surrogates: &run.surrogates,
        scores: scores(&run.records),
    };
    folders.iter().zip(runs).map(document).collect()
}

fn scores(records: &[Record]) -> Vec<Score<'_>> {
    let mut groups: BTreeMap<[&str; 4], Vec<&Record>> = BTreeMap::new();
    for record in records {
        let Record { case, surrogate, metric, channel, .. } = record;
        groups.entry([case, surrogate, metric, channel]).or_default().push(record);
    }
    groups.into_iter().map(|(names, records)| score(names, &records)).collect()
}

fn score<'a>(
    [case, surrogate, metric, channel]: [&'a str; 4],
    records: &[&'a Record],
) -> Score<'a> {
    let over_steps = |record: &&Record| mean(record.values.iter().copied());
    let last = |record: &&Record| record.values.last().copied().unwrap_or(f64::NAN);
    Score {
        case,
        surrogate,
        metric,
        channel,
        unit: &records[0].unit,
        rollouts: records.len(),
        diverged: records.iter().filter(|record| record.diverged.is_some()).count(),
        mean: Some(mean(records.iter().map(over_steps))).filter(|mean| mean.is_finite()),
        last: Some(mean(records.iter().map(last))).filter(|mean| mean.is_finite()),
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}
