//! Conservative averages on coarser cells, and linear interpolation onto finer ones.

use crate::{Axis, Grid, State};
use ndarray::{ArrayView4, s};

/// Averages blocks of cells, weighted by their volumes: the integral over every coarse cell is conserved.
///
/// `grid` is the fine grid, and the result is on [`Grid::coarsened`].
/// Shapes: `[channel, f·x, g·y, h·z]` → `[channel, x, y, z]`. Panics unless the blocks fit.
pub fn restrict(fine: ArrayView4<'_, f64>, grid: &Grid, cells: [usize; 3]) -> State {
    let (channels, nx, ny, nz) = fine.dim();
    assert_eq!([nx, ny, nz], grid.cells(), "the state lives on the grid");
    let [bx, by, bz] = [nx / cells[0], ny / cells[1], nz / cells[2]];
    assert_eq!([bx * cells[0], by * cells[1], bz * cells[2]], [nx, ny, nz], "blocks fit");
    let block = |i: usize, j: usize, k: usize| {
        s![i * bx..(i + 1) * bx, j * by..(j + 1) * by, k * bz..(k + 1) * bz]
    };
    let count = (bx * by * bz) as f64;
    let volumes = grid.relative_volumes();
    State::from_shape_fn((channels, cells[0], cells[1], cells[2]), |(c, i, j, k)| {
        let values = fine.index_axis(ndarray::Axis(0), c);
        let values = values.slice(block(i, j, k));
        match &volumes {
            None => values.sum() / count,
            Some(volumes) => {
                let volumes = volumes.slice(block(i, j, k));
                (&values * &volumes).sum() / volumes.sum()
            }
        }
    })
}

/// Fills finer cells by linear interpolation between coarse centres, linear extrapolation at the
/// ends, second order; corrected so that restricting it gives the coarse state back to round-off.
///
/// `grid` is the fine grid; the coarse state is on [`Grid::coarsened`].
/// Shapes: `[channel, x, y, z]` → `[channel, f·x, g·y, h·z]`. Panics unless the blocks fit.
pub fn prolongate(coarse: ArrayView4<'_, f64>, grid: &Grid) -> State {
    let (from, cells) = (coarse.dim(), grid.cells());
    let number = [from.1, from.2, from.3];
    let [x, y, z] = [0, 1, 2].map(|axis| stencils(&grid.axes[axis], number[axis]));
    let mut fine = State::from_shape_fn((from.0, cells[0], cells[1], cells[2]), |(c, i, j, k)| {
        let mut sum = 0.0;
        for (a, wa) in x[i].terms() {
            for (b, wb) in y[j].terms() {
                for (d, wd) in z[k].terms() {
                    sum += wa * wb * wd * coarse[[c, a, b, d]];
                }
            }
        }
        sum
    });
    let defect = &coarse - &restrict(fine.view(), grid, number);
    let [bx, by, bz] = [cells[0] / from.1, cells[1] / from.2, cells[2] / from.3];
    fine.indexed_iter_mut()
        .for_each(|((c, i, j, k), value)| *value += defect[[c, i / bx, j / by, k / bz]]);
    fine
}

/// Two neighbouring coarse cells and the weight of the second.
#[derive(Debug)]
struct Stencil {
    left: usize,
    right: usize,
    weight: f64,
}

/// The stencil of every cell of `fine` among `from` coarse cells.
fn stencils(fine: &Axis, from: usize) -> Vec<Stencil> {
    let to = fine.cells();
    if fine.is_uniform() {
        return (0..to).map(|i| Stencil::uniform(i, from, to)).collect();
    }
    let coarse = fine.coarsened(from).centres();
    fine.centres().into_iter().map(|centre| Stencil::stretched(centre, &coarse)).collect()
}

impl Stencil {
    /// Of fine cell `i` of `to`, on a uniform axis.
    fn uniform(i: usize, from: usize, to: usize) -> Self {
        let position = (i as f64 + 0.5) * from as f64 / to as f64 - 0.5;
        let left = (position.floor().max(0.0) as usize).min(from.saturating_sub(2));
        let right = (left + 1).min(from - 1);
        Self { left, right, weight: if right > left { position - left as f64 } else { 0.0 } }
    }

    /// Of a fine cell with this centre among the centres of coarse cells.
    fn stretched(centre: f64, coarse: &[f64]) -> Self {
        let below = coarse.partition_point(|coarse| *coarse <= centre);
        let left = below.saturating_sub(1).min(coarse.len().saturating_sub(2));
        let right = (left + 1).min(coarse.len() - 1);
        let distance = coarse[right] - coarse[left];
        Self {
            left,
            right,
            weight: if right > left { (centre - coarse[left]) / distance } else { 0.0 },
        }
    }

    fn terms(&self) -> [(usize, f64); 2] {
        [(self.left, 1.0 - self.weight), (self.right, self.weight)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Boundary;
    use proptest::prelude::*;

    fn uniform(cells: usize) -> Axis {
        Axis::uniform(cells, 0.0, 1.0, [Boundary::Open; 2])
    }

    /// Edges at x + x²/2 − ½ of equally spaced x: the widest cell is nearly twice as wide as the narrowest.
    fn stretched(cells: usize) -> Axis {
        let edge = |i: usize| {
            let x = i as f64 / cells as f64;
            x + 0.5 * x * x - 0.5
        };
        Axis { edges: (0..=cells).map(edge).collect(), boundaries: [Boundary::REST; 2] }
    }

    fn grids(cells: usize) -> [Grid; 2] {
        [
            Grid::plane(uniform(cells), uniform(cells)),
            Grid { axes: [stretched(cells), uniform(cells), stretched(cells)] },
        ]
    }

    fn largest(state: &State) -> f64 {
        state.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()))
    }

    proptest! {
        #[test]
        fn restricting_a_prolongated_state_gives_it_back(values in prop::collection::vec(-1.0..1.0, 2 * 4 * 3), factor in 1usize..5) {
            let coarse = State::from_shape_vec((2, 4, 3, 1), values).expect("the shape fits");
            for x in [uniform(4 * factor), stretched(4 * factor)] {
                let grid = Grid::plane(x, uniform(3 * factor));
                let back = restrict(prolongate(coarse.view(), &grid).view(), &grid, [4, 3, 1]);
                prop_assert!(largest(&(&coarse - &back)) < 1e-14); // a few roundings of numbers below 1
            }
        }
    }

    /// The average of a linear function over a cell is its value at the centre.
    #[test]
    fn linear_fields_are_exact_both_ways() {
        let linear = |grid: &Grid| {
            let [x, y, z] = grid.axes.each_ref().map(Axis::centres);
            let shape = grid.cells();
            State::from_shape_fn((1, shape[0], shape[1], shape[2]), |(_, i, j, k)| {
                2.0 * x[i] - 3.0 * y[j] + z[k]
            })
        };
        for grid in grids(24) {
            let cells = grid.cells().map(|cells| cells.div_ceil(3));
            let (coarse, fine) = (linear(&grid.coarsened(cells)), linear(&grid));
            assert!(largest(&(prolongate(coarse.view(), &grid) - &fine)) < 1e-14);
            assert!(largest(&(restrict(fine.view(), &grid, cells) - &coarse)) < 1e-14);
        }
    }

    #[test]
    fn restriction_conserves_the_integral() {
        for grid in grids(12) {
            let cells = grid.cells();
            let state = State::from_shape_fn((1, cells[0], cells[1], cells[2]), |(_, i, j, k)| {
                ((3 * i + 5 * j + 7 * k) as f64).sin()
            });
            let integral = |state: &State, grid: &Grid| {
                let [x, y, z] = grid.axes.each_ref().map(Axis::widths);
                state
                    .indexed_iter()
                    .map(|((_, i, j, k), value)| value * x[i] * y[j] * z[k])
                    .sum::<f64>()
            };
            let coarse = cells.map(|cells| cells.div_ceil(4));
            let error = integral(&restrict(state.view(), &grid, coarse), &grid.coarsened(coarse))
                - integral(&state, &grid);
            assert!(error.abs() < 1e-14); // the domain has volume 1, and values are at most 1
        }
    }
}
