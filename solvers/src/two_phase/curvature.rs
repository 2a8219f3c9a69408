//! How the interface bends.

use super::elvira::block;
use super::geometry::Geometry;
use super::interface::is_cut;
use super::parabola::Parabola;
use crate::staggered::StaggeredArray;

/// κ in 1/m of the interface in `cell`, greater than 0 where the water is convex; no number where no
/// interface passes.
///
/// ```text
/// κ = −H″ / (1 + H′²)^{3/2},   H: the heights of water in three columns of nine cells
/// ```
///
/// Columns run along the axis that the interface faces most, along the other one if theirs do not
/// reach from water into air. Where none do, a parabola is put through the pieces of interface around.
/// Second order where heights are known. Beyond walls both fluids go on, and beside walls heights
/// are mirrored: interfaces meet them at a right angle.
///
/// Source: Cummins, Francois & Kothe (2005), Comput. Struct. 83, 425 (heights); Popinet (2009),
/// J. Comput. Phys. 228, 5838 (what to do where they fail).
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
        // A full cell beside an empty one holds no piece of interface.
        let parabola = || Parabola::through(fraction, cell, spacing);
        is_cut(block[1][1]).then(parabola).flatten().map(|parabola| parabola.curvature())
    });
    // No circle is smaller than a cell.
    let most = 2.0 / spacing[0].min(spacing[1]);
    found.unwrap_or(0.0).clamp(-most, most)
}

/// Whether a piece of interface is in the cell, or is the face to a neighbour.
fn is_interface(fraction: &StaggeredArray, [i, j]: [usize; 2]) -> bool {
    let is_water = |at| fraction[at] > 0.5;
    let around = [[i - 1, j], [i + 1, j], [i, j - 1], [i, j + 1]];
    is_cut(fraction[[i, j]])
        || around.into_iter().any(|at| !is_cut(fraction[at]) && is_water(at) != is_water([i, j]))
}

/// Three columns of cells along `axis`, the one of `cell` in the middle.
struct Columns<'a> {
    fraction: &'a StaggeredArray,
    geometry: &'a Geometry,
    cell: [usize; 2],
    axis: usize,
    /// −1 if the water lies at the low end, else +1.
    water: f64,
}

/// How far columns reach to either side.
const REACH: usize = 4;
/// A column ends at a cell with less of the other fluid: what a flow strews beyond is no surface.
const STREWN: f64 = 1e-6;

impl Columns<'_> {
    fn curvature(&self) -> Option<f64> {
        let [along, across] = [self.axis, 1 - self.axis].map(|axis| self.geometry.spacing[axis]);
        let wet = self.room(self.water);
        let dry = self.room(-self.water);
        let [Some(low), Some(middle), Some(high)] = [-1, 0, 1].map(|by| self.height(by, wet, dry))
        else {
            return None;
        };
        let slope = 0.5 * (high - low) * along / across;
        let bend = (high - 2.0 * middle + low) * along / (across * across);
        Some(-bend / (1.0 + slope * slope).powf(1.5))
    }

    /// Water in the column `by` cells aside, in cells; nothing if it does not reach from water into
    /// air.
    fn height(&self, by: isize, wet: usize, dry: usize) -> Option<f64> {
        let here = self.at(by, 0);
        let mut height = here;
        let mut is_full = here > 1.0 - STREWN;
        for step in 1..=REACH {
            // Beyond what ends the column all is water, and so it is beyond a wall.
            let value = if is_full || step > wet { 1.0 } else { self.at(by, step.cast_signed()) };
            is_full |= value > 1.0 - STREWN;
            height += value;
        }
        let mut is_empty = here < STREWN;
        for step in 1..=REACH {
            let value = if is_empty || step > dry { 0.0 } else { self.at(by, -step.cast_signed()) };
            is_empty |= value < STREWN;
            height += value;
        }
        (is_full && is_empty).then_some(height)
    }

    /// The volume fraction `by` cells aside and `ahead` cells towards the water.
    fn at(&self, by: isize, ahead: isize) -> f64 {
        let mut cell = self.cell;
        let ahead = if self.water > 0.0 { ahead } else { -ahead };
        cell[self.axis] = cell[self.axis].wrapping_add_signed(ahead);
        cell[1 - self.axis] = cell[1 - self.axis].wrapping_add_signed(by);
        self.fraction[cell]
    }

    /// Cells of fluid beyond the middle one towards an end, [`REACH`] at most.
    fn room(&self, end: f64) -> usize {
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
