//! Conversion between Fourier coefficients and cell averages.

use super::fourier::Fourier;
use super::lattice::Lattice;
use super::modes::{C64, Modes};
use super::vorticity::velocity;
use data::State;
use ndarray::s;
use std::sync::Arc;

/// Conversion between coefficients and cell averages, to round-off.
///
/// The average of exp(i k·x) over a cell is its value at the centre times sinc(kx dx/2) sinc(ky dy/2), a
/// factor of at least (2/π)² for all wavenumbers of a [`Lattice`].
pub(crate) struct Cells {
    lattice: Arc<Lattice>,
    fourier: Fourier,
    /// sin(k h/2)/(k h/2) along both axes.
    sinc: [Vec<f64>; 2],
}

impl Cells {
    /// For the cells of `lattice`.
    pub(crate) fn new(lattice: Arc<Lattice>) -> Self {
        let [hx, hy] = lattice.spacing;
        let sinc = |k: &[f64], h: f64| k.iter().map(|k| sinc(0.5 * k * h)).collect();
        Self {
            fourier: Fourier::new(&lattice, lattice.cells),
            sinc: [sinc(&lattice.kx, hx), sinc(&lattice.ky, hy)],
            lattice,
        }
    }

    /// Writes the coefficients of one channel of `state`, `[channel, x, y, 1]`, into `out`.
    pub(crate) fn load(&mut self, state: &State, channel: usize, out: &mut Modes) {
        self.fourier.analyse(|x, row| {
            let values = state.slice(s![channel, x, .., 0]);
            row.iter_mut().zip(values).for_each(|(c, value)| *c = C64::new(*value, 0.0));
        });
        let (fourier, [x, y]) = (&self.fourier, &self.sinc);
        out.update(|line, out| {
            for (range, a, _) in fourier.pairs(line) {
                let sinc = x[range.clone()].iter().map(|x| x * y[line]);
                out[range].iter_mut().zip(a).zip(sinc).for_each(|((c, a), sinc)| *c = a / sinc);
            }
        });
    }

    /// Writes cell averages of u and v, of vorticity `omega` and the mean velocity, to channels 0 and 1.
    pub(crate) fn store_velocity(
        &mut self,
        omega: &Modes,
        mean_velocity: [f64; 2],
        state: &mut State,
    ) {
        let (fill, [x, y]) = (velocity(&self.lattice, omega, mean_velocity), &self.sinc);
        self.fourier.synthesize(|line, range, u, v| {
            fill(line, range.clone(), u, v);
            for ((u, v), x) in u.iter_mut().zip(v).zip(&x[range]) {
                (*u, *v) = (*u * (x * y[line]), *v * (x * y[line]));
            }
        });
        self.write(state, [0, 1]);
    }

    /// Writes cell averages of two fields to two channels.
    pub(crate) fn store(&mut self, fields: [&Modes; 2], channels: [usize; 2], state: &mut State) {
        let [x, y] = &self.sinc;
        self.fourier.synthesize(|line, range, a, b| {
            for (field, out) in fields.into_iter().zip([a, b]) {
                let modes = field.line(line)[range.clone()].iter().zip(&x[range.clone()]);
                out.iter_mut().zip(modes).for_each(|(c, (mode, x))| *c = mode * (x * y[line]));
            }
        });
        self.write(state, channels);
    }

    /// Writes the two fields at the points of `fourier` to two channels.
    fn write(&self, state: &mut State, channels: [usize; 2]) {
        for x in 0..state.dim().1 {
            for (y, c) in self.fourier.row(x).iter().enumerate() {
                state[[channels[0], x, y, 0]] = c.re;
                state[[channels[1], x, y, 0]] = c.im;
            }
        }
    }
}

/// sin x / x, the mean of the cosine over [−x, x].
pub(crate) fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { x.sin() / x }
}
