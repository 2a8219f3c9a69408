//! `eddymark inspect`

use super::terminal::print;
use crate::BenchError;
use std::path::Path;

/// Lists a dataset's folder or an HDF5 file.
pub(super) fn inspect(path: &Path) -> Result<(), BenchError> {
    print(&data::inspect(path)?)
}
