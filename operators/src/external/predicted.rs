//! Predicted states in a file.

use data::{ARRAY_FILES, ArrayFile, Links, Npy, NpyError};
use ndarray::Array5;
use std::path::Path;

/// The number of axes: `[sample, time, channel, x, y, z]`.
const AXES: usize = 6;
/// The beginning of the names of arrays in an archive: `sample_7`.
const PREFIX: &str = "sample_";
/// The name of the index of the last given state in an archive, which may be absent.
const START: &str = "start";
/// The name of an array with all samples in an archive.
const ALL: &str = "prediction";

/// A file with predicted states. Its values are not in memory.
pub(super) struct PredictedStates {
    content: Content,
    shape: [usize; AXES],
    /// The numbers of the samples in the dataset, in increasing order, if the file states them.
    samples: Option<Vec<usize>>,
    /// The index of the last given state, if the file states it.
    start: Option<usize>,
}

enum Content {
    /// One array `[sample, time, channel, x, y, z]`, with the samples in order.
    Array(Npy),
    /// Arrays by name: one per sample, `[time, channel, x, y, z]`, or one with all samples in order.
    Archive(ArrayFile),
}

impl PredictedStates {
    /// Opens a `.npy` file whose array has six axes, or an archive with such an array, or with one of five per sample.
    pub(super) fn open(path: &Path) -> Result<Self, NpyError> {
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        if ARRAY_FILES.contains(&&*extension) {
            return Self::archive(ArrayFile::open(path)?);
        }
        Self::array(Npy::open(path, Links::Followed)?)
    }

    fn array(array: Npy) -> Result<Self, NpyError> {
        let shape = six_axes(array.shape())?;
        Ok(Self { content: Content::Array(array), shape, samples: None, start: None })
    }

    fn archive(mut archive: ArrayFile) -> Result<Self, NpyError> {
        let start = match archive.shapes().get(START) {
            Some(shape) if shape.iter().product::<usize>() == 1 => {
                archive.part(START, &[])?.first().map(|start| *start as usize)
            }
            _ => None,
        };
        if let Some(shape) = archive.shapes().get(ALL) {
            let shape = six_axes(shape)?;
            return Ok(Self { content: Content::Archive(archive), shape, samples: None, start });
        }
        let number = |name: &str| name.strip_prefix(PREFIX)?.parse::<usize>().ok();
        let of = |(name, shape): (&String, &Vec<usize>)| {
            let number = number(name).ok_or_else(|| {
                NpyError::Archive(format!(
                    "its array `{name}` is not called `{PREFIX}0`, `{PREFIX}1`, …, or `{ALL}`"
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
        let shape = [samples.len(), time, channel, x, y, z];
        let content = Content::Archive(archive);
        Ok(Self { content, shape, samples: Some(samples), start })
    }

    /// The shape `[sample, time, channel, x, y, z]`.
    pub(super) fn shape(&self) -> [usize; AXES] {
        self.shape
    }

    /// The numbers of the samples in the dataset, in increasing order; `None` if the file does not state them.
    pub(super) fn samples(&self) -> Option<&[usize]> {
        self.samples.as_deref()
    }

    /// The index of the last given state; `None` if the file does not state it.
    pub(super) fn start(&self) -> Option<usize> {
        self.start
    }

    /// The sample at a position, `[time, channel, x, y, z]`.
    ///
    /// The caller has compared the shape with what it expects: this reads as many values as the shape says.
    pub(super) fn sample(&mut self, position: usize) -> Result<Array5<f64>, NpyError> {
        let sample = match (&mut self.content, &self.samples) {
            (Content::Array(array), _) => array.record(position)?,
            (Content::Archive(archive), None) => archive.part(ALL, &[position])?,
            (Content::Archive(archive), Some(samples)) => {
                archive.part(&format!("{PREFIX}{}", samples[position]), &[])?
            }
        };
        Ok(sample.into_dimensionality().expect("five axes remain"))
    }
}

fn six_axes(shape: &[usize]) -> Result<[usize; AXES], NpyError> {
    shape.try_into().map_err(|_| NpyError::Axes(shape.into()))
}
