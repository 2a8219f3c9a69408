//! `eddymark inspect`

mod folder;
mod json;
mod reliability;

use super::arguments::Form;
use super::given::{Needed, expect};
use super::terminal::{print, print_json};
use crate::{BenchError, Progress};
use std::path::Path;

/// Lists a dataset's folder or an HDF5 file, whichever program wrote it.
pub(super) fn inspect(progress: &Progress, path: &Path, form: Form) -> Result<(), BenchError> {
    expect(path, Needed::DatasetOrFile)?;
    let bar = progress.spinner("read");
    if form.json && path.is_dir() {
        let document = json::dataset(path)?;
        bar.finish_and_clear();
        return print_json(&document);
    }
    let listing = if path.is_dir() { folder::text(path)? } else { data::list_file(path)? };
    bar.finish_and_clear();
    match (form.json, path.is_dir()) {
        (true, _) => print_json(&json::file(path, &listing)),
        (_, true) => print(&listing),
        _ => print(&format!("{}\n{listing}", path.display())),
    }
}
