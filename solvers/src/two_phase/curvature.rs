//! Curvature of the interface by height functions.

use super::elvira::block;
use super::geometry::Geometry;
use super::interface::is_cut;
use super::parabola::Parabola;
use crate::staggered::StaggeredArray;

/// Curvature κ of the interface in `cell` in 1/m, > 0 where the water is convex; NaN where the cell has no interface.
///
/// ```text
/// κ = −H″ / (1 + H′²)^{3/2},   H: heights of water in three columns of nine cells
/// ```
///
/// Columns run along the axis with the larger component of the interface normal. If one of them does not reach from
/// full to empty cells, columns along the other axis are tried, and then a [`Parabola`] is fitted to the pieces of
/// interface in the nine cells. Second order where heights exist.
///
/// Behind walls both fluids are continued, and heights beside walls are mirrored: the contact angle is 90°.
/// |κ| is limited to 2/h.
///
/// Source: Cummins, Francois & Kothe (2005), Comput. Struct. 83, 425 (height functions); Popinet (2009),
/// J. Comput. Phys. 228, 5838 (fallbacks).
pub(crate) fn curvature(fraction: &StaggeredArray, geometry: &Geometry, cell: [usize; 2]) -> f64 {
    if geometry.fluid[cell] == 0.0 || !is_interface(fraction, cell) {
        return f64::NAN;
    }
    let spacing = geometry.spacing;
    let block = block(fraction, cell);
    let rise = [0, 1].map(|axis| {
        let sum = |end: usize| -> f64 {
            (0..3).map(|k| if axis == 0 { block[end][k] } else { block[k][end] }).sum()
        };
        (sum(2) - sum(0)) / spacing[axis]
    });
    let by_heights = |axis: usize| {
        Columns { fraction, geometry, cell, axis, water: 1.0_f64.copysign(rise[axis]) }.curvature()
    };
    let first = usize::from(rise[1].abs() > rise[0].abs());
    let found = by_heights(first).or_else(|| by_heights(1 - first));
    let found = found.or_else(|| {
        // The interface between a full and an empty cell is their face: there is no piece to fit.
        let parabola = || Parabola::through(fraction, cell, spacing);
        is_cut(block[1][1]).then(parabola).flatten().map(|parabola| parabola.curvature())
    });
    // The curvature of a circle with the radius of half a cell is the largest that the grid represents.
    let most = 2.0 / spacing[0].min(spacing[1]);
    found.unwrap_or(0.0).clamp(-most, most)
}

/// Whether the interface passes through the cell or coincides with one of its faces.
fn is_interface(fraction: &StaggeredArray, [i, j]: [usize; 2]) -> bool {
    let is_water = |at| fraction[at] > 0.5;
    let around = [[i - 1, j], [i + 1, j], [i, j - 1], [i, j + 1]];
    is_cut(fraction[[i, j]])
        || around.into_iter().any(|at| !is_cut(fraction[at]) && is_water(at) != is_water([i, j]))
}

/// Three columns of cells along `axis`, that of `cell` in the middle.
struct Columns<'a> {
    fraction: &'a StaggeredArray,
    geometry: &'a Geometry,
    cell: [usize; 2],
    axis: usize,
    /// +1 if the water lies at the high end of the columns, −1 if at the low end.
    water: f64,
}

/// Cells of a column on either side of the middle one.
const REACH: usize = 4;
/// A cell with less than this part of either fluid ends a column: droplets and bubbles behind it are ignored.
const FRAGMENT: f64 = 1e-6;

impl Columns<'_> {
    fn curvature(&self) -> Option<f64> {
        let [along, across] = [self.axis, 1 - self.axis].map(|axis| self.geometry.spacing[axis]);
        let wet = self.fluid_cells(self.water);
        let dry = self.fluid_cells(-self.water);
        let [Some(low), Some(middle), Some(high)] = [-1, 0, 1].map(|by| self.height(by, wet, dry))
        else {
            return None;
        };
        let slope = 0.5 * (high - low) * along / across;
        let bend = (high - 2.0 * middle + low) * along / (across * across);
        Some(-bend / (1.0 + slope * slope).powf(1.5))
    }

    /// Height of water in cells of the column at lateral offset `by`; `None` if the column does not reach from a full
    /// to an empty cell. `wet` and `dry` are the numbers of fluid cells towards water and air.
    fn height(&self, by: isize, wet: usize, dry: usize) -> Option<f64> {
        let here = self.at(by, 0);
        let mut height = here;
        let mut is_full = here > 1.0 - FRAGMENT;
        for step in 1..=REACH {
            // Behind the first full cell, and behind a wall, the column counts as full.
            let value = if is_full || step > wet { 1.0 } else { self.at(by, step.cast_signed()) };
            is_full |= value > 1.0 - FRAGMENT;
            height += value;
        }
        let mut is_empty = here < FRAGMENT;
        for step in 1..=REACH {
            let value = if is_empty || step > dry { 0.0 } else { self.at(by, -step.cast_signed()) };
            is_empty |= value < FRAGMENT;
            height += value;
        }
        (is_full && is_empty).then_some(height)
    }

    /// The volume fraction at lateral offset `by`, `ahead` cells towards the water.
    fn at(&self, by: isize, ahead: isize) -> f64 {
        let mut cell = self.cell;
        let ahead = if self.water > 0.0 { ahead } else { -ahead };
        cell[self.axis] = cell[self.axis].wrapping_add_signed(ahead);
        cell[1 - self.axis] = cell[1 - self.axis].wrapping_add_signed(by);
        self.fraction[cell]
    }

    /// Fluid cells between the middle cell and the first solid one in the direction `end`, at most [`REACH`].
    fn fluid_cells(&self, end: f64) -> usize {
        let mut cell = self.cell;
        for room in 0..REACH {
            cell[self.axis] = cell[self.axis].wrapping_add_signed(if end > 0.0 { 1 } else { -1 });
            if self.geometry.fluid[cell] == 0.0 {
                return room;
            }
        }
        REACH
    }
}
