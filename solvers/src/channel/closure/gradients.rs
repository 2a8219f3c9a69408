//! The velocity gradient at points.

use super::super::lanes::{Lanes, Mode};
use super::super::layout::{Layout, Row};
use super::super::plane::{Buffers, Plane};
use super::super::walls::{WallCondition, Walls};
use rayon::prelude::*;
use rustfft::num_complex::Complex64 as C64;

/// Velocities and their derivatives along the walls at the points of all planes, `[y, point]`; those of v on the lower
/// faces of cells.
pub(super) struct Gradients {
    pub(super) u: Vec<f64>,
    pub(super) u_x: Vec<f64>,
    pub(super) u_z: Vec<f64>,
    pub(super) v: Vec<f64>,
    pub(super) v_x: Vec<f64>,
    pub(super) v_z: Vec<f64>,
    pub(super) w: Vec<f64>,
    pub(super) w_x: Vec<f64>,
    pub(super) w_z: Vec<f64>,
}

/// Lines and buffers of one plane.
pub(super) struct Work {
    pub(super) lines: Vec<C64>,
    pub(super) buffers: Buffers,
}

impl Work {
    pub(super) fn new(plane: &Plane) -> Self {
        Self { lines: plane.lines(), buffers: plane.buffers() }
    }
}

/// ∂uᵢ/∂xⱼ at one point of a centre, `[i][j]`.
pub(super) type Gradient = [[f64; 3]; 3];

impl Gradients {
    pub(super) fn new(plane: &Plane, walls: &Walls) -> Self {
        let zeros = || vec![0.0; plane.len() * walls.cells()];
        Self {
            u: zeros(),
            u_x: zeros(),
            u_z: zeros(),
            v: zeros(),
            v_x: zeros(),
            v_z: zeros(),
            w: zeros(),
            w_x: zeros(),
            w_z: zeros(),
        }
    }

    /// Computes all from the coefficients `rows`, `[column, y]`.
    pub(super) fn set(
        &mut self,
        layout: &Layout,
        walls: &Walls,
        plane: &Plane,
        rows: &[Row],
        work: &mut [Work],
    ) {
        let (cells, length) = (walls.cells(), plane.len());
        let kx = |mode: Mode, column: usize| mode.times_i(layout.kx[column % layout.columns]);
        let kz = |mode: Mode, column: usize| {
            mode.times_i(Lanes::splat(layout.kz[column / layout.columns]))
        };
        let mut fill = |out: &mut Vec<f64>, mode: &(dyn Fn(&Row, usize) -> Mode + Sync)| {
            let planes = out.par_chunks_mut(length).zip(work.par_iter_mut());
            planes.enumerate().for_each(|(j, (out, work))| {
                let at = |column: usize| mode(&rows[column * cells + j], column);
                plane.to_points(at, &mut work.lines, &mut work.buffers, out);
            });
        };
        fill(&mut self.u, &|row, _| row.u);
        fill(&mut self.v, &|row, _| row.v);
        fill(&mut self.w, &|row, _| row.w);
        fill(&mut self.u_x, &|row, column| kx(row.u, column));
        fill(&mut self.v_x, &|row, column| kx(row.v, column));
        fill(&mut self.w_x, &|row, column| kx(row.w, column));
        fill(&mut self.u_z, &|row, column| kz(row.u, column));
        fill(&mut self.v_z, &|row, column| kz(row.v, column));
        fill(&mut self.w_z, &|row, column| kz(row.w, column));
    }

    /// The centres of cells of plane j.
    pub(super) fn centre(&self, walls: &Walls, j: usize, length: usize) -> Centre<'_> {
        let last = walls.cells() - 1;
        let slip = f64::from(walls.condition == WallCondition::NoSlip);
        let [low, high] = [j, j + 1].map(|face| 0.5 / walls.distances[face]);
        let (is_first, is_last) = (j == 0, j == last);
        let (low, high) =
            (if is_first { slip * low } else { low }, if is_last { slip * high } else { high });
        Centre {
            gradients: self,
            below: if is_first { 0 } else { (j - 1) * length },
            here: j * length,
            above: if is_last { j } else { j + 1 } * length,
            // The velocity on the wall is 0.
            across: [
                if is_first { 0.0 } else { -low },
                low - high,
                if is_last { 0.0 } else { high },
            ],
            upper: f64::from(!is_last),
            inverse: 1.0 / walls.heights[j],
        }
    }
}

/// The centres of cells of one plane.
pub(super) struct Centre<'a> {
    gradients: &'a Gradients,
    /// Where the planes below, here and above begin.
    below: usize,
    here: usize,
    above: usize,
    /// Weights of the derivative across, the mean of those at both faces.
    across: [f64; 3],
    /// 1, and 0 where the upper face is a wall.
    upper: f64,
    /// 1/Δ
    inverse: f64,
}

impl Centre<'_> {
    /// The gradient at point `i`.
    #[inline(always)]
    pub(super) fn gradient(&self, i: usize) -> Gradient {
        let (below, here, above) = (self.below + i, self.here + i, self.above + i);
        let Gradients { u, u_x, u_z, v, v_x, v_z, w, w_x, w_z } = self.gradients;
        let mean = |values: &[f64]| 0.5 * (values[here] + self.upper * values[above]);
        let [low, middle, high] = self.across;
        let across = |u: &[f64]| low * u[below] + middle * u[here] + high * u[above];
        let v_y = (self.upper * v[above] - v[here]) * self.inverse;
        [
            [u_x[here], across(u), u_z[here]],
            [mean(v_x), v_y, mean(v_z)],
            [w_x[here], across(w), w_z[here]],
        ]
    }

    /// The velocity at point `i`.
    #[inline(always)]
    pub(super) fn velocity(&self, i: usize) -> [f64; 3] {
        let (here, Gradients { u, v, w, .. }) = (self.here + i, self.gradients);
        [u[here], 0.5 * (v[here] + self.upper * v[self.above + i]), w[here]]
    }
}

/// S(xx), S(yy), S(zz), S(xy), S(xz), S(yz).
#[inline(always)]
pub(super) fn strain(g: &Gradient) -> [f64; 6] {
    [
        g[0][0],
        g[1][1],
        g[2][2],
        0.5 * (g[0][1] + g[1][0]),
        0.5 * (g[0][2] + g[2][0]),
        0.5 * (g[1][2] + g[2][1]),
    ]
}

/// a:b of two symmetric tensors.
#[inline(always)]
pub(super) fn contract(a: &[f64; 6], b: &[f64; 6]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + 2.0 * (a[3] * b[3] + a[4] * b[4] + a[5] * b[5])
}
