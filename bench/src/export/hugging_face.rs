//! A folder for the Hugging Face Hub.

use super::layout::Layout;
use super::request::Export;
use super::{card, croissant, the_well};
use crate::BenchError;
use data::write_atomically;
use std::fmt::Write as _;
use std::io::Write as _;

/// The files in The Well's layout, a table of the samples, a dataset card, and a description in Croissant.
pub(super) struct HuggingFace;

/// The table of the samples.
pub(super) const TABLE: &str = "samples.csv";

impl Layout for HuggingFace {
    const NAME: &'static str = "huggingface";
    const SUMMARY: &'static str =
        "a folder to upload: HDF5 files, a dataset card, and Croissant metadata";

    fn write(export: &Export<'_>) -> Result<(), BenchError> {
        the_well::write_files(export)?;
        let put = |name: &str, text: String| {
            write_atomically(&export.to.join(name), |to| to.write_all(text.as_bytes()))
        };
        put(TABLE, table(export)?)?;
        put("README.md", card::card(export)?)?;
        // It has the hashes of all other files.
        put("croissant.json", croissant::croissant(export)?)?;
        Ok(())
    }
}

/// The columns of the table: names, and whether each is text.
pub(super) fn columns(export: &Export<'_>) -> Vec<(String, bool)> {
    let fixed = [
        ("sample", false),
        ("name", true),
        ("split", true),
        ("file", true),
        ("content_hash", true),
    ];
    let fixed = fixed.into_iter().map(|(name, is_text)| (name.to_owned(), is_text));
    let parameters = export.info().parameters.iter();
    fixed.chain(parameters.map(|of| (of.name.replace('-', "_"), false))).collect()
}

/// One line per sample.
fn table(export: &Export<'_>) -> Result<String, BenchError> {
    let names: Vec<String> = columns(export).into_iter().map(|(name, _)| name).collect();
    let mut text = names.join(",") + "\n";
    for &index in &export.samples {
        let path = export.dataset.path(index);
        let below = path.strip_prefix(export.root).expect("samples lie below the root");
        let name = export.dataset.header().sample_names.get(index).cloned().unwrap_or_default();
        let (split, hash) = (export.split(index).folder(), export.dataset.sample_hash(index)?);
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        write!(
            text,
            "{index},{},{split},{},{hash}",
            quoted(&name),
            quoted(&below.to_string_lossy())
        )
        .expect("writing to a string succeeds");
        for (_, value) in export.parameters(index)? {
            write!(text, ",{value}").expect("writing to a string succeeds");
        }
        text.push('\n');
    }
    Ok(text)
}
