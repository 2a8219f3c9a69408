//! Real transforms that diagonalize second differences.

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::f64::consts::PI;
use std::sync::Arc;

/// Where the unknowns of an axis sit, and what holds at its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    /// The axis repeats; as many unknowns as cells.
    Periodic,
    /// Unknowns at cell centres, no gradient across either end.
    NeumannCells,
    /// Unknowns at cell centres, zero at either end, half a cell beyond the last centres.
    DirichletCells,
    /// Unknowns at the faces between cells, zero at the faces that end the axis.
    DirichletFaces,
    /// Unknowns at the faces but the first, zero there, no gradient at the last.
    EntryFaces,
    /// Unknowns at cell centres, zero at the low end, no gradient across the high end.
    EntryCells,
}

impl Ends {
    /// Unknowns on an axis of `cells`.
    pub(crate) fn unknowns(self, cells: usize) -> usize {
        if self == Self::DirichletFaces { cells - 1 } else { cells }
    }
}

/// The transform along one line: Fourier, cosine (DCT-II) or sine (DST-II, DST-I).
///
/// The spectrum lies in *slots*: real numbers that each belong to one eigenvector of the second
/// difference, of wavenumber [`Transform::angle`], in whatever order the fast transform yields
/// them. A solver needs no other order, so that none is paid for.
///
/// Cosines come from one real Fourier transform of the same length after the permutation of
/// Makhoul (1980), IEEE Trans. Acoust. Speech Signal Process. 28, 27. DST-II is DCT-II of the
/// alternated sequence, backwards. Where one end is zero and the other without gradient, the line and
/// its mirror image beyond that end make one of twice the length that is zero at both. DST-I is the algorithm `sinft` of Press et al., Numerical
/// Recipes, §12.4.
pub(crate) struct Transform {
    /// Of the line with its mirror image, if it has one.
    ends: Ends,
    cells: usize,
    is_mirrored: bool,
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
    /// `exp(−iπk/2n)` for cosines, `(sin πj/n, 0)` for DST-I.
    twiddles: Vec<Complex<f64>>,
}

/// What a line needs while it is transformed; one a thread.
pub(crate) struct Workspace {
    real: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
}

impl Transform {
    pub(crate) fn new(ends: Ends, cells: usize) -> Self {
        let (ends, cells, is_mirrored) = match ends {
            Ends::EntryFaces => (Ends::DirichletFaces, 2 * cells, true),
            Ends::EntryCells => (Ends::DirichletCells, 2 * cells, true),
            ends => (ends, cells, false),
        };
        let mut planner = RealFftPlanner::new();
        let n = cells as f64;
        let twiddles = match ends {
            Ends::DirichletFaces => {
                (0..cells).map(|j| Complex::new((PI * j as f64 / n).sin(), 0.0)).collect()
            }
            _ => (0..=cells / 2).map(|k| Complex::cis(-0.5 * PI * k as f64 / n)).collect(),
        };
        Self {
            ends,
            cells,
            is_mirrored,
            forward: planner.plan_fft_forward(cells),
            inverse: planner.plan_fft_inverse(cells),
            twiddles,
        }
    }

    pub(crate) fn workspace(&self) -> Workspace {
        let scratch = self.forward.get_scratch_len().max(self.inverse.get_scratch_len());
        Workspace {
            real: self.forward.make_input_vec(),
            spectrum: self.forward.make_output_vec(),
            scratch: vec![Complex::default(); scratch],
        }
    }

    /// Unknowns of a line.
    pub(crate) fn unknowns(&self) -> usize {
        if self.is_mirrored { self.cells / 2 } else { self.ends.unknowns(self.cells) }
    }

    /// Real numbers of its spectrum.
    pub(crate) fn slots(&self) -> usize {
        match self.ends {
            Ends::DirichletFaces => self.cells - 1,
            _ => 2 * (self.cells / 2 + 1),
        }
    }

    /// The phase from one unknown to the next, in 0..=π, of the eigenvector behind `slot`.
    ///
    /// Its second difference has the eigenvalue −4 sin²(angle/2). Slot 1 of all but DST-I and, for
    /// an even number of cells, one slot more hold nothing of their own; their angle is harmless.
    pub(crate) fn angle(&self, slot: usize) -> f64 {
        let (n, k, is_odd) = (self.cells as f64, (slot / 2) as f64, slot % 2 == 1);
        match (self.ends, is_odd) {
            (Ends::Periodic, _) if slot == 1 => PI,
            (Ends::Periodic, _) => 2.0 * PI * k / n,
            (Ends::NeumannCells, false) | (Ends::DirichletCells, true) => PI * k / n,
            (Ends::NeumannCells, true) | (Ends::DirichletCells, false) => PI * (n - k) / n,
            (_, _) => PI * (slot + 1) as f64 / n,
        }
    }

    /// What [`Transform::inverse`] after [`Transform::forward`] multiplies a line by.
    pub(crate) fn gain(&self) -> f64 {
        match self.ends {
            Ends::DirichletFaces => self.cells as f64 / 2.0,
            _ => self.cells as f64,
        }
    }

    /// Replaces the unknowns at the beginning of `line` by their spectrum.
    pub(crate) fn forward(&self, line: &mut [f64], work: &mut Workspace) {
        if self.is_mirrored {
            self.mirror(line);
        }
        match self.ends {
            Ends::Periodic => work.real.copy_from_slice(&line[..self.cells]),
            Ends::NeumannCells => permute(&line[..self.cells], 1.0, &mut work.real),
            Ends::DirichletCells => permute(&line[..self.cells], -1.0, &mut work.real),
            _ => return self.sine(line, 1.0, work),
        }
        self.fourier(work);
        let slots = line.as_chunks_mut::<2>().0.iter_mut().zip(&work.spectrum);
        if self.ends == Ends::Periodic {
            slots.for_each(|(slot, v)| *slot = [v.re, v.im]);
        } else {
            slots.zip(&self.twiddles).for_each(|((slot, v), w)| {
                *slot = [v.re * w.re - v.im * w.im, v.re * w.im + v.im * w.re];
            });
        }
    }

    /// Replaces the spectrum in `line` by the unknowns, times `scale` and [`Transform::gain`].
    pub(crate) fn inverse(&self, line: &mut [f64], scale: f64, work: &mut Workspace) {
        if self.ends == Ends::DirichletFaces {
            return self.sine(line, scale, work);
        }
        let slots = line.as_chunks::<2>().0.iter().zip(&mut work.spectrum);
        if self.ends == Ends::Periodic {
            slots.for_each(|(&[re, im], v)| *v = Complex::new(re, im));
        } else {
            slots.zip(&self.twiddles).for_each(|((&[re, im], v), w)| {
                *v = Complex::new(re * w.re + im * w.im, im * w.re - re * w.im);
            });
        }
        self.fourier_inverse(work);
        let line = &mut line[..self.cells];
        match self.ends {
            Ends::NeumannCells => restore(&work.real, scale, scale, line),
            Ends::DirichletCells => restore(&work.real, scale, -scale, line),
            _ => line.iter_mut().zip(&work.real).for_each(|(x, v)| *x = scale * v),
        }
    }

    /// Appends its mirror image to the unknowns at the beginning of `line`.
    fn mirror(&self, line: &mut [f64]) {
        let [unknowns, all] = [self.unknowns(), self.ends.unknowns(self.cells)];
        let (first, second) = line[..all].split_at_mut(unknowns);
        second
            .iter_mut()
            .zip(first[..all - unknowns].iter().rev())
            .for_each(|(to, from)| *to = *from);
    }

    fn fourier(&self, work: &mut Workspace) {
        self.forward
            .process_with_scratch(&mut work.real, &mut work.spectrum, &mut work.scratch)
            .expect("the workspace has the plan's lengths");
    }

    /// The spectrum of a real line is real at wavenumber 0 and, for an even length, at the last;
    /// what round-off left there is cut, for the plan insists.
    fn fourier_inverse(&self, work: &mut Workspace) {
        work.spectrum[0].im = 0.0;
        if self.cells.is_multiple_of(2) {
            work.spectrum[self.cells / 2].im = 0.0;
        }
        self.inverse
            .process_with_scratch(&mut work.spectrum, &mut work.real, &mut work.scratch)
            .expect("the workspace has the plan's lengths, and the ends are real");
    }

    /// DST-I times `scale`: its own inverse but for the gain.
    ///
    /// With y_j = sin(πj/n) (x_j + x_{n−j}) + ½ (x_j − x_{n−j}) and Y its Fourier transform,
    /// X_{2k} = −Im Y_k and X_{2k+1} = X_{2k−1} + Re Y_k, where X_1 = ½ Re Y_0.
    fn sine(&self, line: &mut [f64], scale: f64, work: &mut Workspace) {
        let n = self.cells;
        work.real[0] = 0.0;
        for j in 1..n {
            let (a, b) = (line[j - 1], line[n - j - 1]);
            work.real[j] = self.twiddles[j].re * (a + b) + 0.5 * (a - b);
        }
        self.fourier(work);
        let mut odd = -0.5 * work.spectrum[0].re;
        for k in 0..n / 2 {
            odd += work.spectrum[k].re;
            line[2 * k] = scale * odd;
        }
        for k in 1..n.div_ceil(2) {
            line[2 * k - 1] = -scale * work.spectrum[k].im;
        }
    }
}

/// Even places in order, then odd places backwards, these times `sign`.
fn permute(line: &[f64], sign: f64, out: &mut [f64]) {
    let half = line.len().div_ceil(2);
    let (even, odd) = out.split_at_mut(half);
    let pairs = line.as_chunks::<2>().0;
    even.iter_mut().zip(pairs).for_each(|(e, pair)| *e = pair[0]);
    odd.iter_mut().rev().zip(pairs).for_each(|(o, pair)| *o = sign * pair[1]);
    if line.len() % 2 == 1 {
        even[half - 1] = line[line.len() - 1];
    }
}

/// Undoes [`permute`], times `scale` at even places and `odd_scale` at odd ones.
fn restore(permuted: &[f64], scale: f64, odd_scale: f64, line: &mut [f64]) {
    let length = line.len();
    let (even, odd) = permuted.split_at(length.div_ceil(2));
    let pairs = line.as_chunks_mut::<2>().0.iter_mut();
    for ((pair, e), o) in pairs.zip(even).zip(odd.iter().rev()) {
        *pair = [scale * e, odd_scale * o];
    }
    if length % 2 == 1 {
        line[length - 1] = scale * even[length / 2];
    }
}
