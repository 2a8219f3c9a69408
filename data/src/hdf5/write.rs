//! Writing one sample.

use super::attribute::{set, set_list, set_text, set_texts, set_varying};
use super::schema::{
    AXES, FORMAT, NAMES, PRECISION, Place, UNITS, disk_name, group, places, spatial_axes,
};
use super::{Stored, boundary, refused};
use crate::sample::interval;
use crate::{
    DataError, DatasetHeader, Info, Parameter, PendingFile, Rank, Reliability, Sample, SplitPlan,
    sync_folder,
};
use hdf5::{File, Group, Result};
use ndarray::{ArrayD, Axis, s};
use std::path::Path;

/// Deflate's fastest level: the next ones cost twice the time and save a few percent.
const DEFLATE: u8 = 1;

/// The increment of the file in memory in bytes.
const MEMORY_STEP: usize = 1 << 20;

/// Writes a temporary file, synchronizes it with the disk and renames it, so that the sample's file is complete or
/// absent.
///
/// Returns the content hash. The temporary file is removed on errors, so that it does not fill the disk.
pub(crate) fn write_sample(
    path: &Path,
    header: &DatasetHeader,
    sample: &Sample,
) -> std::result::Result<String, DataError> {
    let pending = PendingFile::create(path)?;
    let hash =
        fill(pending.path(), header, sample).map_err(|error| refused(path, "written", &error))?;
    pending.synchronize()?;
    pending.publish()?;
    sync_folder(path.parent().expect("samples lie in a folder"))?;
    Ok(hash)
}

/// Creates the file in memory, and writes it to the disk at the end.
///
/// HDF5 2.2 crashes if it cannot write its buffers to a full disk. In memory it can always write them, and the final
/// copy returns an error.
fn fill(path: &Path, header: &DatasetHeader, sample: &Sample) -> Result<String> {
    let mut options = File::with_options();
    options.access_plist().core_options(MEMORY_STEP, true).file_locking(false);
    let file = options.create(path)?;
    let hash = write_all(&file, header, sample)?;
    let flushed = file.flush(); // closing alone would not return the error of a full disk
    let closed = file.close();
    flushed.and(closed).map(|()| hash)
}

/// Writes everything, and returns the content hash.
fn write_all(file: &File, header: &DatasetHeader, sample: &Sample) -> Result<String> {
    let stored = Stored::from(sample);
    write_root(file, header, &stored)?;
    write_dimensions(file, &stored)?;
    boundary::write(file, &stored.grid)?;
    write_scalars(file, header, &stored)?;
    write_fields(file, header, &stored)?;
    write_double_precision(file, &stored)?;
    write_verification(file, header, sample)?;
    let hash = stored.content_hash(&header.info);
    set_text(file, "content_hash", &hash)?;
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

fn write_fields(file: &File, header: &DatasetHeader, sample: &Stored) -> Result<()> {
    let places = places(&header.info.fields);
    for rank in [Rank::Scalar, Rank::Vector] {
        let of_rank = places.iter().filter(|place| place.field.rank == rank);
        let names: Vec<String> = of_rank.map(|place| disk_name(&place.field.name)).collect();
        let group = file.create_group(group(rank))?;
        set_texts(&group, "field_names", &names)?;
    }
    let tensors = file.create_group("t2_fields")?;
    set_texts::<&str>(&tensors, "field_names", &[])?;
    places.iter().try_for_each(|place| write_field(file, place, sample))
}

/// Writes one field with one chunk per state, so that a single state can be read. A constant field has one chunk.
fn write_field(file: &File, place: &Place<'_>, sample: &Stored) -> Result<()> {
    let shape = place.shape(sample.times.len(), sample.grid.cells());
    let mut chunk = shape.clone();
    if !place.field.constant {
        chunk[1] = 1;
    }
    let values = components_last(place, sample);
    let values = values.to_shape(shape).map_err(hdf5::Error::from)?;
    let builder = file.new_dataset_builder().shuffle().deflate(DEFLATE).chunk(chunk);
    let dataset = builder.with_data(values.view()).create(place.path.as_str())?;
    let dimensions = spatial_axes(sample.grid.cells()).len();
    set_list(&dataset, "dim_varying", &vec![true; dimensions])?;
    set_varying(&dataset, true, !place.field.constant)?;
    set_text(&dataset, "unit", &place.field.unit)?;
    set_texts(&dataset, "symbols", &place.field.symbols)?;
    write_range(&dataset, place, sample)
}

/// A field's values, `[time, x, y, z, component]`; only the first state of a constant one.
fn components_last(place: &Place<'_>, sample: &Stored) -> ArrayD<f32> {
    let frames = if place.field.constant { 1 } else { sample.times.len() };
    let values = sample.values.slice(s![..frames, place.channels.clone(), .., .., ..]);
    values.permuted_axes([0, 2, 3, 4, 1]).as_standard_layout().into_owned().into_dyn()
}

/// The smallest and the largest value of every component, NaN aside, for listings that do not read the field.
fn write_range(dataset: &hdf5::Dataset, place: &Place<'_>, sample: &Stored) -> Result<()> {
    let extreme = |start: f32, pick: fn(f32, f32) -> f32| -> Vec<f32> {
        let of =
            |channel| sample.values.index_axis(Axis(1), channel).iter().copied().fold(start, pick);
        place.channels.clone().map(of).collect()
    };
    set_list(dataset, "minimum", &extreme(f32::INFINITY, f32::min))?;
    set_list(dataset, "maximum", &extreme(f32::NEG_INFINITY, f32::max))
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

fn write_verification(file: &File, header: &DatasetHeader, sample: &Sample) -> Result<()> {
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
    write_reliability(&group, &sample.reliability(&header.info.fields).unwrap_or_default())
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
