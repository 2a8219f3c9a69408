//! Attributes in the types that The Well's readers expect: strings of variable length, and the booleans of h5py.

use hdf5::types::VarLenUnicode;
use hdf5::{H5Type, Location, Result};

/// Text in the form of HDF5. An error if it contains NUL, which terminates strings.
fn unicode(text: &str) -> Result<VarLenUnicode> {
    text.parse().map_err(|error| hdf5::Error::from(format!("{text:?} cannot be stored: {error}")))
}

/// Sets a number or a boolean.
pub(super) fn set<T: H5Type>(at: &Location, name: &str, value: T) -> Result<()> {
    at.new_attr::<T>().create(name)?.write_scalar(&value)
}

/// Sets a list of numbers or booleans.
pub(super) fn set_list<T: H5Type>(at: &Location, name: &str, values: &[T]) -> Result<()> {
    at.new_attr_builder().with_data(values).create(name).map(drop)
}

/// Sets a text.
pub(super) fn set_text(at: &Location, name: &str, text: &str) -> Result<()> {
    set(at, name, unicode(text)?)
}

/// Sets a list of texts.
pub(super) fn set_texts<S: AsRef<str>>(at: &Location, name: &str, texts: &[S]) -> Result<()> {
    let texts = texts.iter().map(|text| unicode(text.as_ref())).collect::<Result<Vec<_>>>()?;
    set_list(at, name, &texts)
}

/// Declares whether values vary between the trajectories of the file, and in time.
pub(super) fn set_varying(at: &Location, by_sample: bool, by_time: bool) -> Result<()> {
    set(at, "sample_varying", by_sample)?;
    set(at, "time_varying", by_time)
}
