//! Reading samples, or some of their states.

use super::attribute::{number, text};
use super::schema::{AXES, FORMAT, Names, Place, disk_name, places};
use super::{Stored, boundary, reason, refused};
use crate::{Axis, Boundary, DataError, Grid, Info, Reliability, SampleSummary, Split};
use hdf5::types::VarLenUnicode;
use hdf5::{Dataset, File, Result, SliceOrIndex};
use ndarray::{Array2, Array5, ArrayD, s};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The first bytes of every HDF5 file.
const SIGNATURE: [u8; 8] = *b"\x89HDF\r\n\x1a\n";
const ERROR_ESTIMATE: &str = "verification/error_estimate";
/// The reason that is given for a truncated file.
const TRUNCATED: &str = "its end is missing; generate or copy it again";
/// The cache of decompressed states per open field in bytes.
const CHUNK_CACHE: usize = 1 << 18;

/// Opens an HDF5 file, whichever program wrote it.
pub(crate) fn open(path: &Path) -> std::result::Result<File, DataError> {
    let mut start = Vec::new();
    fs_err::File::open(path)?.take(8).read_to_end(&mut start)?;
    if start != SIGNATURE {
        let reason = "it does not begin as HDF5 files do; generate or copy it again".into();
        return Err(DataError::Layout { path: path.into(), reason });
    }
    let mut builder = File::with_options();
    // Files are replaced by renaming and never changed, so that they need no locks. A child process would inherit a
    // lock, and some network drives do not support them. The numbers of slots and the preemption policy are the
    // defaults of HDF5.
    builder.access_plist().file_locking(false).chunk_cache(521, CHUNK_CACHE, 0.75);
    builder.open(path).map_err(|error| {
        let is_truncated = error.contains_minor(hdf5::MinorErrorCode::Truncated);
        let reason = if is_truncated { TRUNCATED.into() } else { reason(&error) };
        DataError::Hdf5 { path: path.into(), action: "read", reason }
    })
}

/// The open file of one sample.
pub(crate) struct SampleFile {
    path: PathBuf,
    file: File,
    names: &'static Names,
    fields: Vec<Dataset>,
}

impl SampleFile {
    /// Opens a sample of the dataset that `info` describes, and checks the layout, the version and the shapes.
    pub(crate) fn open(path: &Path, info: &Info) -> std::result::Result<Self, DataError> {
        let file = open(path)?;
        let layout = |reason: String| DataError::Layout { path: path.into(), reason };
        let found: u32 = number(&file, "eddymark_format").map_err(|_| {
            layout("it has no attribute `eddymark_format`: another program wrote it".into())
        })?;
        if found > FORMAT {
            return Err(DataError::Version { path: path.into(), found, known: FORMAT });
        }
        let open = |place: &Place<'_>| {
            let dataset = file.dataset(&place.path);
            let dataset = dataset
                .map_err(|_| layout(format!("`{}` is missing; generate it again", place.path)))?;
            let (found, expected) = (dataset.shape(), place.shape(info.frames, info.cells));
            if found == expected {
                return Ok(dataset);
            }
            Err(layout(format!(
                "`{}` is {found:?}, and must be {expected:?}; generate it again",
                place.path
            )))
        };
        let fields =
            places(&info.fields).iter().map(open).collect::<std::result::Result<_, _>>()?;
        Ok(Self { path: path.into(), file, names: Names::of_version(found), fields })
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
        let channels = places.last().map_or(0, |place| place.channels.end);
        let [nx, ny, nz] = info.cells;
        let mut states = Array5::zeros((length, channels, nx, ny, nz));
        for (place, dataset) in places.iter().zip(&self.fields) {
            let (values, length): (ArrayD<f32>, usize) = if place.field.constant {
                (dataset.read_dyn()?, 1)
            } else {
                (dataset.read_slice(frames(start, length, dataset.ndim()))?, length)
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
        let read = || {
            Ok(Stored {
                index: number::<u64>(&self.file, "sample_index")? as usize,
                split: self.split()?,
                grid: self.grid(info)?,
                parameters: self.read_parameters(info)?,
                times: self.times(info)?,
                values: self.states(info, 0, info.frames)?,
                monitors: self.monitors(info)?,
                error_estimate: self.table(ERROR_ESTIMATE)?,
                statistics_estimate: self
                    .table(&format!("verification/{}", self.names.statistics_estimate))?,
                reference_cells: self.reference_cells()?,
                steady_from: self.steady_from()?,
            })
        };
        read().map_err(|error| self.refused(&error))
    }

    /// The values of [`Info::parameters`].
    pub(crate) fn parameters(&self, info: &Info) -> std::result::Result<Vec<f64>, DataError> {
        self.read_parameters(info).map_err(|error| self.refused(&error))
    }

    /// Ranges and error estimates of the sample, without its states.
    pub(crate) fn summary(&self) -> std::result::Result<SampleSummary, DataError> {
        let read = || {
            Ok(SampleSummary {
                ranges: self.ranges()?,
                error_estimate: self.table(ERROR_ESTIMATE)?,
                reliability: self.reliability()?,
                steady_from: self.steady_from()?,
            })
        };
        read().map_err(|error| self.refused(&error))
    }

    fn ranges(&self) -> Result<Vec<[f64; 2]>> {
        let (mut least, mut greatest) = (Vec::new(), Vec::new());
        for field in &self.fields {
            least.extend(field.attr("minimum")?.read_raw::<f64>()?);
            greatest.extend(field.attr("maximum")?.read_raw::<f64>()?);
        }
        Ok(least.into_iter().zip(greatest).map(|(least, greatest)| [least, greatest]).collect())
    }

    /// An attribute of the root.
    pub(crate) fn attribute(&self, name: &str) -> std::result::Result<String, DataError> {
        text(&self.file, name).map_err(|error| self.refused(&error))
    }

    /// The index of the sample in its dataset.
    pub(crate) fn index(&self) -> std::result::Result<usize, DataError> {
        let index: Result<u64> = number(&self.file, "sample_index");
        index.map(|index| index as usize).map_err(|error| self.refused(&error))
    }

    fn refused(&self, error: &hdf5::Error) -> DataError {
        refused(&self.path, "read", error)
    }

    fn split(&self) -> Result<Split> {
        let folder = text(&self.file, "split")?;
        let split = Split::ALL.into_iter().find(|split| split.folder() == folder);
        split.ok_or_else(|| {
            format!("`split` is `{folder}`, and must be train, valid or test").into()
        })
    }

    fn read_parameters(&self, info: &Info) -> Result<Vec<f64>> {
        info.parameters.iter().map(|p| number(&self.file, &disk_name(&p.name))).collect()
    }

    fn grid(&self, info: &Info) -> Result<Grid> {
        Ok(Grid { axes: [self.axis(0, info)?, self.axis(1, info)?, self.axis(2, info)?] })
    }

    fn axis(&self, axis: usize, info: &Info) -> Result<Axis> {
        let cells = info.cells[axis];
        let name = format!("{}/{}_edges", self.names.double_precision, AXES[axis]);
        let edges: Vec<f64> = self.file.dataset(&name)?.read_raw()?;
        if edges.len() != cells + 1 {
            return Err(format!("`{name}` has {} edges for {cells} cells", edges.len()).into());
        }
        let is_flat = cells == 1;
        let boundaries =
            if is_flat { [Boundary::Periodic; 2] } else { boundary::read(&self.file, axis)? };
        Ok(Axis { edges, boundaries })
    }

    fn times(&self, info: &Info) -> Result<Vec<f64>> {
        let name = format!("{}/time", self.names.double_precision);
        let times: Vec<f64> = self.file.dataset(&name)?.read_raw()?;
        let fits = times.len() == info.frames;
        fits.then_some(times)
            .ok_or_else(|| format!("`{name}` has another length than the fields").into())
    }

    fn monitors(&self, info: &Info) -> Result<Array2<f64>> {
        if info.monitors.is_empty() {
            return Ok(Array2::zeros((info.frames, 0)));
        }
        let name = format!("{}/monitors", self.names.double_precision);
        let monitors = self.file.dataset(&name)?.read_2d()?;
        let fits = monitors.dim() == (info.frames, info.monitors.len());
        fits.then_some(monitors)
            .ok_or_else(|| format!("`{name}` has another shape than time × monitors").into())
    }

    /// Unknown, hence 0, in files of version 1.
    fn reference_cells(&self) -> Result<[usize; 3]> {
        let name = self.names.reference_cells;
        let Ok(attribute) = self.file.attr(name) else { return Ok([0; 3]) };
        let cells: Vec<u64> = attribute.read_raw()?;
        let cells: Vec<usize> = cells.into_iter().map(|cells| cells as usize).collect();
        cells.try_into().map_err(|_| format!("`{name}` has not 3 numbers").into())
    }

    fn steady_from(&self) -> Result<Option<usize>> {
        let Ok(attribute) = self.file.attr("steady_from") else { return Ok(None) };
        Ok(Some(attribute.read_scalar::<u64>()? as usize))
    }

    /// Empty without an error estimate, and in files of version 1.
    fn reliability(&self) -> Result<Vec<Reliability>> {
        let group = self.file.group("verification")?;
        let Ok(fields) = group.attr("fields") else { return Ok(Vec::new()) };
        let fields: Vec<VarLenUnicode> = fields.read_raw()?;
        let numbers = |name| group.attr(name)?.read_raw::<f64>();
        let (relative, horizons) = (numbers("relative_error")?, numbers(self.names.horizon)?);
        // The first files of version 2 have no error of statistics, and the largest error is called the relative one.
        let largest = numbers("largest_error").unwrap_or_else(|_| relative.clone());
        let unknown = |horizon: &f64| if horizon.is_finite() { f64::NAN } else { 0.0 };
        let statistics =
            numbers("statistics_error").unwrap_or_else(|_| horizons.iter().map(unknown).collect());
        let (errors, beyond) =
            (relative.into_iter().zip(largest), horizons.into_iter().zip(statistics));
        let rows = fields.into_iter().zip(errors.zip(beyond));
        let row = |(field, ((relative_error, largest_error), (horizon, statistics_error)))| {
            let field: VarLenUnicode = field;
            let field = field.as_str().into();
            Reliability { field, relative_error, largest_error, horizon, statistics_error }
        };
        Ok(rows.map(row).collect())
    }

    /// An optional table.
    fn table(&self, name: &str) -> Result<Option<Array2<f64>>> {
        let is_there = self.file.link_exists(name);
        is_there.then(|| self.file.dataset(name)?.read_2d()).transpose()
    }
}

/// Selects states of the one trajectory, with all cells and components.
fn frames(start: usize, length: usize, dimensions: usize) -> hdf5::Hyperslab {
    let time = SliceOrIndex::from(start..start + length);
    let rest = std::iter::repeat_n(SliceOrIndex::from(..), dimensions - 2);
    [SliceOrIndex::from(0..1), time].into_iter().chain(rest).collect::<Vec<_>>().into()
}
