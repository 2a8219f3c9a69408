//! Unstructured grids in VTK files: the cells, and the values on them.
//!
//! - `xml`: `.vtu` files; `legacy`: `.vtk` files
//! - `numbers`: the types of numbers in both
//!
//! Source: Kitware, "VTK File Formats", The VTK User's Guide, 11th edition.

mod legacy;
mod numbers;
mod xml;

use std::ops::Range;

/// The number of points of a hexahedron, and of a voxel.
const CORNERS: usize = 8;
/// The types of cells that are read: voxels and hexahedra.
const HEXAHEDRA: [f64; 2] = [11.0, 12.0];

/// The largest number of values in an array: 16 GiB of `f64`.
const MOST_VALUES: usize = 1 << 31;

/// A grid of hexahedra with values on its cells.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Vtk {
    /// The coordinates x, y, z of the points, one after the other.
    points: Vec<f64>,
    /// The points of all cells, one cell after the other.
    corners: Vec<f64>,
    /// The values on the cells.
    pub(crate) arrays: Vec<VtkArray>,
}

/// An array with values on all cells.
#[derive(Debug, PartialEq)]
pub(crate) struct VtkArray {
    /// Its name.
    pub(crate) name: String,
    /// The number of values of a cell.
    pub(crate) components: usize,
    /// The values of the first cell, of the second, …
    pub(crate) values: Vec<f64>,
}

/// Whether the bytes of a file begin as XML.
fn is_xml(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"<")
}

impl Vtk {
    /// The grid in the bytes of a `.vtu` or a `.vtk` file, or why there is none, in words that follow "it".
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        if is_xml(bytes) { xml::read(bytes) } else { legacy::read(bytes) }
    }

    /// The time of the state in s, as the beginning of a file states it in its array `TimeValue`.
    pub(crate) fn time(beginning: &[u8]) -> Option<f64> {
        let time = if is_xml(beginning) { xml::time(beginning) } else { legacy::time(beginning) };
        time.filter(|time| time.is_finite())
    }

    /// A grid whose arrays have the lengths that the numbers of points and cells demand, and whose cells are hexahedra.
    ///
    /// `connectivity` are the points of all cells; cell i has those before `offsets[i]` and after that of the last
    /// cell.
    fn checked(
        points: Vec<f64>,
        connectivity: Vec<f64>,
        offsets: &[f64],
        types: &[f64],
        arrays: Vec<VtkArray>,
    ) -> Result<Self, String> {
        let cells = types.len();
        if let Some(other) = types.iter().find(|kind| !HEXAHEDRA.contains(kind)) {
            return Err(format!(
                "it has cells of VTK's type {other}, and those of a rectilinear grid are hexahedra"
            ));
        }
        let is_hexahedron =
            |(cell, offset): (usize, &f64)| *offset == ((cell + 1) * CORNERS) as f64;
        let has_all = offsets.len() == cells
            && connectivity.len() == cells * CORNERS
            && offsets.iter().enumerate().all(is_hexahedron);
        let count = points.len() / 3;
        let is_point = |index: &f64| *index >= 0.0 && *index < count as f64 && index.fract() == 0.0;
        if !has_all || !points.len().is_multiple_of(3) || !connectivity.iter().all(is_point) {
            return Err("it is damaged: its cells do not have eight points each".into());
        }
        if let Some(VtkArray { name, .. }) =
            arrays.iter().find(|array| array.values.len() != cells * array.components)
        {
            return Err(format!(
                "it is damaged: its array `{name}` does not have a value per cell"
            ));
        }
        Ok(Self { points, corners: connectivity, arrays })
    }

    /// The number of cells.
    pub(crate) fn cells(&self) -> usize {
        self.corners.len() / CORNERS
    }

    /// All coordinates of points along an axis.
    pub(crate) fn coordinates(&self, axis: usize) -> impl Iterator<Item = f64> {
        self.points.iter().skip(axis).step_by(3).copied()
    }

    /// The lowest and the highest coordinate of a cell along an axis.
    pub(crate) fn extent(&self, cell: usize, axis: usize) -> Range<f64> {
        let corners = &self.corners[cell * CORNERS..(cell + 1) * CORNERS];
        let all = corners.iter().map(|&point| self.points[point as usize * 3 + axis]);
        let widen = |range: Range<f64>, x: f64| range.start.min(x)..range.end.max(x);
        all.fold(f64::INFINITY..f64::NEG_INFINITY, widen)
    }
}

#[cfg(test)]
mod tests;
