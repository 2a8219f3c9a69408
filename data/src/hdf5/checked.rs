//! The only place that reads values from HDF5 files.
//!
//! Whatever a file declares is compared with what is expected before HDF5 is asked for values: the class of the
//! dataspace (a null dataspace has no values, and reading one as text follows a pointer to nowhere), the type, the
//! shape, and with it the size of what is allocated. Texts are checked to be UTF-8.

use hdf5::types::{FloatSize, TypeDescriptor as Type, VarLenAscii, VarLenUnicode};
use hdf5::{Attribute, Container, Dataset, Group, H5Type, Hyperslab, Location, Result};
use ndarray::ArrayD;
use std::cell::Cell;

/// The most values of an attribute that is a list: more than any dataset has fields, parameters or components.
pub(super) const LONGEST_LIST: usize = 4096;

thread_local! {
    static ANNOUNCE: Cell<Option<fn(&str)>> = const { Cell::new(None) };
}

/// Calls `announce` with the name of every object before this thread reads it, so that a process which observes this
/// one knows the object at which it ended.
pub(crate) fn announce(announce: fn(&str)) {
    ANNOUNCE.set(Some(announce));
}

/// Announces an object that is about to be read.
pub(super) fn at(name: &str) {
    if let Some(announce) = ANNOUNCE.get() {
        announce(name);
    }
}

/// A number that files hold.
pub(super) trait Number: H5Type + Clone {
    /// The types in a file that are converted to it without loss.
    fn fits(found: &Type) -> bool;
    /// The expected type in words.
    const EXPECTED: &'static str;
}

impl Number for u64 {
    fn fits(found: &Type) -> bool {
        matches!(found, Type::Unsigned(_))
    }
    const EXPECTED: &'static str = "an unsigned integer";
}

impl Number for f64 {
    fn fits(found: &Type) -> bool {
        matches!(found, Type::Float(FloatSize::U4 | FloatSize::U8))
    }
    const EXPECTED: &'static str = "a floating-point number";
}

impl Number for f32 {
    fn fits(found: &Type) -> bool {
        matches!(found, Type::Float(FloatSize::U4))
    }
    const EXPECTED: &'static str = "f32";
}

/// A boolean of h5py, an enumeration over i8. It is read as a number, because a file may hold neither 0 nor 1.
impl Number for i8 {
    fn fits(found: &Type) -> bool {
        matches!(found, Type::Boolean)
    }
    const EXPECTED: &'static str = "a boolean";
}

/// Whether there is an attribute of that name. One that is there but damaged must not count as absent.
pub(super) fn has(of: &Location, name: &str) -> Result<bool> {
    at(&format!("@{name}"));
    Ok(of.attr_names()?.iter().any(|other| other == name))
}

/// A number that is an attribute.
pub(super) fn scalar<T: Number>(of: &Location, name: &str) -> Result<T> {
    let attribute = attribute(of, name)?;
    must_be_scalar(&attribute, name)?;
    must_be_number::<T>(&attribute, name)?;
    attribute.read_scalar()
}

/// A list of numbers that is an attribute.
pub(super) fn list<T: Number>(of: &Location, name: &str) -> Result<Vec<T>> {
    let attribute = attribute(of, name)?;
    must_be_list(&attribute, name)?;
    must_be_number::<T>(&attribute, name)?;
    attribute.read_raw()
}

/// A text that is an attribute.
pub(super) fn text(of: &Location, name: &str) -> Result<String> {
    let attribute = attribute(of, name)?;
    must_be_scalar(&attribute, name)?;
    let text = read_texts(&attribute, name)?.pop();
    text.ok_or_else(|| format!("`{name}` has no value").into())
}

/// A list of texts that is an attribute.
pub(super) fn texts(of: &Location, name: &str) -> Result<Vec<String>> {
    let attribute = attribute(of, name)?;
    must_be_list(&attribute, name)?;
    read_texts(&attribute, name)
}

/// The values of an attribute for a listing; `None` if there are none, or if they are more than `largest` bytes.
pub(super) fn any<T: H5Type>(of: &Attribute, largest: usize) -> Result<Option<Vec<T>>> {
    let (space, size) = (of.space()?, size_of::<T>().max(of.dtype()?.size()));
    let fits = space.size().checked_mul(size).is_some_and(|bytes| bytes <= largest);
    (fits && !space.is_null()).then(|| of.read_raw()).transpose()
}

/// A group of a path below `of`.
pub(super) fn group(of: &Group, path: &str) -> Result<Group> {
    at(path);
    of.group(path).map_err(|_| format!("`{path}` is missing or damaged").into())
}

/// A dataset of a path below `of`.
pub(super) fn dataset(of: &Group, path: &str) -> Result<Dataset> {
    at(path);
    of.dataset(path).map_err(|_| format!("`{path}` is missing or damaged").into())
}

/// All values of a dataset of a known shape.
pub(super) fn array<T: Number>(of: &Dataset, path: &str, shape: &[usize]) -> Result<ArrayD<T>> {
    at(path);
    must_have_shape(of, path, shape)?;
    must_be_number::<T>(of, path)?;
    of.read_dyn()
}

/// The selected values of a dataset of a known shape.
pub(super) fn part<T: Number>(
    of: &Dataset,
    path: &str,
    shape: &[usize],
    selection: Hyperslab,
) -> Result<ArrayD<T>> {
    at(path);
    must_have_shape(of, path, shape)?;
    must_be_number::<T>(of, path)?;
    of.read_slice(selection)
}

/// An error unless the dataset has the shape.
pub(super) fn must_have_shape(of: &Container, path: &str, shape: &[usize]) -> Result<()> {
    let space = of.space()?;
    if space.is_null() {
        return Err(format!("`{path}` has no values, and must be {shape:?}").into());
    }
    let found = space.shape();
    if found == shape {
        return Ok(());
    }
    Err(format!("`{path}` is {found:?}, and must be {shape:?}").into())
}

fn attribute(of: &Location, name: &str) -> Result<Attribute> {
    at(&format!("@{name}"));
    of.attr(name).map_err(|_| format!("its attribute `{name}` is missing or damaged").into())
}

fn read_texts(of: &Attribute, name: &str) -> Result<Vec<String>> {
    match of.dtype()?.to_descriptor() {
        Ok(Type::VarLenUnicode) => {
            let texts = of.read_raw::<VarLenUnicode>()?;
            texts.iter().map(|text| utf8(text.as_bytes(), name)).collect()
        }
        Ok(Type::VarLenAscii) => {
            let texts = of.read_raw::<VarLenAscii>()?;
            texts.iter().map(|text| utf8(text.as_bytes(), name)).collect()
        }
        _ => Err(unexpected(of, name, "text of variable length")),
    }
}

fn must_be_scalar(of: &Container, name: &str) -> Result<()> {
    let space = of.space()?;
    if space.is_null() {
        return Err(format!("its attribute `{name}` has no value (a null dataspace)").into());
    }
    if space.is_scalar() {
        return Ok(());
    }
    Err(format!("its attribute `{name}` is {:?}, and must be a single value", space.shape()).into())
}

fn must_be_list(of: &Container, name: &str) -> Result<()> {
    let space = of.space()?;
    let shape = space.shape();
    if space.is_simple() && shape.len() == 1 && shape[0] <= LONGEST_LIST {
        return Ok(());
    }
    let found = if space.is_null() { "has no values".into() } else { format!("is {shape:?}") };
    let expected = format!("must be a list of at most {LONGEST_LIST} values");
    Err(format!("its attribute `{name}` {found}, and {expected}").into())
}

fn must_be_number<T: Number>(of: &Container, name: &str) -> Result<()> {
    match of.dtype()?.to_descriptor() {
        Ok(found) if T::fits(&found) => Ok(()),
        _ => Err(unexpected(of, name, T::EXPECTED)),
    }
}

fn unexpected(of: &Container, name: &str, expected: &str) -> hdf5::Error {
    let found = of.dtype().map_or_else(|_| "of a damaged type".into(), |of| super::type_name(&of));
    format!("`{name}` is {found}, and must be {expected}").into()
}

/// The bytes as UTF-8.
fn utf8(bytes: &[u8], name: &str) -> Result<String> {
    let text = std::str::from_utf8(bytes);
    let text = text.map_err(|error| format!("its attribute `{name}` is no valid UTF-8: {error}"));
    Ok(text?.to_owned())
}
