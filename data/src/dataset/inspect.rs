//! What a dataset or a file holds, as people read it.

use super::Dataset;
use super::declaration::parameters;
use super::reliability::reliability;
use crate::hdf5::{cut, list, open};
use crate::{DataError, Source, Split, SplitPlan};
use std::path::Path;

/// Lists a dataset's folder, or the tree of one HDF5 file, whoever wrote it.
pub fn inspect(path: &Path) -> Result<String, DataError> {
    if path.is_dir() { folder(path) } else { file(path) }
}

fn file(path: &Path) -> Result<String, DataError> {
    let tree = list(&*open(path)?).map_err(|error| DataError::Hdf5 {
        path: path.into(),
        action: "read",
        reason: error.to_string(),
    })?;
    Ok(format!("{}\n{tree}", path.display()))
}

fn folder(path: &Path) -> Result<String, DataError> {
    let dataset = Dataset::open(path)?;
    let lacking = dataset.missing();
    let facts = facts(&dataset, lacking.len());
    let facts = facts.into_iter().map(|(name, value)| format!("  {name:<14} {value}"));
    let there: Vec<usize> =
        (0..dataset.header().roles.len()).filter(|index| !lacking.contains(index)).collect();
    let channels = channels(&dataset, &there)?;
    let reliability = reliability(&dataset, &there)?;
    let lines = [path.display().to_string()].into_iter().chain(facts).chain(channels);
    let lines = lines.chain(reliability);
    Ok(lines.map(|line| line.trim_end().to_owned() + "\n").collect())
}

fn facts(dataset: &Dataset, lacking: usize) -> Vec<(&'static str, String)> {
    let (header, info) = (dataset.header(), dataset.info());
    let count = |split: Split| format!("{} {}", dataset.indices(split).len(), split.folder());
    let splits = Split::ALL.map(count).join(", ");
    let cells = info.cells.iter().filter(|&&n| n > 1).map(ToString::to_string);
    let cells = cells.collect::<Vec<_>>().join(" × ");
    vec![
        ("name", format!("{} ({})", info.name, info.problem)),
        ("states", format!("{} of {cells} cells, {} apart", info.frames, info.interval)),
        ("samples", format!("{splits}; {lacking} missing")),
        ("monitors", parameters(&info.monitors)),
        ("solver", header.solver.clone()),
        ("made by", format!("eddymark {} ({})", header.version, header.commit)),
        ("seed", header.seed.to_string()),
        ("case hash", header.case_hash.clone()),
        ("split hash", SplitPlan::hash(&header.roles)),
        ("content hash", dataset.content_hash().unwrap_or_else(|_| "not finished".into())),
        ("verification", cut(&header.verification)),
    ]
}

/// A line a channel: extremes over the samples that are there, moments over the training samples.
fn channels(dataset: &Dataset, there: &[usize]) -> Result<Vec<String>, DataError> {
    let channels = crate::channels(&dataset.info().fields);
    let mut extremes = vec![[f64::INFINITY, f64::NEG_INFINITY, f64::NAN]; channels.len()];
    for &index in there {
        for (all, one) in extremes.iter_mut().zip(dataset.file(index)?.extremes()?) {
            *all = [all[0].min(one[0]), all[1].max(one[1]), all[2].max(one[2])];
        }
    }
    let unknown = || vec![f64::NAN; channels.len()];
    let (mean, deviation) = match dataset.normalization() {
        Ok(statistics) => (statistics.mean, statistics.deviation),
        Err(_) => (unknown(), unknown()),
    };
    let head =
        ["channel", "least", "greatest", "mean", "deviation", "error", "unit"].map(Into::into);
    let row = |i: usize| {
        let [least, greatest, error] = extremes[i];
        let [a, b, c, d, e] = [least, greatest, mean[i], deviation[i], error].map(number);
        line(&[channels[i].symbol.clone(), a, b, c, d, e, channels[i].unit.clone()])
    };
    let legend = "  mean and deviation: of the training samples; error: the largest estimate of the reference's own";
    let rows = (0..channels.len()).map(row);
    Ok([String::new(), line(&head)].into_iter().chain(rows).chain([legend.into()]).collect())
}

fn number(value: f64) -> String {
    if value.is_finite() { format!("{value:.4e}") } else { "-".into() }
}

fn line([symbol, a, b, c, d, e, unit]: &[String; 7]) -> String {
    format!("  {symbol:<8}{a:>13}{b:>13}{c:>13}{d:>13}{e:>13}  {unit}")
}
