//! A chain of linear maps with activations between them. It is computed block by block of cells, so that the values
//! of a block stay in the second-level cache from the first map to the last.

use super::map::{Sizes, WeightAndBias};
use super::packed::{Packed, apply, lay_out};
use crate::kernels::activation::Activation;
use crate::kernels::scratch::with_scratch;
use crate::kernels::slices::{blocks, blocks_mut};
use crate::kernels::tile::{PANEL, row_stride};
use ndarray::ArrayView2;
use pulp::Arch;
use rayon::prelude::*;

/// The number of values in the rows of a block: 1 MiB.
const AT_A_TIME: usize = 262_144;

/// The number of cells from which on the horizontal sum over vector lanes costs little.
const POSITIONS: usize = 1024;

/// `s (W_L f(… f(W₁ x + b₁) …) + b_L)`
pub(super) struct Chain<'a> {
    pub(super) maps: Vec<WeightAndBias<'a>>,
    /// Whether x, too, is replaced by `f(x)`.
    pub(super) is_activated: bool,
    /// s
    pub(super) step: f32,
}

impl Chain<'_> {
    /// The channels of x, and of the values of every map.
    pub(super) fn channels(&self) -> Vec<usize> {
        let outputs = self.maps.iter().map(|map| map.weight.nrows());
        [self.maps[0].weight.ncols()].into_iter().chain(outputs).collect()
    }

    /// The maps, the last of them times s.
    pub(super) fn scaled(&self) -> Vec<Packed> {
        let last = self.maps.len() - 1;
        let step = |number| if number == last { self.step } else { 1.0 };
        self.maps.iter().enumerate().map(|(number, map)| Packed::of(*map, step(number))).collect()
    }

    /// Writes the input of the first map to rows.
    pub(super) fn begin<A: Activation>(
        &self,
        x: ArrayView2<'_, f32>,
        stride: usize,
        rows: &mut [f32],
    ) {
        let arch = Arch::new();
        if self.is_activated {
            arch.dispatch(|| lay_out(x, stride, A::apply, rows));
        } else {
            arch.dispatch(|| lay_out(x, stride, |x| x, rows));
        }
    }

    /// Adds the values of the chain to y.
    pub(super) fn forward<A: Activation>(&self, x: &[f32], sizes: &Sizes, y: &mut [f32]) {
        let (maps, channels) = (self.scaled(), self.channels());
        let (last, inner) = maps.split_last().expect("there is a map");
        let widest = channels[..maps.len()].iter().copied().max().expect("there is a map");
        // The value of a cell does not depend on the block that it belongs to.
        let parts = rayon::current_num_threads().div_ceil(sizes.batch.max(1));
        let count =
            block_size(sizes.cells, most_cells(2 * widest).min(sizes.cells.div_ceil(parts)));
        let xs = blocks(x, [channels[0], sizes.cells], count).into_par_iter();
        xs.zip(blocks_mut(y, [last.out, sizes.cells], count)).for_each(|(x, y)| {
            let stride = row_stride(x.ncols().next_multiple_of(PANEL));
            with_scratch([widest * stride; 2], |[mut inputs, mut outputs]| {
                self.begin::<A>(x, stride, inputs);
                for map in inner {
                    map.apply(inputs, stride, &[], outputs);
                    Arch::new().dispatch(|| apply(&mut outputs[..map.out * stride], A::apply));
                    std::mem::swap(&mut inputs, &mut outputs);
                }
                last.product(inputs, stride, &[], 1.0, y);
            });
        });
    }
}

/// The greatest number of cells in a block with this number of rows.
pub(super) fn most_cells(rows: usize) -> usize {
    (AT_A_TIME / rows).clamp(4 * PANEL, POSITIONS)
}

/// The size of about equally large blocks of at most `most` cells.
pub(super) fn block_size(cells: usize, most: usize) -> usize {
    cells.div_ceil(cells.div_ceil(most)).next_multiple_of(PANEL)
}
