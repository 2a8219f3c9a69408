//! The three substeps of a step.

/// A substep of the low-storage Runge–Kutta scheme of third order, with implicit viscosity of second order.
///
/// ```text
/// u ← u + γ Δt N(u) + ζ Δt N(u before) + a Δt ν L (u old + u new),   a = (γ + ζ)/2
/// ```
///
/// Source: Le & Moin (1991), J. Comput. Phys. 92, 369; the coefficients are Wray's, of Spalart, Moser & Rogers (1991),
/// J. Comput. Phys. 96, 297.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Substep {
    /// γ
    pub(super) now: f64,
    /// ζ
    pub(super) before: f64,
}

/// The substeps in their order; the first needs no tendency before it.
pub(super) const SUBSTEPS: [Substep; 3] = [
    Substep { now: 8.0 / 15.0, before: 0.0 },
    Substep { now: 5.0 / 12.0, before: -17.0 / 60.0 },
    Substep { now: 3.0 / 4.0, before: -5.0 / 12.0 },
];

impl Substep {
    /// a, half of the substep's part of the step.
    pub(super) fn half(self) -> f64 {
        0.5 * (self.now + self.before)
    }
}

/// Largest Δt times the largest eigenvalue of advection for which the scheme is stable, √3; here less by a tenth, since
/// the eigenvalue is known at the beginning of a step only. `time::Steps` takes nine tenths of it, 1.40.
pub(super) const STABLE: f64 = 1.56;
