//! One sample, one HDF5 file, in The Well's layout: `FORMAT.md` is its page.

mod attribute;
mod boundary;
mod list;
mod read;
mod schema;
mod stored;
mod write;

pub(crate) use list::{cut, list};
pub(crate) use read::{SampleFile, open};
pub(crate) use schema::{FORMAT, PRECISION, UNITS, disk_name, unfit};
pub(crate) use stored::Stored;
pub(crate) use write::{partial, sync_folder, write_sample};

use crate::DataError;
use std::path::Path;

/// Names the file that HDF5 could not read or write, and says why in one line.
fn refused(path: &Path, action: &'static str, error: &::hdf5::Error) -> DataError {
    DataError::Hdf5 { path: path.into(), action, reason: reason(error) }
}

/// The operating system's message if there is one, else what the innermost call says.
fn reason(error: &::hdf5::Error) -> String {
    let Some(stack) = error.stack() else { return error.to_string() };
    let innermost = stack.last().map_or_else(|| error.to_string(), |frame| frame.desc().to_owned());
    let message =
        |text: &str| Some(text.split_once("error message = '")?.1.split_once('\'')?.0.to_owned());
    stack.iter().find_map(|frame| message(frame.desc())).unwrap_or(innermost)
}
