//! Central differences of the momentum and continuity equations.

use super::cylinder::CutCell;
use crate::staggered::{GHOSTS, Mesh, Radii, StaggeredArray, Velocity, ahead};

/// The tendency of the velocity of one face, without the pressure gradient, in m/s².
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tendency {
    /// −∇·(u u)
    pub(crate) advection: f64,
    /// ν ∇²u
    pub(crate) diffusion: f64,
}

/// Central finite-volume differences on the staggered grid; momentum is in divergence form.
///
/// ```text
/// advected velocity between b and c    (7 (b + c) − (a + d))/12       of neighbours a, b, c, d
/// second difference at c, times h²     (−a + 16 b − 30 c + 16 d − e)/12
/// ∇·u of cell (i, j)                   (uᵢ₊₁ − uᵢ)/dx + (vⱼ₊₁ − vⱼ)/dy
/// ```
///
/// The advected velocity is that of the cubic with the given averages. The mass flux through a side of a
/// control volume is the mean of the two nearest faces, which conserves mass exactly. Advection and
/// diffusion are thus of fourth order along each axis, pressure gradient and continuity of second order,
/// and so is the scheme. In a pipe y is the radius, and fluxes along it have the factors of [`Radii`].
///
/// Source: Harlow & Welch (1965), Phys. Fluids 8, 2182 (the staggered grid).
#[derive(Debug, Clone)]
pub(crate) struct CentralDifferences {
    /// Cells along y.
    ny: usize,
    /// 1/dx, 1/dy
    inverse: [f64; 2],
    /// 1/(24 dx), 1/(24 dy): mass fluxes are stored times 2, advected velocities times 12
    convective: [f64; 2],
    /// ν/(12 dx²), ν/(12 dy²)
    viscous: [f64; 2],
    /// Areas of the faces on the low and high side of a cell along y, over that at its centre; 1 in a plane.
    areas: [Vec<f64>; 2],
    radii: Option<Radii>,
}

/// Five neighbouring values at every position of a line.
type Five<'a> = [&'a [f64]; 5];

impl CentralDifferences {
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

    /// Calls `at(j, tendency of u)` for every face of line `i`; `j` counts from 0.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the loop vectorizes only with `at` inside")]
    pub(crate) fn u_tendency(
        &self,
        velocity: &Velocity,
        i: usize,
        at: impl FnMut(usize, Tendency),
    ) {
        let ny = self.ny;
        let (x, y) = (neighbours_x(&velocity.u, i, ny), neighbours_y(&velocity.u, i, ny));
        let [v_low, v_high] = [velocity.v.line(i - 1), velocity.v.line(i)];
        let south = [ahead::<0>(v_low, ny), ahead::<0>(v_high, ny)];
        let north = [ahead::<1>(v_low, ny), ahead::<1>(v_high, ny)];
        let flux_x = |j: usize| [x[1][j] + x[2][j], x[2][j] + x[3][j]];
        let flux_y = |j: usize| [south[0][j] + south[1][j], north[0][j] + north[1][j]];
        let Some(Radii { around_cells: [low, high], second_differences, .. }) = &self.radii else {
            return self.tendencies(x, y, flux_x, flux_y, |j| second_difference(y, j), at);
        };
        let ([low, high], weight) =
            ([&low[..ny], &high[..ny]], weights(&second_differences[0], ny));
        let flux_r = |j: usize| {
            let [south, north] = flux_y(j);
            [low[j] * south, high[j] * north]
        };
        self.tendencies(x, y, flux_x, flux_r, |j| weighted_sum(weight, y, j), at);
    }

    /// Calls `at(j, tendency of v)` for every face of line `i`; `j` counts from 0.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the loop vectorizes only with `at` inside")]
    pub(crate) fn v_tendency(
        &self,
        velocity: &Velocity,
        i: usize,
        at: impl FnMut(usize, Tendency),
    ) {
        let ny = self.ny;
        let (x, y) = (neighbours_x(&velocity.v, i, ny), neighbours_y(&velocity.v, i, ny));
        let [u_low, u_high] = [velocity.u.line(i), velocity.u.line(i + 1)];
        let west = [ahead::<-1>(u_low, ny), ahead::<0>(u_low, ny)];
        let east = [ahead::<-1>(u_high, ny), ahead::<0>(u_high, ny)];
        let Some(radii) = &self.radii else {
            let flux_x = |j: usize| [west[0][j] + west[1][j], east[0][j] + east[1][j]];
            let flux_y = |j: usize| [y[1][j] + y[2][j], y[2][j] + y[3][j]];
            return self.tendencies(x, y, flux_x, flux_y, |j| second_difference(y, j), at);
        };
        let Radii { around_faces: [low, high], second_differences, .. } = radii;
        let ([low, high], weight) =
            ([&low[..ny], &high[..ny]], weights(&second_differences[1], ny));
        let flux_x = |j: usize| {
            let through = |side: [&[f64]; 2]| low[j] * side[0][j] + high[j] * side[1][j];
            [through(west), through(east)]
        };
        let flux_r = |j: usize| [low[j] * (y[1][j] + y[2][j]), high[j] * (y[2][j] + y[3][j])];
        self.tendencies(x, y, flux_x, flux_r, |j| weighted_sum(weight, y, j), at);
    }

    /// Calls `at(j, tendency)` for every face of a line.
    ///
    /// `x` and `y` are the velocity component and its neighbours along either axis. `flux_x` and `flux_y`
    /// are twice the mass fluxes through the low and high sides of a control volume, and
    /// `second_difference_y` is twelve times the second difference along y.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the loop vectorizes only with the closures inside")]
    fn tendencies(
        &self,
        x: Five<'_>,
        y: Five<'_>,
        flux_x: impl Fn(usize) -> [f64; 2],
        flux_y: impl Fn(usize) -> [f64; 2],
        second_difference_y: impl Fn(usize) -> f64,
        mut at: impl FnMut(usize, Tendency),
    ) {
        let [cx, cy] = self.convective;
        let [wx, wy] = self.viscous;
        for j in 0..self.ny {
            let ([west, east], [south, north]) = (flux_x(j), flux_y(j));
            let flux = cx * (east * high_side(x, j) - west * low_side(x, j))
                + cy * (north * high_side(y, j) - south * low_side(y, j));
            let diffusion = wx * second_difference(x, j) + wy * second_difference_y(j);
            at(j, Tendency { advection: -flux, diffusion });
        }
    }

    /// ∇·u in 1/s of a cut cell: the outflow through the open parts of its faces, over the whole cell.
    pub(crate) fn divergence_of(&self, velocity: &Velocity, cell: &CutCell) -> f64 {
        let ([i, j], [west, east, south, north]) = (cell.index.map(|k| k + GHOSTS), cell.fractions);
        let [rx, ry] = self.inverse;
        let (u_low, u_high, v) = (velocity.u.line(i), velocity.u.line(i + 1), velocity.v.line(i));
        rx * (east * u_high[j] - west * u_low[j]) + ry * (north * v[j + 1] - south * v[j])
    }

    /// ∇·u in 1/s of the cells of line `i`, as a function of j, which counts from 0.
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

/// The weights as slices of length `n`.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the caller's loop needs the lengths")]
fn weights(weights: &[Vec<f64>; 5], n: usize) -> Five<'_> {
    let [a, b, c, d, e] = weights;
    [&a[..n], &b[..n], &c[..n], &d[..n], &e[..n]]
}

/// Σ weight · value over the five neighbours of position `j`.
#[inline(always)]
#[expect(clippy::inline_always, reason = "one line of a hot loop")]
fn weighted_sum(weight: Five<'_>, row: Five<'_>, j: usize) -> f64 {
    weight[0][j] * row[0][j]
        + weight[1][j] * row[1][j]
        + weight[2][j] * row[2][j]
        + weight[3][j] * row[3][j]
        + weight[4][j] * row[4][j]
}

/// Line `i` and two lines on each side. Written out, since the loops vectorize only if the compiler sees
/// that all five have the same length.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the caller's loop needs the lengths")]
fn neighbours_x(values: &StaggeredArray, i: usize, n: usize) -> Five<'_> {
    [
        ahead::<0>(values.line(i - 2), n),
        ahead::<0>(values.line(i - 1), n),
        ahead::<0>(values.line(i), n),
        ahead::<0>(values.line(i + 1), n),
        ahead::<0>(values.line(i + 2), n),
    ]
}

/// Line `i`, shifted by −2 to 2 cells.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the caller's loop needs the lengths")]
fn neighbours_y(values: &StaggeredArray, i: usize, n: usize) -> Five<'_> {
    let line = values.line(i);
    [
        ahead::<-2>(line, n),
        ahead::<-1>(line, n),
        ahead::<0>(line, n),
        ahead::<1>(line, n),
        ahead::<2>(line, n),
    ]
}

/// Twelve times the advected velocity between the second and the third value.
#[inline(always)]
#[expect(clippy::inline_always, reason = "one line of a hot loop")]
fn low_side(row: Five<'_>, j: usize) -> f64 {
    7.0 * (row[1][j] + row[2][j]) - (row[0][j] + row[3][j])
}

/// Twelve times the advected velocity between the third and the fourth value.
#[inline(always)]
#[expect(clippy::inline_always, reason = "one line of a hot loop")]
fn high_side(row: Five<'_>, j: usize) -> f64 {
    7.0 * (row[2][j] + row[3][j]) - (row[1][j] + row[4][j])
}

/// Twelve times the second difference at the third value.
#[inline(always)]
#[expect(clippy::inline_always, reason = "one line of a hot loop")]
fn second_difference(row: Five<'_>, j: usize) -> f64 {
    16.0 * (row[1][j] + row[3][j]) - (row[0][j] + row[4][j]) - 30.0 * row[2][j]
}
