//! Advection of momentum.

use super::closure::{Closure, Stresses};
use super::lanes::Mode;
use super::layout::{Layout, Row};
use super::plane::{Buffers, Plane};
use super::runge_kutta::{STABLE, STABLE_VISCOUS};
use super::walls::Walls;
use rayon::prelude::*;
use rustfft::num_complex::Complex64 as C64;
use std::f64::consts::PI;
use std::ops::Range;
use std::sync::Arc;

/// The tendency of advection in divergence form,
///
/// ```text
/// N = −∇·(u u) + ∇u²,   in components
/// Nu = −δy(ū v) − ∂z(u w)
/// Nv = −∂x(U v) − ∂z(W v) − δy(v̄ v̄ − u u)
/// Nw = −∂x(u w) − δy(w̄ v) − ∂z(w w − u u)
/// ```
///
/// The gradient of u² belongs to the pressure, which is then p + u²: it saves the transforms of one product of eight and
/// two of the transforms along x. ū, w̄ are means of the two centres at a face, v̄ is that of the two faces at a centre,
/// and U, W are means weighted by the heights of the cells, which carry v through the sides of its control volume
/// without sources of mass. Derivatives along x and z are exact, and products are free of aliasing. In space the scheme
/// conserves mass, momentum and kinetic energy.
///
/// Planes are processed in ascending order, with two of each velocity kept. Threads work on intervals of planes.
pub(super) struct Advection {
    layout: Arc<Layout>,
    walls: Arc<Walls>,
    plane: Plane,
    /// Largest wavenumbers along x and z in 1/m.
    largest: [f64; 2],
    sweeps: Vec<Sweep>,
    /// Those of a closure.
    stresses: Option<Stresses>,
}

/// Fewest planes that are worth a thread: two of them are transformed twice.
const LEAST_PLANES: usize = 8;

/// The tendency of each velocity, `[y, column]`; that of v at the lower face of a cell.
pub(super) struct Tendency {
    pub(super) u: Vec<Mode>,
    pub(super) v: Vec<Mode>,
    pub(super) w: Vec<Mode>,
}

impl Tendency {
    /// Zeros.
    pub(super) fn new(layout: &Layout, walls: &Walls) -> Self {
        let zeros = || vec![Mode::default(); layout.len() * walls.cells()];
        Self { u: zeros(), v: zeros(), w: zeros() }
    }
}

impl Tendency {
    /// `factor` times N of u, v, w at a place.
    #[inline(always)]
    pub(super) fn at(&self, at: usize, factor: f64) -> [Mode; 3] {
        [self.u[at] * factor, self.v[at] * factor, self.w[at] * factor]
    }
}

/// The largest rate of advection at points, and where it is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fastest {
    /// max (kx |u| + kz |w| + |v|/Δ) in 1/s.
    pub(super) rate: f64,
    /// The largest speed in m/s in the cells x, y of that point.
    pub(super) speed: f64,
    /// Cells x and y.
    pub(super) cell: [usize; 2],
}

impl Fastest {
    fn or(self, other: Self) -> Self {
        // NaN is the fastest of all.
        if other.rate > self.rate || other.rate.is_nan() { other } else { self }
    }
}

/// Buffers of one thread.
struct Sweep {
    buffers: Buffers,
    /// u and w at the points of the planes below and above a face.
    u: [Vec<f64>; 2],
    w: [Vec<f64>; 2],
    /// v at the points of the faces below and above a centre.
    v: [Vec<f64>; 2],
    /// Lines of what is not differentiated along x, of the current cell and of the one above.
    sum_u: [Vec<C64>; 2],
    sum_v: [Vec<C64>; 2],
    sum_w: [Vec<C64>; 2],
    /// Lines of what is differentiated along x.
    flux: Vec<C64>,
}

impl Sweep {
    fn new(plane: &Plane) -> Self {
        let points = || [vec![0.0; plane.len()], vec![0.0; plane.len()]];
        let lines = || [plane.lines(), plane.lines()];
        Self {
            buffers: plane.buffers(),
            u: points(),
            v: points(),
            w: points(),
            sum_u: lines(),
            sum_v: lines(),
            sum_w: lines(),
            flux: plane.lines(),
        }
    }

    /// Moves up by one cell: what was above is below.
    fn rise(&mut self) {
        for pair in [&mut self.u, &mut self.v, &mut self.w] {
            pair.swap(0, 1);
        }
        for pair in [&mut self.sum_u, &mut self.sum_v, &mut self.sum_w] {
            pair.swap(0, 1);
        }
    }
}

impl Advection {
    /// Without buffers: asking for the number of threads starts them, which a grid that is only looked at must not.
    pub(super) fn new(layout: Arc<Layout>, walls: Arc<Walls>) -> Self {
        let plane = Plane::dealiased(&layout);
        let largest = layout.spacing.map(|spacing| PI / spacing);
        Self { layout, walls, plane, largest, sweeps: Vec::new(), stresses: None }
    }

    /// The buffers, made at the first call for the threads of the pool that calls.
    fn take_sweeps(&mut self) -> Vec<Sweep> {
        if self.sweeps.is_empty() {
            let most = (self.walls.cells() / LEAST_PLANES).max(1);
            let threads = rayon::current_num_threads().min(most);
            self.sweeps = (0..threads).map(|_| Sweep::new(&self.plane)).collect();
        }
        std::mem::take(&mut self.sweeps)
    }

    /// With the stresses of a closure besides advection.
    pub(super) fn with_closure(mut self, closure: Closure) -> Self {
        let of =
            |closure| Stresses::new(closure, self.layout.clone(), self.walls.clone(), &self.plane);
        self.stresses = (closure != Closure::None).then(|| of(closure));
        self
    }

    /// The stresses of the closure, if there is one, and the plane on whose points they are.
    pub(super) fn stresses(&self) -> Option<(&Stresses, &Plane)> {
        self.stresses.as_ref().map(|stresses| (stresses, &self.plane))
    }

    /// One of the stresses in plane j.
    #[inline(always)]
    fn stress(&self, j: usize, part: impl Fn(&Stresses) -> &[f64]) -> Option<&[f64]> {
        let stresses = self.stresses.as_ref()?;
        Some(&part(stresses)[j * self.plane.len()..][..self.plane.len()])
    }

    /// Writes the tendency of the coefficients `rows`, `[column, y]`. Returns what limits the step if `is_limited`.
    pub(super) fn tendency(
        &mut self,
        rows: &[Row],
        is_limited: bool,
        out: &mut Tendency,
    ) -> Fastest {
        let viscous = match &mut self.stresses {
            Some(stresses) => stresses.set(&self.plane, rows, is_limited),
            None => 0.0,
        };
        let mut sweeps = self.take_sweeps();
        let cells = self.walls.cells();
        let planes = cells.div_ceil(sweeps.len());
        let this = &*self;
        let stride = planes * this.layout.len();
        let run = |thread: usize, sweep: &mut Sweep, out: [&mut [Mode]; 3]| {
            let first = thread * planes;
            let range = first..(first + planes).min(cells);
            this.sweep(range, rows, is_limited, sweep, out)
        };
        let parts = out.u.par_chunks_mut(stride).zip(out.v.par_chunks_mut(stride));
        let parts = parts.zip(out.w.par_chunks_mut(stride)).zip(sweeps.par_iter_mut());
        let fastest = parts
            .enumerate()
            .map(|(thread, (((u, v), w), sweep))| run(thread, sweep, [u, v, w]))
            .reduce(Fastest::default, Fastest::or);
        self.sweeps = sweeps;
        // Both limits of the step at once, on an ellipse within the domain of stability.
        Fastest { rate: fastest.rate.hypot(STABLE / STABLE_VISCOUS * viscous), ..fastest }
    }

    /// Writes the coefficients of u u, less the stress xx, at the centres of cells, `[y, column]`.
    pub(super) fn square_of_u(&mut self, rows: &[Row], out: &mut [Mode]) {
        let mut sweeps = self.take_sweeps();
        let cells = self.walls.cells();
        let planes = cells.div_ceil(sweeps.len());
        let (this, stride) = (&*self, self.layout.len());
        let run = |(thread, (out, sweep)): (usize, (&mut [Mode], &mut Sweep))| {
            for (i, out) in out.chunks_exact_mut(stride).enumerate() {
                this.points(rows, thread * planes + i, |row| row.u, sweep, |sweep| &mut sweep.u[1]);
                let Sweep { buffers, u: [_, u], flux, .. } = sweep;
                let less = this.stress(thread * planes + i, |stresses| &stresses.xx);
                let product = Product { factors: [&u[..], &u[..], &u[..]], less };
                let square = |[u, _, _]: [f64; 3]| u * u;
                let fill = |range, out: &mut [C64]| product.fill(range, out, square);
                this.plane.to_lines(fill, buffers, |at, _, value| flux[at] = value);
                this.plane.along_x(flux, buffers);
                let columns = out.iter_mut().enumerate();
                columns.for_each(|(column, out)| *out = this.plane.column(flux, column));
            }
        };
        out.par_chunks_mut(planes * stride).zip(sweeps.par_iter_mut()).enumerate().for_each(run);
        self.sweeps = sweeps;
    }

    /// The tendencies of the cells `range` and of their lower faces.
    #[inline(always)]
    fn sweep(
        &self,
        range: Range<usize>,
        rows: &[Row],
        is_limited: bool,
        sweep: &mut Sweep,
        [out_u, out_v, out_w]: [&mut [Mode]; 3],
    ) -> Fastest {
        let (cells, stride) = (self.walls.cells(), self.layout.len());
        let at = |j: usize| (j - range.start) * stride..(j - range.start + 1) * stride;
        let mut fastest = Fastest::default();
        let first = range.start.saturating_sub(1);
        sweep.v[1].fill(0.0);
        if first > 0 {
            self.points(rows, first, |row| row.v, sweep, |sweep| &mut sweep.v[1]);
        }
        for j in first..=range.end {
            sweep.rise();
            if j < cells {
                self.points(rows, j, |row| row.u, sweep, |sweep| &mut sweep.u[1]);
                self.points(rows, j, |row| row.w, sweep, |sweep| &mut sweep.w[1]);
            }
            if j + 1 < cells && j < range.end {
                self.points(rows, j + 1, |row| row.v, sweep, |sweep| &mut sweep.v[1]);
            } else {
                sweep.v[1].fill(0.0);
            }
            if j >= range.start {
                self.through_face(j, sweep);
            }
            if j > range.start {
                self.complete_cell(sweep, &mut out_u[at(j - 1)], &mut out_w[at(j - 1)]);
            }
            if j == range.end {
                break;
            }
            self.through_centre(j, sweep);
            if j >= range.start {
                self.complete_face(j, sweep, &mut out_v[at(j)]);
                self.along_walls(j, sweep, &mut out_w[at(j)]);
            }
            if j >= range.start && is_limited {
                let [below, above] = &sweep.v;
                fastest = fastest.or(self.fastest(j, [&sweep.u[1], below, above, &sweep.w[1]]));
            }
        }
        fastest
    }

    /// The fluxes ū v and w̄ v through face j, from cell j − 1 to cell j.
    #[inline(always)]
    fn through_face(&self, j: usize, sweep: &mut Sweep) {
        let Sweep { buffers, u, v, w, sum_u, sum_w, .. } = sweep;
        let xy: fn(&Stresses) -> &[f64] = |stresses| &stresses.xy;
        let yz: fn(&Stresses) -> &[f64] = |stresses| &stresses.yz;
        for (velocity, sum, stress) in [(&*u, sum_u, xy), (&*w, sum_w, yz)] {
            let [below, above] = sum;
            if j == 0 || j == self.walls.cells() {
                above.fill(C64::default());
                continue;
            }
            let [down, up] = [j - 1, j].map(|cell| 1.0 / self.walls.heights[cell]);
            let factors = [&velocity[0][..], &velocity[1], &v[0]];
            let product = Product { factors, less: self.stress(j, stress) };
            let flux = |[a, b, v]: [f64; 3]| 0.5 * (a + b) * v;
            self.plane.to_lines(
                |range, out| product.fill(range, out, flux),
                buffers,
                |at, _, flux| {
                    below[at] += flux * down;
                    above[at] = flux * -up;
                },
            );
        }
    }

    /// The flux v̄ v̄ − u u through the centre of cell j, from face j to face j + 1.
    #[inline(always)]
    fn through_centre(&self, j: usize, sweep: &mut Sweep) {
        let Sweep { buffers, u, v, sum_v: [below, above], .. } = sweep;
        let [down, up] = [j, j + 1].map(|face| 1.0 / self.walls.distances[face]);
        let less = self.stress(j, |stresses| &stresses.yy);
        let product = Product { factors: [&v[0], &v[1], &u[1]], less };
        let flux = |[a, b, u]: [f64; 3]| (0.5 * (a + b)) * (0.5 * (a + b)) - u * u;
        self.plane.to_lines(
            |range, out| product.fill(range, out, flux),
            buffers,
            |at, _, flux| {
                below[at] += flux * down;
                above[at] = flux * -up;
            },
        );
    }

    /// The tendency of v on face j, with the fluxes U v and W v along the walls.
    #[inline(always)]
    fn complete_face(&self, j: usize, sweep: &mut Sweep, out: &mut [Mode]) {
        if j == 0 {
            return out.fill(Mode::default());
        }
        let Sweep { buffers, u, v, w, sum_v: [sum, _], flux, .. } = sweep;
        let ([below, above], kz) = (self.walls.carrying(j), &self.layout.kz);
        let side = |[a, b, v]: [f64; 3]| (below * a + above * b) * v;
        let less = self.stress(j, |stresses| &stresses.yz);
        let product = Product { factors: [&w[0], &w[1], &v[0]], less };
        self.plane.to_lines(
            |range, out| product.fill(range, out, side),
            buffers,
            |at, line, side| {
                sum[at] += times_i(kz[line], side);
            },
        );
        let less = self.stress(j, |stresses| &stresses.xy);
        let product = Product { factors: [&u[0], &u[1], &v[0]], less };
        self.plane.to_lines(
            |range, out| product.fill(range, out, side),
            buffers,
            |at, _, side| {
                flux[at] = side;
            },
        );
        self.plane.along_x(sum, buffers);
        self.plane.along_x(flux, buffers);
        for (column, out) in out.iter_mut().enumerate() {
            let kx = self.layout.kx[column % self.layout.columns];
            let sides = self.plane.column(flux, column).times_i(kx);
            *out = (self.plane.column(sum, column) + sides) * -1.0;
        }
    }

    /// The fluxes u w and w w − u u along the walls in the upper cell.
    #[inline(always)]
    fn along_walls(&self, j: usize, sweep: &mut Sweep, out: &mut [Mode]) {
        let Sweep { buffers, u: [_, u], w: [_, w], sum_u, sum_w, flux, .. } = sweep;
        let ([_, sum_u], [_, sum_w], kz) = (sum_u, sum_w, &self.layout.kz);
        let less = self.stress(j, |stresses| &stresses.xz);
        let product = Product { factors: [&u[..], &w[..], &w[..]], less };
        let across = |[u, w, _]: [f64; 3]| u * w;
        self.plane.to_lines(
            |range, out| product.fill(range, out, across),
            buffers,
            |at, line, across| {
                sum_u[at] += times_i(kz[line], across);
                flux[at] = across;
            },
        );
        let product = Product { less: self.stress(j, |stresses| &stresses.zz), ..product };
        let along = |[u, w, _]: [f64; 3]| w * w - u * u;
        self.plane.to_lines(
            |range, out| product.fill(range, out, along),
            buffers,
            |at, line, along| {
                sum_w[at] += times_i(kz[line], along);
            },
        );
        self.plane.along_x(flux, buffers);
        for (column, out) in out.iter_mut().enumerate() {
            let kx = self.layout.kx[column % self.layout.columns];
            *out = self.plane.column(flux, column).times_i(-kx);
        }
    }

    /// The tendencies of u and w in the lower cell, all of whose fluxes are known; `out_w` holds −∂x(u w).
    #[inline(always)]
    fn complete_cell(&self, sweep: &mut Sweep, out_u: &mut [Mode], out_w: &mut [Mode]) {
        let Sweep { buffers, sum_u: [sum_u, _], sum_w: [sum_w, _], .. } = sweep;
        self.plane.along_x(sum_u, buffers);
        self.plane.along_x(sum_w, buffers);
        for (column, (out_u, out_w)) in out_u.iter_mut().zip(out_w).enumerate() {
            *out_u = self.plane.column(sum_u, column) * -1.0;
            *out_w -= self.plane.column(sum_w, column);
        }
    }

    /// A velocity at the points of one plane.
    #[inline(always)]
    fn points(
        &self,
        rows: &[Row],
        j: usize,
        part: impl Fn(&Row) -> Mode,
        sweep: &mut Sweep,
        out: impl Fn(&mut Sweep) -> &mut Vec<f64>,
    ) {
        let cells = self.walls.cells();
        let mut values = std::mem::take(out(sweep));
        let mode = |column: usize| part(&rows[column * cells + j]);
        self.plane.to_points(mode, &mut sweep.flux, &mut sweep.buffers, &mut values);
        *out(sweep) = values;
    }

    /// The largest rate of advection in the cells j.
    #[inline(always)]
    fn fastest(&self, j: usize, [u, v_below, v_above, w]: [&[f64]; 4]) -> Fastest {
        let ([kx, kz], inverse) = (self.largest, 1.0 / self.walls.heights[j]);
        let [mx, mz] = self.plane.points();
        let mut fastest = Fastest::default();
        for pair in 0..mx / 2 {
            let range = pair * 2 * mz..(pair + 1) * 2 * mz;
            let (u, w) = (&u[range.clone()], &w[range.clone()]);
            let (v, v_above) = (&v_below[range.clone()], &v_above[range]);
            let (mut rate, mut square) = (0.0_f64, 0.0_f64);
            let mut add = |u: f64, v: f64, v_above: f64, w: f64| {
                let v = larger(v.abs(), v_above.abs());
                rate = larger(rate, kx * u.abs() + kz * w.abs() + inverse * v);
                square = larger(square, u * u + v * v + w * w);
            };
            for i in 0..u.len() {
                add(u[i], v[i], v_above[i], w[i]);
            }
            let x = 2 * pair * self.layout.cells[0] / mx;
            fastest = fastest.or(Fastest { rate, speed: square.sqrt(), cell: [x, j] });
        }
        fastest
    }
}

/// The larger of two numbers; NaN if the second is, so that it is not lost.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if b <= a { a } else { b }
}

/// A product of fields at points.
#[derive(Clone, Copy)]
struct Product<'a> {
    factors: [&'a [f64]; 3],
    /// What is subtracted from it.
    less: Option<&'a [f64]>,
}

impl Product<'_> {
    /// Writes `value` of the factors at a range of points into complex rows.
    #[inline(always)]
    fn fill(&self, range: Range<usize>, rows: &mut [C64], value: impl Fn([f64; 3]) -> f64) {
        let [a, b, c] = self.factors.map(|values| values[range.clone()].as_chunks::<2>().0);
        for (((out, a), b), c) in rows.iter_mut().zip(a).zip(b).zip(c) {
            out.re = value([a[0], b[0], c[0]]);
            out.im = value([a[1], b[1], c[1]]);
        }
        if let Some(less) = self.less {
            for (out, less) in rows.iter_mut().zip(less[range].as_chunks::<2>().0) {
                out.re -= less[0];
                out.im -= less[1];
            }
        }
    }
}

/// i k times a coefficient.
#[inline(always)]
fn times_i(k: f64, value: C64) -> C64 {
    C64::new(-k * value.im, k * value.re)
}
