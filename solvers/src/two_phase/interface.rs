//! Where the water is, and how a flow carries it.

use super::elvira::{block, reconstruct};
use super::geometry::Geometry;
use crate::staggered::{GHOSTS, StaggeredArray, inner_mut};

/// The volume fraction f of water in every cell, carried geometrically along one axis at a time.
///
/// With the Courant numbers C of the faces and the volumes F of water that pass them, both in
/// cells, and Δ a cell's high face less its low one, the two sweeps of a step are
///
/// ```text
/// f*   = f  − ΔF + f* ΔC        the cell's origin is stretched to fill it
/// fⁿ⁺¹ = f* − ΔF + f* ΔC        the cell is stretched, and what leaves it is cut off
/// ```
///
/// F is cut from the straight interface of the cell upstream; in the second sweep from the stretched
/// cell. Both are linear maps of the fluids, so that 0 ≤ f ≤ 1, and the last terms cancel where
/// ∇·u = 0, so that water is conserved as exactly as the divergence vanishes.
///
/// Source: Aulisa, Manservisi, Scardovelli & Zaleski (2003), J. Comput. Phys. 192, 355, §3 (EI-LE).
#[derive(Debug, Clone)]
pub(crate) struct Interface {
    pub(crate) fraction: StaggeredArray,
    /// F of the last sweep, at the low faces of the cells.
    pub(crate) flux: StaggeredArray,
    /// f* of this step, once it is known.
    pub(crate) between: StaggeredArray,
    /// What roundings and a divergence that is not quite zero took beyond 0 and 1, in cells.
    pub(crate) clipped: f64,
}

/// Which of a step's two sweeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sweep {
    First,
    Second,
}

/// Cells with less of either fluid are full of the other as far as geometry goes: a straight line
/// through them would be made of roundings.
const TRACE: f64 = 1e-12;

/// Whether a piece of interface cuts a cell of volume fraction `f`.
#[inline]
pub(crate) fn is_cut(f: f64) -> bool {
    (TRACE..=1.0 - TRACE).contains(&f)
}

impl Interface {
    /// No water.
    pub(crate) fn new(cells: [usize; 2]) -> Self {
        let [fraction, flux, between] = [0; 3].map(|_| StaggeredArray::zeros(cells));
        Self { fraction, flux, between, clipped: 0.0 }
    }

    /// Measures F of all faces across `axis` for the Courant numbers `courant`.
    pub(crate) fn cut(
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
        for rim in geometry.rims(axis) {
            let c = courant[rim.face];
            if let Some(fraction) = rim.enters().filter(|_| c * rim.inward > 0.0) {
                self.flux[rim.face] = c * fraction;
            }
        }
    }

    /// Moves the water that was cut.
    pub(crate) fn carry(
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
        geometry.close_fraction(&mut self.fraction);
    }

    /// Returns to 0 ≤ f ≤ 1 after the last sweep, and counts what that cost.
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
