//! Predicted states in a file of numpy.

use data::{Links, Npy, NpyError, NpzArchive};
use ndarray::Array5;
use std::path::Path;

/// The number of axes: `[sample, time, channel, x, y, z]`.
const AXES: usize = 6;
/// The beginning of the names of arrays in an archive: `sample_7`.
const PREFIX: &str = "sample_";
/// The name of the index of the last given state in an archive, which may be absent.
const START: &str = "start";

/// A file with predicted states. Its values are not in memory.
#[derive(Debug)]
pub(super) enum PredictedStates {
    /// One array `[sample, time, channel, x, y, z]`, with the samples in order.
    Array(Npy),
    /// An archive with one array `[time, channel, x, y, z]` per sample.
    Archive {
        archive: NpzArchive,
        /// The numbers of the samples, in increasing order.
        samples: Vec<usize>,
        /// The index of the last given state, if the archive states it.
        start: Option<usize>,
        /// That of all arrays together.
        shape: [usize; AXES],
    },
}

impl PredictedStates {
    /// Opens a `.npy` file whose array has six axes, or a `.npz` file whose arrays have five.
    pub(super) fn open(path: &Path, links: Links) -> Result<Self, NpyError> {
        if path.extension().is_some_and(|extension| extension == "npz") {
            return Self::archive(NpzArchive::open(path)?);
        }
        Self::array(Npy::open(path, links)?)
    }

    /// The states in the bytes of a `.npy` file.
    pub(super) fn from_bytes(bytes: Vec<u8>) -> Result<Self, NpyError> {
        Self::array(Npy::from_bytes(bytes)?)
    }

    fn array(array: Npy) -> Result<Self, NpyError> {
        if array.shape().len() != AXES {
            return Err(NpyError::Axes(array.shape().into()));
        }
        Ok(Self::Array(array))
    }

    fn archive(mut archive: NpzArchive) -> Result<Self, NpyError> {
        let has_start = archive.shapes().contains_key(START);
        let start = has_start.then(|| archive.array(START)?.all()).transpose()?;
        let start = start.and_then(|start| start.first().map(|start| *start as usize));
        let number = |name: &str| name.strip_prefix(PREFIX)?.parse::<usize>().ok();
        let of = |(name, shape): (&String, &Vec<usize>)| {
            let number = number(name).ok_or_else(|| {
                NpyError::Archive(format!(
                    "its array `{name}` is not called `{PREFIX}0`, `{PREFIX}1`, …"
                ))
            })?;
            let shape = <[usize; 5]>::try_from(shape.as_slice()).map_err(|_| {
                NpyError::Member(name.clone(), Box::new(NpyError::Axes(shape.clone())))
            })?;
            Ok((number, shape))
        };
        let arrays = archive.shapes().iter().filter(|(name, _)| *name != START);
        let mut all = arrays.map(of).collect::<Result<Vec<_>, NpyError>>()?;
        all.sort_unstable();
        let samples: Vec<usize> = all.iter().map(|(number, _)| *number).collect();
        let first = all.first().map_or([0; 5], |(_, shape)| *shape);
        if let Some((number, other)) = all.iter().find(|(_, shape)| *shape != first) {
            let reason =
                format!("`{PREFIX}{number}` has the shape {other:?}, and others {first:?}");
            return Err(NpyError::Archive(reason));
        }
        let [time, channel, x, y, z] = first;
        Ok(Self::Archive {
            archive,
            start,
            shape: [samples.len(), time, channel, x, y, z],
            samples,
        })
    }

    /// The shape `[sample, time, channel, x, y, z]`.
    pub(super) fn shape(&self) -> [usize; AXES] {
        match self {
            Self::Array(array) => {
                array.shape().try_into().expect("it was checked to have six axes")
            }
            Self::Archive { shape, .. } => *shape,
        }
    }

    /// The numbers of the samples in the dataset, in increasing order; `None` if the file does not state them.
    pub(super) fn samples(&self) -> Option<&[usize]> {
        match self {
            Self::Array(_) => None,
            Self::Archive { samples, .. } => Some(samples),
        }
    }

    /// The index of the last given state; `None` if the file does not state it.
    pub(super) fn start(&self) -> Option<usize> {
        match self {
            Self::Array(_) => None,
            Self::Archive { start, .. } => *start,
        }
    }

    /// The sample at a position, `[time, channel, x, y, z]`.
    ///
    /// The caller has compared the shape with what it expects: this reads as many values as the shape says.
    pub(super) fn sample(&mut self, position: usize) -> Result<Array5<f64>, NpyError> {
        let sample = match self {
            Self::Array(array) => array.record(position)?,
            Self::Archive { archive, samples, .. } => {
                archive.array(&format!("{PREFIX}{}", samples[position]))?.all()?
            }
        };
        Ok(sample.into_dimensionality().expect("five axes remain"))
    }
}
