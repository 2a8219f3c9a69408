//! The momentum equation on the faces.

use super::cylinder::CutCell;
use crate::staggered::{GHOSTS, Mesh, Radii, StaggeredArray, Velocity, ahead};

/// What pushes the fluid at one face, in m/s².
#[derive(Debug, Clone, Copy)]
pub(crate) struct Push {
    /// −∇·(u u)
    pub(crate) advection: f64,
    /// ν ∇²u
    pub(crate) diffusion: f64,
}

/// Central differences on the staggered grid, momentum in divergence form.
///
/// The mass flux through a side of a control volume is the mean of the two nearest faces, which
/// conserves mass exactly. It carries the velocity `(7 (b + c) − (a + d))/12` of the four nearest
/// values a, b, c, d: what a cubic with these averages has between b and c. Diffusion is
/// `(−a + 16 b − 30 c + 16 d − e)/12`. Momentum is thus fourth order along each axis, while
/// pressure and continuity are second order, and so is the whole. In a pipe y is r, and [`Radii`]
/// weight what passes along it.
///
/// Source: Harlow & Welch (1965), Phys. Fluids 8, 2182 (the staggering).
#[derive(Debug, Clone)]
pub(crate) struct Stencil {
    ny: usize,
    /// 1/dx, 1/dy
    inverse: [f64; 2],
    /// 1/(24 dx), 1/(24 dy): of means of two and twelfths
    convective: [f64; 2],
    /// ν/(12 dx²), ν/(12 dy²)
    viscous: [f64; 2],
    /// Areas of the faces below and above a cell over that of its middle: 1 in the plane.
    areas: [Vec<f64>; 2],
    radii: Option<Radii>,
}

/// Five values in a row.
type Row<'a> = [&'a [f64]; 5];

impl Stencil {
    /// For kinematic viscosity `nu` in m²/s.
    pub(crate) fn new(mesh: &Mesh, nu: f64) -> Self {
        let (inverse, ny) = (mesh.spacing.map(|h| 1.0 / h), mesh.cells[1]);
        let radii = mesh.is_pipe().then(|| Radii::new(ny));
        let plane = || [vec![1.0; ny], vec![1.0; ny]];
        Self {
            ny,
            inverse,
            convective: inverse.map(|inverse| inverse / 24.0),
            viscous: inverse.map(|inverse| nu * inverse * inverse / 12.0),
            areas: radii.as_ref().map_or_else(plane, |radii| radii.around_cells.clone()),
            radii,
        }
    }

    /// Calls `at(j, push)` for every face of line `i` across x; `j` counts from 0.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the loop vectorizes only with `at` inside")]
    pub(crate) fn across_x(&self, now: &Velocity, i: usize, at: impl FnMut(usize, Push)) {
        let ny = self.ny;
        let (x, y) = (across(&now.u, i, ny), along(&now.u, i, ny));
        let [v_low, v_high] = [now.v.line(i - 1), now.v.line(i)];
        let south = [ahead::<0>(v_low, ny), ahead::<0>(v_high, ny)];
        let north = [ahead::<1>(v_low, ny), ahead::<1>(v_high, ny)];
        let along_x = |j: usize| [x[1][j] + x[2][j], x[2][j] + x[3][j]];
        let along_y = |j: usize| [south[0][j] + south[1][j], north[0][j] + north[1][j]];
        let Some(Radii { around_cells: [low, high], spread, .. }) = &self.radii else {
            return self.pushes(x, y, along_x, along_y, |j| second_difference(y, j), at);
        };
        let ([low, high], spread) = ([&low[..ny], &high[..ny]], weights(&spread[0], ny));
        let along_r = |j: usize| {
            let [south, north] = along_y(j);
            [low[j] * south, high[j] * north]
        };
        self.pushes(x, y, along_x, along_r, |j| weighted_sum(spread, y, j), at);
    }

    /// Calls `at(j, push)` for every face of line `i` across y; `j` counts from 0.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the loop vectorizes only with `at` inside")]
    pub(crate) fn across_y(&self, now: &Velocity, i: usize, at: impl FnMut(usize, Push)) {
        let ny = self.ny;
        let (x, y) = (across(&now.v, i, ny), along(&now.v, i, ny));
        let [u_low, u_high] = [now.u.line(i), now.u.line(i + 1)];
        let west = [ahead::<-1>(u_low, ny), ahead::<0>(u_low, ny)];
        let east = [ahead::<-1>(u_high, ny), ahead::<0>(u_high, ny)];
        let Some(radii) = &self.radii else {
            let along_x = |j: usize| [west[0][j] + west[1][j], east[0][j] + east[1][j]];
            let along_y = |j: usize| [y[1][j] + y[2][j], y[2][j] + y[3][j]];
            return self.pushes(x, y, along_x, along_y, |j| second_difference(y, j), at);
        };
        let Radii { around_faces: [low, high], spread, .. } = radii;
        let ([low, high], spread) = ([&low[..ny], &high[..ny]], weights(&spread[1], ny));
        let along_x = |j: usize| {
            let through = |side: [&[f64]; 2]| low[j] * side[0][j] + high[j] * side[1][j];
            [through(west), through(east)]
        };
        let along_r = |j: usize| [low[j] * (y[1][j] + y[2][j]), high[j] * (y[2][j] + y[3][j])];
        self.pushes(x, y, along_x, along_r, |j| weighted_sum(spread, y, j), at);
    }

    /// Calls `at(j, push)` for every face of the line in the middle of `x` and `y`.
    ///
    /// `along_x` and `along_y` are twice the mass that passes the low and the high side of its control
    /// volume, and `spread` is twelve times the second difference along y.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the loop vectorizes only with the closures inside")]
    fn pushes(
        &self,
        x: Row<'_>,
        y: Row<'_>,
        along_x: impl Fn(usize) -> [f64; 2],
        along_y: impl Fn(usize) -> [f64; 2],
        spread: impl Fn(usize) -> f64,
        mut at: impl FnMut(usize, Push),
    ) {
        let [cx, cy] = self.convective;
        let [wx, wy] = self.viscous;
        for j in 0..self.ny {
            let ([west, east], [south, north]) = (along_x(j), along_y(j));
            let flux = cx * (east * high_side(x, j) - west * low_side(x, j))
                + cy * (north * high_side(y, j) - south * low_side(y, j));
            let diffusion = wx * second_difference(x, j) + wy * spread(j);
            at(j, Push { advection: -flux, diffusion });
        }
    }

    /// The same of a cell that a body cuts: what leaves through the open parts over the whole cell.
    pub(crate) fn divergence_of(&self, velocity: &Velocity, cell: &CutCell) -> f64 {
        let ([i, j], [west, east, south, north]) = (cell.place.map(|k| k + GHOSTS), cell.shares);
        let [rx, ry] = self.inverse;
        let (u_low, u_high, v) = (velocity.u.line(i), velocity.u.line(i + 1), velocity.v.line(i));
        rx * (east * u_high[j] - west * u_low[j]) + ry * (north * v[j + 1] - south * v[j])
    }

    /// ∇·u in 1/s of the cells of line `i`, by their number from 0.
    #[inline]
    pub(crate) fn divergence<'a>(
        &'a self,
        velocity: &'a Velocity,
        i: usize,
    ) -> impl Fn(usize) -> f64 + 'a {
        let ([rx, ry], ny) = (self.inverse, self.ny);
        let (west, east) =
            (ahead::<0>(velocity.u.line(i), ny), ahead::<0>(velocity.u.line(i + 1), ny));
        let v = velocity.v.line(i);
        let (south, north) = (ahead::<0>(v, ny), ahead::<1>(v, ny));
        let [low, high] = [&self.areas[0][..ny], &self.areas[1][..ny]];
        move |j| rx * (east[j] - west[j]) + ry * (high[j] * north[j] - low[j] * south[j])
    }
}

/// Five weights of every value of a line.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the caller's loop needs the lengths")]
fn weights(weights: &[Vec<f64>; 5], n: usize) -> Row<'_> {
    let [a, b, c, d, e] = weights;
    [&a[..n], &b[..n], &c[..n], &d[..n], &e[..n]]
}

/// The sum of five values times their weights.
#[inline(always)]
#[expect(clippy::inline_always, reason = "one line of a hot loop")]
fn weighted_sum(weight: Row<'_>, row: Row<'_>, j: usize) -> f64 {
    weight[0][j] * row[0][j]
        + weight[1][j] * row[1][j]
        + weight[2][j] * row[2][j]
        + weight[3][j] * row[3][j]
        + weight[4][j] * row[4][j]
}

/// Line `i` with two neighbours on each side. Spelt out: the loops vectorize only if the compiler
/// sees that all five are equally long.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the caller's loop needs the lengths")]
fn across(plane: &StaggeredArray, i: usize, n: usize) -> Row<'_> {
    [
        ahead::<0>(plane.line(i - 2), n),
        ahead::<0>(plane.line(i - 1), n),
        ahead::<0>(plane.line(i), n),
        ahead::<0>(plane.line(i + 1), n),
        ahead::<0>(plane.line(i + 2), n),
    ]
}

/// Line `i` as seen from two cells before to two cells ahead.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the caller's loop needs the lengths")]
fn along(plane: &StaggeredArray, i: usize, n: usize) -> Row<'_> {
    let line = plane.line(i);
    [
        ahead::<-2>(line, n),
        ahead::<-1>(line, n),
        ahead::<0>(line, n),
        ahead::<1>(line, n),
        ahead::<2>(line, n),
    ]
}

/// Twelve times the value between the second and the third.
#[inline(always)]
#[expect(clippy::inline_always, reason = "one line of a hot loop")]
fn low_side(row: Row<'_>, j: usize) -> f64 {
    7.0 * (row[1][j] + row[2][j]) - (row[0][j] + row[3][j])
}

/// Twelve times the value between the third and the fourth.
#[inline(always)]
#[expect(clippy::inline_always, reason = "one line of a hot loop")]
fn high_side(row: Row<'_>, j: usize) -> f64 {
    7.0 * (row[2][j] + row[3][j]) - (row[1][j] + row[4][j])
}

/// Twelve times the second difference at the third.
#[inline(always)]
#[expect(clippy::inline_always, reason = "one line of a hot loop")]
fn second_difference(row: Row<'_>, j: usize) -> f64 {
    16.0 * (row[1][j] + row[3][j]) - (row[0][j] + row[4][j]) - 30.0 * row[2][j]
}
