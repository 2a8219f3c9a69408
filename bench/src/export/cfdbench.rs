//! CFDBench.

use super::layout::Layout;
use super::request::Export;
use crate::BenchError;
use data::{npy_header, write_atomically, write_values};
use ndarray::s;
use std::io::Write;

/// The layout of CFDBench: a folder per case with arrays (T, y, x) in double precision, and its parameters.
///
/// The folders are those of the samples' names, such as `prop/case0050`, or else `bc/case0007`.
pub(super) struct Cfdbench;

/// CFDBench's subsets.
const SUBSETS: [&str; 3] = ["bc", "geo", "prop"];

impl Layout for Cfdbench {
    const NAME: &'static str = "cfdbench";
    const SUMMARY: &'static str =
        "a folder per sample with `u.npy`, `v.npy`, … and `case.json`, as CFDBench";

    fn check(export: &Export<'_>) -> Result<(), String> {
        if export.axes() != [0, 1] {
            return Err("holds flows in two dimensions only".into());
        }
        for &index in &export.samples {
            let (grid, _) = export.places(index).map_err(|error| error.to_string())?;
            if !grid.is_uniform() {
                return Err(format!(
                    "holds uniform grids only, and that of sample {index} is stretched"
                ));
            }
        }
        Ok(())
    }

    fn write(export: &Export<'_>) -> Result<(), BenchError> {
        let channels = export.channels();
        for &index in &export.samples {
            let folder = export.to.join(folder(export, index));
            fs_err::create_dir_all(&folder)?;
            let [nx, ny, _] = export.info().cells;
            let states = export.info().frames;
            for (number, channel) in channels.iter().enumerate() {
                let file = folder.join(format!("{}.npy", channel.symbol));
                let mut failure = None;
                write_atomically(&file, |to| {
                    to.write_all(&npy_header::<f64>(&[states, ny, nx]))?;
                    for time in 0..states {
                        match export.state(index, time) {
                            Ok(state) => {
                                let rows = state.slice(s![number, .., .., 0]).reversed_axes();
                                write_values(to, rows.iter().map(|&value| f64::from(value)))?;
                            }
                            Err(error) => {
                                failure = Some(error);
                                return Err(std::io::Error::other("a state cannot be read"));
                            }
                        }
                    }
                    Ok(())
                })
                .map_err(|error| failure.take().unwrap_or_else(|| error.into()))?;
            }
            write_parameters(export, index, &folder)?;
            export.step()?;
        }
        Ok(())
    }
}

fn folder(export: &Export<'_>, index: usize) -> String {
    let name = export.dataset.header().sample_names.get(index).cloned().unwrap_or_default();
    let is_known = SUBSETS.iter().any(|subset| {
        let number = name.strip_prefix(subset).and_then(|rest| rest.strip_prefix("/case"));
        number.is_some_and(|n| !n.is_empty() && n.bytes().all(|digit| digit.is_ascii_digit()))
    });
    if is_known { name } else { format!("bc/case{index:04}") }
}

/// `case.json`: the parameters, and the size of the domain as `width` and `height`.
fn write_parameters(
    export: &Export<'_>,
    index: usize,
    folder: &std::path::Path,
) -> Result<(), BenchError> {
    let (grid, times) = export.places(index)?;
    let mut all: serde_json::Map<String, serde_json::Value> =
        export.parameters(index)?.into_iter().map(|(name, value)| (name, value.into())).collect();
    let [x, y, _] = &grid.axes;
    for (name, value) in [
        ("width", x.length()),
        ("height", y.length()),
        ("x_min", x.edges[0]),
        ("x_max", x.edges[x.cells()]),
        ("y_min", y.edges[0]),
        ("y_max", y.edges[y.cells()]),
        ("interval", times.get(1).map_or(0.0, |second| second - times[0])),
    ] {
        all.entry(name).or_insert_with(|| value.into());
    }
    let text = serde_json::to_string_pretty(&all).expect("numbers are plain data");
    Ok(write_atomically(&folder.join("case.json"), |to| to.write_all(text.as_bytes()))?)
}
