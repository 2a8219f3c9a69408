//! Reading all of a sample but its states.

use super::read::{SampleFile, channels};
use super::schema::{AXES, disk_name};
use super::{Stored, boundary, checked};
use crate::{Axis, Boundary, Grid, Info, Reliability, Split};
use hdf5::Result;
use ndarray::{Array2, Array5, Ix2};

impl SampleFile {
    /// The sample with no states.
    pub(super) fn without_states(&self, info: &Info) -> Result<Stored> {
        Ok(Stored {
            index: self.read_index()?,
            split: self.split()?,
            grid: self.grid(info)?,
            parameters: self.read_parameters(info)?,
            times: self.times(info)?,
            values: Array5::zeros((0, 0, 0, 0, 0)),
            monitors: self.monitors(info)?,
            error_estimate: self.error_estimate(info)?,
            statistics_estimate: self.optional_table(
                &format!("verification/{}", self.names.statistics_estimate),
                2,
                info,
            )?,
            reference_cells: self.reference_cells()?,
            steady_from: self.steady_from(info)?,
        })
    }

    pub(super) fn read_index(&self) -> Result<usize> {
        Ok(checked::scalar::<u64>(&self.file, "sample_index")? as usize)
    }

    /// The declared minimum and maximum of every channel.
    pub(super) fn ranges(&self) -> Result<Vec<[f64; 2]>> {
        let (mut least, mut greatest) = (Vec::new(), Vec::new());
        for field in &self.fields {
            least.extend(checked::list::<f64>(field, "minimum")?);
            greatest.extend(checked::list::<f64>(field, "maximum")?);
        }
        Ok(least.into_iter().zip(greatest).map(|(least, greatest)| [least, greatest]).collect())
    }

    fn split(&self) -> Result<Split> {
        let folder = checked::text(&self.file, "split")?;
        let split = Split::ALL.into_iter().find(|split| split.folder() == folder);
        split.ok_or_else(|| {
            format!("`split` is `{folder}`, and must be train, valid or test").into()
        })
    }

    /// The values of [`Info::parameters`].
    pub(super) fn read_parameters(&self, info: &Info) -> Result<Vec<f64>> {
        info.parameters.iter().map(|p| checked::scalar(&self.file, &disk_name(&p.name))).collect()
    }

    fn grid(&self, info: &Info) -> Result<Grid> {
        Ok(Grid { axes: [self.axis(0, info)?, self.axis(1, info)?, self.axis(2, info)?] })
    }

    fn axis(&self, axis: usize, info: &Info) -> Result<Axis> {
        let cells = info.cells[axis];
        let name = format!("{}/{}_edges", self.names.double_precision, AXES[axis]);
        let is_flat = cells == 1;
        let boundaries = if is_flat {
            [Boundary::Periodic; 2]
        } else {
            boundary::read(&self.file, axis, cells)?
        };
        Ok(Axis { edges: self.list(&name, cells + 1)?, boundaries })
    }

    fn times(&self, info: &Info) -> Result<Vec<f64>> {
        self.list(&format!("{}/time", self.names.double_precision), info.frames)
    }

    fn monitors(&self, info: &Info) -> Result<Array2<f64>> {
        if info.monitors.is_empty() {
            return Ok(Array2::zeros((info.frames, 0)));
        }
        let name = format!("{}/monitors", self.names.double_precision);
        self.table(&name, [info.frames, info.monitors.len()])
    }

    /// Unknown, hence 0, in files of version 1.
    fn reference_cells(&self) -> Result<[usize; 3]> {
        let name = self.names.reference_cells;
        if !checked::has(&self.file, name)? {
            return Ok([0; 3]);
        }
        let cells = checked::list::<u64>(&self.file, name)?.into_iter();
        let cells: Vec<usize> = cells.map(|cells| cells as usize).collect();
        cells.try_into().map_err(|_| format!("`{name}` has not 3 numbers").into())
    }

    /// The first state of a steady flow.
    pub(super) fn steady_from(&self, info: &Info) -> Result<Option<usize>> {
        if !checked::has(&self.file, "steady_from")? {
            return Ok(None);
        }
        match checked::scalar::<u64>(&self.file, "steady_from")? {
            state if state < info.frames as u64 => Ok(Some(state as usize)),
            state => {
                Err(format!("`steady_from` is {state}, and there are {} states", info.frames)
                    .into())
            }
        }
    }

    /// Empty without an error estimate, and in files of version 1.
    pub(super) fn reliability(&self, info: &Info) -> Result<Vec<Reliability>> {
        let group = checked::group(&self.file, "verification")?;
        if !checked::has(&group, "fields")? {
            return Ok(Vec::new());
        }
        let fields = checked::texts(&group, "fields")?;
        let varying =
            info.fields.iter().filter(|field| !field.constant).map(|f| disk_name(&f.name));
        if fields != varying.collect::<Vec<_>>() {
            return Err("`verification@fields` are not those of the dataset".into());
        }
        let numbers = |name| -> Result<Vec<f64>> {
            let numbers = checked::list::<f64>(&group, name)?;
            if numbers.len() == fields.len() {
                return Ok(numbers);
            }
            Err(format!("`verification@{name}` has not as many numbers as there are fields").into())
        };
        let (relative, horizons) = (numbers("relative_error")?, numbers(self.names.horizon)?);
        // The first files of version 2 have no error of statistics, and the largest error is called the relative one.
        let is_first = !checked::has(&group, "statistics_error")?;
        let unknown = |horizon: &f64| if horizon.is_finite() { f64::NAN } else { 0.0 };
        let (largest, statistics) = if is_first {
            (relative.clone(), horizons.iter().map(unknown).collect())
        } else {
            (numbers("largest_error")?, numbers("statistics_error")?)
        };
        let (errors, beyond) =
            (relative.into_iter().zip(largest), horizons.into_iter().zip(statistics));
        let rows = fields.into_iter().zip(errors.zip(beyond));
        let row = |(field, ((relative_error, largest_error), (horizon, statistics_error)))| {
            Reliability { field, relative_error, largest_error, horizon, statistics_error }
        };
        Ok(rows.map(row).collect())
    }

    fn list(&self, path: &str, length: usize) -> Result<Vec<f64>> {
        let dataset = checked::dataset(&self.file, path)?;
        Ok(checked::array::<f64>(&dataset, path, &[length])?.into_raw_vec_and_offset().0)
    }

    fn table(&self, path: &str, shape: [usize; 2]) -> Result<Array2<f64>> {
        let dataset = checked::dataset(&self.file, path)?;
        let table = checked::array::<f64>(&dataset, path, &shape)?;
        Ok(table.into_dimensionality::<Ix2>()?)
    }

    /// A table of `rows` by channels, if it is there.
    fn optional_table(&self, path: &str, rows: usize, info: &Info) -> Result<Option<Array2<f64>>> {
        let is_there = self.file.link_exists(path);
        is_there.then(|| self.table(path, [rows, channels(info)])).transpose()
    }

    /// The error estimate of the states, `[time, channel]`.
    pub(super) fn error_estimate(&self, info: &Info) -> Result<Option<Array2<f64>>> {
        self.optional_table("verification/error_estimate", info.frames, info)
    }
}
