//! A dataset or a file as JSON.

use data::{DataError, Dataset, Interval, Parameter, Reliability, SampleSummary, Source, Split};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A dataset's folder.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct DatasetDocument {
    kind: &'static str,
    path: String,
    name: String,
    problem: String,
    cells: [usize; 3],
    states: usize,
    interval: Interval,
    parameters: Vec<Parameter>,
    monitors: Vec<Parameter>,
    /// Number of samples of each split.
    splits: BTreeMap<&'static str, usize>,
    /// Indices of samples that are not there.
    missing: Vec<usize>,
    seed: u64,
    solver: String,
    version: String,
    commit: String,
    case_hash: String,
    /// `None` while samples or the statistics are missing.
    content_hash: Option<String>,
    channels: Vec<Channel>,
    samples: Vec<Sample>,
}

/// A channel over all samples; mean and standard deviation over the training samples.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Channel {
    symbol: String,
    unit: String,
    minimum: f64,
    maximum: f64,
    mean: Option<f64>,
    standard_deviation: Option<f64>,
}

/// The reliability of a sample's fields; empty without an error estimate.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Sample {
    index: usize,
    split: &'static str,
    steady_from: Option<usize>,
    reliability: Vec<Reliability>,
}

/// Any HDF5 file.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct FileDocument {
    kind: &'static str,
    path: String,
    /// The lines of the listing.
    listing: Vec<String>,
}

pub(super) fn file(path: &Path, listing: &str) -> FileDocument {
    FileDocument {
        kind: "file",
        path: path.display().to_string(),
        listing: listing.lines().map(Into::into).collect(),
    }
}

pub(super) fn dataset(path: &Path) -> Result<DatasetDocument, DataError> {
    let dataset = Dataset::open(path)?;
    let (header, info, missing) = (dataset.header(), dataset.info(), dataset.missing()?);
    let present = (0..header.splits.len()).filter(|index| !missing.contains(index));
    let summaries = present.map(|index| Ok((index, dataset.summary(index)?)));
    let summaries: Vec<(usize, SampleSummary)> = summaries.collect::<Result<_, DataError>>()?;
    let split = |split: Split| (split.folder(), dataset.indices(split).len());
    Ok(DatasetDocument {
        kind: "dataset",
        path: path.display().to_string(),
        name: info.name.clone(),
        problem: info.problem.clone(),
        cells: info.cells,
        states: info.frames,
        interval: info.interval,
        parameters: info.parameters.clone(),
        monitors: info.monitors.clone(),
        splits: Split::ALL.map(split).into_iter().collect(),
        seed: header.seed,
        solver: header.solver.clone(),
        version: header.version.clone(),
        commit: header.commit.clone(),
        case_hash: header.case_hash.clone(),
        content_hash: dataset.content_hash().ok(),
        channels: channels(&dataset, &summaries),
        samples: summaries
            .iter()
            .map(|(index, summary)| sample(&dataset, *index, summary))
            .collect(),
        missing,
    })
}

fn channels(dataset: &Dataset, samples: &[(usize, SampleSummary)]) -> Vec<Channel> {
    let statistics = dataset.normalization().ok();
    let channel = |(i, channel): (usize, data::Channel)| {
        let ranges = || samples.iter().filter_map(|(_, sample)| sample.ranges.get(i));
        Channel {
            symbol: channel.symbol,
            unit: channel.unit,
            minimum: ranges().fold(f64::INFINITY, |least, range| least.min(range[0])),
            maximum: ranges().fold(f64::NEG_INFINITY, |most, range| most.max(range[1])),
            mean: statistics.as_ref().map(|all| all.mean[i]),
            standard_deviation: statistics.as_ref().map(|all| all.standard_deviation[i]),
        }
    };
    data::channels(&dataset.info().fields).into_iter().enumerate().map(channel).collect()
}

fn sample(dataset: &Dataset, index: usize, summary: &SampleSummary) -> Sample {
    Sample {
        index,
        split: dataset.header().splits[index].folder(),
        steady_from: summary.steady_from,
        reliability: summary.reliability.clone(),
    }
}
