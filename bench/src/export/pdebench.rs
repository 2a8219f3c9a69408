//! PDEBench.

use super::layout::Layout;
use super::request::Export;
use crate::BenchError;
use data::{DataError, Split};
use hdf5::{Dataset, File};
use ndarray::{Array1, ArrayView, s};
use std::path::Path;

/// The layout of PDEBench's compressible flows: one file per split, `NAME_train.hdf5` with arrays `(B, T, X, Y, Z)`.
///
/// Its loaders, `FNODatasetSingle` and `FNODatasetMult`, read `density`, `pressure`, `Vx`, `Vy`, `Vz` of such files,
/// and fail without one of the first three; a density that is no field is the parameter, or 1, everywhere. Further
/// fields have the name of their channel, and parameters are arrays `(B)` in the group `parameters`.
pub(super) struct Pdebench;

/// The arrays of the fields in that layout.
const KNOWN: [(&str, usize, &str); 5] = [
    ("density", 0, "density"),
    ("pressure", 0, "pressure"),
    ("velocity", 0, "Vx"),
    ("velocity", 1, "Vy"),
    ("velocity", 2, "Vz"),
];

impl Layout for Pdebench {
    const NAME: &'static str = "pdebench";
    const SUMMARY: &'static str = "one HDF5 file per split, as PDEBench's compressible flows";

    fn check(export: &Export<'_>) -> Result<(), String> {
        if let Some(&index) = export.samples.first() {
            let (grid, _) = export.places(index).map_err(|error| error.to_string())?;
            if !grid.is_uniform() {
                return Err("holds the centres of uniform cells, and an axis is stretched".into());
            }
        }
        export.must_share_places()
    }

    fn write(export: &Export<'_>) -> Result<(), BenchError> {
        for split in Split::ALL {
            let samples = export.of_split(split);
            if samples.is_empty() {
                continue;
            }
            let path = export.to.join(format!("{}_{}.hdf5", export.name(), split.folder()));
            let failed = |error: hdf5::Error| refused(&path, &error);
            let file = File::create(&path).map_err(failed)?;
            fill(export, &file, &samples, &path)?;
            file.close().map_err(failed)?;
        }
        Ok(())
    }
}

fn refused(path: &Path, error: &hdf5::Error) -> BenchError {
    DataError::Hdf5 { path: path.into(), action: "written", reason: error.to_string() }.into()
}

fn fill(
    export: &Export<'_>,
    file: &File,
    samples: &[usize],
    path: &Path,
) -> Result<(), BenchError> {
    let failed = |error: hdf5::Error| refused(path, &error);
    let (info, axes) = (export.info(), export.axes());
    let (grid, times) = export.places(samples[0])?;
    for (&axis, name) in axes.iter().zip(["x-coordinate", "y-coordinate", "z-coordinate"]) {
        let centres: Vec<f32> = grid.axes[axis].centres().iter().map(|&x| x as f32).collect();
        file.new_dataset_builder().with_data(&centres).create(name).map_err(failed)?;
    }
    // One time more than states, as in the published files.
    let last = times[times.len() - 1];
    let end = last + times.get(1).map_or(0.0, |second| second - times[0]);
    let all: Vec<f32> = times.iter().chain([&end]).map(|&time| time as f32).collect();
    file.new_dataset_builder().with_data(&all).create("t-coordinate").map_err(failed)?;
    let cells: Vec<usize> = axes.iter().map(|&axis| info.cells[axis]).collect();
    let shape: Vec<usize> = [samples.len(), info.frames].into_iter().chain(cells.clone()).collect();
    let chunk: Vec<usize> = [1, 1].into_iter().chain(cells.clone()).collect();
    let create = |name: &str| -> Result<Dataset, BenchError> {
        let builder = file.new_dataset::<f32>().shape(shape.clone()).chunk(chunk.clone());
        builder.create(name).map_err(failed)
    };
    let channels = export.channels();
    let name = |number: usize| {
        let channel = &channels[number];
        let component = channel.component.unwrap_or(0);
        let known = KNOWN.iter().find(|(field, i, _)| *field == channel.field && *i == component);
        known.map_or_else(|| channel.symbol.clone(), |(.., name)| (*name).to_owned())
    };
    let arrays = (0..channels.len()).map(|number| create(&name(number)));
    let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
    let has_density = channels.iter().any(|channel| channel.field == "density");
    let density = (!has_density).then(|| create("density")).transpose()?;
    for (batch, &index) in samples.iter().enumerate() {
        let parameters = export.parameters(index)?;
        let constant = parameters.iter().find(|(name, _)| name == "density");
        let constant = constant.map_or(1.0, |(_, value)| *value as f32);
        for time in 0..info.frames {
            let state = export.state(index, time)?;
            let put = |to: &Dataset, values: ArrayView<'_, f32, ndarray::IxDyn>| {
                let place: Vec<hdf5::SliceOrIndex> = [batch, time]
                    .into_iter()
                    .map(hdf5::SliceOrIndex::Index)
                    .chain(cells.iter().map(|_| hdf5::SliceOrIndex::from(..)))
                    .collect();
                to.write_slice(values, hdf5::Hyperslab::from(place)).map_err(failed)
            };
            for (number, array) in arrays.iter().enumerate() {
                let channel = state.slice(s![number, .., .., ..]);
                let channel = channel.to_shape(cells.clone()).expect("other axes have one cell");
                put(array, channel.view())?;
            }
            if let Some(density) = &density {
                put(density, ndarray::ArrayD::from_elem(cells.clone(), constant).view())?;
            }
        }
        export.step()?;
    }
    let group = file.create_group("parameters").map_err(failed)?;
    let values = samples.iter().map(|&index| export.parameters(index));
    let values = values.collect::<Result<Vec<_>, _>>()?;
    for (number, (name, _)) in values[0].iter().enumerate() {
        let column: Array1<f64> = values.iter().map(|of| of[number].1).collect();
        group.new_dataset_builder().with_data(&column).create(name.as_str()).map_err(failed)?;
        let everywhere = |index: &usize| {
            let found = export.parameters(*index).map(|all| all[number].1);
            found.is_ok_and(|value| value == column[0])
        };
        if export.samples.iter().all(everywhere) {
            let attribute = file.new_attr::<f64>().create(name.as_str()).map_err(failed)?;
            attribute.write_scalar(&column[0]).map_err(failed)?;
        }
    }
    Ok(())
}
