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

/// The same for explicit viscosity, whose eigenvalues are negative. The scheme is stable for eigenvalues x + iy with
/// (x/2.5)² + (y/√3)² ≤ 1.
pub(super) const STABLE_VISCOUS: f64 = 2.5;

#[cfg(test)]
mod tests {
    use super::*;
    use rustfft::num_complex::Complex64 as C64;

    /// The growth in one step of u′ = λu, for z = λΔt.
    fn growth(z: C64) -> C64 {
        let (mut u, mut before) = (C64::from(1.0), C64::default());
        for substep in SUBSTEPS {
            let now = z * u;
            u += now * substep.now + before * substep.before;
            before = now;
        }
        u
    }

    #[test]
    fn steps_are_of_third_order_and_stable_on_the_ellipse_of_advection_and_viscosity() {
        let errors =
            [0.02, 0.01].map(|h| (growth(C64::new(0.0, h)) - C64::new(0.0, h).exp()).norm());
        let order = (errors[0] / errors[1]).log2();
        // The error of one step is of fourth order; 0.05 for the terms after the first.
        assert!((order - 4.0).abs() < 0.05, "order {order} of one step");
        for i in 0..=1000 {
            let (sin, cos) = (f64::from(i) / 1000.0 * std::f64::consts::FRAC_PI_2).sin_cos();
            let z = C64::new(-STABLE_VISCOUS * sin, 3.0_f64.sqrt() * cos);
            // It is 1 at √3 i: the rest is round-off.
            assert!(growth(z).norm() < 1.0 + 1e-14, "{z}: {}", growth(z).norm());
        }
    }
}
