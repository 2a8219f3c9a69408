//! Maps of many cells: some of them at a time, which stay in the second-level cache on their way
//! through maps and curves.

use super::back::Backward;
use super::map::{Sizes, WeightAndBias};
use super::packed::{Packed, bend, lay_out};
use crate::kernels::activation::Curve;
use crate::kernels::scratch::with_scratch;
use crate::kernels::slices::{blocks, blocks_mut};
use crate::kernels::tile::{PANEL, apart};
use ndarray::ArrayView2;
use pulp::Arch;
use rayon::prelude::*;

/// Values that one map and its derivative take at a time, a mebibyte of them.
const AT_A_TIME: usize = 262_144;

/// Cells at a time whose products make up for adding the lanes of their sums.
const PLACES: usize = 1024;

/// Tasks of a batch, each with a sum of its own for the weights' gradients...
const TASKS: usize = 32;

/// ...and values of those sums in all, 16 mebibytes of them.
const SUMS: usize = 4_194_304;

/// `s (W_L f(… f(W₁ x + b₁) …) + b_L)`
pub(super) struct Chain<'a> {
    pub(super) maps: Vec<WeightAndBias<'a>>,
    /// Whether the first map, too, sees `f(x)`.
    pub(super) bent: bool,
    /// s
    pub(super) step: f32,
}

impl Chain<'_> {
    /// Channels before the first map and behind every one.
    pub(super) fn channels(&self) -> Vec<usize> {
        let behind = self.maps.iter().map(|map| map.weight.nrows());
        [self.maps[0].weight.ncols()].into_iter().chain(behind).collect()
    }

    /// The maps, with the step in the last.
    pub(super) fn scaled(&self) -> Vec<Packed> {
        let last = self.maps.len() - 1;
        let step = |number| if number == last { self.step } else { 1.0 };
        self.maps.iter().enumerate().map(|(number, map)| Packed::of(*map, step(number))).collect()
    }

    /// What the first map sees, in rows.
    pub(super) fn begin<C: Curve>(&self, x: ArrayView2<'_, f32>, apart: usize, rows: &mut [f32]) {
        let arch = Arch::new();
        if self.bent {
            arch.dispatch(|| lay_out(x, apart, C::value, rows));
        } else {
            arch.dispatch(|| lay_out(x, apart, |x| x, rows));
        }
    }

    /// Adds to y what the maps make of x.
    pub(super) fn forward<C: Curve>(&self, x: &[f32], sizes: &Sizes, y: &mut [f32]) {
        let (maps, channels) = (self.scaled(), self.channels());
        let (last, inner) = maps.split_last().expect("there is a map");
        let widest = channels[..maps.len()].iter().copied().max().expect("there is a map");
        // What a cell becomes does not depend on which others are computed with it.
        let parts = rayon::current_num_threads().div_ceil(sizes.batch.max(1));
        let count = together(sizes.cells, most(2 * widest).min(sizes.cells.div_ceil(parts)));
        let xs = blocks(x, [channels[0], sizes.cells], count).into_par_iter();
        xs.zip(blocks_mut(y, [last.out, sizes.cells], count)).for_each(|(x, y)| {
            let apart = apart(x.ncols().next_multiple_of(PANEL));
            with_scratch([widest * apart; 2], |[mut given, mut made]| {
                self.begin::<C>(x, apart, given);
                for map in inner {
                    map.apply(given, apart, &[], made);
                    Arch::new().dispatch(|| bend(&mut made[..map.out * apart], C::value));
                    std::mem::swap(&mut given, &mut made);
                }
                last.product(given, apart, &[], 1.0, y);
            });
        });
    }

    /// From the gradient of what [`Self::forward`] adds, writes that of x unless there is no room;
    /// returns those of all weights, each map's weight and then its bias. Sums are added in an order
    /// that does not depend on threads.
    pub(super) fn backward<C: Curve>(
        &self,
        (x, g): (&[f32], &[f32]),
        sizes: &Sizes,
        of_x: &mut [f32],
    ) -> Vec<f32> {
        let channels = self.channels();
        let (first, last) = (channels[0], channels[self.maps.len()]);
        let most = most(Backward::rows(&channels)[..4].iter().sum());
        let count = together(sizes.cells, most);
        // Samples of few cells are taken together.
        let samples = if count < sizes.cells { 1 } else { (most / count).max(1) };
        let (xs, gs) =
            (blocks(x, [first, sizes.cells], count), blocks(g, [last, sizes.cells], count));
        let mut of_xs: Vec<_> =
            blocks_mut(of_x, [first, sizes.cells], count).into_iter().map(Some).collect();
        of_xs.resize_with(xs.len(), || None);
        let backward = Backward::new(self, channels);
        let tasks = (SUMS / backward.weights()).clamp(1, TASKS);
        let task = xs.len().div_ceil(tasks).next_multiple_of(samples).max(samples);
        let tasks = xs.par_chunks(task).zip(gs.par_chunks(task)).zip(of_xs.par_chunks_mut(task));
        let parts: Vec<Vec<f32>> = tasks
            .map(|((x, g), of_x)| {
                let mut of_all = vec![0.0; backward.weights()];
                let pieces = x.chunks(samples).zip(g.chunks(samples)).zip(of_x.chunks_mut(samples));
                for ((x, g), of_x) in pieces {
                    backward.run::<C>(x, g, of_x, &mut of_all);
                }
                of_all
            })
            .collect();
        let mut sums = vec![0.0; backward.weights()];
        for part in parts {
            sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
        sums
    }
}

/// At most so many cells at a time, of so many rows.
fn most(rows: usize) -> usize {
    (AT_A_TIME / rows).clamp(4 * PANEL, PLACES)
}

/// Cells at a time, about equally many.
fn together(cells: usize, most: usize) -> usize {
    cells.div_ceil(cells.div_ceil(most)).next_multiple_of(PANEL)
}
