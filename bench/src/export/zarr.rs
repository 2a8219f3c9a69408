//! Zarr.

use super::layout::Layout;
use super::request::Export;
use crate::BenchError;
use flate2::Compression;
use flate2::write::GzEncoder;
use ndarray::s;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

/// Zarr, version 3: a group per sample in a group per split, with arrays that xarray labels by their dimensions.
///
/// ```text
/// train/sample_0007/FIELD   f32 [time, x, y, z, component], one chunk per state, gzip
/// train/sample_0007/time, x, y, z   f64 centres, not compressed; parameters are attributes of the group
/// ```
///
/// Source: Zarr core specification, version 3.0.
pub(super) struct Zarr;

/// The level of the compression: 5 is zarr-python's default for gzip.
const LEVEL: u32 = 5;

impl Layout for Zarr {
    const NAME: &'static str = "zarr";
    const SUMMARY: &'static str = "Zarr version 3, a group per sample, for zarr and xarray";

    fn write(export: &Export<'_>) -> Result<(), BenchError> {
        let info = serde_json::to_value(export.info()).expect("it is plain data");
        group(&export.to, &json!({ "eddymark": info }))?;
        for &index in &export.samples {
            let split = export.to.join(export.split(index).folder());
            if !split.exists() {
                group(&split, &json!({}))?;
            }
            write_sample(export, index, &split.join(format!("sample_{index:04}")))?;
            export.step()?;
        }
        Ok(())
    }
}

/// Creates a group.
fn group(folder: &Path, attributes: &Value) -> Result<(), BenchError> {
    fs_err::create_dir_all(folder)?;
    let about = json!({ "zarr_format": 3, "node_type": "group", "attributes": attributes });
    write_json(&folder.join("zarr.json"), &about)
}

fn write_json(path: &Path, value: &Value) -> Result<(), BenchError> {
    let text = serde_json::to_string_pretty(value).expect("it is plain data");
    Ok(fs_err::write(path, text)?)
}

fn write_sample(export: &Export<'_>, index: usize, folder: &Path) -> Result<(), BenchError> {
    let info = export.info();
    let parameters: serde_json::Map<String, Value> =
        export.parameters(index)?.into_iter().map(|(name, value)| (name, value.into())).collect();
    let name = export.dataset.header().sample_names.get(index);
    group(folder, &json!({ "parameters": parameters, "index": index, "name": name }))?;
    let (grid, times) = export.places(index)?;
    let axes = export.axes();
    let letters = ["x", "y", "z"];
    coordinate(&folder.join("time"), "time", &times, "s")?;
    for &axis in &axes {
        coordinate(&folder.join(letters[axis]), letters[axis], &grid.axes[axis].centres(), "m")?;
    }
    for (field, (name, is_vector, channels, constant)) in info.fields.iter().zip(export.fields()) {
        let time = (!constant).then_some(info.frames);
        let cells = || axes.iter().map(|&axis| info.cells[axis]);
        let components = is_vector.then_some(channels.len());
        let shape: Vec<usize> = time.into_iter().chain(cells()).chain(components).collect();
        let one = time.map(|_| 1);
        let chunk: Vec<usize> = one.into_iter().chain(cells()).chain(components).collect();
        let dimensions: Vec<&str> = time
            .map(|_| "time")
            .into_iter()
            .chain(axes.iter().map(|&axis| letters[axis]))
            .chain(components.map(|_| "component"))
            .collect();
        let place = folder.join(&name);
        array(
            &place,
            &shape,
            &chunk,
            "float32",
            true,
            &dimensions,
            &json!({
                "units": field.unit,
                "symbols": field.symbols,
            }),
        )?;
        let chunk = vec!["0"; shape.len() - usize::from(time.is_some())];
        for time in 0..time.unwrap_or(1) {
            let state = export.state(index, time)?;
            let values = state.slice(s![channels.clone(), .., .., ..]);
            let bytes = values.permuted_axes([1, 2, 3, 0]);
            let bytes: Vec<u8> = bytes.iter().flat_map(|value| value.to_le_bytes()).collect();
            let time = (!constant).then(|| time.to_string());
            let parts = std::iter::once("c").chain(time.as_deref()).chain(chunk.iter().copied());
            let file = place.join(parts.collect::<std::path::PathBuf>());
            fs_err::create_dir_all(file.parent().expect("a chunk lies in a folder"))?;
            let mut to = GzEncoder::new(fs_err::File::create(&file)?, Compression::new(LEVEL));
            to.write_all(&bytes)?;
            to.finish()?;
        }
    }
    Ok(())
}

/// A coordinate in double precision.
fn coordinate(folder: &Path, name: &str, values: &[f64], unit: &str) -> Result<(), BenchError> {
    let shape = [values.len()];
    array(folder, &shape, &shape, "float64", false, &[name], &json!({ "units": unit }))?;
    fs_err::create_dir_all(folder.join("c"))?;
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    Ok(fs_err::write(folder.join("c").join("0"), bytes)?)
}

/// Creates an array without chunks.
fn array(
    folder: &Path,
    shape: &[usize],
    chunk: &[usize],
    data_type: &str,
    is_compressed: bool,
    dimensions: &[&str],
    attributes: &Value,
) -> Result<(), BenchError> {
    fs_err::create_dir_all(folder)?;
    let mut codecs = vec![json!({ "name": "bytes", "configuration": { "endian": "little" } })];
    if is_compressed {
        codecs.push(json!({ "name": "gzip", "configuration": { "level": LEVEL } }));
    }
    let about = json!({
        "zarr_format": 3,
        "node_type": "array",
        "shape": shape,
        "data_type": data_type,
        "chunk_grid": { "name": "regular", "configuration": { "chunk_shape": chunk } },
        "chunk_key_encoding": { "name": "default", "configuration": { "separator": "/" } },
        "fill_value": "NaN",
        "codecs": codecs,
        "dimension_names": dimensions,
        "attributes": attributes,
    });
    write_json(&folder.join("zarr.json"), &about)
}
