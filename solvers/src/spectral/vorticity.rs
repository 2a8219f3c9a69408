//! The vorticity equation.

use super::fourier::Fourier;
use super::lattice::Lattice;
use super::modes::{C64, Modes};
use std::ops::Range;
use std::sync::Arc;

/// Advection of vorticity by its own velocity and a wind W, exactly dealiased, and a steady force.
///
/// ```text
/// N = −∇·(u ω) + ∇×f,   u = W + (∂ψ/∂y, −∂ψ/∂x),   −∇²ψ = ω
/// N̂(k) = (kx² − ky²) (uv)^ − kx ky (u² − v²)^ + ĝ(k)
/// ```
///
/// Two fields go to points, two come back, and each pair is one complex transform: with w = u + iv
/// all that is done there is w². With wavenumbers up to K along an axis, products reach 2K; on more
/// than 3K points, some 3/2 of the cells, they alias to beyond K only, and nothing that is kept errs.
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

    /// Writes N̂ into `out`; the largest |u|/dx + |v|/dy in 1/s.
    pub(crate) fn tendency(&mut self, omega: &Modes, wind: [f64; 2], out: &mut Modes) -> f64 {
        let [rx, ry] = self.lattice.spacing.map(|h| 1.0 / h);
        let velocity = velocity(&self.lattice, omega, wind);
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
            for (places, squares, doubles) in fourier.pairs(line) {
                let given =
                    force.line(line)[places.clone()].iter().zip(&lattice.kx[places.clone()]);
                let products = squares.iter().zip(doubles);
                for ((n, (g, kx)), (a, b)) in out[places].iter_mut().zip(given).zip(products) {
                    *n = b * (0.5 * (kx * kx - ky * ky)) - a * (kx * ky) + g;
                }
            }
        });
        rate
    }

    /// The longest step in s in which the fastest fluid passes `courant` cells, while the force
    /// speeds it up.
    pub(crate) fn step_of(&self, courant: f64, rate: f64) -> f64 {
        let push: f64 = self.lattice.spacing.iter().map(|h| self.force_bound / h).sum();
        2.0 * courant / (rate + rate.hypot(2.0 * (courant * push).sqrt()))
    }

    /// Writes p̂/ρ, of zero mean.
    ///
    /// ```text
    /// ∇²p/ρ = −∇·∇·(u u),   p̂/ρ = −½ (u² + v²)^ − [½ (kx² − ky²) (u² − v²)^ + kx ky (2uv)^]/k²
    /// ```
    ///
    /// The force has no divergence, and the wind none of it.
    pub(crate) fn pressure(&mut self, omega: &Modes, out: &mut Modes) {
        self.form(omega, |w| w * w);
        let (fourier, lattice) = (&self.fourier, &self.lattice);
        out.update(|line, out| {
            let (ky, inverse) = (lattice.ky[line], lattice.inverse_square(line));
            for (places, squares, doubles) in fourier.pairs(line) {
                for (i, (a, b)) in places.zip(squares.iter().zip(doubles)) {
                    let kx = lattice.kx[i];
                    out[i] = -(a * (0.5 * (kx * kx - ky * ky)) + b * (kx * ky)) * inverse[i];
                }
            }
        });
        self.form(omega, |w| C64::new(w.norm_sqr(), 0.0));
        let fourier = &self.fourier;
        out.update(|line, out| {
            for (places, energies, _) in fourier.pairs(line) {
                out[places].iter_mut().zip(energies).for_each(|(p, e)| *p -= 0.5 * e);
            }
        });
        out.line_mut(0)[0] = C64::default();
    }

    /// Transforms what `product` makes of u + iv at the points, without the wind.
    fn form(&mut self, omega: &Modes, product: impl Fn(C64) -> C64 + Sync) {
        self.fourier.map(velocity(&self.lattice, omega, [0.0; 2]), |points| {
            for w in points {
                *w = product(*w);
            }
            0.0
        });
    }

    /// The greatest speed in m/s of what is finite, and the cell where it is.
    pub(crate) fn fastest(&mut self, omega: &Modes, wind: [f64; 2]) -> (f64, [usize; 2]) {
        self.fourier.synthesize(velocity(&self.lattice, omega, wind));
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

/// The cell next to a point; both begin at the centre of the first cell.
fn nearest(point: usize, points: usize, cells: usize) -> usize {
    (2 * point * cells + points) / (2 * points) % cells
}

/// Fills û = i ky ω̂/k² and v̂ = −i kx ω̂/k², and the wind at the origin.
pub(crate) fn velocity(
    lattice: &Lattice,
    omega: &Modes,
    wind: [f64; 2],
) -> impl Fn(usize, Range<usize>, &mut [C64], &mut [C64]) + Sync {
    move |line, places, u, v| {
        let (ky, first) = (lattice.ky[line], places.start);
        let omega = &omega.line(line)[places.clone()];
        let inverse = &lattice.inverse_square(line)[places.clone()];
        let wavenumbers = lattice.kx[places].iter().zip(inverse);
        for ((u, v), (omega, (kx, inverse))) in
            u.iter_mut().zip(v.iter_mut()).zip(omega.iter().zip(wavenumbers))
        {
            let psi = omega * inverse;
            *u = C64::new(-ky * psi.im, ky * psi.re);
            *v = C64::new(kx * psi.im, -kx * psi.re);
        }
        if line == 0 && first == 0 {
            (u[0], v[0]) = (C64::new(wind[0], 0.0), C64::new(wind[1], 0.0));
        }
    }
}

/// The least number from `least` on without prime factors beyond 5, for which transforms are fast.
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
