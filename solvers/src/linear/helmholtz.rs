//! The fast direct Helmholtz solver.

use super::transform::{Ends, Transform, Workspace};
use super::transpose::Transpose;
use super::tridiagonal::Tridiagonal;
use crate::staggered::PARALLEL;
use rayon::prelude::*;
use std::ops::Range;

/// Lines that are transformed with one workspace. A constant, so that the partition into blocks does
/// not depend on the number of threads.
const BLOCK: usize = 16;

/// Solves (σ − ∇²) φ = f for the five-point Laplacian on a uniform grid, to round-off.
///
/// A real transform along y diagonalizes the second difference in that direction. A tridiagonal system
/// along x remains for every wavenumber θ/dy:
///
/// ```text
/// (2 + dx² σ + 4 dx²/dy² sin²(θ/2)) φ̂ᵢ − φ̂ᵢ₋₁ − φ̂ᵢ₊₁ = dx² f̂ᵢ
/// ```
///
/// In a pipe the axes are exchanged: the transform is along x, the tridiagonal systems along r.
/// The cost is O(nx ny log ny). If the problem is singular (σ = 0 and no Dirichlet condition), the
/// mean of f is ignored and the mean of φ is zero.
///
/// Shapes: spectra are `[line, coefficient]`, with coefficients contiguous so that the tridiagonal
/// systems of all wavenumbers are solved together.
///
/// Source: Buzbee, Golub & Nielson (1970), SIAM J. Numer. Anal. 7, 627; Swarztrauber (1977),
/// SIAM Review 19, 490.
pub(crate) struct Helmholtz {
    /// The tridiagonal matrix across the lines.
    matrix: Tridiagonal,
    /// Spacing in m along the tridiagonal systems and along the transform.
    spacing: [f64; 2],
    transform: Transform,
    /// σ in 1/m².
    shift: f64,
    /// dx² σ + 4 dx²/dy² sin²(θ/2), one per coefficient.
    diagonal: Vec<f64>,
    /// Reciprocal pivots `[line, coefficient]`.
    pivots: Vec<f64>,
    /// The correction of a periodic axis.
    periodic: Option<PeriodicCorrection>,
    /// f, then f̂, then φ̂, then φ: `[line, coefficient]`.
    values: Vec<f64>,
    /// One per block of lines.
    workspaces: Vec<Workspace>,
    /// f̂ between [`Helmholtz::solve_partly`] and [`Helmholtz::add_sources`]; empty without them.
    spectrum: Vec<f64>,
    /// In a pipe: the right-hand side, then φ, with x and y in the caller's order.
    transpose: Option<Transpose>,
}

/// Bordering of a periodic tridiagonal system: the last unknown is eliminated, and what remains is a
/// tridiagonal system without the corner entries, as in the Sherman–Morrison formula.
struct PeriodicCorrection {
    /// Solution of the remaining system for a unit value of the last unknown, `[line, coefficient]`.
    response: Vec<f64>,
    /// Reciprocal of the Schur complement of the last unknown; 0 where that is singular.
    reciprocal: Vec<f64>,
}

impl Helmholtz {
    /// For `cells` of size `spacing` in m, with conditions `ends` along x and y, and σ = 0.
    pub(crate) fn new(cells: [usize; 2], spacing: [f64; 2], ends: [Ends; 2]) -> Self {
        let matrix = Tridiagonal::straight(ends[0], cells[0]);
        Self::with(matrix, Transform::new(ends[1], cells[1]), spacing)
    }

    /// The same for a pipe: y is the radius, from the axis to the wall.
    pub(crate) fn pipe(cells: [usize; 2], spacing: [f64; 2], ends: [Ends; 2]) -> Self {
        let matrix = Tridiagonal::radial(ends[1], cells[1]);
        let transform = Transform::new(ends[0], cells[0]);
        let transpose = Transpose::new(transform.unknowns(), matrix.len());
        let transposed = Self::with(matrix, transform, [spacing[1], spacing[0]]);
        Self { transpose: Some(transpose), ..transposed }
    }

    fn with(matrix: Tridiagonal, transform: Transform, spacing: [f64; 2]) -> Self {
        let (lines, coefficients) = (matrix.len(), transform.coefficients());
        let stride = coefficients.max(transform.unknowns());
        let workspaces = (0..lines.div_ceil(BLOCK)).map(|_| transform.workspace()).collect();
        let periodic = (matrix.ends == Ends::Periodic).then(|| PeriodicCorrection {
            response: vec![0.0; (lines - 1) * stride],
            reciprocal: vec![0.0; stride],
        });
        let mut solver = Self {
            matrix,
            spacing,
            transform,
            shift: 0.0,
            diagonal: vec![0.0; stride],
            pivots: vec![0.0; lines * stride],
            periodic,
            values: vec![0.0; lines * stride],
            workspaces,
            spectrum: Vec::new(),
            transpose: None,
        };
        solver.factor();
        solver
    }

    /// Sets σ in 1/m². A new value costs about a third of a solve.
    pub(crate) fn set_shift(&mut self, shift: f64) {
        if shift != self.shift {
            self.shift = shift;
            self.factor();
        }
    }

    /// φ on line `i`, counted from 0, after a solve.
    pub(crate) fn line(&self, i: usize) -> &[f64] {
        let own = |i: usize| &self.values[i * self.stride()..][..self.transform.unknowns()];
        self.transpose.as_ref().map_or_else(|| own(i), |transpose| transpose.line(i))
    }

    /// The number of lines of unknowns.
    pub(crate) fn lines(&self) -> usize {
        self.transpose.as_ref().map_or(self.matrix.len(), Transpose::lines)
    }

    /// Solves for the right-hand side f, whose line `i` is written by `fill(i, line)`.
    pub(crate) fn solve(&mut self, fill: impl Fn(usize, &mut [f64]) + Sync) {
        let Some(mut transpose) = self.transpose.take() else { return self.solve_lines(fill) };
        transpose.fill(fill);
        self.solve_lines(|j, line| transpose.column(j, line));
        let (values, stride) = (&self.values, self.stride());
        transpose.fill(|i, line| {
            let column = values[i..].iter().step_by(stride);
            line.iter_mut().zip(column).for_each(|(to, from)| *to = *from);
        });
        self.transpose = Some(transpose);
    }

    fn solve_lines(&mut self, fill: impl Fn(usize, &mut [f64]) + Sync) {
        self.forward(0..self.matrix.len(), fill);
        self.solve_tridiagonal();
        self.inverse(0..self.matrix.len());
    }

    /// Solves as [`Helmholtz::solve`], but transforms φ back on `lines` only, and keeps f̂ for
    /// [`Helmholtz::add_sources`], which must follow. Not for pipes.
    pub(crate) fn solve_partly(
        &mut self,
        lines: Range<usize>,
        fill: impl Fn(usize, &mut [f64]) + Sync,
    ) {
        self.forward(0..self.matrix.len(), fill);
        self.spectrum.resize(self.values.len(), 0.0);
        self.spectrum.copy_from_slice(&self.values);
        self.solve_tridiagonal();
        self.inverse(lines);
    }

    /// Solves for the right-hand side of the last [`Helmholtz::solve_partly`] plus sources on `lines`,
    /// which `add(i, line)` adds to zeros. Only these lines are transformed again.
    pub(crate) fn add_sources(
        &mut self,
        lines: Range<usize>,
        add: impl Fn(usize, &mut [f64]) + Sync,
    ) {
        let stride = self.stride();
        let places = lines.start * stride..lines.end * stride;
        self.forward(lines, |i, line| {
            line.fill(0.0);
            add(i, line);
        });
        let sources = self.spectrum[places.clone()].iter_mut().zip(&self.values[places]);
        sources.for_each(|(sum, source)| *sum += source);
        std::mem::swap(&mut self.values, &mut self.spectrum);
        self.solve_tridiagonal();
        self.inverse(0..self.matrix.len());
    }

    /// Writes f̂ of `lines` into `values`; `fill(i, line)` writes line `i` of f.
    fn forward(&mut self, lines: Range<usize>, fill: impl Fn(usize, &mut [f64]) + Sync) {
        let unknowns = self.transform.unknowns();
        self.each_line(lines, |matrix, transform, i, line, work| {
            fill(i, &mut line[..unknowns]);
            if matrix.weights[i] != 1.0 {
                line[..unknowns].iter_mut().for_each(|f| *f *= matrix.weights[i]);
            }
            transform.forward(line, work);
        });
    }

    /// Replaces φ̂ by φ on `lines`.
    fn inverse(&mut self, lines: Range<usize>) {
        let scale = self.spacing[0].powi(2) / self.transform.gain();
        self.each_line(lines, |_, transform, _, line, work| transform.inverse(line, scale, work));
    }

    fn stride(&self) -> usize {
        self.diagonal.len()
    }

    fn each_line(
        &mut self,
        lines: Range<usize>,
        run: impl Fn(&Tridiagonal, &Transform, usize, &mut [f64], &mut Workspace) + Sync,
    ) {
        let (stride, matrix, transform) = (self.stride(), &self.matrix, &self.transform);
        let is_parallel = self.values.len() >= PARALLEL;
        let first = lines.start;
        let values = &mut self.values[lines.start * stride..lines.end * stride];
        let block = |(b, (lines, work)): (usize, (&mut [f64], &mut Workspace))| {
            for (i, line) in lines.chunks_exact_mut(stride).enumerate() {
                run(matrix, transform, first + b * BLOCK + i, line, work);
            }
        };
        if is_parallel {
            let blocks = values.par_chunks_mut(BLOCK * stride);
            blocks.zip(self.workspaces.par_iter_mut()).enumerate().for_each(block);
        } else {
            let blocks = values.chunks_mut(BLOCK * stride);
            blocks.zip(&mut self.workspaces).enumerate().for_each(block);
        }
    }

    /// Unknowns of the tridiagonal systems: all, or all but the last of a periodic axis.
    fn inner_lines(&self) -> usize {
        self.matrix.len() - usize::from(self.periodic.is_some())
    }

    fn factor(&mut self) {
        let [dx, dy] = self.spacing;
        for (k, diagonal) in self.diagonal.iter_mut().enumerate() {
            let sine = (0.5 * self.transform.angle(k)).sin();
            *diagonal = dx * dx * (self.shift + (2.0 * sine / dy).powi(2));
        }
        let (stride, inner) = (self.stride(), self.inner_lines());
        self.matrix.factor(inner, &self.diagonal, &mut self.pivots);
        if self.matrix.ends == Ends::NeumannCells {
            let last = &mut self.pivots[(inner - 1) * stride..];
            pin_singular(last, &self.diagonal);
        }
        self.factor_periodic();
    }

    fn factor_periodic(&mut self) {
        let (stride, inner) = (self.stride(), self.inner_lines());
        let Some(correction) = &mut self.periodic else { return };
        correction.response.fill(0.0);
        correction.response[..stride].fill(1.0);
        correction.response[(inner - 1) * stride..].iter_mut().for_each(|x| *x += 1.0);
        self.matrix.solve(&mut correction.response, &self.pivots, stride);
        for k in 0..stride {
            let back = correction.response[k] + correction.response[(inner - 1) * stride + k];
            correction.reciprocal[k] = 1.0 / (2.0 + self.diagonal[k] - back);
        }
        pin_singular(&mut correction.reciprocal, &self.diagonal);
    }

    /// Replaces f̂ by φ̂ (times a constant that [`Helmholtz::inverse`] removes).
    fn solve_tridiagonal(&mut self) {
        let (stride, inner) = (self.stride(), self.inner_lines());
        let (inner, last) = self.values.split_at_mut(inner * stride);
        self.matrix.solve(inner, &self.pivots, stride);
        if let Some(correction) = &self.periodic {
            correction.apply(inner, last, stride);
        }
        self.remove_mean();
    }

    /// Subtracts the mean of φ where the problem is singular.
    fn remove_mean(&mut self) {
        let has_constants = self.transform.angle(0) == 0.0 && self.matrix.is_singular();
        if self.shift == 0.0 && has_constants {
            let (stride, weights) = (self.stride(), &self.matrix.weights);
            let constants = self.values.iter().step_by(stride).zip(weights);
            let sum = constants.map(|(value, weight)| weight * value).sum::<f64>();
            let mean = sum / weights.iter().sum::<f64>();
            self.values.iter_mut().step_by(stride).for_each(|value| *value -= mean);
        }
    }
}

impl PeriodicCorrection {
    /// Computes the `last` line, and adds the response to it to the `inner` lines.
    fn apply(&self, inner: &mut [f64], last: &mut [f64], stride: usize) {
        let end = inner.len() - stride;
        for k in 0..stride {
            last[k] = (last[k] + inner[k] + inner[end + k]) * self.reciprocal[k];
        }
        for (line, response) in inner.chunks_exact_mut(stride).zip(self.response.chunks(stride)) {
            for k in 0..stride {
                line[k] += response[k] * last[k];
            }
        }
    }
}

/// Sets reciprocal pivots to zero where the system is singular, which fixes the last unknown at zero.
fn pin_singular(last: &mut [f64], diagonal: &[f64]) {
    let singular = last.iter_mut().zip(diagonal).filter(|(_, diagonal)| **diagonal == 0.0);
    singular.for_each(|(reciprocal, _)| *reciprocal = 0.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ENDS: [Ends; 6] = [
        Ends::Periodic,
        Ends::NeumannCells,
        Ends::DirichletCells,
        Ends::DirichletFaces,
        Ends::MixedFaces,
        Ends::MixedCells,
    ];
    /// The conditions that the wall of a pipe may have.
    const WALLS: [Ends; 3] = [Ends::NeumannCells, Ends::DirichletCells, Ends::DirichletFaces];

    /// The ghost values beyond both ends of a line.
    fn ghosts(line: &[f64], ends: Ends) -> [f64; 2] {
        let n = line.len();
        match ends {
            Ends::Periodic => [line[n - 1], line[0]],
            Ends::NeumannCells => [line[0], line[n - 1]],
            Ends::DirichletCells => [-line[0], -line[n - 1]],
            Ends::DirichletFaces => [0.0, 0.0],
            Ends::MixedFaces => [0.0, line[n - 2]],
            Ends::MixedCells => [-line[0], line[n - 1]],
        }
    }

    /// −δ² along a line.
    fn negative_second_difference(line: &[f64], ends: Ends, spacing: f64) -> Vec<f64> {
        let [low, high] = ghosts(line, ends);
        let whole = [&[low], line, &[high]].concat();
        whole.windows(3).map(|w| (2.0 * w[1] - w[0] - w[2]) / spacing.powi(2)).collect()
    }

    /// −(1/r) δ(r δφ) in cells, and −δ((1/r) δ(r φ)) on faces, from the axis to a wall with `ends`.
    fn negative_radial_difference(line: &[f64], ends: Ends, spacing: f64) -> Vec<f64> {
        let whole = [&[0.0], line, &[ghosts(line, ends)[1]]].concat();
        let radius = |k: usize, offset: f64| spacing * (k as f64 + offset);
        let at = |(k, w): (usize, &[f64])| {
            let slopes = [(w[1] - w[0]) / spacing, (w[2] - w[1]) / spacing];
            if ends != Ends::DirichletFaces {
                let [low, high] = [radius(k, 0.0), radius(k, 1.0)];
                return (low * slopes[0] - high * slopes[1]) / spacing / radius(k, 0.5);
            }
            let r = |offset: f64| radius(k + 1, offset);
            let curl = |at: f64, [low, high]: [f64; 2]| {
                (r(at + 0.5) * high - r(at - 0.5) * low) / spacing / r(at)
            };
            (curl(-0.5, [w[0], w[1]]) - curl(0.5, [w[1], w[2]])) / spacing
        };
        whole.windows(3).enumerate().map(at).collect()
    }

    /// (σ − ∇²) φ; `along_y` is the second difference along y, straight or radial.
    fn apply(
        phi: &[Vec<f64>],
        [ends_x, ends_y]: [Ends; 2],
        spacing: [f64; 2],
        shift: f64,
        along_y: fn(&[f64], Ends, f64) -> Vec<f64>,
    ) -> Vec<Vec<f64>> {
        let columns = (0..phi[0].len()).map(|j| phi.iter().map(|line| line[j]).collect::<Vec<_>>());
        let along_x: Vec<_> =
            columns.map(|c| negative_second_difference(&c, ends_x, spacing[0])).collect();
        let of_line = |(i, line): (usize, &Vec<f64>)| {
            let along_y = along_y(line, ends_y, spacing[1]);
            (0..line.len()).map(|j| shift * line[j] + along_x[j][i] + along_y[j]).collect()
        };
        phi.iter().enumerate().map(of_line).collect()
    }

    /// Solves for a random right-hand side; returns the largest residual over the largest entry of the
    /// operator times the largest value of the solution.
    fn residual(
        mut solver: Helmholtz,
        (cells, ends, shift, seed): ([usize; 2], [Ends; 2], f64, u64),
        volume: fn(usize) -> f64,
        along_y: fn(&[f64], Ends, f64) -> Vec<f64>,
    ) -> f64 {
        solver.set_shift(shift);
        let [lines, unknowns] = [0, 1].map(|axis| ends[axis].unknowns(cells[axis]));
        let mut rng = data::rng(seed, 0);
        let mut random = || rand::RngExt::random::<f64>(&mut rng) - 0.5;
        let mut rhs: Vec<Vec<f64>> =
            (0..lines).map(|_| (0..unknowns).map(|_| random()).collect()).collect();
        let is_singular = |ends| matches!(ends, Ends::Periodic | Ends::NeumannCells);
        if shift == 0.0 && ends.into_iter().all(is_singular) {
            let volumes: f64 = (0..unknowns).map(volume).sum();
            let sum: f64 = rhs
                .iter()
                .flat_map(|line| line.iter().enumerate())
                .map(|(j, f)| volume(j) * f)
                .sum();
            rhs.iter_mut().flatten().for_each(|value| *value -= sum / volumes / lines as f64);
        }
        solver.solve(|i, line| line.copy_from_slice(&rhs[i]));
        let phi: Vec<_> = (0..solver.lines()).map(|i| solver.line(i).to_vec()).collect();
        assert_eq!(phi.len(), lines);
        let size = phi.iter().flatten().fold(0.0_f64, |m, x| m.max(x.abs()));
        let largest = shift + SPACING.map(|h| 4.0 / h.powi(2)).iter().sum::<f64>();
        let found = apply(&phi, ends, SPACING, shift, along_y);
        let residuals =
            found.iter().flatten().zip(rhs.iter().flatten()).map(|(a, b)| (a - b).abs());
        residuals.fold(0.0, f64::max) / (largest * size)
    }

    const SPACING: [f64; 2] = [0.1, 0.07];

    proptest! {
        #[test]
        fn solves_with_all_ends_on_grids_of_any_shape(
            (nx, ny) in (4usize..20, 4usize..40),
            kinds in (0usize..6, 0usize..6),
            shift in prop_oneof![Just(0.0), 0.1..1e4],
            seed in 0u64..1000,
        ) {
            let ends = [ENDS[kinds.0], ENDS[kinds.1]];
            let solver = Helmholtz::new([nx, ny], SPACING, ends);
            let of = ([nx, ny], ends, shift, seed);
            let residual = residual(solver, of, |_| 1.0, negative_second_difference);
            // Round-off of some hundred sums.
            prop_assert!(residual < 1e-13, "{ends:?}: {residual}");
        }

        #[test]
        fn solves_in_pipes(
            (nx, ny) in (4usize..40, 4usize..20),
            kinds in (0usize..6, 0usize..3),
            shift in prop_oneof![Just(0.0), 0.1..1e4],
            seed in 0u64..1000,
        ) {
            let ends = [ENDS[kinds.0], WALLS[kinds.1]];
            let solver = Helmholtz::pipe([nx, ny], SPACING, ends);
            let of = ([nx, ny], ends, shift, seed);
            let residual = residual(solver, of, |j| j as f64 + 0.5, negative_radial_difference);
            prop_assert!(residual < 1e-13, "{ends:?}: {residual}");
        }
    }

    #[test]
    fn sources_are_added_to_the_last_right_hand_side() {
        let ends = [Ends::NeumannCells, Ends::NeumannCells];
        let f = |i: usize, j: usize| ((7 * i + 3 * j) % 5) as f64 - 2.0;
        let source = |i: usize, j: usize| if (i, j) == (6, 2) { 1.5 } else { 0.0 };
        let fill = |i: usize, line: &mut [f64]| {
            line.iter_mut().enumerate().for_each(|(j, value)| *value = f(i, j));
        };
        let add = |i: usize, line: &mut [f64]| {
            line.iter_mut().enumerate().for_each(|(j, value)| *value += source(i, j));
        };
        let mut whole = Helmholtz::new([12, 10], SPACING, ends);
        let mut parted = Helmholtz::new([12, 10], SPACING, ends);
        let distance = |a: &[f64], b: &[f64]| {
            a.iter().zip(b).fold(0.0_f64, |most, (a, b)| most.max((a - b).abs()))
        };
        whole.solve(fill);
        parted.solve_partly(5..8, fill);
        assert!((5..8).all(|i| whole.line(i) == parted.line(i)));
        parted.add_sources(5..8, add);
        whole.solve(|i, line| {
            fill(i, line);
            add(i, line);
        });
        // Values of order 1 and the round-off of some hundred sums.
        assert!((0..12).all(|i| distance(whole.line(i), parted.line(i)) < 1e-13));
    }

    #[test]
    fn a_singular_problem_has_a_solution_of_zero_mean() {
        for ends in [Ends::Periodic, Ends::NeumannCells] {
            let mut solver = Helmholtz::new([8, 6], [1.0, 1.0], [ends, ends]);
            solver.solve(|i, line| line.fill(if i == 0 { 7.0 } else { -1.0 }));
            let sum: f64 = (0..8).flat_map(|i| solver.line(i).to_vec()).sum();
            assert!(sum.abs() < 1e-12, "48 values of order 10 sum to {sum}");
        }
    }
}
