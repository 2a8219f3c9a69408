//! Croissant: the description of a dataset that the dataset tracks of conferences require.
//!
//! Source: the Croissant format specification, version 1.0, and its vocabulary for responsible AI, version 1.0
//! (MLCommons).

use super::hugging_face::{TABLE, columns};
use super::request::Export;
use crate::BenchError;
use data::Split;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The address that stands for a dataset that is not published yet.
const UNPUBLISHED: &str = "https://example.org/not-published-yet";

/// The description of all files in the export's folder.
pub(super) fn croissant(export: &Export<'_>) -> Result<String, BenchError> {
    let (info, header, about) = (export.info(), export.dataset.header(), export.about);
    let cells: Vec<String> =
        export.axes().iter().map(|&axis| info.cells[axis].to_string()).collect();
    let fields: Vec<&str> = info.fields.iter().map(|field| field.name.as_str()).collect();
    let description = format!(
        "{} simulated flows ({}) of {} states on {} cells: {}.",
        export.samples.len(),
        info.problem,
        info.frames,
        cells.join(" × "),
        fields.join(", ")
    );
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let estimated = !export.dataset.reliability(export.samples[0])?.is_empty();
    let limits = if estimated {
        "The discretization error of each sample is estimated, and stated in its file."
    } else {
        "The discretization error was not estimated."
    };
    let unstated = |key: &str| format!("not stated: give --{key} to `eddymark export`");
    let document = json!({
        "@context": context(),
        "@type": "sc:Dataset",
        "conformsTo": [
            "http://mlcommons.org/croissant/1.0",
            "http://mlcommons.org/croissant/RAI/1.0",
        ],
        "name": identifier(&export.name()),
        "description": description,
        "version": version(&header.version),
        "license": about.license.clone().unwrap_or_else(|| unstated("license")),
        "url": about.url.clone().unwrap_or_else(|| UNPUBLISHED.into()),
        "citeAs": about.citation.clone().unwrap_or_else(|| unstated("citation")),
        "creator": { "@type": "sc:Person", "name": about.creator.clone().unwrap_or_else(|| unstated("creator")) },
        "datePublished": &now[..10],
        "keywords": ["fluid dynamics", "partial differential equations", "neural operators", "surrogate models"],
        "distribution": distribution(export)?,
        "recordSet": [records(export)],
        "rai:dataCollection": format!("Computed by {} (commit {}).", header.solver, header.commit),
        "rai:dataCollectionType": ["Others"],
        "rai:dataCollectionRawData": "None: the data are solutions of equations, computed from the case in README.md.",
        "rai:dataPreprocessingProtocol": ["States are computed in double and stored in single precision."],
        "rai:dataLimitations": [limits],
        "rai:dataBiases": [split_text(export)],
        "rai:dataUseCases": ["Training and evaluation of surrogate models of fluid flow."],
        "rai:personalSensitiveInformation": ["None: the data are numerical solutions."],
        "rai:dataSocialImpact": "None is known: the flows are idealized.",
        "rai:dataReleaseMaintenancePlan": "Every change has another content hash, which the files state.",
    });
    Ok(serde_json::to_string_pretty(&document).expect("it is plain data") + "\n")
}

fn split_text(export: &Export<'_>) -> String {
    let counts: Vec<String> = Split::ALL
        .into_iter()
        .map(|split| format!("{} {}", export.of_split(split).len(), split.folder()))
        .collect();
    format!(
        "Parameters have the ranges in README.md and no others; samples: {}.",
        counts.join(", ")
    )
}

/// Every file, with its hash; the table first, because records refer to it.
fn distribution(export: &Export<'_>) -> Result<Vec<Value>, BenchError> {
    let mut files = Vec::new();
    walk(&export.to, &mut files)?;
    files.sort_by_key(|file| (!file.ends_with(TABLE), file.clone()));
    let object = |path: PathBuf| {
        let below = path.strip_prefix(&export.to).expect("it was found there").to_string_lossy();
        let format = match path.extension().and_then(|extension| extension.to_str()) {
            Some("hdf5") => "application/x-hdf5",
            Some("csv") => "text/csv",
            Some("yaml") => "application/yaml",
            _ => "text/markdown",
        };
        Ok(json!({
            "@type": "cr:FileObject",
            "@id": below,
            "name": below,
            "contentUrl": below,
            "contentSize": format!("{} B", fs_err::metadata(&path)?.len()),
            "encodingFormat": format,
            "sha256": sha256(&path)?,
        }))
    };
    files.into_iter().map(object).collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), BenchError> {
    for entry in fs_err::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn sha256(path: &Path) -> Result<String, BenchError> {
    let mut hasher = Sha256::new();
    std::io::copy(&mut fs_err::File::open(path)?, &mut hasher)?;
    let mut text = String::new();
    for byte in hasher.finalize() {
        write!(text, "{byte:02x}").expect("writing to a string succeeds");
    }
    Ok(text)
}

/// The table of samples as records.
fn records(export: &Export<'_>) -> Value {
    let field = |(name, is_text): (String, bool)| {
        let data_type = match name.as_str() {
            "sample" => "sc:Integer",
            _ if is_text => "sc:Text",
            _ => "sc:Float",
        };
        json!({
            "@type": "cr:Field",
            "@id": format!("samples/{name}"),
            "name": name,
            "dataType": data_type,
            "source": { "fileObject": { "@id": TABLE }, "extract": { "column": name } },
        })
    };
    json!({
        "@type": "cr:RecordSet",
        "@id": "samples",
        "name": "samples",
        "description": "One record per sample: its split, file and parameters.",
        "key": { "@id": "samples/sample" },
        "field": columns(export).into_iter().map(field).collect::<Vec<_>>(),
    })
}

/// A name without characters that Croissant refuses.
fn identifier(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' })
        .collect()
}

/// MAJOR.MINOR.PATCH.
fn version(version: &str) -> String {
    let parts: Vec<&str> = version.split('.').collect();
    if parts.len() == 3 { version.into() } else { "1.0.0".into() }
}

/// The context of Croissant 1.0, with the vocabulary for responsible AI.
fn context() -> Value {
    json!({
        "@language": "en",
        "@vocab": "https://schema.org/",
        "citeAs": "cr:citeAs",
        "column": "cr:column",
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "data": { "@id": "cr:data", "@type": "@json" },
        "dataType": { "@id": "cr:dataType", "@type": "@vocab" },
        "dct": "http://purl.org/dc/terms/",
        "equivalentProperty": "cr:equivalentProperty",
        "examples": { "@id": "cr:examples", "@type": "@json" },
        "extract": "cr:extract",
        "field": "cr:field",
        "fileProperty": "cr:fileProperty",
        "fileObject": "cr:fileObject",
        "fileSet": "cr:fileSet",
        "format": "cr:format",
        "includes": "cr:includes",
        "isLiveDataset": "cr:isLiveDataset",
        "jsonPath": "cr:jsonPath",
        "key": "cr:key",
        "md5": "cr:md5",
        "parentField": "cr:parentField",
        "path": "cr:path",
        "recordSet": "cr:recordSet",
        "references": "cr:references",
        "regex": "cr:regex",
        "repeated": "cr:repeated",
        "replace": "cr:replace",
        "samplingRate": "cr:samplingRate",
        "sc": "https://schema.org/",
        "separator": "cr:separator",
        "source": "cr:source",
        "subField": "cr:subField",
        "transform": "cr:transform",
    })
}
