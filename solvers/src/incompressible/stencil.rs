//! The momentum equation on the faces.

use super::mesh::Mesh;
use super::plane::Plane;
use super::velocity::Velocity;

/// What pushes the fluid at one face, in m/s².
#[derive(Debug, Clone, Copy)]
pub(crate) struct Push {
    /// −∇·(u u)
    pub(crate) advection: f64,
    /// ν ∇²u
    pub(crate) diffusion: f64,
    /// −∇p/ρ
    pub(crate) pressure: f64,
}

/// Second-order central differences on the staggered grid, momentum in divergence form.
///
/// Without viscosity and with ∇·u = 0 they conserve kinetic energy.
///
/// Source: Harlow & Welch (1965), Phys. Fluids 8, 2182.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stencil {
    ny: usize,
    /// 1/dx, 1/dy
    inverse: [f64; 2],
    /// ν/dx², ν/dy²
    viscous: [f64; 2],
}

impl Stencil {
    /// For kinematic viscosity `nu` in m²/s.
    pub(crate) fn new(mesh: &Mesh, nu: f64) -> Self {
        let inverse = mesh.spacing.map(|h| 1.0 / h);
        Self { ny: mesh.cells[1], inverse, viscous: inverse.map(|inverse| nu * inverse * inverse) }
    }

    /// Calls `at(j, push)` for every face of line `i` across x; `j` counts from 0.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the loop vectorizes only with `at` inside")]
    pub(crate) fn across_x(
        &self,
        now: &Velocity,
        pressure: &Plane,
        i: usize,
        mut at: impl FnMut(usize, Push),
    ) {
        let ny = self.ny;
        let [rx, ry] = self.inverse;
        let [wx, wy] = self.viscous;
        let (w, [s, c, n], e) = (
            middle(now.u.line(i - 1), ny),
            shifted(now.u.line(i), ny),
            middle(now.u.line(i + 1), ny),
        );
        let ([_, vws, vwn], [_, ves, ven]) =
            (shifted(now.v.line(i - 1), ny), shifted(now.v.line(i), ny));
        let (pw, pe) = (middle(pressure.line(i - 1), ny), middle(pressure.line(i), ny));
        for j in 0..ny {
            let (west, east) = (w[j] + c[j], c[j] + e[j]);
            let south = (vws[j] + ves[j]) * (s[j] + c[j]);
            let north = (vwn[j] + ven[j]) * (c[j] + n[j]);
            let flux = rx * (east * east - west * west) + ry * (north - south);
            let diffusion = wx * (w[j] + e[j] - 2.0 * c[j]) + wy * (s[j] + n[j] - 2.0 * c[j]);
            let pressure = rx * (pw[j] - pe[j]);
            at(j, Push { advection: -0.25 * flux, diffusion, pressure });
        }
    }

    /// Calls `at(j, push)` for every face of line `i` across y; `j` counts from 0.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the loop vectorizes only with `at` inside")]
    pub(crate) fn across_y(
        &self,
        now: &Velocity,
        pressure: &Plane,
        i: usize,
        mut at: impl FnMut(usize, Push),
    ) {
        let ny = self.ny;
        let [rx, ry] = self.inverse;
        let [wx, wy] = self.viscous;
        let (w, [s, c, n], e) = (
            middle(now.v.line(i - 1), ny),
            shifted(now.v.line(i), ny),
            middle(now.v.line(i + 1), ny),
        );
        let ([uws, uwn, _], [ues, uen, _]) =
            (shifted(now.u.line(i), ny), shifted(now.u.line(i + 1), ny));
        let [ps, pn, _] = shifted(pressure.line(i), ny);
        for j in 0..ny {
            let (south, north) = (s[j] + c[j], c[j] + n[j]);
            let west = (uws[j] + uwn[j]) * (w[j] + c[j]);
            let east = (ues[j] + uen[j]) * (c[j] + e[j]);
            let flux = rx * (east - west) + ry * (north * north - south * south);
            let diffusion = wx * (w[j] + e[j] - 2.0 * c[j]) + wy * (s[j] + n[j] - 2.0 * c[j]);
            let pressure = ry * (ps[j] - pn[j]);
            at(j, Push { advection: -0.25 * flux, diffusion, pressure });
        }
    }

    /// Calls `at(j, ∇·u)` for every cell of line `i`; `j` counts from 0.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the loop vectorizes only with `at` inside")]
    pub(crate) fn divergence(&self, velocity: &Velocity, i: usize, mut at: impl FnMut(usize, f64)) {
        let ([rx, ry], ny) = (self.inverse, self.ny);
        let (w, e) = (middle(velocity.u.line(i), ny), middle(velocity.u.line(i + 1), ny));
        let [_, s, n] = shifted(velocity.v.line(i), ny);
        for j in 0..ny {
            at(j, rx * (e[j] - w[j]) + ry * (n[j] - s[j]));
        }
    }
}

/// The values of the `n` cells of a line, without its ghosts.
#[inline]
pub(crate) fn middle(line: &[f64], n: usize) -> &[f64] {
    &line[1..=n]
}

/// The same, mutable.
#[inline]
pub(crate) fn middle_mut(line: &mut [f64], n: usize) -> &mut [f64] {
    &mut line[1..=n]
}

/// A line as seen from the cells below, at and above.
#[inline]
fn shifted(line: &[f64], n: usize) -> [&[f64]; 3] {
    [&line[..n], &line[1..=n], &line[2..n + 2]]
}
