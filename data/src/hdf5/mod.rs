//! One HDF5 file per sample, in The Well's layout. `FORMAT.md` describes it.

mod attribute;
mod boundary;
mod checked;
mod examine;
mod facts;
mod field_writer;
mod foreign;
mod list;
mod open;
mod read;
mod schema;
mod sound;
mod stored;
mod type_name;
mod value;
mod write;

pub(crate) use checked::announce;
pub(crate) use examine::examine;
pub(crate) use foreign::ForeignFile;
pub(crate) use open::must_be_hdf5;
pub use open::must_have_text_path;
pub(crate) use read::SampleFile;
pub(crate) use schema::{FORMAT, PRECISION, UNITS, disk_name, unfit};
pub(crate) use stored::Stored;
pub(crate) use write::write_sample;

use crate::DataError;
use std::path::Path;
use type_name::type_name;
use value::value;

/// Gives the tree of an HDF5 file to `line`, one line per group, dataset and attribute.
pub(crate) fn list_file(path: &Path, line: &mut dyn FnMut(&str)) -> Result<(), DataError> {
    list::list(&*open::open(path)?, line).map_err(|error| refused(path, "read", &error))
}

/// An error of HDF5 with the path, in one line.
fn refused(path: &Path, action: &'static str, error: &::hdf5::Error) -> DataError {
    DataError::Hdf5 { path: path.into(), action, reason: reason(error) }
}

/// The message of the operating system if there is one, otherwise that of the innermost call.
fn reason(error: &::hdf5::Error) -> String {
    let Some(stack) = error.stack() else { return error.to_string() };
    let innermost = stack.last().map_or_else(|| error.to_string(), |frame| frame.desc().to_owned());
    let message =
        |text: &str| Some(text.split_once("error message = '")?.1.split_once('\'')?.0.to_owned());
    stack.iter().find_map(|frame| message(frame.desc())).unwrap_or(innermost)
}
