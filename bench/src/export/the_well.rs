//! The Well.

use super::layout::Layout;
use super::request::Export;
use crate::BenchError;
use data::{Boundary, Source, Split, write_atomically};
use std::fmt::Write as _;
use std::io::Write as _;

/// Copies of the files, which are in this layout already, with the metadata that The Well's catalogue has.
pub(super) struct TheWell;

impl Layout for TheWell {
    const NAME: &'static str = "the-well";
    const SUMMARY: &'static str = "HDF5 files that The Well's `WellDataset` reads, one per sample";

    fn write(export: &Export<'_>) -> Result<(), BenchError> {
        write_files(export)?;
        let file = export.to.join(format!("{}.yaml", export.name()));
        write_atomically(&file, |to| to.write_all(metadata(export)?.as_bytes()))?;
        Ok(())
    }
}

/// Copies the files of the samples, and the statistics of the training samples.
pub(super) fn write_files(export: &Export<'_>) -> Result<(), BenchError> {
    for split in Split::ALL {
        fs_err::create_dir_all(export.to.join("data").join(split.folder()))?;
    }
    for &index in &export.samples {
        let from = export.dataset.path(index);
        let below = from.strip_prefix(export.root).expect("samples lie below the root");
        fs_err::copy(&from, export.to.join(below))?;
        export.step()?;
    }
    let statistics = export.root.join("stats.yaml");
    if statistics.exists() {
        fs_err::copy(statistics, export.to.join("stats.yaml"))?;
    }
    Ok(())
}

/// `NAME.yaml`, as The Well's `generate_metadata.py` names its keys.
fn metadata(export: &Export<'_>) -> std::io::Result<String> {
    let info = export.info();
    let axes = export.axes();
    let cells: Vec<String> = axes.iter().map(|&axis| info.cells[axis].to_string()).collect();
    let parameters: Vec<String> =
        info.parameters.iter().map(|parameter| parameter.name.replace('-', "_")).collect();
    let names = |constant: bool, rank: usize| {
        let fields = export.fields().into_iter();
        let fields = fields.filter(|field| field.3 == constant && usize::from(field.1) == rank);
        let named =
            |(name, is_vector, channels, _): (String, bool, std::ops::Range<usize>, bool)| {
                let letters = ["x", "y", "z"];
                let component = |i: usize| format!("{name}_{}", letters[axes[i]]);
                if is_vector { (0..channels.len()).map(component).collect() } else { vec![name] }
            };
        fields.flat_map(named).collect::<Vec<String>>()
    };
    let (grid, _) = export.places(export.samples[0]).map_err(std::io::Error::other)?;
    let kind = |boundary: Boundary| match boundary {
        Boundary::Periodic => "PERIODIC",
        Boundary::Wall { .. } => "WALL",
        Boundary::Open => "OPEN",
        Boundary::Axis => "AXIS",
    };
    let mut kinds: Vec<&str> =
        axes.iter().flat_map(|&axis| grid.axes[axis].boundaries.map(kind)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut text = String::new();
    let list = |items: &[String]| format!("[{}]", items.join(", "));
    let kinds: Vec<String> = kinds.iter().map(ToString::to_string).collect();
    for (key, value) in [
        ("dataset_name", export.name()),
        ("n_spatial_dims", axes.len().to_string()),
        ("spatial_resolution", list(&cells)),
        ("scalar_names", "[]".into()),
        ("constant_scalar_names", list(&parameters)),
    ] {
        writeln!(text, "{key}: {value}").expect("writing to a string succeeds");
    }
    for (key, constant) in [("field_names", false), ("constant_field_names", true)] {
        writeln!(text, "{key}:").expect("writing to a string succeeds");
        for rank in 0..2 {
            let names = list(&names(constant, rank));
            writeln!(text, "  {rank}: {names}").expect("writing to a string succeeds");
        }
        writeln!(text, "  2: []").expect("writing to a string succeeds");
    }
    let counts = |count: usize| {
        let all: Vec<String> = export.samples.iter().map(|_| count.to_string()).collect();
        list(&all)
    };
    for (key, value) in [
        ("boundary_condition_types", list(&kinds)),
        ("n_files", export.samples.len().to_string()),
        ("n_trajectories_per_file", counts(1)),
        ("n_steps_per_trajectory", counts(export.dataset.info().frames)),
        ("grid_type", "cartesian".into()),
    ] {
        writeln!(text, "{key}: {value}").expect("writing to a string succeeds");
    }
    Ok(text)
}
