//! Open ends: what enters at the low end of x, and how the flow leaves at the high end.

use crate::staggered::{GHOSTS, Mesh, StaggeredArray, Velocity, inner, inner_mut};

/// A given inflow, and a convective outlet.
///
/// ```text
/// u = profile(y), v = 0              at the low end of x
/// ∂u/∂t + U ∂u/∂x = 0                at the high end, upwind; U is the mean of the profile
/// ∂²v/∂x² = 0                        beyond it
/// ```
///
/// The pressure has no gradient across either end. What leaves is shifted by what it differs from
/// what enters, at round-off but for the start, so that mass is conserved. Vortices pass, since the
/// pressure is held nowhere, and flow back through the outlet does no harm.
///
/// Source: Orlanski (1976), J. Comput. Phys. 21, 251, with one speed for all waves.
pub(crate) struct Opening {
    /// Velocities of the faces of the low end in m/s.
    profile: Vec<f64>,
    /// Areas of these faces over their mean.
    areas: Vec<f64>,
    /// U/dx in 1/s.
    rate: f64,
    /// The line of faces of the high end.
    pub(crate) outlet: usize,
}

impl Opening {
    /// What enters are the means over faces `profile` in m/s.
    pub(crate) fn new(profile: Vec<f64>, mesh: &Mesh) -> Self {
        let (areas, outlet) = (mesh.volumes(), GHOSTS + mesh.cells[0]);
        let mut opening = Self { profile, areas, rate: 0.0, outlet };
        opening.rate = opening.mean(opening.profile.iter().copied()) / mesh.spacing[0];
        opening
    }

    /// The mean of values at the faces.
    fn mean(&self, values: impl Iterator<Item = f64>) -> f64 {
        let sum: f64 = values.zip(&self.areas).map(|(value, area)| value * area).sum();
        sum / self.areas.len() as f64
    }

    /// −U ∂u/∂x in m/s² of the faces of the high end, by their number from 0.
    pub(crate) fn push<'a>(&self, u: &'a StaggeredArray) -> impl Fn(usize) -> f64 + use<'a> {
        let (rate, before, last) = (self.rate, u.line(self.outlet - 1), u.line(self.outlet));
        move |j| -rate * (last[GHOSTS + j] - before[GHOSTS + j])
    }

    /// Sets the faces of both ends and the ghosts along x; `share` of the profile enters.
    pub(crate) fn close(&self, velocity: &mut Velocity, share: f64) {
        let Velocity { u, v } = velocity;
        let (n, ny) = (self.outlet, self.profile.len());
        for j in GHOSTS..GHOSTS + ny {
            let entering = share * self.profile[j - GHOSTS];
            u.line_mut(GHOSTS)[j] = entering;
            // Parabolas through the end and the two nearest.
            let [first, second] = [1, 2].map(|i| u.line(GHOSTS + i)[j]);
            u.line_mut(GHOSTS - 1)[j] = 3.0 * (entering - first) + second;
            let [first, second] = [0, 1].map(|i| v.line(GHOSTS + i)[j]);
            v.line_mut(GHOSTS - 1)[j] = (second - 6.0 * first) / 3.0;
            v.line_mut(GHOSTS - 2)[j] = 2.0 * second - 9.0 * first;
        }
        self.balance(u, share);
        for j in GHOSTS..GHOSTS + ny {
            u.line_mut(n + 1)[j] = 2.0 * u.line(n)[j] - u.line(n - 1)[j];
            let [last, before] = [v.line(n - 1)[j], v.line(n - 2)[j]];
            v.line_mut(n)[j] = 2.0 * last - before;
            v.line_mut(n + 1)[j] = 3.0 * last - 2.0 * before;
        }
    }

    /// Shifts what leaves, so that it is as much as enters.
    fn balance(&self, u: &mut StaggeredArray, share: f64) {
        let ny = self.profile.len();
        let entering = share * self.mean(self.profile.iter().copied());
        let leaving = self.mean(inner(u.line(self.outlet), ny).iter().copied());
        for u in inner_mut(u.line_mut(self.outlet), ny) {
            *u += entering - leaving;
        }
    }

    /// Shifts `pressure` so that its mean on the high end is zero, extrapolated from two cells.
    pub(crate) fn level(&self, pressure: &mut StaggeredArray) {
        let ny = self.profile.len();
        let [last, before] = [1, 2].map(|k| inner(pressure.line(self.outlet - k), ny));
        let mean = self.mean(last.iter().zip(before).map(|(p, before)| 1.5 * p - 0.5 * before));
        pressure.update(pressure.inner(), |_, line| line.iter_mut().for_each(|p| *p -= mean));
    }
}
