//! Arrays of numbers by name, in files of numpy, HDF5 and Zarr.

#[cfg(feature = "hdf5")]
mod zarr;

#[cfg(feature = "hdf5")]
use crate::hdf5::ForeignFile;
use crate::{Npy, NpyError, NpzArchive};
use ndarray::ArrayD;
use std::collections::BTreeMap;
use std::path::Path;
#[cfg(feature = "hdf5")]
use zarr::Zarr;

/// The ends of names that [`ArrayFile::open`] knows.
pub const ARRAY_FILES: [&str; 4] = ["npz", "h5", "hdf5", "zarr"];

/// Arrays of real numbers by name. Their values are read on demand.
pub struct ArrayFile {
    shapes: BTreeMap<String, Vec<usize>>,
    content: Content,
}

enum Content {
    /// The archive, and the array that was read last, which is in memory.
    Npz(NpzArchive, Option<Box<(String, Npy)>>),
    #[cfg(feature = "hdf5")]
    Hdf5(ForeignFile),
    #[cfg(feature = "hdf5")]
    Zarr(Zarr),
}

impl ArrayFile {
    /// Opens a file `.npz`, `.h5` or `.hdf5`, or a folder `.zarr`, and reads the shapes of the arrays at its root.
    /// Arrays of other values than real numbers are left out.
    pub fn open(path: &Path) -> Result<Self, NpyError> {
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        Ok(match &*extension {
            #[cfg(feature = "hdf5")]
            "h5" | "hdf5" => {
                crate::untrusted::walk(&[path.into()]).map_err(refused)?;
                let file = ForeignFile::open(path).map_err(refused)?;
                let shapes = file.number_arrays().map_err(refused)?;
                Self { shapes, content: Content::Hdf5(file) }
            }
            #[cfg(feature = "hdf5")]
            "zarr" => {
                let (zarr, shapes) = Zarr::open(path)?;
                Self { shapes, content: Content::Zarr(zarr) }
            }
            #[cfg(not(feature = "hdf5"))]
            "h5" | "hdf5" | "zarr" => {
                let reason = "this program was built without HDF5 and Zarr";
                return Err(NpyError::Io(std::io::Error::other(reason)));
            }
            _ => {
                let archive = NpzArchive::open(path)?;
                Self { shapes: archive.shapes().clone(), content: Content::Npz(archive, None) }
            }
        })
    }

    /// The shapes of its arrays, by name.
    pub fn shapes(&self) -> &BTreeMap<String, Vec<usize>> {
        &self.shapes
    }

    /// The values of an array at the given indices of its first axes, with all of the others.
    ///
    /// The caller has compared the shape with what it expects: this reads as many values as the shape says.
    pub fn part(&mut self, name: &str, indices: &[usize]) -> Result<ArrayD<f64>, NpyError> {
        match &mut self.content {
            Content::Npz(archive, last) => {
                let known = last.take().filter(|known| known.0 == name);
                let known = match known {
                    Some(known) => known,
                    None => Box::new((name.into(), archive.array(name)?)),
                };
                last.insert(known).1.part(indices)
            }
            #[cfg(feature = "hdf5")]
            Content::Hdf5(file) => file.part(name, indices).map_err(refused),
            #[cfg(feature = "hdf5")]
            Content::Zarr(zarr) => zarr.part(name, indices),
        }
    }
}

/// The reason without the path, which the caller's sentence begins with.
#[cfg(feature = "hdf5")]
fn refused(error: crate::DataError) -> NpyError {
    NpyError::Io(std::io::Error::other(match error {
        crate::DataError::Hdf5 { reason, .. } => reason,
        other => other.to_string(),
    }))
}
