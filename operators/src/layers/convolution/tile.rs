//! The innermost loops of a convolution, with the widest vectors that the processor has.

use super::unfolding::{Panel, Unfolding};
use pulp::bytemuck::cast_slice;
use pulp::{Simd, WithSimd};

/// Places that are computed together: two vectors of AVX-512, four of AVX2.
pub(in crate::layers) const PANEL: usize = 32;

/// Channels that are computed together.
pub(super) const BLOCK: usize = 8;

/// Weights in blocks of [`BLOCK`] computed channels, `[block, tap, channel, computed channel]`; zeros
/// after the last.
pub(super) fn packed(
    [computed, taps, channels]: [usize; 3],
    weight: impl Fn(usize, usize, usize) -> f32,
) -> Vec<f32> {
    let mut packed = vec![0.0; computed.next_multiple_of(BLOCK) * taps * channels];
    let blocks = packed.chunks_exact_mut(taps * channels * BLOCK).enumerate();
    for (block, packed) in blocks {
        for (line, weights) in packed.chunks_exact_mut(BLOCK).enumerate() {
            for (o, packed) in (block * BLOCK..computed).zip(weights) {
                *packed = weight(o, line / channels, line % channels);
            }
        }
    }
    packed
}

/// Some channels of a convolution of one sample.
pub(super) struct Convolved<'a> {
    pub(super) unfolding: &'a Unfolding,
    /// Those that are computed.
    pub(super) panels: &'a [Panel],
    pub(super) channels: usize,
    /// As [`packed`], from the first of these channels.
    pub(super) weights: &'a [f32],
    /// From the first of these channels; nothing is 0.
    pub(super) bias: &'a [f32],
    /// As [`Unfolding::unfold`] lays it out, and [`PANEL`] values more; or of plain planes the places
    /// from `origin` on.
    pub(super) unfolded: &'a [f32],
    pub(super) origin: usize,
    /// From one plane to the next.
    pub(super) plane: usize,
    /// `[computed channel, cell]`
    pub(super) y: &'a mut [f32],
}

impl WithSimd for Convolved<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let wide = S::REGISTER_COUNT >= 32 && 2 * S::F32_LANES == PANEL;
        if wide { self.tiles::<S, BLOCK, 2>(simd) } else { self.tiles::<S, 4, 2>(simd) }
    }
}

impl Convolved<'_> {
    /// Tiles of so many channels and vectors, whose sums stay in registers.
    #[inline(always)]
    fn tiles<S: Simd, const ROWS: usize, const VECTORS: usize>(self, simd: S) {
        let [nx, ny] = self.unfolding.outputs();
        let size = BLOCK * self.channels * self.unfolding.shifts().len();
        for panel in self.panels {
            let blocks = self.y.chunks_mut(BLOCK * nx * ny).zip(self.weights.chunks_exact(size));
            for (block, (y, weights)) in blocks.enumerate() {
                let rows = y.chunks_mut(ROWS * nx * ny);
                for (part, y) in rows.enumerate() {
                    let first = block * BLOCK + part * ROWS;
                    let mut sums = [[0.0; PANEL]; ROWS];
                    for lane in (0..PANEL).step_by(VECTORS * S::F32_LANES) {
                        let tile = Tile {
                            taps: &panel.taps,
                            shifts: self.unfolding.shifts(),
                            plane: self.plane,
                            channels: self.channels,
                            weights,
                            unfolded: &self.unfolded[panel.start - self.origin + lane..],
                        };
                        let products = tile.sums::<S, ROWS, VECTORS>(simd, part * ROWS);
                        for (sums, products) in sums.iter_mut().zip(&products) {
                            sums[lane..lane + VECTORS * S::F32_LANES]
                                .copy_from_slice(cast_slice(products));
                        }
                    }
                    let bias = self.bias.get(first..).unwrap_or_default();
                    write(panel, self.unfolding.step(), &sums, bias, y, nx * ny);
                }
            }
        }
    }
}

/// Puts computed rows where they belong.
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

struct Tile<'a> {
    taps: &'a [usize],
    shifts: &'a [usize],
    plane: usize,
    channels: usize,
    weights: &'a [f32],
    unfolded: &'a [f32],
}

impl Tile<'_> {
    /// `Σ_{tap, channel} w x` of some rows from `first` on.
    #[inline(always)]
    fn sums<S: Simd, const ROWS: usize, const VECTORS: usize>(
        &self,
        simd: S,
        first: usize,
    ) -> [[S::f32s; VECTORS]; ROWS] {
        let mut sums = [[simd.splat_f32s(0.0); VECTORS]; ROWS];
        for &tap in self.taps {
            let size = self.channels * BLOCK;
            let weights = &self.weights[tap * size..(tap + 1) * size];
            let mut place = self.shifts[tap];
            for weights in weights.chunks_exact(BLOCK) {
                let weights = &weights[first..first + ROWS];
                let cells = &self.unfolded[place..place + VECTORS * S::F32_LANES];
                let (cells, _) = S::as_simd_f32s(cells);
                for (sums, weight) in sums.iter_mut().zip(weights) {
                    let weight = simd.splat_f32s(*weight);
                    for (sum, cells) in sums.iter_mut().zip(cells) {
                        *sum = simd.mul_add_f32s(weight, *cells, *sum);
                    }
                }
                place += self.plane;
            }
        }
        sums
    }
}
