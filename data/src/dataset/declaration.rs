//! `dataset.json`: the properties that all samples of a dataset share.

use crate::hdf5::{FORMAT, PRECISION, UNITS, unfit};
use crate::{
    DataError, Field, Info, Parameter, Split, SplitCoverage, SplitPlan, hash_hex, sync_folder,
    write_atomically,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The properties that all samples of a dataset share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DatasetHeader {
    /// Name, problem, fields, parameters, cells, interval, frames.
    pub info: Info,
    /// The TOML text of the case.
    pub case_text: String,
    /// Hash of the checked case.
    pub case_hash: String,
    /// The case's seed.
    pub seed: u64,
    /// The split of every sample.
    #[serde(alias = "roles")]
    pub splits: Vec<Split>,
    /// The range of the parameters in each split, and the distance of its samples from the training samples; empty in
    /// datasets that do not state them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coverage: Vec<SplitCoverage>,
    /// The name of every sample, such as `prop/case0050`; empty if samples have no names.
    #[serde(default, alias = "names", skip_serializing_if = "Vec::is_empty")]
    pub sample_names: Vec<String>,
    /// The solver, such as `projection on 128 × 128 cells`.
    pub solver: String,
    /// The version of eddymark.
    pub version: String,
    /// The commit it was built from.
    pub commit: String,
    /// The method of [`crate::Sample::error_estimate`].
    pub verification: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Declaration<H> {
    format: u32,
    units: String,
    precision: String,
    split_hash: String,
    /// The hash of all other values; absent in files of former versions of this program.
    #[serde(rename = "declaration-hash", default, skip_serializing_if = "Option::is_none")]
    hash_of_others: Option<String>,
    #[serde(flatten)]
    header: H,
}

/// The version only, so that later versions are refused regardless of their other changes.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

fn path(root: &Path) -> PathBuf {
    root.join("dataset.json")
}

/// Writes `dataset.json`.
pub(super) fn write(root: &Path, header: &DatasetHeader) -> Result<(), DataError> {
    let mut declaration = Declaration {
        format: FORMAT,
        units: UNITS.into(),
        precision: PRECISION.into(),
        split_hash: SplitPlan::hash(&header.splits),
        hash_of_others: None,
        header,
    };
    let plain = serde_json::to_value(&declaration).expect("a declaration is plain data");
    declaration.hash_of_others = Some(hash(&plain));
    write_atomically(&path(root), |file| {
        serde_json::to_writer_pretty(&mut *file, &declaration)?;
        file.write_all(b"\n")
    })?;
    sync_folder(root)
}

/// Reads `dataset.json`, if there is one.
pub(super) fn read(root: &Path) -> Result<Option<DatasetHeader>, DataError> {
    let path = path(root);
    let text = match fs_err::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        text => text?,
    };
    let broken = |source: serde_json::Error| DataError::Json {
        path: path.clone(),
        line: source.line(),
        source,
    };
    let Format { format: found } = serde_json::from_str(&text).map_err(broken)?;
    if found > FORMAT {
        return Err(DataError::Version { path, found, known: FORMAT });
    }
    let declaration: Declaration<DatasetHeader> = serde_json::from_str(&text).map_err(broken)?;
    if let Some(declared) = &declaration.hash_of_others {
        let mut values: Value = serde_json::from_str(&text).map_err(broken)?;
        values.as_object_mut().and_then(|values| values.remove("declaration-hash"));
        must_have_hash(&path, &values, declared)?;
    }
    let header = declaration.header;
    match unfit(&header.info) {
        Some(reason) => Err(DataError::Unfit { name: header.info.name, reason }),
        None => Ok(Some(header)),
    }
}

/// The hash of values, whatever their order and the spaces between them.
fn hash(values: &Value) -> String {
    let mut values = values.clone();
    values.sort_all_objects();
    hash_hex(&serde_json::to_vec(&values).expect("values are plain data"))
}

fn must_have_hash(path: &Path, values: &Value, declared: &str) -> Result<(), DataError> {
    let found = hash(values);
    if found == declared {
        return Ok(());
    }
    Err(DataError::Mismatch {
        path: path.into(),
        found: format!("values with hash {found}"),
        expected: format!(
            "{declared}, which it declares: it was changed; restore it, or remove the dataset and generate it again"
        ),
    })
}

/// An error if samples of `wanted` would differ from those of `found`.
pub(super) fn must_agree(
    root: &Path,
    found: &DatasetHeader,
    wanted: &DatasetHeader,
) -> Result<(), DataError> {
    let same = |what: &str, found: String, wanted: String| {
        if found == wanted {
            return Ok(());
        }
        Err(DataError::Mismatch {
            path: root.into(),
            found: format!("a dataset with {what} {found}"),
            expected: format!("{wanted}; remove it or choose another folder"),
        })
    };
    let shape = |info: &Info| format!("{} frames of {:?} cells", info.frames, info.cells);
    let (here, there) = (&found.info, &wanted.info);
    same("name", here.name.clone(), there.name.clone())?;
    same("problem", here.problem.clone(), there.problem.clone())?;
    same("shape", shape(here), shape(there))?;
    same("interval", here.interval.to_string(), there.interval.to_string())?;
    same("seed", found.seed.to_string(), wanted.seed.to_string())?;
    same("solver", found.solver.clone(), wanted.solver.clone())?;
    same("split hash", SplitPlan::hash(&found.splits), SplitPlan::hash(&wanted.splits))?;
    same("case hash", found.case_hash.clone(), wanted.case_hash.clone())?;
    same("fields", fields(here), fields(there))?;
    same("parameters", parameters(&here.parameters), parameters(&there.parameters))?;
    same("monitors", parameters(&here.monitors), parameters(&there.monitors))
}

/// `velocity (u, v in m/s), pressure (p in Pa)`
fn fields(info: &Info) -> String {
    let one = |f: &Field| {
        let constant = if f.constant { ", constant" } else { "" };
        format!("{} ({}{}{constant})", f.name, f.symbols.join(", "), within(&f.unit))
    };
    info.fields.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// `reynolds (Re), lid-velocity (U in m/s)`
fn parameters(list: &[Parameter]) -> String {
    let one = |p: &Parameter| format!("{} ({}{})", p.name, p.symbol, within(&p.unit));
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// ` in m/s`, or nothing.
fn within(unit: &str) -> String {
    if unit.is_empty() { String::new() } else { format!(" in {unit}") }
}
