//! Geometric volume-of-fluid advection.

use super::elvira::{block, reconstruct};
use super::geometry::Geometry;
use crate::staggered::{GHOSTS, StaggeredArray, inner_mut};

/// The volume fraction f of water in every cell, advected one axis at a time.
///
/// With the Courant numbers C of the faces, the volumes F of water that pass them in units of a cell, and Δ the
/// difference between a cell's high and low face, the two sweeps of a step are
///
/// ```text
/// f*   = f  − ΔF + f* ΔC        implicit Eulerian
/// fⁿ⁺¹ = f* − ΔF + f* ΔC        explicit Lagrangian
/// ```
///
/// F is the part of the upstream cell's piecewise-linear reconstruction that passes the face. The first sweep maps
/// the region of origin linearly onto the cell; the second maps the cell linearly onto its image and redistributes
/// it. Linear maps keep 0 ≤ f ≤ 1. The last terms cancel where ∇·u = 0, so that the volume of water is conserved to
/// the accuracy of the discrete divergence.
///
/// Source: Aulisa, Manservisi, Scardovelli & Zaleski (2003), J. Comput. Phys. 192, 355, §3 (EI-LE).
#[derive(Debug, Clone)]
pub(crate) struct Interface {
    /// f of the cells, with ghosts.
    pub(crate) fraction: StaggeredArray,
    /// F of the last sweep, at the low faces of the cells.
    pub(crate) flux: StaggeredArray,
    /// f* of the current step, valid after the first sweep.
    pub(crate) between: StaggeredArray,
    /// Sum of |f − clamp(f, 0, 1)| that was clipped since the last reset, in cells. It stems from round-off and
    /// the residual divergence.
    pub(crate) clipped: f64,
}

/// The two sweeps of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sweep {
    First,
    Second,
}

/// Cells with less than this part of either fluid are treated as full of the other: the direction of an
/// interface through them would be determined by round-off.
const TRACE: f64 = 1e-12;

/// Whether a cell of volume fraction `f` contains a piece of interface.
#[inline]
pub(crate) fn is_cut(f: f64) -> bool {
    (TRACE..=1.0 - TRACE).contains(&f)
}

impl Interface {
    /// f = 0 everywhere.
    pub(crate) fn new(cells: [usize; 2]) -> Self {
        let [fraction, flux, between] = [0; 3].map(|_| StaggeredArray::zeros(cells));
        Self { fraction, flux, between, clipped: 0.0 }
    }

    /// Sets the fluxes F of all faces normal to `axis` for the Courant numbers `courant`.
    pub(crate) fn set_fluxes(
        &mut self,
        sweep: Sweep,
        axis: usize,
        courant: &StaggeredArray,
        geometry: &Geometry,
    ) {
        let fraction = &self.fraction;
        let [_, ny] = geometry.cells;
        let faces = fraction.inner().start..fraction.inner().end + 1;
        self.flux.update(faces, |i, line| {
            let [back, here] = [-1, 0].map(|by| fraction.shifted(i, axis, by, ny + 1));
            let [c_back, c_here, c_next] =
                [-1, 0, 1].map(|by| courant.shifted(i, axis, by, ny + 1));
            for (j, flux) in line[GHOSTS..=GHOSTS + ny].iter_mut().enumerate() {
                let c = c_here[j];
                let upstream = if c > 0.0 { back[j] } else { here[j] };
                if !is_cut(upstream) {
                    *flux = c * upstream;
                    continue;
                }
                let growth = if c > 0.0 { c - c_back[j] } else { c_next[j] - c };
                let stretch = if sweep == Sweep::First { 1.0 } else { 1.0 + growth };
                let mut cell = [i, GHOSTS + j];
                cell[axis] -= usize::from(c > 0.0);
                let line = reconstruct(&block(fraction, cell));
                let side = c.signum();
                *flux = side * stretch * line.slab(axis, side, c.abs() / stretch);
            }
        });
        for boundary in geometry.boundary_faces(axis) {
            let c = courant[boundary.face];
            if let Some(fraction) = boundary.inflow_fraction().filter(|_| c * boundary.inward > 0.0)
            {
                self.flux[boundary.face] = c * fraction;
            }
        }
    }

    /// Updates the volume fractions with the fluxes of [`Interface::set_fluxes`], and fills the ghosts.
    pub(crate) fn advect(
        &mut self,
        sweep: Sweep,
        axis: usize,
        courant: &StaggeredArray,
        geometry: &Geometry,
    ) {
        let (flux, [_, ny]) = (&self.flux, geometry.cells);
        self.fraction.update_pair(&mut self.between, |i, line, between| {
            let [f_low, f_high] = [0, 1].map(|by| flux.shifted(i, axis, by, ny));
            let [c_low, c_high] = [0, 1].map(|by| courant.shifted(i, axis, by, ny));
            let (line, between) = (inner_mut(line, ny), inner_mut(between, ny));
            for j in 0..ny {
                let (lost, growth) = (f_high[j] - f_low[j], c_high[j] - c_low[j]);
                if sweep == Sweep::First {
                    between[j] = (line[j] - lost) / (1.0 - growth);
                    line[j] = between[j];
                } else {
                    line[j] += between[j] * growth - lost;
                }
            }
        });
        geometry.fill_fraction_ghosts(&mut self.fraction);
    }

    /// Clips f to 0 ≤ f ≤ 1 after the second sweep and adds the clipped volume to `clipped`.
    pub(crate) fn clip(&mut self, geometry: &Geometry) {
        let [nx, ny] = geometry.cells;
        let mut clipped = 0.0;
        for i in GHOSTS..GHOSTS + nx {
            for f in inner_mut(self.fraction.line_mut(i), ny) {
                let kept = f.clamp(0.0, 1.0);
                clipped += (*f - kept).abs();
                *f = kept;
            }
        }
        self.clipped += clipped;
    }
}
