//! Real transforms that diagonalize second differences.

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::f64::consts::PI;
use std::sync::Arc;

/// Positions of the unknowns on an axis, and boundary conditions at its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    /// Periodic axis, one unknown per cell.
    Periodic,
    /// Unknowns at cell centres, zero gradient at both ends.
    NeumannCells,
    /// Unknowns at cell centres, zero at both ends, half a cell beyond the outer centres.
    DirichletCells,
    /// Unknowns at the faces between cells, zero at the first and last face.
    DirichletFaces,
    /// Unknowns at all faces but the first, zero there, zero gradient at the last.
    MixedFaces,
    /// Unknowns at cell centres, zero at the low end, zero gradient at the high end.
    MixedCells,
}

impl Ends {
    /// The number of unknowns on an axis of `cells`.
    pub(crate) fn unknowns(self, cells: usize) -> usize {
        if self == Self::DirichletFaces { cells - 1 } else { cells }
    }
}

/// Real transform along one line: Fourier, cosine (DCT-II) or sine (DST-II, DST-I).
///
/// The spectrum is a list of real *coefficients*. Each belongs to one eigenvector of the second
/// difference, with wavenumber [`Transform::angle`]. They stand in the order in which the fast transform
/// yields them, since a solver needs no particular one.
///
/// DCT-II is one real Fourier transform of the same length after Makhoul's permutation. DST-II is DCT-II
/// of the sequence with alternating signs, in reversed order. With mixed conditions the line is extended
/// by its mirror image beyond the Neumann end, to a line of twice the length with Dirichlet ends.
///
/// Source: Makhoul (1980), IEEE Trans. Acoust. Speech Signal Process. 28, 27 (DCT-II); Press et al.,
/// Numerical Recipes, §12.4, `sinft` (DST-I).
pub(crate) struct Transform {
    /// Conditions of the line, extended by its mirror image if `is_mirrored`.
    ends: Ends,
    /// Cells of that line.
    cells: usize,
    is_mirrored: bool,
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
    /// `exp(−iπk/2n)` for cosines, `(sin πj/n, 0)` for DST-I.
    twiddles: Vec<Complex<f64>>,
}

/// Scratch memory for one transform at a time.
pub(crate) struct Workspace {
    real: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
}

impl Transform {
    /// For a line of `cells` with conditions `ends`.
    pub(crate) fn new(ends: Ends, cells: usize) -> Self {
        let (ends, cells, is_mirrored) = match ends {
            Ends::MixedFaces => (Ends::DirichletFaces, 2 * cells, true),
            Ends::MixedCells => (Ends::DirichletCells, 2 * cells, true),
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

    /// Scratch memory of the lengths that the transform needs.
    pub(crate) fn workspace(&self) -> Workspace {
        let scratch = self.forward.get_scratch_len().max(self.inverse.get_scratch_len());
        Workspace {
            real: self.forward.make_input_vec(),
            spectrum: self.forward.make_output_vec(),
            scratch: vec![Complex::default(); scratch],
        }
    }

    /// Unknowns per line.
    pub(crate) fn unknowns(&self) -> usize {
        if self.is_mirrored { self.cells / 2 } else { self.ends.unknowns(self.cells) }
    }

    /// Coefficients per line.
    pub(crate) fn coefficients(&self) -> usize {
        match self.ends {
            Ends::DirichletFaces => self.cells - 1,
            _ => 2 * (self.cells / 2 + 1),
        }
    }

    /// Phase difference θ in 0..=π between neighbouring unknowns of the eigenvector of coefficient
    /// `index`.
    ///
    /// Its second difference has the eigenvalue −4 sin²(θ/2). Except for DST-I, coefficient 1 and, for an even number
    /// of cells, one more are unused; their angles are arbitrary.
    pub(crate) fn angle(&self, index: usize) -> f64 {
        let (n, k, is_odd) = (self.cells as f64, (index / 2) as f64, index % 2 == 1);
        match (self.ends, is_odd) {
            (Ends::Periodic, _) if index == 1 => PI,
            (Ends::Periodic, _) => 2.0 * PI * k / n,
            (Ends::NeumannCells, false) | (Ends::DirichletCells, true) => PI * k / n,
            (Ends::NeumannCells, true) | (Ends::DirichletCells, false) => PI * (n - k) / n,
            (_, _) => PI * (index + 1) as f64 / n,
        }
    }

    /// The factor by which [`Transform::forward`] followed by [`Transform::inverse`] multiplies a line.
    pub(crate) fn gain(&self) -> f64 {
        match self.ends {
            Ends::DirichletFaces => self.cells as f64 / 2.0,
            _ => self.cells as f64,
        }
    }

    /// Replaces the unknowns at the beginning of `line` by their coefficients.
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
        let pairs = line.as_chunks_mut::<2>().0.iter_mut().zip(&work.spectrum);
        if self.ends == Ends::Periodic {
            pairs.for_each(|(pair, v)| *pair = [v.re, v.im]);
        } else {
            pairs.zip(&self.twiddles).for_each(|((pair, v), w)| {
                *pair = [v.re * w.re - v.im * w.im, v.re * w.im + v.im * w.re];
            });
        }
    }

    /// Replaces the coefficients in `line` by the unknowns, times `scale` and [`Transform::gain`].
    pub(crate) fn inverse(&self, line: &mut [f64], scale: f64, work: &mut Workspace) {
        if self.ends == Ends::DirichletFaces {
            return self.sine(line, scale, work);
        }
        let pairs = line.as_chunks::<2>().0.iter().zip(&mut work.spectrum);
        if self.ends == Ends::Periodic {
            pairs.for_each(|(&[re, im], v)| *v = Complex::new(re, im));
        } else {
            pairs.zip(&self.twiddles).for_each(|((&[re, im], v), w)| {
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

    /// Extends the unknowns at the beginning of `line` by their mirror image.
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

    /// The spectrum of a real line is real at wavenumber 0 and, for an even length, at the highest.
    /// The imaginary parts there are round-off; the plan refuses them unless they are exactly zero.
    fn fourier_inverse(&self, work: &mut Workspace) {
        work.spectrum[0].im = 0.0;
        if self.cells.is_multiple_of(2) {
            work.spectrum[self.cells / 2].im = 0.0;
        }
        self.inverse
            .process_with_scratch(&mut work.spectrum, &mut work.real, &mut work.scratch)
            .expect("the workspace has the plan's lengths, and both ends are real");
    }

    /// DST-I times `scale`, which is its own inverse up to the gain.
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

/// Makhoul's permutation: even positions in order, then odd positions reversed and times `sign`.
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

/// The inverse of [`permute`], times `scale` at even positions and `odd_scale` at odd ones.
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
