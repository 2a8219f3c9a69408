//! A dataset's folder as text.

use super::reliability::reliability;
use crate::BenchError;
use crate::evaluate::coverage;
use data::{DataError, Dataset, Parameter, SampleSummary, Source, Split, SplitCoverage, SplitPlan};
use reports::number::plain;
use std::path::Path;

/// Longer texts are cut after this number of letters.
const LONGEST_TEXT: usize = 60;

/// The facts of a dataset, the ranges and moments of its channels, and the reliability of its fields.
pub(super) fn text(path: &Path) -> Result<String, BenchError> {
    let dataset = Dataset::open(path)?;
    let missing = dataset.missing()?;
    let facts = facts(&dataset, missing.len());
    let facts = facts.into_iter().map(|(name, value)| format!("  {name:<14} {value}"));
    let present = (0..dataset.header().splits.len()).filter(|index| !missing.contains(index));
    let summaries = present.map(|index| Ok((index, dataset.summary(index)?)));
    let summaries: Vec<(usize, SampleSummary)> = summaries.collect::<Result<_, DataError>>()?;
    let lines = [path.display().to_string()].into_iter().chain(facts);
    let lines = lines.chain(splits(&dataset, &missing)?);
    let lines = lines.chain(channels(&dataset, &summaries));
    let lines = lines.chain(reliability(dataset.info(), &summaries));
    Ok(lines.map(|line| line.trim_end().to_owned() + "\n").collect())
}

fn facts(dataset: &Dataset, missing: usize) -> Vec<(&'static str, String)> {
    let (header, info) = (dataset.header(), dataset.info());
    let count = |split: Split| format!("{} {}", dataset.indices(split).len(), split.folder());
    let splits = Split::ALL.map(count).join(", ");
    let cells = info.cells.iter().filter(|&&n| n > 1).map(ToString::to_string);
    let cells = cells.collect::<Vec<_>>().join(" × ");
    vec![
        ("name", format!("{} ({})", info.name, info.problem)),
        ("states", format!("{} of {cells} cells, {} apart", info.frames, info.interval)),
        ("samples", format!("{splits}; {missing} missing")),
        ("monitors", parameters(&info.monitors)),
        ("solver", header.solver.clone()),
        ("made by", format!("eddymark {} ({})", header.version, header.commit)),
        ("seed", header.seed.to_string()),
        ("case hash", header.case_hash.clone()),
        ("split hash", SplitPlan::hash(&header.splits)),
        ("content hash", dataset.content_hash().unwrap_or_else(|_| "not finished".into())),
        ("verification", shortened(&header.verification)),
    ]
}

/// One line per split and parameter that varies, and what a test on these splits does not show.
fn splits(dataset: &Dataset, missing: &[usize]) -> Result<Vec<String>, BenchError> {
    if !missing.is_empty() {
        return Ok(Vec::new());
    }
    let coverage = coverage(dataset)?;
    let mut lines = vec![
        String::new(),
        format!(
            "  {:<8}{:>8}{:>9}{:>18}{:>9}  parameters",
            "split", "samples", "outside", "distance", "largest"
        ),
    ];
    let all = |place: usize| coverage.iter().filter_map(move |split| split.ranges.get(place));
    let varies = |place: usize| {
        let low = all(place).fold(f64::INFINITY, |least, range| least.min(range[0]));
        all(place).any(|range| range[1] > low)
    };
    for split in &coverage {
        let parameters = dataset.info().parameters.iter().zip(&split.ranges).enumerate();
        let varying = parameters.filter(|(place, _)| varies(*place));
        let ranges = varying.map(|(_, (parameter, [low, high]))| {
            let range = if low == high { String::new() } else { format!(" to {}", plain(*high)) };
            format!("{} {}{range}", parameter.symbol, plain(*low))
        });
        let ranges: Vec<String> = ranges.collect();
        let [median, largest] =
            split.dissimilarity.map_or(["-".into(), "-".into()], |d| d.map(plain));
        lines.push(format!(
            "  {:<8}{:>8}{:>9}{median:>18}{largest:>9}  {}",
            split.split.folder(),
            split.samples,
            split.outside,
            ranges.join(", ")
        ));
    }
    lines.push(
        "  outside: of the training range; distance: median, from the nearest training sample, over that between these"
            .into(),
    );
    lines.extend(
        SplitCoverage::warnings(&coverage).into_iter().map(|warning| format!("  {warning}")),
    );
    Ok(lines)
}

/// One line per channel: its range and largest error over the samples, and its moments over the training samples.
fn channels(dataset: &Dataset, samples: &[(usize, SampleSummary)]) -> Vec<String> {
    let channels = data::channels(&dataset.info().fields);
    let unknown = || vec![f64::NAN; channels.len()];
    let (mean, std) = match dataset.normalization() {
        Ok(statistics) => (statistics.mean, statistics.standard_deviation),
        Err(_) => (unknown(), unknown()),
    };
    let head = ["channel", "minimum", "maximum", "mean", "std", "error", "unit"].map(Into::into);
    let row = |i: usize| {
        let ranges = || samples.iter().map(|(_, sample)| sample.ranges[i]);
        let minimum = ranges().fold(f64::INFINITY, |least, range| least.min(range[0]));
        let maximum = ranges().fold(f64::NEG_INFINITY, |greatest, range| greatest.max(range[1]));
        let estimates = samples.iter().filter_map(|(_, sample)| sample.error_estimate.as_ref());
        let errors = estimates.flat_map(|estimate| estimate.column(i).to_vec());
        let error = errors.fold(f64::NAN, f64::max);
        let [a, b, c, d, e] = [minimum, maximum, mean[i], std[i], error].map(number);
        line(&[channels[i].symbol.clone(), a, b, c, d, e, channels[i].unit.clone()])
    };
    let legend = "  mean and standard deviation: over the training samples; error: the largest error estimate of the reference";
    let rows = (0..channels.len()).map(row);
    [String::new(), line(&head)].into_iter().chain(rows).chain([legend.into()]).collect()
}

fn number(value: f64) -> String {
    if value.is_finite() { format!("{value:.4e}") } else { "-".into() }
}

fn line([symbol, a, b, c, d, e, unit]: &[String; 7]) -> String {
    format!("  {symbol:<8}{a:>13}{b:>13}{c:>13}{d:>13}{e:>13}  {unit}")
}

/// `reynolds (Re), lid-velocity (U in m/s)`
fn parameters(list: &[Parameter]) -> String {
    let one = |p: &Parameter| {
        let unit = if p.unit.is_empty() { String::new() } else { format!(" in {}", p.unit) };
        format!("{} ({}{unit})", p.name, p.symbol)
    };
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// The text in quotes, cut where it is long.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("\"{}…\"", &text[..end]),
        None => format!("\"{text}\""),
    }
}
