//! The exponential time integrator.

use super::lattice::Lattice;
use super::modes::{C64, Modes};

/// Fourth-order exponential time differencing Runge–Kutta (ETDRK4) for dv/dt = L v + N(v), diagonal L ≤ 0.
///
/// ```text
/// a = e^(z/2) vⁿ + Q N(vⁿ),   b = e^(z/2) vⁿ + Q N(a),   c = e^(z/2) a + Q (2 N(b) − N(vⁿ))
/// vⁿ⁺¹ = e^z vⁿ + f₁ N(vⁿ) + f₂ (N(a) + N(b)) + f₃ N(c),                         z = L Δt
/// Q = ½Δt φ₁(z/2),   f₁ = Δt (φ₁ − 3φ₂ + 4φ₃),   f₂ = Δt (2φ₂ − 4φ₃),   f₃ = Δt (4φ₃ − φ₂)
/// ```
///
/// L is integrated exactly, so that it does not limit the step, and steady states are exact.
///
/// Source: Cox & Matthews (2002), J. Comput. Phys. 176, 430; Kassam & Trefethen (2005),
/// SIAM J. Sci. Comput. 26, 1214.
pub(crate) struct Etdrk4 {
    /// L in 1/s, `[ky, kx]`.
    rates: Vec<f64>,
    /// The step in s of the factors below, which are `[ky, kx]` each.
    dt: f64,
    /// e^z
    whole: Vec<f64>,
    /// e^(z/2)
    half: Vec<f64>,
    /// Q
    q: Vec<f64>,
    /// f₁, f₂, f₃
    f: [Vec<f64>; 3],
    /// N(vⁿ)
    first: Modes,
    /// N of the other stages.
    tendency: Modes,
    /// a
    a: Modes,
    /// b, then c.
    stage: Modes,
    /// vⁿ⁺¹ during a step; after it vⁿ.
    sum: Modes,
}

impl Etdrk4 {
    /// For L = `rate(kx, ky)` in 1/s, ≤ 0.
    pub(crate) fn new(lattice: &Lattice, rate: impl Fn(f64, f64) -> f64) -> Self {
        let rate = &rate;
        let of_line = |&ky: &f64| lattice.kx.iter().map(move |&kx| rate(kx, ky));
        let rates: Vec<f64> = lattice.ky.iter().flat_map(of_line).collect();
        let (zeros, modes) = (vec![0.0; rates.len()], Modes::zeros(lattice));
        Self {
            dt: 0.0,
            whole: zeros.clone(),
            half: zeros.clone(),
            q: zeros.clone(),
            f: [zeros.clone(), zeros.clone(), zeros],
            first: modes.clone(),
            tendency: modes.clone(),
            a: modes.clone(),
            stage: modes.clone(),
            sum: modes,
            rates,
        }
    }

    /// N(vⁿ), which must be written before [`Etdrk4::step`].
    pub(crate) fn first(&mut self) -> &mut Modes {
        &mut self.first
    }

    /// vⁿ, the state before the last step.
    pub(crate) fn previous(&self) -> &Modes {
        &self.sum
    }

    /// Replaces vⁿ in `now` by vⁿ⁺¹; `tendency(v, c, n)` writes N(v) at time tⁿ + c `dt` into n.
    pub(crate) fn step(
        &mut self,
        now: &mut Modes,
        dt: f64,
        mut tendency: impl FnMut(&Modes, f64, &mut Modes),
    ) {
        self.set_step(dt);
        let Self { whole, half, q, f: [f1, f2, f3], first, tendency: n, a, stage, sum, .. } = self;
        let width = now.line(0).len();
        let of = |line: usize| line * width..(line + 1) * width;
        sum.update_pair(a, |line, sum, a| {
            let (v, n, of) = (now.line(line), first.line(line), of(line));
            combine(sum, &whole[of.clone()], v, &f1[of.clone()], |i| n[i]);
            combine(a, &half[of.clone()], v, &q[of], |i| n[i]);
        });
        tendency(a, 0.5, n);
        sum.update_pair(stage, |line, sum, b| {
            let (v, n, of) = (now.line(line), n.line(line), of(line));
            add(sum, &f2[of.clone()], n);
            combine(b, &half[of.clone()], v, &q[of], |i| n[i]);
        });
        tendency(stage, 0.5, n);
        sum.update_pair(stage, |line, sum, c| {
            let (a, first, n, of) = (a.line(line), first.line(line), n.line(line), of(line));
            add(sum, &f2[of.clone()], n);
            combine(c, &half[of.clone()], a, &q[of], |i| n[i] * 2.0 - first[i]);
        });
        tendency(stage, 1.0, n);
        sum.update(|line, sum| add(sum, &f3[of(line)], n.line(line)));
        std::mem::swap(now, sum);
    }

    /// Computes the factors if the step has changed.
    fn set_step(&mut self, dt: f64) {
        if dt == self.dt {
            return;
        }
        self.dt = dt;
        let [f1, f2, f3] = &mut self.f;
        for (i, rate) in self.rates.iter().enumerate() {
            let [e, p1, p2, p3] = phi(rate * dt);
            let [e_half, p1_half, ..] = phi(0.5 * rate * dt);
            (self.whole[i], self.half[i], self.q[i]) = (e, e_half, 0.5 * dt * p1_half);
            f1[i] = dt * (p1 - 3.0 * p2 + 4.0 * p3);
            f2[i] = dt * (2.0 * p2 - 4.0 * p3);
            f3[i] = dt * (4.0 * p3 - p2);
        }
    }
}

/// `out = e v + f n`
#[inline]
fn combine(out: &mut [C64], e: &[f64], v: &[C64], f: &[f64], n: impl Fn(usize) -> C64) {
    for (i, ((out, v), (e, f))) in out.iter_mut().zip(v).zip(e.iter().zip(f)).enumerate() {
        *out = v * e + n(i) * f;
    }
}

/// `out += f n`
#[inline]
fn add(out: &mut [C64], f: &[f64], n: &[C64]) {
    for ((out, n), f) in out.iter_mut().zip(n).zip(f) {
        *out += n * f;
    }
}

/// e^z, φ₁, φ₂, φ₃ for z ≤ 0, where φ₀ = e^z and φₗ₊₁ = (φₗ − 1/l!)/z.
///
/// For small |z| the recursion loses digits by cancellation. There φ₃ = Σ zʲ/(j + 3)! starts the recursion in
/// the opposite direction.
fn phi(z: f64) -> [f64; 4] {
    if z < -1.0 {
        let p1 = z.exp_m1() / z;
        let p2 = (p1 - 1.0) / z;
        return [z.exp(), p1, p2, (p2 - 0.5) / z];
    }
    // Horner's rule; the first omitted term is below 1/20! < 1e-18.
    let p3 = (4..20).rev().fold(1.0, |sum, j| 1.0 + sum * z / f64::from(j)) / 6.0;
    let p2 = 0.5 + z * p3;
    let p1 = 1.0 + z * p2;
    [1.0 + z * p1, p1, p2, p3]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// The mean over a circle about z, which avoids cancellation: Kassam & Trefethen (2005), §3.
    fn phi_by_contour(z: f64) -> [f64; 4] {
        let points = 64;
        let mut sums = [0.0; 4];
        for k in 0..points {
            let w = C64::cis(2.0 * PI * (f64::from(k) + 0.5) / f64::from(points)) * 2.0 + z;
            let p1 = (w.exp() - 1.0) / w;
            let p2 = (p1 - 1.0) / w;
            for (sum, value) in sums.iter_mut().zip([w.exp(), p1, p2, (p2 - 0.5) / w]) {
                *sum += value.re / f64::from(points);
            }
        }
        sums
    }

    #[test]
    fn the_functions_agree_with_contour_integrals() {
        for z in [0.0, -1e-9, -1e-3, -0.1, -0.7, -1.0, -1.001, -1.5, -4.0, -30.0] {
            for (found, wanted) in phi(z).into_iter().zip(phi_by_contour(z)) {
                // Round-off of values up to e² on the circle.
                assert!((found - wanted).abs() < 3e-15, "{found} is not {wanted} at {z}");
            }
        }
    }
}
