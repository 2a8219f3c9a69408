//! Archives of numpy.

use super::layout::Layout;
use super::request::Export;
use crate::BenchError;
use data::{NpzWriter, write_atomically, write_values};
use ndarray::{Axis, s};
use std::io::Write;

/// An archive per sample, `train/NAME_0007.npz`, that `numpy.load` opens, and `info.json`.
///
/// ```text
/// time [T], x [X] …: centres; x_edges [X + 1] …; one number per parameter
/// FIELD [T, X, Y, Z] or [T, X, Y, Z, component], without axes of one cell, and without time if constant
/// ```
pub(super) struct Npz;

impl Layout for Npz {
    const NAME: &'static str = "npz";
    const SUMMARY: &'static str = "an archive per sample that `numpy.load` opens";

    fn write(export: &Export<'_>) -> Result<(), BenchError> {
        for &index in &export.samples {
            let folder = export.to.join(export.split(index).folder());
            fs_err::create_dir_all(&folder)?;
            let file = folder.join(format!("{}_{index:04}.npz", export.name()));
            let mut failure = None;
            write_atomically(&file, |to| {
                let mut archive = NpzWriter::new(to);
                write_sample(export, index, &mut archive).map_err(|error| match error {
                    Failure::Io(error) => error,
                    Failure::Other(error) => {
                        failure = Some(error);
                        std::io::Error::other("a state cannot be read")
                    }
                })?;
                archive.finish()
            })
            .map_err(|error| failure.take().unwrap_or_else(|| error.into()))?;
            export.step()?;
        }
        let text = serde_json::to_string_pretty(export.info()).expect("it is plain data");
        write_atomically(&export.to.join("info.json"), |to| to.write_all(text.as_bytes()))?;
        Ok(())
    }
}

enum Failure {
    Io(std::io::Error),
    Other(BenchError),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<BenchError> for Failure {
    fn from(error: BenchError) -> Self {
        Self::Other(error)
    }
}

fn write_sample<W: Write + std::io::Seek>(
    export: &Export<'_>,
    index: usize,
    archive: &mut NpzWriter<W>,
) -> Result<(), Failure> {
    let (grid, times) = export.places(index)?;
    archive.add("time", &[times.len()], times.iter().copied())?;
    let axes = export.axes();
    for &axis in &axes {
        let (name, of) = (["x", "y", "z"][axis], &grid.axes[axis]);
        archive.add(name, &[of.cells()], of.centres().into_iter())?;
        archive.add(&format!("{name}_edges"), &[of.edges.len()], of.edges.iter().copied())?;
    }
    for (name, value) in export.parameters(index)? {
        archive.add(&name, &[], std::iter::once(value))?;
    }
    let info = export.info();
    for (name, is_vector, channels, constant) in export.fields() {
        let time = (!constant).then_some(info.frames);
        let cells = axes.iter().map(|&axis| info.cells[axis]);
        let components = is_vector.then_some(channels.len());
        let shape: Vec<usize> = time.into_iter().chain(cells).chain(components).collect();
        archive.begin::<f32>(&name, &shape)?;
        for time in 0..time.unwrap_or(1) {
            let state = export.state(index, time)?;
            let field = state.slice(s![channels.clone(), .., .., ..]);
            let last = field.permuted_axes([1, 2, 3, 0]);
            debug_assert_eq!(last.len_of(Axis(3)), channels.len());
            write_values(archive, last.iter().copied())?;
        }
    }
    Ok(())
}
