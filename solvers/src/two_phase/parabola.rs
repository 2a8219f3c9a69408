//! Volumetric parabola fit to pieces of interface.

use super::elvira::{block, reconstruct};
use super::interface::is_cut;
use crate::staggered::StaggeredArray;

/// The parabola y = a x² + b x + c in m, with x along the interface of a cell and y out of the water.
///
/// Least-squares fit: the mean of the parabola over each piece of interface in the nine cells equals the mean of the
/// piece, weighted by its length. A piece bounds the same volume as the curve that it approximates, so that the
/// curvature of circular arcs is second order.
///
/// Source: Evrard, Denner & van Wachem (2017), Int. J. Numer. Meth. Fluids 84, 327 (volumetric fit).
pub(crate) struct Parabola {
    coefficients: [f64; 3],
}

impl Parabola {
    /// The fit to the pieces in `cell` and its eight neighbours; `None` if the system is singular.
    pub(crate) fn through(
        fraction: &StaggeredArray,
        cell: [usize; 2],
        spacing: [f64; 2],
    ) -> Option<Self> {
        let middle = reconstruct(&block(fraction, cell));
        let out = middle.direction(spacing);
        let frame = |[x, y]: [f64; 2]| [x * out[1] - y * out[0], x * out[0] + y * out[1]];
        let centre = middle.ends(spacing).map(frame);
        let origin = [0, 1].map(|k| f64::midpoint(centre[0][k], centre[1][k]));
        let mut system = [[0.0; 4]; 3];
        for (x, y) in (0..3).flat_map(|x| (0..3).map(move |y| (x, y))) {
            let near = [cell[0] + x - 1, cell[1] + y - 1];
            if !is_cut(fraction[near]) {
                continue;
            }
            let piece = reconstruct(&block(fraction, near));
            let faces = piece.direction(spacing);
            if faces[0] * out[0] + faces[1] * out[1] <= 0.0 {
                continue; // the opposite side of a filament
            }
            let shift = [(x as f64 - 1.0) * spacing[0], (y as f64 - 1.0) * spacing[1]];
            let ends = piece.ends(spacing).map(|end| {
                let [x, y] = frame([end[0] + shift[0], end[1] + shift[1]]);
                [x - origin[0], y - origin[1]]
            });
            add(&mut system, ends);
        }
        solve(system).map(|coefficients| Self { coefficients })
    }

    /// Curvature κ in 1/m at x = 0.
    pub(crate) fn curvature(&self) -> f64 {
        let [a, slope, _] = self.coefficients;
        -2.0 * a / (1.0 + slope * slope).powf(1.5)
    }
}

/// Adds the equation that the means over a piece agree to the normal equations.
fn add(system: &mut [[f64; 4]; 3], [[x0, y0], [x1, y1]]: [[f64; 2]; 2]) {
    let row = [(x0 * x0 + x0 * x1 + x1 * x1) / 3.0, 0.5 * (x0 + x1), 1.0, 0.5 * (y0 + y1)];
    let length = (x1 - x0).hypot(y1 - y0);
    for (k, sums) in system.iter_mut().enumerate() {
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += length * row[k] * value);
    }
}

/// The system counts as singular if a pivot is smaller than this part of its diagonal element.
const SINGULAR: f64 = 1e-10;

/// Gauss–Jordan elimination of a symmetric 3 × 3 system with its right-hand side in the last column.
fn solve(mut system: [[f64; 4]; 3]) -> Option<[f64; 3]> {
    let diagonal = [0, 1, 2].map(|k| system[k][k]);
    for k in 0..3 {
        let pivot = system[k];
        if pivot[k] <= SINGULAR * diagonal[k] {
            return None;
        }
        for row in (0..3).filter(|&row| row != k) {
            let part = system[row][k] / pivot[k];
            system[row].iter_mut().zip(pivot).for_each(|(value, of)| *value -= part * of);
        }
    }
    Some([0, 1, 2].map(|k| system[k][3] / system[k][k]))
}
