//! Some output channels of a convolution, panel by panel.

use super::unfolding::{Panel, Unfolding};
use crate::kernels::tile::{BLOCK, Factors, NARROW, PANEL, Weights, is_wide, panel};
use pulp::{Simd, WithSimd};

/// Some output channels of a convolution of one sample.
pub(super) struct Convolved<'a> {
    pub(super) unfolding: &'a Unfolding,
    /// Input channels.
    pub(super) channels: usize,
    /// In [blocks](crate::kernels::tile::in_blocks) of `[tap, channel]`, from the first of these output
    /// channels on.
    pub(super) weights: &'a [f32],
    /// From the first of these output channels on; missing values are 0.
    pub(super) bias: &'a [f32],
    /// The input as [`Unfolding::unfold`] writes it, followed by [`PANEL`] more values.
    pub(super) unfolded: &'a [f32],
    /// `[output channel, cell]`
    pub(super) y: &'a mut [f32],
}

impl WithSimd for Convolved<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if is_wide::<S>() { self.tiles::<S, BLOCK>(simd) } else { self.tiles::<S, NARROW>(simd) }
    }
}

impl Convolved<'_> {
    /// Panels of `ROWS` channels at a time.
    #[inline(always)]
    fn tiles<S: Simd, const ROWS: usize>(self, simd: S) {
        let [nx, ny] = self.unfolding.outputs();
        let (shifts, stride) = (self.unfolding.shifts(), self.unfolding.plane_stride());
        let size = BLOCK * self.channels;
        for output in self.unfolding.panels() {
            let blocks = self.y.chunks_mut(BLOCK * nx * ny);
            let blocks = blocks.zip(self.weights.chunks_exact(size * shifts.len()));
            for (block, (y, weights)) in blocks.enumerate() {
                for (part, y) in y.chunks_mut(ROWS * nx * ny).enumerate() {
                    let factors = output.taps.iter().map(|&tap| {
                        let weights = &weights[tap * size..(tap + 1) * size];
                        let cells = &self.unfolded[output.start + shifts[tap]..];
                        let weights = Weights::Columns(&weights[part * ROWS..], BLOCK);
                        Factors { weights, cells, stride }
                    });
                    let sums = panel::<S, ROWS>(simd, factors);
                    let first = block * BLOCK + part * ROWS;
                    let bias = self.bias.get(first..).unwrap_or_default();
                    write(output, self.unfolding.step(), &sums, bias, y, nx * ny);
                }
            }
        }
    }
}

/// Writes the sums of a panel, plus the bias, to the output cells that they belong to.
#[inline(always)]
fn write(
    panel: &Panel,
    step: usize,
    sums: &[[f32; PANEL]],
    bias: &[f32],
    y: &mut [f32],
    cells: usize,
) {
    for (o, (row, sums)) in y.chunks_exact_mut(cells).zip(sums).enumerate() {
        let bias = bias.get(o).copied().unwrap_or_default();
        for piece in &panel.pieces {
            let y = &mut row[piece.cell..];
            let sums = &sums[piece.lane..piece.lane + piece.count];
            if step == 1 {
                y[..piece.count].iter_mut().zip(sums).for_each(|(y, sum)| *y = sum + bias);
            } else {
                y.iter_mut().step_by(step).zip(sums).for_each(|(y, sum)| *y = sum + bias);
            }
        }
    }
}
