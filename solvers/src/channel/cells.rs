//! Conversion between coefficients and cell averages.

use super::lanes::{Lanes, Mode};
use super::layout::Layout;
use super::plane::{Buffers, Plane};
use crate::spectral::sinc;
use data::State;
use ndarray::s;
use rustfft::num_complex::Complex64 as C64;
use std::sync::Arc;

/// Conversion between coefficients and averages over cells along x and z, to round-off.
///
/// The average of exp(i k·x) over a cell is its value at the centre times sinc(kx dx/2) sinc(kz dz/2), a factor of at
/// least (2/π)² for all wavenumbers of a [`Layout`]. Across the channel, values at centres are the averages. The origin
/// of the coefficients is the centre of the first cell.
pub(super) struct Cells {
    layout: Arc<Layout>,
    plane: Plane,
    buffers: Buffers,
    lines: Vec<C64>,
    points: Vec<f64>,
    /// sin(k h/2)/(k h/2) along x, by column.
    sinc_x: Vec<Lanes>,
    /// The same along z, by kz.
    sinc_z: Vec<f64>,
}

impl Cells {
    /// For the cells of `layout`.
    pub(super) fn new(layout: Arc<Layout>) -> Self {
        let plane = Plane::new(&layout, layout.cells);
        let [hx, hz] = layout.spacing;
        let along = |lanes: &Lanes| Lanes(lanes.0.map(|k| sinc(0.5 * k * hx)));
        Self {
            sinc_x: layout.kx.iter().map(along).collect(),
            sinc_z: layout.kz.iter().map(|k| sinc(0.5 * k * hz)).collect(),
            buffers: plane.buffers(),
            lines: plane.lines(),
            points: vec![0.0; plane.len()],
            plane,
            layout,
        }
    }

    /// Writes cell averages of the plane j of one channel of a state `[channel, x, y, z]`, times `factor`.
    pub(super) fn store(
        &mut self,
        mode: impl Fn(usize) -> Mode,
        factor: f64,
        [channel, j]: [usize; 2],
        state: &mut State,
    ) {
        let (columns, [nx, nz]) = (self.layout.columns, self.layout.cells);
        let average = |column: usize| {
            mode(column) * self.sinc_x[column % columns] * (self.sinc_z[column / columns] * factor)
        };
        self.plane.to_points(average, &mut self.lines, &mut self.buffers, &mut self.points);
        for x in 0..nx {
            for z in 0..nz {
                state[[channel, x, j, z]] = self.points[self.plane.at(x, z)];
            }
        }
    }

    /// The coefficients of the plane j of one channel, by column.
    pub(super) fn load(
        &mut self,
        [channel, j]: [usize; 2],
        state: &State,
        mut out: impl FnMut(usize, Mode),
    ) {
        let values = state.slice(s![channel, .., j, ..]);
        let nz = self.layout.cells[1];
        let fill = |range: std::ops::Range<usize>, rows: &mut [C64]| {
            for (row, at) in rows.iter_mut().zip(range.step_by(2)) {
                let (x, z) = (at / 2 / nz * 2, at / 2 % nz);
                *row = C64::new(values[[x, z]], values[[x + 1, z]]);
            }
        };
        let lines = &mut self.lines;
        self.plane.to_lines(fill, &mut self.buffers, |at, _, value| lines[at] = value);
        self.plane.along_x(lines, &mut self.buffers);
        let columns = self.layout.columns;
        for column in 0..self.layout.len() {
            let factor = self.sinc_x[column % columns] * self.sinc_z[column / columns];
            out(column, self.plane.column(lines, column) * factor.recip());
        }
    }

    /// The largest absolute value at the centres of cells of one plane.
    pub(super) fn largest(&mut self, mode: impl Fn(usize) -> Mode) -> f64 {
        self.plane.to_points(mode, &mut self.lines, &mut self.buffers, &mut self.points);
        self.points.iter().fold(0.0, |largest, value| largest.max(value.abs()))
    }
}
