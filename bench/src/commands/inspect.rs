//! `eddymark inspect`

mod folder;
mod reliability;

use super::terminal::print;
use crate::BenchError;
use std::path::Path;

/// Lists a dataset's folder or an HDF5 file, whichever program wrote it.
pub(super) fn inspect(path: &Path) -> Result<(), BenchError> {
    let text = if path.is_dir() {
        folder::text(path)?
    } else {
        format!("{}\n{}", path.display(), data::list_file(path)?)
    };
    print(&text)
}
