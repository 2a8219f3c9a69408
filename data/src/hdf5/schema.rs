//! The names and shapes that the writer and the reader agree on.

use crate::{Field, Info, Rank};
use std::ops::Range;

/// The version of the layout. It increases when older programs cannot read what is written.
///
/// 2: constant fields, monitors, steady states and the cells of the reference. 3: the names in [`Names`].
pub(crate) const FORMAT: u32 = 3;
/// The precision of computed and of stored numbers.
pub(crate) const PRECISION: &str = "computed f64, stored f32";
/// The system of all units.
pub(crate) const UNITS: &str = "SI";
/// The names of the three axes.
pub(crate) const AXES: [&str; 3] = ["x", "y", "z"];

/// The names of attributes, datasets and groups that differ between versions.
pub(super) struct Names {
    /// The attribute of the root with the cells of the reference grid.
    pub(super) reference_cells: &'static str,
    /// The group with times, edges and monitors in full precision.
    pub(super) double_precision: &'static str,
    /// The attribute of `verification` with the predictability horizons.
    pub(super) horizon: &'static str,
    /// The dataset in `verification` with the error estimates of the statistics.
    pub(super) statistics_estimate: &'static str,
}

/// The names that are written.
pub(super) const NAMES: Names = Names {
    reference_cells: "reference_cells",
    double_precision: "double_precision",
    horizon: "predictability_horizon",
    statistics_estimate: "statistics_error_estimate",
};

/// The names in files of versions 1 and 2.
const FORMER_NAMES: Names = Names {
    reference_cells: "solved_on",
    double_precision: "exact",
    horizon: "horizon",
    statistics_estimate: "statistics_estimate",
};

impl Names {
    /// The names in files of a version.
    pub(super) fn of_version(version: u32) -> &'static Self {
        if version < 3 { &FORMER_NAMES } else { &NAMES }
    }
}

/// The most values of a sample: those of 1 TiB.
const MOST_VALUES: usize = 1 << 38;

/// The attributes of the root that are not parameters.
const ROOT_ATTRIBUTES: [&str; 22] = [
    "case_hash",
    "content_hash",
    "dataset_name",
    "eddymark_format",
    "grid_type",
    "interval",
    "n_spatial_dims",
    "n_trajectories",
    "precision",
    "problem",
    "reference_cells",
    "sample_index",
    "sample_name",
    "seed",
    "simulation_parameters",
    "solver",
    "solver_commit",
    "solver_version",
    "split",
    "split_hash",
    "steady_from",
    "units",
];

/// A name in HDF5: `kinematic-viscosity` becomes `kinematic_viscosity`.
pub(crate) fn disk_name(name: &str) -> String {
    name.replace('-', "_")
}

/// The axes that are stored: those with more than one cell.
pub(crate) fn spatial_axes(cells: [usize; 3]) -> Vec<usize> {
    (0..3).filter(|&axis| cells[axis] > 1).collect()
}

/// The location of a field in the file, and its channels.
pub(crate) struct Place<'a> {
    /// The field.
    pub(crate) field: &'a Field,
    /// `t0_fields/pressure`.
    pub(crate) path: String,
    /// Its channels in a state.
    pub(crate) channels: Range<usize>,
}

impl Place<'_> {
    /// `[1, time, cells of the spatial axes]`, without time for a constant field, and components for
    /// a vector.
    pub(crate) fn shape(&self, frames: usize, cells: [usize; 3]) -> Vec<usize> {
        let frames = (!self.field.constant).then_some(frames);
        let axes = spatial_axes(cells).into_iter().map(|axis| cells[axis]);
        let components = (self.field.rank == Rank::Vector).then_some(self.channels.len());
        [1].into_iter().chain(frames).chain(axes).chain(components).collect()
    }
}

/// The group of fields of a rank.
pub(crate) fn group(rank: Rank) -> &'static str {
    match rank {
        Rank::Scalar => "t0_fields",
        Rank::Vector => "t1_fields",
    }
}

/// The locations of all fields, in the order of the channels.
pub(crate) fn places(fields: &[Field]) -> Vec<Place<'_>> {
    let mut first = 0;
    let place = |field| {
        let Field { name, rank, symbols, .. }: &Field = field;
        let channels = first..first + symbols.len();
        first = channels.end;
        Place { field, path: format!("{}/{}", group(*rank), disk_name(name)), channels }
    };
    fields.iter().map(place).collect()
}

/// The reason for which The Well's layout cannot represent the dataset, if there is one.
pub(crate) fn unfit(info: &Info) -> Option<String> {
    let dimensions = spatial_axes(info.cells).len();
    if dimensions == 0 || info.cells.contains(&0) || info.frames == 0 {
        return Some(format!(
            "{:?} cells and {} frames leave nothing to store",
            info.cells, info.frames
        ));
    }
    let channels = info.fields.iter().map(|field| field.symbols.len()).sum::<usize>();
    let lengths = info.cells.iter().chain([&info.frames, &channels]);
    let values =
        lengths.into_iter().try_fold(1_usize, |values, &length| values.checked_mul(length));
    if values.is_none_or(|values| values > MOST_VALUES) {
        return Some(format!(
            "{:?} cells, {} frames and {channels} channels are more values than a sample can have",
            info.cells, info.frames
        ));
    }
    unfit_field(info, dimensions).or_else(|| unfit_parameter(info))
}

fn unfit_field(info: &Info, dimensions: usize) -> Option<String> {
    let expected = |field: &Field| if field.rank == Rank::Vector { dimensions } else { 1 };
    let found = info.fields.iter().find(|field| field.symbols.len() != expected(field))?;
    Some(format!(
        "field `{}` has {} components, and {dimensions} dimensions want {}",
        found.name,
        found.symbols.len(),
        expected(found)
    ))
}

fn unfit_parameter(info: &Info) -> Option<String> {
    // Both are among `/scalars`.
    let names = info.parameters.iter().chain(&info.monitors).map(|p| disk_name(&p.name));
    let names: Vec<String> = names.collect();
    let taken = |(i, name): (usize, &String)| {
        let kind = if i < info.parameters.len() { "parameter" } else { "monitor" };
        (ROOT_ATTRIBUTES.contains(&name.as_str()) || names[..i].contains(name))
            .then(|| format!("the name of {kind} `{name}` is taken, and it needs another"))
    };
    names.iter().enumerate().find_map(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Interval, Parameter};

    fn info() -> Info {
        Info {
            name: "cavity".into(),
            problem: "cavity".into(),
            fields: vec![
                Field::vector("velocity", &["u", "v"], "m/s"),
                Field::scalar("pressure", "p", "Pa"),
            ],
            parameters: vec![Parameter::new("reynolds", "Re", "")],
            monitors: vec![],
            cells: [8, 4, 1],
            interval: Interval::Seconds(0.5),
            frames: 3,
        }
    }

    #[test]
    fn vectors_end_with_their_components_and_flat_axes_are_gone() {
        let info = info();
        let places = places(&info.fields);
        assert_eq!(places[0].path, "t1_fields/velocity");
        assert_eq!(places[0].shape(3, info.cells), [1, 3, 8, 4, 2]);
        assert_eq!(places[1].channels, 2..3);
        assert_eq!(places[1].shape(3, info.cells), [1, 3, 8, 4]);
        assert_eq!(unfit(&info), None);
    }

    #[test]
    fn constant_fields_have_no_time() {
        let mut info = info();
        info.fields.push(Field::scalar("mask", "m", "").constant());
        assert_eq!(places(&info.fields)[2].shape(3, info.cells), [1, 8, 4]);
    }

    #[test]
    fn what_the_layout_cannot_represent_is_named() {
        let change = |change: fn(&mut Info)| {
            let mut changed = info();
            change(&mut changed);
            unfit(&changed).expect("the change makes it unfit")
        };
        let three = change(|info| info.cells[2] = 4);
        assert_eq!(three, "field `velocity` has 2 components, and 3 dimensions want 3");
        let taken = change(|info| info.parameters.push(Parameter::new("split-hash", "h", "")));
        assert_eq!(taken, "the name of parameter `split_hash` is taken, and it needs another");
        let twice = change(|info| info.parameters.push(Parameter::new("reynolds", "Re", "")));
        assert_eq!(twice, "the name of parameter `reynolds` is taken, and it needs another");
        let both = change(|info| info.monitors.push(Parameter::new("reynolds", "Re", "")));
        assert_eq!(both, "the name of monitor `reynolds` is taken, and it needs another");
        let huge = change(|info| info.frames = 1 << 40);
        assert!(huge.ends_with("are more values than a sample can have"), "{huge}");
        let nothing = change(|info| info.frames = 0);
        assert_eq!(nothing, "[8, 4, 1] cells and 0 frames leave nothing to store");
    }
}
