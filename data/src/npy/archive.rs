//! Arrays of numbers in `.npz` files.

use super::{Links, Npy, NpyError, open_regular, shape};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use zip::ZipArchive;
use zip::result::ZipError;

/// The largest array in bytes: it is in memory while it is read.
const LARGEST: u64 = 4 << 30;
/// The most arrays in an archive.
const MOST: usize = 1 << 20;

/// An open `.npz` file, as written by `numpy.savez` and `numpy.savez_compressed`.
#[derive(Debug)]
pub struct NpzArchive {
    archive: ZipArchive<File>,
    shapes: BTreeMap<String, Vec<usize>>,
}

impl NpzArchive {
    /// Opens an archive, and reads the shapes of its arrays. Arrays of other values than real numbers are left out.
    pub fn open(path: &Path) -> Result<Self, NpyError> {
        let mut archive = ZipArchive::new(open_regular(path, Links::Followed)?)
            .map_err(|error| damaged(&error))?;
        if archive.len() > MOST {
            return Err(NpyError::Archive(format!("it has more than {MOST} members")));
        }
        let mut shapes = BTreeMap::new();
        for number in 0..archive.len() {
            let mut member = archive.by_index(number).map_err(|error| damaged(&error))?;
            let name = member.name().map_err(|error| damaged(&error))?.into_owned();
            let Some(name) = name.strip_suffix(".npy") else { continue };
            match shape(&mut member) {
                Ok(shape) => drop(shapes.insert(name.to_owned(), shape)),
                Err(NpyError::Type(_)) => (),
                Err(error) => return Err(NpyError::Member(name.into(), Box::new(error))),
            }
        }
        Ok(Self { archive, shapes })
    }

    /// The shapes of its arrays, by name.
    pub fn shapes(&self) -> &BTreeMap<String, Vec<usize>> {
        &self.shapes
    }

    /// An array, with all of its bytes in memory.
    pub fn array(&mut self, name: &str) -> Result<Npy, NpyError> {
        let of_array = |error| NpyError::Member(name.into(), Box::new(error));
        let member = self.archive.by_name(&format!("{name}.npy"));
        let mut member = member.map_err(|error| of_array(damaged(&error)))?;
        let size = member.size();
        if size > LARGEST {
            let reason = format!("it has {size} bytes, more than {} GiB", LARGEST >> 30);
            return Err(of_array(NpyError::Archive(reason)));
        }
        let mut bytes = Vec::new();
        let read = (&mut member).take(size.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|error| of_array(error.into()))?;
        Npy::from_bytes(bytes).map_err(of_array)
    }
}

fn damaged(error: &ZipError) -> NpyError {
    NpyError::Archive(error.to_string())
}
