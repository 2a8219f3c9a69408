//! The cells under the taps as columns of a matrix, so that a convolution is a product.
//!
//! Source: Chellapilla, Puri & Simard (2006), High performance convolutional neural networks for
//! document processing.

use crate::layers::stencil::Stencil;
use ndarray::{Array2, ArrayView2};
use std::ops::Range;
use std::sync::Arc;

/// Values of a tile: 256 KiB of `f32` stay in the second-level cache.
const TILE: usize = 65_536;

/// Gathers `[channel·taps², cell]` from planes, some rows of cells at a time, and scatters it back.
#[derive(Clone)]
pub(super) struct Columns {
    channels: usize,
    stencils: Arc<[Stencil; 2]>,
}

impl Columns {
    pub(super) fn new(channels: usize, stencils: Arc<[Stencil; 2]>) -> Self {
        Self { channels, stencils }
    }

    pub(super) fn channels(&self) -> usize {
        self.channels
    }

    pub(super) fn inputs(&self) -> [usize; 2] {
        self.stencils.each_ref().map(Stencil::inputs)
    }

    pub(super) fn outputs(&self) -> [usize; 2] {
        self.stencils.each_ref().map(Stencil::outputs)
    }

    /// How many along each axis.
    pub(super) fn taps(&self) -> [usize; 2] {
        self.stencils.each_ref().map(|stencil| stencil.taps().len())
    }

    /// The planes of one sample.
    pub(super) fn sample<'a>(&self, x: &'a [f32], sample: usize) -> &'a [f32] {
        let size = self.channels * self.inputs().iter().product::<usize>();
        &x[sample * size..(sample + 1) * size]
    }

    /// The computed rows in bands of about [`TILE`] gathered values.
    pub(super) fn tiles(&self) -> Vec<Range<usize>> {
        let [nx, ny] = self.outputs();
        let rows = (TILE / (self.lines() * ny)).clamp(1, nx);
        (0..nx).step_by(rows).map(|first| first..(first + rows).min(nx)).collect()
    }

    /// The cells under the taps of some rows, `[channel·taps², cell]`.
    pub(super) fn gather(&self, x: &[f32], rows: Range<usize>) -> Array2<f32> {
        let [[mx, my], [_, ny]] = [self.inputs(), self.outputs()];
        let mut taps = Array2::zeros(self.shape(&rows));
        let lines = taps.as_slice_mut().expect("just made").chunks_exact_mut(rows.len() * ny);
        for ((channel, k, l), line) in self.order().zip(lines) {
            let plane = &x[channel * mx * my..(channel + 1) * mx * my];
            let along_y = self.stencils[1].tap(l);
            for (row, line) in rows.clone().zip(line.chunks_exact_mut(ny)) {
                if let Some(i) = self.stencils[0].tap(k).cell(row) {
                    along_y.gather(&plane[i * my..(i + 1) * my], line);
                }
            }
        }
        taps
    }

    /// The adjoint of [`Self::gather`]: adds every tap to the cell that it was read from.
    pub(super) fn scatter(&self, taps: ArrayView2<'_, f32>, rows: Range<usize>, x: &mut [f32]) {
        let [[mx, my], [_, ny]] = [self.inputs(), self.outputs()];
        for ((channel, k, l), line) in self.order().zip(taps.rows()) {
            let plane = &mut x[channel * mx * my..(channel + 1) * mx * my];
            let along_y = self.stencils[1].tap(l);
            let line = line.to_slice().expect("products are in standard layout");
            for (row, line) in rows.clone().zip(line.chunks_exact(ny)) {
                if let Some(i) = self.stencils[0].tap(k).cell(row) {
                    along_y.scatter(line, &mut plane[i * my..(i + 1) * my]);
                }
            }
        }
    }

    fn shape(&self, rows: &Range<usize>) -> (usize, usize) {
        let [_, ny] = self.outputs();
        (self.lines(), rows.len() * ny)
    }

    /// Channels times taps.
    fn lines(&self) -> usize {
        let [kx, ky] = self.taps();
        self.channels * kx * ky
    }

    /// Channel and taps in the order of the weights.
    fn order(&self) -> impl Iterator<Item = (usize, usize, usize)> + use<> {
        let [kx, ky] = self.taps();
        (0..self.lines()).map(move |line| (line / (kx * ky), line / ky % kx, line % ky))
    }
}
