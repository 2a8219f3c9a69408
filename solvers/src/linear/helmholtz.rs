//! The fast direct solver.

use super::transform::{Ends, Transform, Workspace};
use super::transpose::Turn;
use super::tridiagonal::Chain;
use crate::staggered::PARALLEL;
use rayon::prelude::*;
use std::ops::Range;

/// Lines that one thread transforms with one workspace. A constant, so that the partition does
/// not depend on the number of threads.
const BLOCK: usize = 16;

/// Solves (σ − ∇²) φ = f for the five-point Laplacian on a uniform grid, to round-off.
///
/// A transform along y diagonalizes that direction; what remains is a tridiagonal system along x
/// for every wavenumber, all solved at once because wavenumbers are contiguous:
///
/// ```text
/// (2 + dx² σ + 4 dx²/dy² sin²(θ/2)) φ̂ᵢ − φ̂ᵢ₋₁ − φ̂ᵢ₊₁ = dx² f̂ᵢ
/// ```
///
/// In a pipe the axes change roles: the transform is along x, the tridiagonal systems along r.
/// Costs O(n² log n). Where the problem is singular (σ = 0 without Dirichlet ends) the mean of f is
/// ignored and the mean of φ is zero.
///
/// Source: Buzbee, Golub & Nielson (1970), SIAM J. Numer. Anal. 7, 627; Swarztrauber (1977),
/// SIAM Review 19, 490.
pub(crate) struct Helmholtz {
    /// Across the lines.
    chain: Chain,
    /// Spacing along the chain and along the transform.
    spacing: [f64; 2],
    transform: Transform,
    shift: f64,
    /// dx² σ + 4 dx²/dy² sin²(θ/2), one a slot.
    diagonal: Vec<f64>,
    /// Reciprocal pivots `[line, slot]`.
    pivots: Vec<f64>,
    /// The last unknown of a periodic axis, eliminated first.
    closure: Option<Closure>,
    /// f, then f̂, then φ̂, then φ: `[line, slot]`.
    values: Vec<f64>,
    workspaces: Vec<Workspace>,
    /// f̂ between [`Helmholtz::solve_partly`] and [`Helmholtz::add_sources`], which alone need it.
    spectrum: Vec<f64>,
    /// Where x and y are swapped: right-hand side, then φ, as the caller sees them.
    turn: Option<Turn>,
}

/// What closes a periodic chain: with φ̂ on the last line known, the rest is an open chain.
struct Closure {
    /// Answer of the open chain to 1 on the last line, `[line, slot]`.
    response: Vec<f64>,
    /// 1 / (diagonal of the last line, less what comes back), 0 where that is singular.
    reciprocal: Vec<f64>,
}

impl Helmholtz {
    /// For plane `cells` of size `spacing` with `ends` along x and y, and σ = 0.
    pub(crate) fn new(cells: [usize; 2], spacing: [f64; 2], ends: [Ends; 2]) -> Self {
        let chain = Chain::straight(ends[0], cells[0]);
        Self::with(chain, Transform::new(ends[1], cells[1]), spacing)
    }

    /// The same where y is the radius of a pipe, from its axis to its wall.
    pub(crate) fn pipe(cells: [usize; 2], spacing: [f64; 2], ends: [Ends; 2]) -> Self {
        let chain = Chain::radial(ends[1], cells[1]);
        let transform = Transform::new(ends[0], cells[0]);
        let turn = Turn::new(transform.unknowns(), chain.len());
        let turned = Self::with(chain, transform, [spacing[1], spacing[0]]);
        Self { turn: Some(turn), ..turned }
    }

    fn with(chain: Chain, transform: Transform, spacing: [f64; 2]) -> Self {
        let (lines, slots) = (chain.len(), transform.slots());
        let stride = slots.max(transform.unknowns());
        let workspaces = (0..lines.div_ceil(BLOCK)).map(|_| transform.workspace()).collect();
        let closure = (chain.ends == Ends::Periodic).then(|| Closure {
            response: vec![0.0; (lines - 1) * stride],
            reciprocal: vec![0.0; stride],
        });
        let mut solver = Self {
            chain,
            spacing,
            transform,
            shift: 0.0,
            diagonal: vec![0.0; stride],
            pivots: vec![0.0; lines * stride],
            closure,
            values: vec![0.0; lines * stride],
            workspaces,
            spectrum: Vec::new(),
            turn: None,
        };
        solver.factor();
        solver
    }

    /// Sets σ; costs about a third of a solve, and nothing if it has not changed.
    pub(crate) fn set_shift(&mut self, shift: f64) {
        if shift != self.shift {
            self.shift = shift;
            self.factor();
        }
    }

    /// The solution's unknowns on line `i`, from 0, after [`Helmholtz::solve`].
    pub(crate) fn line(&self, i: usize) -> &[f64] {
        let own = |i: usize| &self.values[i * self.stride()..][..self.transform.unknowns()];
        self.turn.as_ref().map_or_else(|| own(i), |turn| turn.line(i))
    }

    /// Lines of unknowns.
    pub(crate) fn lines(&self) -> usize {
        self.turn.as_ref().map_or(self.chain.len(), Turn::lines)
    }

    /// Solves for the right-hand side whose line `i` is written by `fill(i, line)`.
    pub(crate) fn solve(&mut self, fill: impl Fn(usize, &mut [f64]) + Sync) {
        let Some(mut turn) = self.turn.take() else { return self.solve_lines(fill) };
        turn.fill(fill);
        self.solve_lines(|j, line| turn.column(j, line));
        let (values, stride) = (&self.values, self.stride());
        turn.fill(|i, line| {
            let column = values[i..].iter().step_by(stride);
            line.iter_mut().zip(column).for_each(|(to, from)| *to = *from);
        });
        self.turn = Some(turn);
    }

    fn solve_lines(&mut self, fill: impl Fn(usize, &mut [f64]) + Sync) {
        self.forward(0..self.chain.len(), fill);
        self.sweep();
        self.inverse(0..self.chain.len());
    }

    /// Solves like [`Helmholtz::solve`] in a plane, and yields the solution on `lines` alone, which is
    /// cheaper; [`Helmholtz::add_sources`] must follow.
    pub(crate) fn solve_partly(
        &mut self,
        lines: Range<usize>,
        fill: impl Fn(usize, &mut [f64]) + Sync,
    ) {
        self.forward(0..self.chain.len(), fill);
        self.spectrum.resize(self.values.len(), 0.0);
        self.spectrum.copy_from_slice(&self.values);
        self.sweep();
        self.inverse(lines);
    }

    /// Solves for the right-hand side of the last [`Helmholtz::solve_partly`] and what
    /// `add(i, line)` adds to it on `lines`, that being all that is transformed anew.
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
        self.sweep();
        self.inverse(0..self.chain.len());
    }

    /// f̂ of `lines` from f, whose line `i` is written by `fill(i, line)`.
    fn forward(&mut self, lines: Range<usize>, fill: impl Fn(usize, &mut [f64]) + Sync) {
        let unknowns = self.transform.unknowns();
        self.each_line(lines, |chain, transform, i, line, work| {
            fill(i, &mut line[..unknowns]);
            if chain.weights[i] != 1.0 {
                line[..unknowns].iter_mut().for_each(|f| *f *= chain.weights[i]);
            }
            transform.forward(line, work);
        });
    }

    /// φ of `lines` from φ̂.
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
        run: impl Fn(&Chain, &Transform, usize, &mut [f64], &mut Workspace) + Sync,
    ) {
        let (stride, chain, transform) = (self.stride(), &self.chain, &self.transform);
        let is_parallel = self.values.len() >= PARALLEL;
        let first = lines.start;
        let values = &mut self.values[lines.start * stride..lines.end * stride];
        let block = |(b, (lines, work)): (usize, (&mut [f64], &mut Workspace))| {
            for (i, line) in lines.chunks_exact_mut(stride).enumerate() {
                run(chain, transform, first + b * BLOCK + i, line, work);
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

    /// Lines of the open chain: all, or all but the last of a periodic axis.
    fn open_lines(&self) -> usize {
        self.chain.len() - usize::from(self.closure.is_some())
    }

    fn factor(&mut self) {
        let [dx, dy] = self.spacing;
        for (slot, diagonal) in self.diagonal.iter_mut().enumerate() {
            let sine = (0.5 * self.transform.angle(slot)).sin();
            *diagonal = dx * dx * (self.shift + (2.0 * sine / dy).powi(2));
        }
        let (stride, open) = (self.stride(), self.open_lines());
        self.chain.factor(open, &self.diagonal, &mut self.pivots);
        if self.chain.ends == Ends::NeumannCells {
            let last = &mut self.pivots[(open - 1) * stride..];
            pin_singular(last, &self.diagonal);
        }
        self.factor_closure();
    }

    fn factor_closure(&mut self) {
        let (stride, open) = (self.stride(), self.open_lines());
        let Some(closure) = &mut self.closure else { return };
        closure.response.fill(0.0);
        closure.response[..stride].fill(1.0);
        closure.response[(open - 1) * stride..].iter_mut().for_each(|x| *x += 1.0);
        self.chain.sweep(&mut closure.response, &self.pivots, stride);
        for slot in 0..stride {
            let back = closure.response[slot] + closure.response[(open - 1) * stride + slot];
            closure.reciprocal[slot] = 1.0 / (2.0 + self.diagonal[slot] - back);
        }
        pin_singular(&mut closure.reciprocal, &self.diagonal);
    }

    /// Solves the tridiagonal systems in place.
    fn sweep(&mut self) {
        let (stride, open) = (self.stride(), self.open_lines());
        let (chain, last) = self.values.split_at_mut(open * stride);
        self.chain.sweep(chain, &self.pivots, stride);
        if let Some(closure) = &self.closure {
            closure.close(chain, last, stride);
        }
        self.remove_mean();
    }

    /// A pinned problem is solved up to a constant, which is taken away.
    fn remove_mean(&mut self) {
        let has_constants = self.transform.angle(0) == 0.0 && self.chain.is_free();
        if self.shift == 0.0 && has_constants {
            let (stride, weights) = (self.stride(), &self.chain.weights);
            let constants = self.values.iter().step_by(stride).zip(weights);
            let sum = constants.map(|(value, weight)| weight * value).sum::<f64>();
            let mean = sum / weights.iter().sum::<f64>();
            self.values.iter_mut().step_by(stride).for_each(|value| *value -= mean);
        }
    }
}

impl Closure {
    fn close(&self, chain: &mut [f64], last: &mut [f64], stride: usize) {
        let end = chain.len() - stride;
        for slot in 0..stride {
            last[slot] = (last[slot] + chain[slot] + chain[end + slot]) * self.reciprocal[slot];
        }
        for (line, response) in chain.chunks_exact_mut(stride).zip(self.response.chunks(stride)) {
            for slot in 0..stride {
                line[slot] += response[slot] * last[slot];
            }
        }
    }
}

/// Where the diagonal vanishes the chain is singular: its last unknown is set to zero.
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
        Ends::EntryFaces,
        Ends::EntryCells,
    ];
    /// What can hold at the wall of a pipe.
    const WALLS: [Ends; 3] = [Ends::NeumannCells, Ends::DirichletCells, Ends::DirichletFaces];

    /// What lies beyond both ends of a line.
    fn beyond(line: &[f64], ends: Ends) -> [f64; 2] {
        let n = line.len();
        match ends {
            Ends::Periodic => [line[n - 1], line[0]],
            Ends::NeumannCells => [line[0], line[n - 1]],
            Ends::DirichletCells => [-line[0], -line[n - 1]],
            Ends::DirichletFaces => [0.0, 0.0],
            Ends::EntryFaces => [0.0, line[n - 2]],
            Ends::EntryCells => [-line[0], line[n - 1]],
        }
    }

    /// −δ² along a line with its ends.
    fn negative_second_difference(line: &[f64], ends: Ends, spacing: f64) -> Vec<f64> {
        let [low, high] = beyond(line, ends);
        let whole = [&[low], line, &[high]].concat();
        whole.windows(3).map(|w| (2.0 * w[1] - w[0] - w[2]) / spacing.powi(2)).collect()
    }

    /// −(1/r) δ(r δφ) in cells, and −δ((1/r) δ(r φ)) on faces, from the axis to a wall with `ends`.
    fn negative_radial_difference(line: &[f64], ends: Ends, spacing: f64) -> Vec<f64> {
        let whole = [&[0.0], line, &[beyond(line, ends)[1]]].concat();
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

    /// (σ − ∇²) φ, where the second difference along y may be that of a radius.
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

    /// Solves for a random right-hand side; the largest residual over the rounding of the operator's
    /// largest entry times the solution.
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
        let is_free = |ends| matches!(ends, Ends::Periodic | Ends::NeumannCells);
        if shift == 0.0 && ends.into_iter().all(is_free) {
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
            // Some hundred sums.
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
    fn sources_are_added_to_what_was_solved() {
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
        // Values of order 1, some hundred sums.
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
