//! The depthwise convolution as a kernel.

use super::stencil::Stencil;
use super::tap::Tap;
use crate::autograd::{Gradient, Kernel, Operand, Output};
use crate::kernels::slices::{sums_over_cells, zeros};
use candle_core::Result;
use rayon::prelude::*;
use std::sync::Arc;

/// See [`Depthwise`](crate::layers::Depthwise), of x, weight and bias.
pub(crate) struct DepthwiseKernel(pub(crate) Arc<[Stencil; 2]>);

impl Kernel<3> for DepthwiseKernel {
    const NAME: &'static str = "depthwise-convolution";

    fn forward(&self, [x, weight, bias]: [Operand; 3]) -> Result<Output> {
        let [along_x, along_y] = &*self.0;
        let (batch, channels, nx, ny) = x.shape.dims4()?;
        let [mx, my] = [along_x.outputs(), along_y.outputs()];
        let size = along_x.taps().len() * along_y.taps().len();
        let mut y = zeros(batch * channels * mx * my);
        let planes = y.par_chunks_mut(mx * my).zip(x.values.par_chunks(nx * ny));
        planes.enumerate().for_each(|(plane, (y, x))| {
            let channel = plane % channels;
            let weight = &weight.values[channel * size..(channel + 1) * size];
            y.fill(bias.values[channel]);
            for_rows(along_x, |i, k, row| {
                let (y, x) = (&mut y[i * my..(i + 1) * my], &x[row * ny..(row + 1) * ny]);
                for (l, tap) in along_y.taps().iter().enumerate() {
                    tap.gather_times(weight[k * along_y.taps().len() + l], x, y);
                }
            });
        });
        Ok(Output::new(y, (batch, channels, mx, my)))
    }

    fn backward(
        &self,
        [x, weight, bias]: [Operand; 3],
        output: Operand,
        g: &[f32],
    ) -> Result<[Gradient; 3]> {
        let [_, channels, cells] = output.sizes();
        Ok([
            Gradient::of(x, || self.transpose(g, weight.values, channels)),
            Gradient::of(weight, || self.correlate(g, x.values, channels)),
            Gradient::of(bias, || sums_over_cells(g, channels, cells)),
        ])
    }
}

impl DepthwiseKernel {
    /// The gradient of x: that of an output cell is added to every cell that a tap reads for it.
    fn transpose(&self, g: &[f32], weight: &[f32], channels: usize) -> Vec<f32> {
        let [along_x, along_y] = &*self.0;
        let [mx, my] = [along_x.outputs(), along_y.outputs()];
        let [nx, ny] = [along_x.inputs(), along_y.inputs()];
        let size = along_x.taps().len() * along_y.taps().len();
        let mut x = zeros(g.len() / (mx * my) * nx * ny);
        let planes = x.par_chunks_mut(nx * ny).zip(g.par_chunks(mx * my));
        planes.enumerate().for_each(|(plane, (x, g))| {
            let weight = &weight[plane % channels * size..];
            for_rows(along_x, |i, k, row| {
                let (g, x) = (&g[i * my..(i + 1) * my], &mut x[row * ny..(row + 1) * ny]);
                for (l, tap) in along_y.taps().iter().enumerate() {
                    tap.scatter_times(weight[k * along_y.taps().len() + l], g, x);
                }
            });
        });
        x
    }

    /// The gradient of the weight: `Σ g x` over samples and cells for every pair of taps, the samples
    /// added in order.
    fn correlate(&self, g: &[f32], x: &[f32], channels: usize) -> Vec<f32> {
        let [along_x, along_y] = &*self.0;
        let [mx, my] = [along_x.outputs(), along_y.outputs()];
        let [nx, ny] = [along_x.inputs(), along_y.inputs()];
        let [kx, ky] = [along_x.taps().len(), along_y.taps().len()];
        let of_plane = |(g, x): (&[f32], &[f32])| -> Vec<f32> {
            let mut sums = vec![0.0; kx * ky];
            for_rows(along_x, |i, k, row| {
                let (g, x) = (&g[i * my..(i + 1) * my], &x[row * ny..(row + 1) * ny]);
                let dot = |tap: &Tap| tap.dot(x, g);
                let sums = &mut sums[k * ky..(k + 1) * ky];
                sums.iter_mut().zip(along_y.taps()).for_each(|(sum, tap)| *sum += dot(tap));
            });
            sums
        };
        let planes = g.par_chunks(mx * my).zip(x.par_chunks(nx * ny));
        let planes: Vec<Vec<f32>> = planes.map(of_plane).collect();
        let mut sums = vec![0.0; channels * kx * ky];
        for sample in planes.concat().chunks(sums.len()) {
            sums.iter_mut().zip(sample).for_each(|(sum, part)| *sum += part);
        }
        sums
    }
}

/// Calls `visit(i, k, row)` for all output rows i and all taps k along x that read a row.
fn for_rows(along_x: &Stencil, mut visit: impl FnMut(usize, usize, usize)) {
    for i in 0..along_x.outputs() {
        for (k, tap) in along_x.taps().iter().enumerate() {
            if let Some(row) = tap.cell(i) {
                visit(i, k, row);
            }
        }
    }
}
