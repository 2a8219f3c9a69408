//! Open boundaries: inflow at the low end of x, convective outflow at the high end.

use crate::staggered::{GHOSTS, Mesh, StaggeredArray, Velocity, inner, inner_mut};

/// A prescribed inflow and a convective outlet.
///
/// ```text
/// u = profile(y), v = 0              inlet, the low end of x
/// ∂u/∂t + U ∂u/∂x = 0                outlet, the high end, upwind; U is the mean of the profile
/// ∂²v/∂x² = 0                        beyond the outlet
/// ```
///
/// The pressure gradient normal to both ends is zero. The outlet velocity is shifted uniformly so that
/// outflow equals inflow; after the first projection the shift is at round-off. No pressure is prescribed, so
/// that vortices leave without reflection, and reversed flow through the outlet is stable.
///
/// Source: Orlanski (1976), J. Comput. Phys. 21, 251, with one phase speed U.
pub(crate) struct OpenBoundaries {
    /// Mean velocities of the inlet faces in m/s.
    profile: Vec<f64>,
    /// Areas of these faces over their mean.
    areas: Vec<f64>,
    /// U/dx in 1/s.
    rate: f64,
    /// The index along x of the outlet faces.
    pub(crate) outlet: usize,
}

impl OpenBoundaries {
    /// With the mean velocities `profile` of the inlet faces in m/s.
    pub(crate) fn new(profile: Vec<f64>, mesh: &Mesh) -> Self {
        let (areas, outlet) = (mesh.volumes(), GHOSTS + mesh.cells[0]);
        let mut boundaries = Self { profile, areas, rate: 0.0, outlet };
        boundaries.rate = boundaries.mean(boundaries.profile.iter().copied()) / mesh.spacing[0];
        boundaries
    }

    /// The mean of face values, weighted by area.
    fn mean(&self, values: impl Iterator<Item = f64>) -> f64 {
        let sum: f64 = values.zip(&self.areas).map(|(value, area)| value * area).sum();
        sum / self.areas.len() as f64
    }

    /// The tendency −U ∂u/∂x in m/s² of the outlet faces, as a function of j, which counts from 0.
    pub(crate) fn outlet_tendency<'a>(
        &self,
        u: &'a StaggeredArray,
    ) -> impl Fn(usize) -> f64 + use<'a> {
        let (rate, before, last) = (self.rate, u.line(self.outlet - 1), u.line(self.outlet));
        move |j| -rate * (last[GHOSTS + j] - before[GHOSTS + j])
    }

    /// Sets the inlet faces to `scale` times the profile, and the ghosts along x; balances the outflow.
    pub(crate) fn apply(&self, velocity: &mut Velocity, scale: f64) {
        let Velocity { u, v } = velocity;
        let (n, ny) = (self.outlet, self.profile.len());
        for j in GHOSTS..GHOSTS + ny {
            let entering = scale * self.profile[j - GHOSTS];
            u.line_mut(GHOSTS)[j] = entering;
            // Parabolas through the inlet value and the two nearest values.
            let [first, second] = [1, 2].map(|i| u.line(GHOSTS + i)[j]);
            u.line_mut(GHOSTS - 1)[j] = 3.0 * (entering - first) + second;
            let [first, second] = [0, 1].map(|i| v.line(GHOSTS + i)[j]);
            v.line_mut(GHOSTS - 1)[j] = (second - 6.0 * first) / 3.0;
            v.line_mut(GHOSTS - 2)[j] = 2.0 * second - 9.0 * first;
        }
        self.balance(u, scale);
        for j in GHOSTS..GHOSTS + ny {
            u.line_mut(n + 1)[j] = 2.0 * u.line(n)[j] - u.line(n - 1)[j];
            let [last, before] = [v.line(n - 1)[j], v.line(n - 2)[j]];
            v.line_mut(n)[j] = 2.0 * last - before;
            v.line_mut(n + 1)[j] = 3.0 * last - 2.0 * before;
        }
    }

    /// Shifts the outlet velocity uniformly, so that outflow equals inflow.
    fn balance(&self, u: &mut StaggeredArray, scale: f64) {
        let ny = self.profile.len();
        let entering = scale * self.mean(self.profile.iter().copied());
        let leaving = self.mean(inner(u.line(self.outlet), ny).iter().copied());
        for u in inner_mut(u.line_mut(self.outlet), ny) {
            *u += entering - leaving;
        }
    }

    /// Shifts `pressure` so that its mean over the outlet, extrapolated linearly, is zero.
    pub(crate) fn set_outlet_pressure(&self, pressure: &mut StaggeredArray) {
        let ny = self.profile.len();
        let [last, before] = [1, 2].map(|k| inner(pressure.line(self.outlet - k), ny));
        let mean = self.mean(last.iter().zip(before).map(|(p, before)| 1.5 * p - 0.5 * before));
        pressure.update(pressure.inner(), |_, line| line.iter_mut().for_each(|p| *p -= mean));
    }
}
