//! Writing one sample.

use super::attribute::{set, set_list, set_text, set_texts, set_varying};
use super::field_writer::FieldWriter;
use super::schema::{AXES, FORMAT, NAMES, PRECISION, UNITS, disk_name, spatial_axes};
use super::{Stored, boundary, must_have_text_path, refused};
use crate::sample::interval;
use crate::{
    DataError, DatasetHeader, Info, Parameter, PendingFile, Reliability, Sample, SplitPlan, States,
    sync_folder,
};
use hdf5::{File, Group, Result};
use ndarray::Axis;
use std::path::Path;

/// The cache of a field's states in bytes: none, so that a state is written when it is complete.
const CHUNK_CACHE: usize = 0;

/// Writes a temporary file, synchronizes it with the disk and renames it, so that the sample's file is complete or
/// absent. Memory holds one state at a time.
///
/// Returns the content hash. The temporary file is removed on errors, so that it does not fill the disk.
pub(crate) fn write_sample<S: States>(
    path: &Path,
    header: &DatasetHeader,
    sample: &Sample<S>,
) -> std::result::Result<String, DataError> {
    must_have_text_path(path)?;
    let pending = PendingFile::create(path)?;
    let reliability = sample.reliability(&header.info.fields)?.unwrap_or_default();
    let hash = fill(pending.path(), header, sample, &reliability).map_err(|error| match error {
        Failure::States(error) => error,
        Failure::File(error) => refused(path, "written", &error),
    })?;
    pending.synchronize()?;
    pending.publish()?;
    sync_folder(path.parent().expect("samples lie in a folder"))?;
    Ok(hash)
}

/// Why a sample is not written.
enum Failure {
    /// Its states cannot be read.
    States(DataError),
    /// Its file cannot be written.
    File(hdf5::Error),
}

impl From<hdf5::Error> for Failure {
    fn from(error: hdf5::Error) -> Self {
        Self::File(error)
    }
}

fn fill<S: States>(
    path: &Path,
    header: &DatasetHeader,
    sample: &Sample<S>,
    reliability: &[Reliability],
) -> std::result::Result<String, Failure> {
    let mut options = File::with_options();
    options.access_plist().file_locking(false).chunk_cache(521, CHUNK_CACHE, 0.75);
    let file = options.create(path)?;
    let written = write_all(&file, header, sample, reliability);
    let flushed = file.flush(); // closing alone would not return the error of a full disk
    let hash = written.and_then(|hash| flushed.map(|()| hash).map_err(Failure::File));
    if hash.is_err() {
        // HDF5 2.2 crashes when it closes a file whose buffers it cannot write to a full disk.
        std::mem::forget(file);
        return hash;
    }
    file.close()?;
    hash
}

/// Writes everything, and returns the content hash.
fn write_all<S: States>(
    file: &File,
    header: &DatasetHeader,
    sample: &Sample<S>,
    reliability: &[Reliability],
) -> std::result::Result<String, Failure> {
    let stored = Stored::without_states(sample);
    write_root(file, header, &stored)?;
    write_dimensions(file, &stored)?;
    boundary::write(file, &stored.grid)?;
    write_scalars(file, header, &stored)?;
    let fields = FieldWriter::create_all(file, &header.info)?;
    let hash = write_states(fields, &header.info, &stored, &sample.trajectory)?;
    write_double_precision(file, &stored)?;
    write_verification(file, header, &stored, reliability)?;
    set_text(file, "content_hash", &hash)?;
    Ok(hash)
}

/// Writes all states, rounded to the nearest `f32`, ties to even. Returns the content hash of the sample.
fn write_states<S: States>(
    mut fields: Vec<FieldWriter<'_>>,
    info: &Info,
    sample: &Stored,
    states: &S,
) -> std::result::Result<String, Failure> {
    let shape = states.shape();
    let hash = sample.hash_with(info, &shape, |hasher| {
        hasher.f32s_in_parts(shape.iter().product());
        for step in 0..shape[0] {
            let state = states.state(step).map_err(Failure::States)?.mapv(|value| value as f32);
            fields.iter_mut().try_for_each(|field| field.write(step, state.view()))?;
            hasher.more_f32s(state.iter().copied());
        }
        Ok::<_, Failure>(())
    })?;
    fields.into_iter().try_for_each(FieldWriter::finish)?;
    Ok(hash)
}

fn write_root(file: &File, header: &DatasetHeader, sample: &Stored) -> Result<()> {
    let info = &header.info;
    set_text(file, "dataset_name", &info.name)?;
    set_text(file, "grid_type", "cartesian")?;
    let dimensions = i64::try_from(spatial_axes(info.cells).len()).expect("there are at most 3");
    set(file, "n_spatial_dims", dimensions)?;
    set(file, "n_trajectories", 1_i64)?;
    let names: Vec<String> = info.parameters.iter().map(|p| disk_name(&p.name)).collect();
    set_texts(file, "simulation_parameters", &names)?;
    for (name, &value) in names.iter().zip(&sample.parameters) {
        set(file, name, value)?;
    }
    write_provenance(file, header, sample)
}

fn write_provenance(file: &File, header: &DatasetHeader, sample: &Stored) -> Result<()> {
    set(file, "eddymark_format", FORMAT)?;
    set(file, "interval", interval(&sample.times))?;
    set(file, "seed", header.seed)?;
    set(file, "sample_index", sample.index as u64)?;
    set_list(file, NAMES.reference_cells, &sample.reference_cells.map(|cells| cells as u64))?;
    if let Some(name) = header.sample_names.get(sample.index) {
        set_text(file, "sample_name", name)?;
    }
    if let Some(state) = sample.steady_from {
        set(file, "steady_from", state as u64)?;
    }
    let split_hash = SplitPlan::hash(&header.splits);
    for (name, text) in [
        ("problem", header.info.problem.as_str()),
        ("units", UNITS),
        ("precision", PRECISION),
        ("solver", &header.solver),
        ("solver_version", &header.version),
        ("solver_commit", &header.commit),
        ("case_hash", &header.case_hash),
        ("split", sample.split.folder()),
        ("split_hash", &split_hash),
    ] {
        set_text(file, name, text)?;
    }
    Ok(())
}

fn write_dimensions(file: &File, sample: &Stored) -> Result<()> {
    let group = file.create_group("dimensions")?;
    let axes = spatial_axes(sample.grid.cells());
    let names: Vec<&str> = axes.iter().map(|&axis| AXES[axis]).collect();
    set_texts(&group, "spatial_dims", &names)?;
    write_coordinate(&group, "time", &sample.times, "s", true)?;
    axes.iter().try_for_each(|&axis| {
        write_coordinate(&group, AXES[axis], &sample.grid.axes[axis].centres(), "m", false)
    })
}

fn write_coordinate(
    group: &Group,
    name: &str,
    values: &[f64],
    unit: &str,
    time: bool,
) -> Result<()> {
    let values: Vec<f32> = values.iter().map(|&value| value as f32).collect();
    let dataset = group.new_dataset_builder().with_data(&values).create(name)?;
    set_text(&dataset, "unit", unit)?;
    set_varying(&dataset, false, time)
}

fn write_scalars(file: &File, header: &DatasetHeader, sample: &Stored) -> Result<()> {
    let group = file.create_group("scalars")?;
    let Info { parameters, monitors, .. } = &header.info;
    let names: Vec<String> =
        parameters.iter().chain(monitors).map(|p| disk_name(&p.name)).collect();
    set_texts(&group, "field_names", &names)?;
    for (parameter, &value) in parameters.iter().zip(&sample.parameters) {
        let dataset = group.new_dataset::<f32>().create(disk_name(&parameter.name).as_str())?;
        dataset.write_scalar(&(value as f32))?;
        describe(&dataset, parameter, false)?;
    }
    for (monitor, values) in monitors.iter().zip(sample.monitors.columns()) {
        let values = values.mapv(|value| value as f32);
        let builder = group.new_dataset_builder().with_data(values.view());
        describe(&builder.create(disk_name(&monitor.name).as_str())?, monitor, true)?;
    }
    Ok(())
}

/// The symbol and the unit of a scalar, and whether it varies in time.
fn describe(dataset: &hdf5::Dataset, scalar: &Parameter, by_time: bool) -> Result<()> {
    set_text(dataset, "symbol", &scalar.symbol)?;
    set_text(dataset, "unit", &scalar.unit)?;
    set_varying(dataset, false, by_time)
}

/// Times, edges and monitors, which The Well has in `f32`, in full precision.
fn write_double_precision(file: &File, sample: &Stored) -> Result<()> {
    let group = file.create_group(NAMES.double_precision)?;
    group.new_dataset_builder().with_data(&sample.times).create("time")?;
    if sample.monitors.ncols() > 0 {
        group.new_dataset_builder().with_data(sample.monitors.view()).create("monitors")?;
    }
    for (name, axis) in AXES.iter().zip(&sample.grid.axes) {
        group
            .new_dataset_builder()
            .with_data(&axis.edges)
            .create(format!("{name}_edges").as_str())?;
    }
    Ok(())
}

fn write_verification(
    file: &File,
    header: &DatasetHeader,
    sample: &Stored,
    reliability: &[Reliability],
) -> Result<()> {
    let group = file.create_group("verification")?;
    set_text(&group, "method", &header.verification)?;
    let Some(estimate) = &sample.error_estimate else { return Ok(()) };
    let dataset =
        group.new_dataset_builder().with_data(estimate.view()).create("error_estimate")?;
    let channels = crate::channels(&header.info.fields);
    let (symbols, units): (Vec<_>, Vec<_>) =
        channels.into_iter().map(|c| (c.symbol, c.unit)).unzip();
    set_texts(&dataset, "symbols", &symbols)?;
    set_texts(&dataset, "units", &units)?;
    let largest = estimate.fold_axis(Axis(0), f64::NEG_INFINITY, |a, b| a.max(*b));
    set_list(&dataset, "maximum", &largest.to_vec())?;
    if let Some(statistics) = &sample.statistics_estimate {
        let builder = group.new_dataset_builder().with_data(statistics.view());
        let dataset = builder.create(NAMES.statistics_estimate)?;
        set_texts(&dataset, "statistics", &["mean", "standard deviation"])?;
        set_texts(&dataset, "symbols", &symbols)?;
        set_texts(&dataset, "units", &units)?;
    }
    write_reliability(&group, reliability)
}

/// The reliability of every field that is not constant.
fn write_reliability(group: &Group, fields: &[Reliability]) -> Result<()> {
    let names: Vec<String> = fields.iter().map(|of| disk_name(&of.field)).collect();
    set_texts(group, "fields", &names)?;
    let all = |number: fn(&Reliability) -> f64| fields.iter().map(number).collect::<Vec<f64>>();
    set_list(group, "relative_error", &all(|of| of.relative_error))?;
    set_list(group, "largest_error", &all(|of| of.largest_error))?;
    set_list(group, NAMES.horizon, &all(|of| of.horizon))?;
    set_list(group, "statistics_error", &all(|of| of.statistics_error))?;
    let flags: Vec<bool> = fields.iter().map(Reliability::is_under_resolved).collect();
    set_list(group, "under_resolved", &flags)
}
