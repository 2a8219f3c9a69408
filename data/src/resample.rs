//! From fine cells to coarse ones and back.

use crate::State;
use ndarray::ArrayView4;

/// Averages blocks of cells: what every coarse cell holds is conserved.
///
/// Shapes: `[channel, f·x, g·y, h·z]` → `[channel, x, y, z]`. Panics unless the blocks fit.
pub fn restrict(fine: ArrayView4<'_, f64>, cells: [usize; 3]) -> State {
    let (channels, nx, ny, nz) = fine.dim();
    let [bx, by, bz] = [nx / cells[0], ny / cells[1], nz / cells[2]];
    assert_eq!([bx * cells[0], by * cells[1], bz * cells[2]], [nx, ny, nz], "blocks fit");
    let volume = (bx * by * bz) as f64;
    State::from_shape_fn((channels, cells[0], cells[1], cells[2]), |(c, i, j, k)| {
        let block =
            ndarray::s![c, i * bx..(i + 1) * bx, j * by..(j + 1) * by, k * bz..(k + 1) * bz];
        fine.slice(block).sum() / volume
    })
}

/// Fills finer cells by linear interpolation between coarse centres, linear extrapolation at the
/// ends, second order; corrected so that restricting it gives the coarse state back to round-off.
///
/// Shapes: `[channel, x, y, z]` → `[channel, f·x, g·y, h·z]`. Panics unless the blocks fit.
pub fn prolongate(coarse: ArrayView4<'_, f64>, cells: [usize; 3]) -> State {
    let from = coarse.dim();
    let axes = [from.1, from.2, from.3].into_iter().zip(cells);
    let [x, y, z]: [Vec<Stencil>; 3] = axes
        .map(|(from, to)| (0..to).map(|i| Stencil::new(i, from, to)).collect())
        .collect::<Vec<_>>()
        .try_into()
        .expect("there are three axes");
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
    let defect = &coarse - &restrict(fine.view(), [from.1, from.2, from.3]);
    let [bx, by, bz] = [cells[0] / from.1, cells[1] / from.2, cells[2] / from.3];
    fine.indexed_iter_mut()
        .for_each(|((c, i, j, k), value)| *value += defect[[c, i / bx, j / by, k / bz]]);
    fine
}

/// Two neighbours and the weight of the second.
#[derive(Debug)]
struct Stencil {
    left: usize,
    right: usize,
    weight: f64,
}

impl Stencil {
    /// Where fine centre `i` of `to` lies among `from` coarse centres.
    fn new(i: usize, from: usize, to: usize) -> Self {
        let position = (i as f64 + 0.5) * from as f64 / to as f64 - 0.5;
        let left = (position.floor().max(0.0) as usize).min(from.saturating_sub(2));
        let right = (left + 1).min(from - 1);
        Self { left, right, weight: if right > left { position - left as f64 } else { 0.0 } }
    }

    fn terms(&self) -> [(usize, f64); 2] {
        [(self.left, 1.0 - self.weight), (self.right, self.weight)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn restricting_a_prolongated_state_gives_it_back(values in prop::collection::vec(-1.0..1.0, 2 * 4 * 3), factor in 1usize..5) {
            let coarse = State::from_shape_vec((2, 4, 3, 1), values).expect("the shape fits");
            let back = restrict(prolongate(coarse.view(), [4 * factor, 3 * factor, 1]).view(), [4, 3, 1]);
            for (a, b) in coarse.iter().zip(&back) {
                prop_assert!((a - b).abs() < 1e-14); // a few roundings of numbers below 1
            }
        }
    }

    #[test]
    fn linear_fields_are_exact_both_ways() {
        let linear = |n: usize| {
            State::from_shape_fn((1, n, n, 1), |(_, i, j, _)| {
                (2.0 * (i as f64 + 0.5) - 3.0 * (j as f64 + 0.5)) / n as f64
            })
        };
        let (coarse, fine) = (linear(8), linear(24));
        let error = |a: &State, b: &State| (a - b).iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        assert!(error(&prolongate(coarse.view(), [24, 24, 1]), &fine) < 1e-14);
        assert!(error(&restrict(fine.view(), [8, 8, 1]), &coarse) < 1e-14);
    }
}
