//! The tendency of vorticity.

use super::fourier::Fourier;
use super::lattice::Lattice;
use super::modes::{C64, Modes};
use std::ops::Range;
use std::sync::Arc;

/// Advection of vorticity by its velocity and a mean flow U, fully dealiased, and a steady body force f.
///
/// ```text
/// N = −∇·(u ω) + ∇×f,   u = U + (∂ψ/∂y, −∂ψ/∂x),   −∇²ψ = ω
/// N̂(k) = (kx² − ky²) (uv)^ − kx ky (u² − v²)^ + ĝ(k)
/// ```
///
/// The two velocity components are transformed to points and the two products back, each pair as one complex
/// transform: with w = u + iv the products are the real and imaginary parts of w². Products of modes with
/// wavenumbers up to K along an axis reach 2K. On more than 3K points, about 3/2 of the cells, they alias to
/// wavenumbers beyond K only (the 3/2 rule), so that the retained coefficients are exact.
///
/// Source: Basdevant (1983), J. Comput. Phys. 50, 209 (the two products); Orszag (1971),
/// J. Atmos. Sci. 28, 1074 (which aliases arise).
pub(crate) struct Vorticity {
    lattice: Arc<Lattice>,
    fourier: Fourier,
    /// ĝ in 1/s², the curl of the force.
    force: Modes,
    /// A bound on |f| in m/s².
    force_bound: f64,
}

impl Vorticity {
    /// Without a force.
    pub(crate) fn new(lattice: Arc<Lattice>) -> Self {
        let points = lattice.cells.map(|cells| smooth(3 * (cells / 2 - 1) + 1));
        Self {
            fourier: Fourier::new(&lattice, points),
            force: Modes::zeros(&lattice),
            force_bound: 0.0,
            lattice,
        }
    }

    /// ĝ in 1/s².
    pub(crate) fn force(&self) -> &Modes {
        &self.force
    }

    /// Sets ĝ.
    pub(crate) fn set_force(&mut self, force: Modes) {
        let amplitudes = force.lines().enumerate().flat_map(|(line, modes)| {
            let weight = if line == 0 { 1.0 } else { 2.0 };
            let inverse = self.lattice.inverse_square(line);
            modes.iter().zip(inverse).map(move |(g, k)| weight * g.norm() * k.sqrt())
        });
        self.force_bound = amplitudes.sum();
        self.force = force;
    }

    /// Writes N̂ into `out`, and returns the largest |u|/dx + |v|/dy in 1/s.
    pub(crate) fn tendency(
        &mut self,
        omega: &Modes,
        mean_velocity: [f64; 2],
        out: &mut Modes,
    ) -> f64 {
        let [rx, ry] = self.lattice.spacing.map(|h| 1.0 / h);
        let velocity = velocity(&self.lattice, omega, mean_velocity);
        let rate = self.fourier.map(velocity, |points| {
            points.iter_mut().fold(0.0, |rate: f64, w| {
                let here = rx * w.re.abs() + ry * w.im.abs();
                *w = *w * *w;
                if here > rate { here } else { rate }
            })
        });
        let (fourier, lattice, force) = (&self.fourier, &self.lattice, &self.force);
        out.update(|line, out| {
            let ky = lattice.ky[line];
            for (range, squares, doubles) in fourier.pairs(line) {
                let given = force.line(line)[range.clone()].iter().zip(&lattice.kx[range.clone()]);
                let products = squares.iter().zip(doubles);
                for ((n, (g, kx)), (a, b)) in out[range].iter_mut().zip(given).zip(products) {
                    *n = b * (0.5 * (kx * kx - ky * ky)) - a * (kx * ky) + g;
                }
            }
        });
        rate
    }

    /// The longest step in s with a Courant number of at most `courant`, where the largest Courant number per
    /// second is `rate` now and grows by the acceleration of the body force.
    pub(crate) fn courant_step(&self, courant: f64, rate: f64) -> f64 {
        let acceleration: f64 = self.lattice.spacing.iter().map(|h| self.force_bound / h).sum();
        2.0 * courant / (rate + rate.hypot(2.0 * (courant * acceleration).sqrt()))
    }

    /// Writes p̂/ρ, of zero mean, into `out`.
    ///
    /// ```text
    /// ∇²p/ρ = −∇·∇·(u u),   p̂/ρ = −½ (u² + v²)^ − [½ (kx² − ky²) (u² − v²)^ + kx ky (2uv)^]/k²
    /// ```
    ///
    /// The force is free of divergence, and the mean flow does not contribute.
    pub(crate) fn pressure(&mut self, omega: &Modes, out: &mut Modes) {
        self.transform_product(omega, |w| w * w);
        let (fourier, lattice) = (&self.fourier, &self.lattice);
        out.update(|line, out| {
            let (ky, inverse) = (lattice.ky[line], lattice.inverse_square(line));
            for (range, squares, doubles) in fourier.pairs(line) {
                for (i, (a, b)) in range.zip(squares.iter().zip(doubles)) {
                    let kx = lattice.kx[i];
                    out[i] = -(a * (0.5 * (kx * kx - ky * ky)) + b * (kx * ky)) * inverse[i];
                }
            }
        });
        self.transform_product(omega, |w| C64::new(w.norm_sqr(), 0.0));
        let fourier = &self.fourier;
        out.update(|line, out| {
            for (range, energies, _) in fourier.pairs(line) {
                out[range].iter_mut().zip(energies).for_each(|(p, e)| *p -= 0.5 * e);
            }
        });
        out.line_mut(0)[0] = C64::default();
    }

    /// Transforms `product(u + iv)` at the points to coefficients; the mean flow is left out.
    fn transform_product(&mut self, omega: &Modes, product: impl Fn(C64) -> C64 + Sync) {
        self.fourier.map(velocity(&self.lattice, omega, [0.0; 2]), |points| {
            for w in points {
                *w = product(*w);
            }
            0.0
        });
    }

    /// The largest finite speed in m/s, and its cell.
    pub(crate) fn fastest(&mut self, omega: &Modes, mean_velocity: [f64; 2]) -> (f64, [usize; 2]) {
        self.fourier.synthesize(velocity(&self.lattice, omega, mean_velocity));
        let ([mx, my], [nx, ny]) = (self.fourier.points(), self.lattice.cells);
        let mut fastest = (0.0, [0, 0]);
        for x in 0..mx {
            for (y, w) in self.fourier.row(x).iter().enumerate() {
                if w.norm() > fastest.0 {
                    fastest = (w.norm(), [nearest(x, mx, nx), nearest(y, my, ny)]);
                }
            }
        }
        fastest
    }
}

/// The cell nearest to a point; point 0 is the centre of cell 0.
fn nearest(point: usize, points: usize, cells: usize) -> usize {
    (2 * point * cells + points) / (2 * points) % cells
}

/// A function that writes û = i ky ω̂/k² and v̂ = −i kx ω̂/k², with the mean velocity at k = 0.
pub(crate) fn velocity(
    lattice: &Lattice,
    omega: &Modes,
    mean_velocity: [f64; 2],
) -> impl Fn(usize, Range<usize>, &mut [C64], &mut [C64]) + Sync {
    move |line, range, u, v| {
        let (ky, first) = (lattice.ky[line], range.start);
        let omega = &omega.line(line)[range.clone()];
        let inverse = &lattice.inverse_square(line)[range.clone()];
        let wavenumbers = lattice.kx[range].iter().zip(inverse);
        for ((u, v), (omega, (kx, inverse))) in
            u.iter_mut().zip(v.iter_mut()).zip(omega.iter().zip(wavenumbers))
        {
            let psi = omega * inverse;
            *u = C64::new(-ky * psi.im, ky * psi.re);
            *v = C64::new(kx * psi.im, -kx * psi.re);
        }
        if line == 0 && first == 0 {
            (u[0], v[0]) = (C64::new(mean_velocity[0], 0.0), C64::new(mean_velocity[1], 0.0));
        }
    }
}

/// The smallest integer ≥ `least` without prime factors above 5, for which FFTs are fast.
fn smooth(least: usize) -> usize {
    let is_smooth = |n: usize| {
        let mut rest = n;
        for factor in [2, 3, 5] {
            while rest.is_multiple_of(factor) {
                rest /= factor;
            }
        }
        rest == 1
    };
    let mut number = least;
    while !is_smooth(number) {
        number += 1;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_three_halves_of_the_cells_where_that_is_fast() {
        assert_eq!([8, 64, 94, 256].map(|n| smooth(3 * (n / 2 - 1) + 1)), [10, 96, 144, 384]);
    }
}
