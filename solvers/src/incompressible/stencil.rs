//! The momentum equation on the faces.

use super::capacitance::CutCell;
use super::mesh::Mesh;
use super::plane::{GHOSTS, Plane, ahead};
use super::velocity::Velocity;

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
/// pressure and continuity are second order, and so is the whole.
///
/// Source: Harlow & Welch (1965), Phys. Fluids 8, 2182 (the staggering).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stencil {
    ny: usize,
    /// 1/dx, 1/dy
    inverse: [f64; 2],
    /// 1/(24 dx), 1/(24 dy): of means of two and twelfths
    convective: [f64; 2],
    /// ν/(12 dx²), ν/(12 dy²)
    viscous: [f64; 2],
}

/// Five values in a row.
type Row<'a> = [&'a [f64]; 5];

impl Stencil {
    /// For kinematic viscosity `nu` in m²/s.
    pub(crate) fn new(mesh: &Mesh, nu: f64) -> Self {
        let inverse = mesh.spacing.map(|h| 1.0 / h);
        Self {
            ny: mesh.cells[1],
            inverse,
            convective: inverse.map(|inverse| inverse / 24.0),
            viscous: inverse.map(|inverse| nu * inverse * inverse / 12.0),
        }
    }

    /// Calls `at(j, push)` for every face of line `i` across x; `j` counts from 0.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the loop vectorizes only with `at` inside")]
    pub(crate) fn across_x(&self, now: &Velocity, i: usize, mut at: impl FnMut(usize, Push)) {
        let ny = self.ny;
        let [cx, cy] = self.convective;
        let [wx, wy] = self.viscous;
        let (x, y) = (across(&now.u, i, ny), along(&now.u, i, ny));
        let [v_low, v_high] = [now.v.line(i - 1), now.v.line(i)];
        let south = [ahead::<0>(v_low, ny), ahead::<0>(v_high, ny)];
        let north = [ahead::<1>(v_low, ny), ahead::<1>(v_high, ny)];
        for j in 0..ny {
            let (west, east) = (x[1][j] + x[2][j], x[2][j] + x[3][j]);
            let (south, north) = (south[0][j] + south[1][j], north[0][j] + north[1][j]);
            let flux = cx * (east * high_side(x, j) - west * low_side(x, j))
                + cy * (north * high_side(y, j) - south * low_side(y, j));
            let diffusion = wx * second_difference(x, j) + wy * second_difference(y, j);
            at(j, Push { advection: -flux, diffusion });
        }
    }

    /// Calls `at(j, push)` for every face of line `i` across y; `j` counts from 0.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the loop vectorizes only with `at` inside")]
    pub(crate) fn across_y(&self, now: &Velocity, i: usize, mut at: impl FnMut(usize, Push)) {
        let ny = self.ny;
        let [cx, cy] = self.convective;
        let [wx, wy] = self.viscous;
        let (x, y) = (across(&now.v, i, ny), along(&now.v, i, ny));
        let [u_low, u_high] = [now.u.line(i), now.u.line(i + 1)];
        let west = [ahead::<-1>(u_low, ny), ahead::<0>(u_low, ny)];
        let east = [ahead::<-1>(u_high, ny), ahead::<0>(u_high, ny)];
        for j in 0..ny {
            let (south, north) = (y[1][j] + y[2][j], y[2][j] + y[3][j]);
            let (west, east) = (west[0][j] + west[1][j], east[0][j] + east[1][j]);
            let flux = cx * (east * high_side(x, j) - west * low_side(x, j))
                + cy * (north * high_side(y, j) - south * low_side(y, j));
            let diffusion = wx * second_difference(x, j) + wy * second_difference(y, j);
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
        &self,
        velocity: &'a Velocity,
        i: usize,
    ) -> impl Fn(usize) -> f64 + 'a {
        let ([rx, ry], ny) = (self.inverse, self.ny);
        let (west, east) =
            (ahead::<0>(velocity.u.line(i), ny), ahead::<0>(velocity.u.line(i + 1), ny));
        let v = velocity.v.line(i);
        let (south, north) = (ahead::<0>(v, ny), ahead::<1>(v, ny));
        move |j| rx * (east[j] - west[j]) + ry * (north[j] - south[j])
    }
}

/// Line `i` with two neighbours on each side. Spelt out: the loops vectorize only if the compiler
/// sees that all five are equally long.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the caller's loop needs the lengths")]
fn across(plane: &Plane, i: usize, n: usize) -> Row<'_> {
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
fn along(plane: &Plane, i: usize, n: usize) -> Row<'_> {
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
