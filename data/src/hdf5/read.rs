//! Reading samples, or some of their states.

use super::checked;
use super::open::open;
use super::schema::{FORMAT, Names, Place, places};
use super::sound::must_be_sound;
use super::{Stored, refused};
use crate::{DataError, Grid, Info, SampleSummary};
use hdf5::{Dataset, File, Result, SliceOrIndex};
use ndarray::{Array5, Axis, s};
use std::path::{Path, PathBuf};

/// The number of values that are read at once where all are read.
const PART: usize = 1 << 22;

/// The open file of one sample.
pub(crate) struct SampleFile {
    path: PathBuf,
    pub(super) file: File,
    pub(super) names: &'static Names,
    pub(super) fields: Vec<Dataset>,
}

impl SampleFile {
    /// Opens a sample of the dataset that `info` describes, and checks the version and the shapes.
    pub(crate) fn open(path: &Path, info: &Info) -> std::result::Result<Self, DataError> {
        let file = open(path)?;
        let version = version(&file, path)?;
        Self::of(file, version, path, info)
    }

    /// The same for a file that was not examined yet: nothing in it is believed.
    pub(crate) fn open_untrusted(path: &Path, info: &Info) -> std::result::Result<Self, DataError> {
        let file = open(path)?;
        let version = version(&file, path)?;
        must_be_sound(&file, fs_err::metadata(path)?.len())
            .map_err(|error| refused(path, "read", &error))?;
        Self::of(file, version, path, info)
    }

    fn of(
        file: File,
        version: u32,
        path: &Path,
        info: &Info,
    ) -> std::result::Result<Self, DataError> {
        let open = |place: &Place<'_>| {
            let dataset = checked::dataset(&file, &place.path)?;
            let shape = place.shape(info.frames, info.cells);
            checked::must_have_shape(&dataset, &place.path, &shape)?;
            Ok(dataset)
        };
        let fields: Result<Vec<Dataset>> = places(&info.fields).iter().map(open).collect();
        let fields = fields.map_err(|error: hdf5::Error| DataError::Layout {
            path: path.into(),
            reason: error.to_string(),
        })?;
        Ok(Self { path: path.into(), file, names: Names::of_version(version), fields })
    }

    /// `length` states from number `start`, `[time, channel, x, y, z]`.
    pub(crate) fn window(
        &self,
        info: &Info,
        start: usize,
        length: usize,
    ) -> std::result::Result<Array5<f32>, DataError> {
        self.states(info, start, length).map_err(|error| self.refused(&error))
    }

    fn states(&self, info: &Info, start: usize, length: usize) -> Result<Array5<f32>> {
        let places = places(&info.fields);
        let [nx, ny, nz] = info.cells;
        let mut states = Array5::zeros((length, channels(info), nx, ny, nz));
        for (place, dataset) in places.iter().zip(&self.fields) {
            let stored = place.shape(info.frames, info.cells);
            let (values, length) = if place.field.constant {
                (checked::array::<f32>(dataset, &place.path, &stored)?, 1)
            } else {
                let selection = frames(start, length, stored.len());
                (checked::part::<f32>(dataset, &place.path, &stored, selection)?, length)
            };
            let shape = (length, nx, ny, nz, place.channels.len());
            let values = values.into_shape_with_order(shape)?.permuted_axes([0, 4, 1, 2, 3]);
            // The one state of a constant field is broadcast over time.
            states.slice_mut(s![.., place.channels.clone(), .., .., ..]).assign(&values);
        }
        Ok(states)
    }

    /// The sample with all its states.
    pub(crate) fn stored(&self, info: &Info) -> std::result::Result<Stored, DataError> {
        self.without_states(info)
            .and_then(|sample| Ok(Stored { values: self.states(info, 0, info.frames)?, ..sample }))
            .map_err(|error| self.refused(&error))
    }

    /// Reads all numbers, and returns their content hash; an error if they are not within the declared ranges. Memory
    /// holds some of the states at a time.
    pub(crate) fn content_hash(&self, info: &Info) -> std::result::Result<String, DataError> {
        self.hash_in_parts(info).map_err(|error| self.refused(&error))
    }

    fn hash_in_parts(&self, info: &Info) -> Result<String> {
        let channels = channels(info);
        let shape = [info.frames, channels, info.cells[0], info.cells[1], info.cells[2]];
        let state: usize = shape[1..].iter().product();
        let part = (PART / state.max(1)).clamp(1, info.frames);
        let mut ranges = vec![[f32::INFINITY, f32::NEG_INFINITY]; channels];
        let hash = self.without_states(info)?.hash_with(info, &shape, |hasher| -> Result<()> {
            hasher.f32s_in_parts(info.frames * state);
            for start in (0..info.frames).step_by(part) {
                let states = self.states(info, start, part.min(info.frames - start))?;
                for (range, values) in ranges.iter_mut().zip(states.axis_iter(Axis(1))) {
                    *range = values.iter().fold(*range, |[a, b], &x| [a.min(x), b.max(x)]);
                }
                hasher.more_f32s(states.iter().copied());
            }
            Ok(())
        })?;
        if self.ranges()? != ranges.iter().map(|range| range.map(f64::from)).collect::<Vec<_>>() {
            return Err(
                "the declared minimum or maximum of a field is not that of its values".into()
            );
        }
        Ok(hash)
    }

    /// The grid, and the times of the states.
    pub(crate) fn places(&self, info: &Info) -> std::result::Result<(Grid, Vec<f64>), DataError> {
        let sample = self.without_states(info).map_err(|error| self.refused(&error))?;
        Ok((sample.grid, sample.times))
    }

    /// The values of [`Info::parameters`].
    pub(crate) fn parameters(&self, info: &Info) -> std::result::Result<Vec<f64>, DataError> {
        self.read_parameters(info).map_err(|error| self.refused(&error))
    }

    /// Ranges and error estimates of the sample, without its states.
    pub(crate) fn summary(&self, info: &Info) -> std::result::Result<SampleSummary, DataError> {
        let read = || {
            Ok(SampleSummary {
                ranges: self.ranges()?,
                error_estimate: self.error_estimate(info)?,
                reliability: self.reliability(info)?,
                steady_from: self.steady_from(info)?,
            })
        };
        read().map_err(|error| self.refused(&error))
    }

    /// An attribute of the root.
    pub(crate) fn attribute(&self, name: &str) -> std::result::Result<String, DataError> {
        checked::text(&self.file, name).map_err(|error| self.refused(&error))
    }

    /// The index of the sample in its dataset.
    pub(crate) fn index(&self) -> std::result::Result<usize, DataError> {
        self.read_index().map_err(|error| self.refused(&error))
    }

    fn refused(&self, error: &hdf5::Error) -> DataError {
        refused(&self.path, "read", error)
    }
}

/// The version of a sample's file.
fn version(file: &File, path: &Path) -> std::result::Result<u32, DataError> {
    let damaged = |error: hdf5::Error| refused(path, "read", &error);
    if !checked::has(file, "eddymark_format").map_err(damaged)? {
        let reason = "it has no attribute `eddymark_format`: another program wrote it".into();
        return Err(DataError::Layout { path: path.into(), reason });
    }
    let found: u64 = checked::scalar(file, "eddymark_format").map_err(damaged)?;
    let found = u32::try_from(found).unwrap_or(u32::MAX);
    if found > FORMAT {
        return Err(DataError::Version { path: path.into(), found, known: FORMAT });
    }
    Ok(found)
}

pub(super) fn channels(info: &Info) -> usize {
    info.fields.iter().map(|field| field.symbols.len()).sum()
}

/// Selects states of the one trajectory, with all cells and components.
pub(super) fn frames(start: usize, length: usize, dimensions: usize) -> hdf5::Hyperslab {
    let time = SliceOrIndex::from(start..start + length);
    let rest = std::iter::repeat_n(SliceOrIndex::from(..), dimensions - 2);
    [SliceOrIndex::from(0..1), time].into_iter().chain(rest).collect::<Vec<_>>().into()
}
