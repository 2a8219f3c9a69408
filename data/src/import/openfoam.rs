//! OpenFOAM's results as `foamToVTK` writes them, on meshes that are rectilinear grids.
//!
//! ```text
//! {train,…}/CASE/VTK/CASE_20/internal.vtu   a state (OpenFOAM v1906 and later)
//! {train,…}/CASE/VTK/CASE_20.vtk            a state (legacy: `-legacy`, and OpenFOAM of the Foundation)
//! {train,…}/CASE/case.json                  parameters of the case, if there are any
//! ```
//!
//! Fields, cells and, in the array `TimeValue`, times are stated; boundaries and units are not. Axes with one cell are
//! left out, and the components of vectors along them.
//!
//! Source: OpenFOAM v1912, `foamToVTK -help-full`, and what it writes.

use super::files::{self, ends_in, parameters, split};
use super::found::{kebab, rounded};
use super::{Found, FoundChannel, FoundSample, Import};
use crate::vtk::Vtk;
use crate::{DataError, Field, Rank, State};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The beginning of a file that is read for its time: the array `TimeValue` precedes the mesh.
const BEGINNING: u64 = 4096;
/// Positions of points that differ by less than this fraction of the largest are equal: they are in single precision.
const SAME: f64 = 4.0 * f32::EPSILON as f64;
/// Arrays that describe the mesh.
const OF_MESH: [&str; 3] = ["cellID", "procID", "vtkGhostType"];
/// The files of states in folders of their own.
const INTERNAL: &str = "internal.vtu";
/// The names of the axes.
const AXES: [&str; 3] = ["x", "y", "z"];

/// A folder with OpenFOAM's cases.
pub(super) struct OpenFoam {
    /// The files of the states of each sample.
    states: Vec<Vec<PathBuf>>,
    /// The files of parameters.
    parameters: Vec<PathBuf>,
    /// The arrays that are read, with their numbers of components.
    arrays: Vec<(String, usize)>,
    /// The axes of the mesh that are x, y, z here.
    axes: [usize; 3],
    found: Found,
}

impl OpenFoam {
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let cases = cases(path)?;
        let Some(first) = cases.values().next().and_then(|files| files.values().next()) else {
            let reason =
                "it holds no states `CASE_20/internal.vtu` or `CASE_20.vtk`: run `foamToVTK`";
            return Err(refused(path, reason.into()));
        };
        let grid = read(first)?;
        let edges = edges(&grid, first)?;
        let axes = axes(&edges);
        let cells = axes.map(|axis| edges[axis].len() - 1);
        let kept = grid.arrays.iter().filter(|array| !OF_MESH.contains(&array.name.as_str()));
        let arrays: Vec<_> = kept.map(|array| (array.name.clone(), array.components)).collect();
        let (mut samples, mut names) = (Vec::new(), Vec::new());
        for (folder, files) in &cases {
            let first = files.values().next().expect("a case has a state");
            let grid = if samples.is_empty() { None } else { Some(read(first)?) };
            let edges = grid.map_or(Ok(edges.clone()), |grid| self::edges(&grid, first))?;
            let here = axes.map(|axis| edges[axis].len() - 1);
            if here != cells {
                let reason = format!("it has {here:?} cells, and the first case has {cells:?}");
                return Err(refused(first, reason));
            }
            let parameters = parameters(&folder.join("case.json"))?;
            if samples.is_empty() {
                names = parameters.keys().cloned().collect();
            }
            if let Some(missing) = names.iter().find(|name| !parameters.contains_key(*name)) {
                let reason = format!("it lacks `{missing}`, which the first case has");
                return Err(refused(&folder.join("case.json"), reason));
            }
            let times = files.values().map(|file| time(file)).collect::<Result<Option<_>, _>>()?;
            samples.push(FoundSample {
                name: name(path, folder),
                split: split(path, &folder.join(INTERNAL)),
                parameters: names.iter().map(|name| parameters[name]).collect(),
                states: files.len(),
                times,
                edges: axes.map(|axis| Some(edges[axis].clone()).filter(|edges| edges.len() > 2)),
                boundaries: [None; 3],
            });
        }
        let dimensions = cells.iter().filter(|cells| **cells > 1).count();
        let found = Found {
            channels: arrays.iter().flat_map(|array| channels(array, dimensions)).collect(),
            fields: arrays.iter().flat_map(|array| fields(array, dimensions)).collect(),
            parameters: names.iter().map(|name| kebab(name)).collect(),
            cells,
            samples,
        };
        let states = cases.values().map(|files| files.values().cloned().collect()).collect();
        let parameters = cases.keys().map(|folder| folder.join("case.json"));
        let parameters = parameters.filter(|file| file.exists()).collect();
        Ok(Self { states, parameters, arrays, axes, found: found.checked(path)? })
    }
}

/// The folder of a case below `path`, or its own name.
fn name(path: &Path, folder: &Path) -> String {
    let below = folder.strip_prefix(path).ok().filter(|below| below.components().next().is_some());
    let below = below.or(folder.file_name().map(Path::new)).unwrap_or(folder);
    below.to_string_lossy().replace('\\', "/")
}

/// The folders of cases, each with the files of its states by their numbers.
fn cases(path: &Path) -> Result<BTreeMap<PathBuf, BTreeMap<u64, PathBuf>>, DataError> {
    let files = files::list(path, &|name| name == INTERNAL || ends_in(name, &["vtk"]))?;
    let mut cases: BTreeMap<PathBuf, BTreeMap<u64, PathBuf>> = BTreeMap::new();
    for file in files {
        let is_internal = file.file_name().is_some_and(|name| name == INTERNAL);
        let of_state = if is_internal { file.parent() } else { Some(file.as_path()) };
        let Some((of_state, folder)) = of_state.and_then(|state| Some((state, state.parent()?)))
        else {
            continue;
        };
        let stem = of_state.file_stem().unwrap_or_default().to_string_lossy();
        let Some(number) = stem.rsplit_once('_').and_then(|(_, number)| number.parse().ok()) else {
            continue;
        };
        // A legacy file of a patch is in a folder beside the states: `VTK/walls/walls_20.vtk`.
        let below = folder.strip_prefix(path).unwrap_or(folder).parent();
        if !is_internal && below.is_some_and(|below| below.ancestors().any(|f| f.ends_with("VTK")))
        {
            continue;
        }
        let case = if folder.ends_with("VTK") { folder.parent().unwrap_or(folder) } else { folder };
        if let Some(other) = cases.entry(case.into()).or_default().insert(number, file.clone()) {
            let reason =
                format!("it is the state {number} of its case, and so is `{}`", other.display());
            return Err(refused(&file, reason));
        }
    }
    Ok(cases)
}

fn refused(path: &Path, reason: String) -> DataError {
    DataError::Import { path: path.into(), reason }
}

fn read(file: &Path) -> Result<Vtk, DataError> {
    Vtk::read(&fs_err::read(file)?).map_err(|reason| refused(file, reason))
}

/// The time of a state, if its file states it.
fn time(file: &Path) -> Result<Option<f64>, DataError> {
    let mut beginning = Vec::new();
    fs_err::File::open(file)?.take(BEGINNING).read_to_end(&mut beginning)?;
    Ok(Vtk::time(&beginning).map(rounded))
}

/// The positions of the faces along all axes of the mesh, if it is a rectilinear grid.
fn edges(grid: &Vtk, file: &Path) -> Result<[Vec<f64>; 3], DataError> {
    let edges = [0, 1, 2].map(|axis| {
        let mut all: Vec<f64> = grid.coordinates(axis).filter(|x| x.is_finite()).collect();
        all.sort_unstable_by(f64::total_cmp);
        let tolerance = SAME * all.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        all.dedup_by(|next, kept| *next - *kept <= tolerance);
        all.into_iter().map(rounded).collect::<Vec<f64>>()
    });
    let cells: usize = edges.iter().map(|edges| edges.len().saturating_sub(1)).product();
    if cells == 0 || cells != grid.cells() {
        let counts = edges.each_ref().map(|edges| edges.len().saturating_sub(1));
        return Err(refused(
            file,
            format!(
                "its {} cells are no rectilinear grid: their faces are at {counts:?} positions along x, y, z; \
                 interpolate them to one, with `mapFields` for example",
                grid.cells()
            ),
        ));
    }
    Ok(edges)
}

/// The axes with several cells, and then the others.
fn axes(edges: &[Vec<f64>; 3]) -> [usize; 3] {
    let mut axes = [0, 1, 2];
    axes.sort_by_key(|&axis| edges[axis].len() <= 2);
    axes
}

/// The components of an array that are read: those of vectors along axes with several cells, and all of others.
fn components(components: usize, dimensions: usize) -> usize {
    if components == 3 { dimensions } else { components }
}

fn channels((array, count): &(String, usize), dimensions: usize) -> Vec<FoundChannel> {
    let name = |i: usize| if *count == 1 { array.clone() } else { format!("{array}-{i}") };
    let channel = |i| FoundChannel { name: name(i), constant: false };
    (0..components(*count, dimensions)).map(channel).collect()
}

/// The usual meaning of an array. The pressure is in m²/s² or in Pa, and its unit is not stated.
fn fields((array, count): &(String, usize), dimensions: usize) -> Vec<Field> {
    let name = kebab(array);
    match (array.as_str(), count) {
        ("U", 3) => vec![Field::vector("velocity", &["u", "v", "w"][..dimensions], "m/s")],
        ("p", 1) => vec![Field::scalar("pressure", "p", "")],
        ("T", 1) => vec![Field::scalar("temperature", "T", "K")],
        (_, 1) => vec![Field::scalar(&name, array, "")],
        (_, 3) => {
            let symbols = AXES.map(|axis| format!("{array}_{axis}"));
            let symbols = symbols[..dimensions].to_vec();
            vec![Field { rank: Rank::Vector, symbols, ..Field::scalar(&name, "", "") }]
        }
        _ => {
            let scalar = |i| Field::scalar(&format!("{name}-{i}"), &format!("{array}_{i}"), "");
            (0..*count).map(scalar).collect()
        }
    }
}

impl Import for OpenFoam {
    fn found(&self) -> &Found {
        &self.found
    }

    fn state(&self, sample: usize, time: usize) -> Result<State, DataError> {
        let file = &self.states[sample][time];
        let grid = read(file)?;
        let edges = edges(&grid, file)?;
        let known = &self.found.samples[sample].edges;
        let moved = || refused(file, "its mesh is not that of the first state".into());
        for (axis, known) in self.axes.into_iter().zip(known) {
            if known.as_ref().is_some_and(|known| *known != edges[axis]) {
                return Err(moved());
            }
        }
        let [nx, ny, nz] = self.found.cells;
        let mut state = State::from_elem((self.found.channels.len(), nx, ny, nz), f64::NAN);
        let dimensions = [nx, ny, nz].iter().filter(|cells| **cells > 1).count();
        let mut sources = Vec::new();
        for (name, count) in &self.arrays {
            let array =
                grid.arrays.iter().find(|array| array.name == *name && array.components == *count);
            let lacks =
                || refused(file, format!("it lacks the field `{name}`, which the first state has"));
            let array = array.ok_or_else(lacks)?;
            for component in 0..components(*count, dimensions) {
                let component = if *count == 3 { self.axes[component] } else { component };
                sources.push((array, component));
            }
        }
        let mut is_filled = vec![false; grid.cells()];
        for cell in 0..grid.cells() {
            let place = self.axes.map(|axis| {
                let (edges, extent) = (&edges[axis], grid.extent(cell, axis));
                // Edges lie within rounding of points, and cells are wider than that.
                let low =
                    edges.partition_point(|edge| *edge < f64::midpoint(extent.start, extent.end));
                let width = |index: usize| edges.get(index).copied().unwrap_or(f64::NAN);
                let tolerance = SAME * edges[0].abs().max(edges[edges.len() - 1].abs());
                let fits = (width(low) - extent.end).abs() <= tolerance
                    && (width(low.wrapping_sub(1)) - extent.start).abs() <= tolerance;
                fits.then(|| low - 1)
            });
            let [Some(x), Some(y), Some(z)] = place else {
                return Err(refused(
                    file,
                    format!("its cell {cell} spans several of a rectilinear grid"),
                ));
            };
            if std::mem::replace(&mut is_filled[(x * ny + y) * nz + z], true) {
                return Err(refused(file, format!("its cell {cell} is where another one is")));
            }
            for (channel, (array, component)) in sources.iter().enumerate() {
                state[[channel, x, y, z]] = array.values[cell * array.components + component];
            }
        }
        Ok(state)
    }

    fn files(&self) -> Vec<PathBuf> {
        self.states.iter().flatten().chain(&self.parameters).cloned().collect()
    }
}
