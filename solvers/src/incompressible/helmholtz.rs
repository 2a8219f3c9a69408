//! The fast direct solver.

use super::plane::PARALLEL;
use super::transform::{Ends, Transform, Workspace};
use rayon::prelude::*;

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
/// Costs O(n² log n). Where the problem is singular (σ = 0 without Dirichlet ends) the mean of f is
/// ignored and the mean of φ is zero.
///
/// Source: Buzbee, Golub & Nielson (1970), SIAM J. Numer. Anal. 7, 627; Swarztrauber (1977),
/// SIAM Review 19, 490.
pub(crate) struct Helmholtz {
    x: Ends,
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
}

/// What closes a periodic chain: with φ̂ on the last line known, the rest is an open chain.
struct Closure {
    /// Answer of the open chain to 1 on the last line, `[line, slot]`.
    response: Vec<f64>,
    /// 1 / (diagonal of the last line, less what comes back), 0 where that is singular.
    reciprocal: Vec<f64>,
}

impl Helmholtz {
    /// For `cells` of size `spacing` with `ends` along x and y, and σ = 0.
    pub(crate) fn new(cells: [usize; 2], spacing: [f64; 2], ends: [Ends; 2]) -> Self {
        let transform = Transform::new(ends[1], cells[1]);
        let (lines, slots) = (ends[0].unknowns(cells[0]), transform.slots());
        let stride = slots.max(transform.unknowns());
        let workspaces = (0..lines.div_ceil(BLOCK)).map(|_| transform.workspace()).collect();
        let closure = (ends[0] == Ends::Periodic).then(|| Closure {
            response: vec![0.0; (lines - 1) * stride],
            reciprocal: vec![0.0; stride],
        });
        let mut solver = Self {
            x: ends[0],
            spacing,
            transform,
            shift: 0.0,
            diagonal: vec![0.0; stride],
            pivots: vec![0.0; lines * stride],
            closure,
            values: vec![0.0; lines * stride],
            workspaces,
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
        &self.values[i * self.stride()..][..self.transform.unknowns()]
    }

    /// Solves for the right-hand side whose line `i` is written by `fill(i, line)`.
    pub(crate) fn solve(&mut self, fill: impl Fn(usize, &mut [f64]) + Sync) {
        let unknowns = self.transform.unknowns();
        self.each_line(|transform, i, line, work| {
            fill(i, &mut line[..unknowns]);
            transform.forward(line, work);
        });
        self.sweep();
        let scale = self.spacing[0].powi(2) / self.transform.gain();
        self.each_line(|transform, _, line, work| transform.inverse(line, scale, work));
    }

    fn stride(&self) -> usize {
        self.diagonal.len()
    }

    /// Lines of unknowns.
    pub(crate) fn lines(&self) -> usize {
        self.values.len() / self.stride()
    }

    fn each_line(&mut self, run: impl Fn(&Transform, usize, &mut [f64], &mut Workspace) + Sync) {
        let (stride, transform) = (self.stride(), &self.transform);
        let is_parallel = self.values.len() >= PARALLEL;
        let block = |(b, (lines, work)): (usize, (&mut [f64], &mut Workspace))| {
            for (i, line) in lines.chunks_exact_mut(stride).enumerate() {
                run(transform, b * BLOCK + i, line, work);
            }
        };
        if is_parallel {
            let blocks = self.values.par_chunks_mut(BLOCK * stride);
            blocks.zip(self.workspaces.par_iter_mut()).enumerate().for_each(block);
        } else {
            let blocks = self.values.chunks_mut(BLOCK * stride);
            blocks.zip(&mut self.workspaces).enumerate().for_each(block);
        }
    }

    /// Lines of the open chain: all, or all but the last of a periodic axis.
    fn open_lines(&self) -> usize {
        self.lines() - usize::from(self.closure.is_some())
    }

    fn factor(&mut self) {
        let [dx, dy] = self.spacing;
        for (slot, diagonal) in self.diagonal.iter_mut().enumerate() {
            let sine = (0.5 * self.transform.angle(slot)).sin();
            *diagonal = dx * dx * (self.shift + (2.0 * sine / dy).powi(2));
        }
        let (stride, open) = (self.stride(), self.open_lines());
        for i in 0..open {
            let is_end = [i == 0, i + 1 == open];
            let (before, pivots) = self.pivots.split_at_mut(i * stride);
            for (slot, pivot) in pivots[..stride].iter_mut().enumerate() {
                let mut diagonal = self.diagonal[slot] + end_diagonal(self.x, is_end);
                if i > 0 {
                    diagonal -= before[(i - 1) * stride + slot];
                }
                *pivot = 1.0 / diagonal;
            }
        }
        if self.x == Ends::NeumannCells {
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
        sweep_open(&mut closure.response, &self.pivots, stride);
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
        sweep_open(chain, &self.pivots, stride);
        if let Some(closure) = &self.closure {
            closure.close(chain, last, stride);
        }
        self.remove_mean();
    }

    /// A pinned problem is solved up to a constant, which is taken away.
    fn remove_mean(&mut self) {
        let is_singular = self.shift == 0.0 && self.transform.angle(0) == 0.0 && self.x.is_free();
        if is_singular {
            let (stride, lines) = (self.stride(), self.lines());
            let mean = self.values.iter().step_by(stride).sum::<f64>() / lines as f64;
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

impl Ends {
    /// Whether constants are in the kernel of the second difference.
    fn is_free(self) -> bool {
        matches!(self, Self::Periodic | Self::NeumannCells)
    }
}

/// The diagonal of the scaled negative second difference along x: 2, less or more at the ends.
fn end_diagonal(ends: Ends, is_end: [bool; 2]) -> f64 {
    let at_ends = is_end.into_iter().filter(|&is_end| is_end).count() as f64;
    match ends {
        Ends::NeumannCells => 2.0 - at_ends,
        Ends::DirichletCells => 2.0 + at_ends,
        Ends::Periodic | Ends::DirichletFaces => 2.0,
        Ends::EntryFaces => 2.0 - f64::from(u8::from(is_end[1])),
        Ends::EntryCells => 2.0 + f64::from(u8::from(is_end[0])) - f64::from(u8::from(is_end[1])),
    }
}

/// Where the diagonal vanishes the chain is singular: its last unknown is set to zero.
fn pin_singular(last: &mut [f64], diagonal: &[f64]) {
    let singular = last.iter_mut().zip(diagonal).filter(|(_, diagonal)| **diagonal == 0.0);
    singular.for_each(|(reciprocal, _)| *reciprocal = 0.0);
}

/// The Thomas algorithm for off-diagonals −1, all slots of a line at once.
fn sweep_open(values: &mut [f64], pivots: &[f64], stride: usize) {
    let lines = values.len() / stride;
    let (first, _) = values.split_at_mut(stride);
    first.iter_mut().zip(&pivots[..stride]).for_each(|(x, m)| *x *= m);
    for i in 1..lines {
        let (before, line) = values[(i - 1) * stride..].split_at_mut(stride);
        let pivots = &pivots[i * stride..][..stride];
        for ((x, b), m) in line[..stride].iter_mut().zip(before).zip(pivots) {
            *x = (*x + *b) * m;
        }
    }
    for i in (0..lines - 1).rev() {
        let (line, after) = values[i * stride..].split_at_mut(stride);
        let pivots = &pivots[i * stride..][..stride];
        for ((x, a), m) in line.iter_mut().zip(&after[..stride]).zip(pivots) {
            *x += m * *a;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The first four may also end the axis that is transformed.
    const ENDS: [Ends; 6] = [
        Ends::Periodic,
        Ends::NeumannCells,
        Ends::DirichletCells,
        Ends::DirichletFaces,
        Ends::EntryFaces,
        Ends::EntryCells,
    ];

    /// −δ² along a line with its ends.
    fn negative_second_difference(line: &[f64], ends: Ends, spacing: f64) -> Vec<f64> {
        let n = line.len();
        let beyond = |end: usize, opposite: usize| match ends {
            Ends::Periodic => line[opposite],
            Ends::NeumannCells => line[end],
            Ends::DirichletCells => -line[end],
            Ends::DirichletFaces => 0.0,
            Ends::EntryFaces => {
                if end == 0 {
                    0.0
                } else {
                    line[end]
                }
            }
            Ends::EntryCells => {
                if end == 0 {
                    -line[end]
                } else {
                    line[end]
                }
            }
        };
        let at = |i: usize| {
            let low = if i == 0 { beyond(0, n - 1) } else { line[i - 1] };
            let high = if i + 1 == n { beyond(n - 1, 0) } else { line[i + 1] };
            (2.0 * line[i] - low - high) / spacing.powi(2)
        };
        (0..n).map(at).collect()
    }

    fn apply(phi: &[Vec<f64>], ends: [Ends; 2], spacing: [f64; 2], shift: f64) -> Vec<Vec<f64>> {
        let columns = (0..phi[0].len()).map(|j| phi.iter().map(|line| line[j]).collect::<Vec<_>>());
        let along_x: Vec<_> =
            columns.map(|c| negative_second_difference(&c, ends[0], spacing[0])).collect();
        let of_line = |(i, line): (usize, &Vec<f64>)| {
            let along_y = negative_second_difference(line, ends[1], spacing[1]);
            (0..line.len()).map(|j| shift * line[j] + along_x[j][i] + along_y[j]).collect()
        };
        phi.iter().enumerate().map(of_line).collect()
    }

    proptest! {
        #[test]
        fn solves_with_all_ends_on_grids_of_any_shape(
            (nx, ny) in (4usize..20, 4usize..40),
            kinds in (0usize..6, 0usize..4),
            shift in prop_oneof![Just(0.0), 0.1..1e4],
            seed in 0u64..1000,
        ) {
            let (ends, spacing) = ([ENDS[kinds.0], ENDS[kinds.1]], [0.1, 0.07]);
            let mut solver = Helmholtz::new([nx, ny], spacing, ends);
            solver.set_shift(shift);
            let (lines, unknowns) = (ends[0].unknowns(nx), ends[1].unknowns(ny));
            let mut rng = data::rng(seed, 0);
            let mut rhs: Vec<Vec<f64>> = (0..lines)
                .map(|_| (0..unknowns).map(|_| rand::RngExt::random::<f64>(&mut rng) - 0.5).collect())
                .collect();
            if shift == 0.0 && ends[0].is_free() && ends[1].is_free() {
                let mean = rhs.iter().flatten().sum::<f64>() / (lines * unknowns) as f64;
                rhs.iter_mut().flatten().for_each(|value| *value -= mean);
            }
            solver.solve(|i, line| line.copy_from_slice(&rhs[i]));
            let phi: Vec<_> = (0..lines).map(|i| solver.line(i).to_vec()).collect();
            let size = phi.iter().flatten().fold(0.0_f64, |m, x| m.max(x.abs()));
            // Rounding of the operator's largest entry times the solution, over a few hundred sums.
            let tolerance = 1e-13 * (shift + 4.0 / spacing[0].powi(2) + 4.0 / spacing[1].powi(2)) * size;
            for (found, wanted) in apply(&phi, ends, spacing, shift).iter().flatten().zip(rhs.iter().flatten()) {
                prop_assert!((found - wanted).abs() < tolerance, "{found} is not {wanted}");
            }
        }
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
