//! What a dataset or a file holds, as people read it.

use super::Dataset;
use crate::hdf5::{list, open};
use crate::{DataError, Source, Split, SplitPlan};
use std::fmt::Write as _;
use std::path::Path;

/// Lists a dataset's folder, or the tree of one HDF5 file, whoever wrote it.
pub fn inspect(path: &Path) -> Result<String, DataError> {
    if fs_err::metadata(path)?.is_dir() { folder(path) } else { file(path) }
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
    let mut text = format!("{}\n", path.display());
    for (name, value) in facts(&dataset) {
        writeln!(text, "  {name:<14} {value}").expect("writing to a string succeeds");
    }
    text.push_str(&channels(&dataset));
    Ok(text)
}

fn facts(dataset: &Dataset) -> Vec<(&'static str, String)> {
    let (header, info) = (dataset.header(), dataset.info());
    let count = |split: Split| format!("{} {}", dataset.indices(split).len(), split.folder());
    let splits = Split::ALL.map(count).join(", ");
    let [x, y, z] = info.cells;
    vec![
        ("name", format!("{} ({})", info.name, info.problem)),
        ("states", format!("{} of {x} × {y} × {z} cells, {} s apart", info.frames, info.interval)),
        ("samples", format!("{splits}; {} missing", dataset.lacking().len())),
        ("solver", header.solver.clone()),
        ("made by", format!("eddymark {} ({})", header.version, header.commit)),
        ("seed", header.seed.to_string()),
        ("case hash", header.case_hash.clone()),
        ("split hash", SplitPlan::hash(&header.roles)),
        ("content hash", dataset.content_hash().unwrap_or_else(|_| "not finished".into())),
        ("verification", header.verification.clone()),
    ]
}

/// A line a channel and a parameter, over the training samples.
fn channels(dataset: &Dataset) -> String {
    let Ok(statistics) = dataset.normalization() else { return String::new() };
    let info = dataset.info();
    let names = crate::channels(&info.fields).into_iter().map(|c| (c.symbol, c.unit));
    let names = names.chain(info.parameters.iter().map(|p| (p.symbol.clone(), p.unit.clone())));
    let means = statistics.mean.iter().chain(&statistics.parameter_mean);
    let deviations = statistics.deviation.iter().chain(&statistics.parameter_deviation);
    let mut text = String::from("  training samples' mean and standard deviation\n");
    for (((symbol, unit), mean), deviation) in names.zip(means).zip(deviations) {
        writeln!(text, "    {symbol:<12} {mean:>11.4e} ± {deviation:.4e} {unit}")
            .expect("writing to a string succeeds");
    }
    text
}
