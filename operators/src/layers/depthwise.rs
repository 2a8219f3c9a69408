//! The depthwise convolution: every channel by itself.

use crate::kernels::convolution::stencil::{Stencil, Tap};
use crate::kernels::slices::{by_hand, output, sum_over_cells, values, zeros};
use candle_core::{CpuStorage, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor};
use candle_nn::{Init, VarBuilder};
use rayon::prelude::*;
use std::sync::Arc;

/// `y_c(i, j) = b_c + Σ_{k,l} W_ckl x_c(i_k, j_l)`, where the stencils say which cells `i_k`, `j_l`
/// the taps k, l find for the cell i, j.
///
/// Shapes: `[batch, channel, x, y]` → `[batch, channel, x', y']`; `weight [channel, 1, tap, tap]`,
/// `bias [channel]`.
pub struct Depthwise {
    weight: Tensor,
    bias: Tensor,
    stencils: Arc<[Stencil; 2]>,
    /// For the composed path.
    indices: [Tensor; 2],
}

impl Depthwise {
    /// Weights and bias uniform in ±1/taps, as PyTorch draws them.
    pub fn new(channels: usize, stencils: [Stencil; 2], weights: &VarBuilder) -> Result<Self> {
        let [x, y] = &stencils;
        let [kx, ky] = [x.taps().len(), y.taps().len()];
        let bound = 1.0 / ((kx * ky) as f64).sqrt();
        let uniform = Init::Uniform { lo: -bound, up: bound };
        Ok(Self {
            weight: weights.get_with_hints((channels, 1, kx, ky), "weight", uniform)?,
            bias: weights.get_with_hints(channels, "bias", uniform)?,
            indices: [x.indices(weights.device())?, y.indices(weights.device())?],
            stencils: Arc::new(stencils),
        })
    }

    /// Applies the convolution.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if by_hand(x) {
            let convolve = Convolve(self.stencils.clone());
            return x.contiguous()?.apply_op3(&self.weight, &self.bias, convolve);
        }
        let (channels, _, kx, ky) = self.weight.dims4()?;
        let [along_x, along_y] = &self.indices;
        let x = x.pad_with_zeros(2, 0, 1)?.pad_with_zeros(3, 0, 1)?.contiguous()?;
        let taps = x.index_select(along_x, 2)?.index_select(along_y, 3)?;
        let [mx, my] = self.stencils.each_ref().map(Stencil::outputs);
        let taps = taps.reshape(&[x.dim(0)?, channels, mx, kx, my, ky])?;
        let weighted = taps.broadcast_mul(&self.weight.reshape(&[1, channels, 1, kx, 1, ky])?)?;
        weighted.sum((3, 5))?.broadcast_add(&self.bias.reshape((1, (), 1, 1))?)
    }
}

/// Calls `visit(i, k, row)` for all computed rows i and taps k along x that find a row.
fn for_rows(along_x: &Stencil, mut visit: impl FnMut(usize, usize, usize)) {
    for i in 0..along_x.outputs() {
        for (k, tap) in along_x.taps().iter().enumerate() {
            if let Some(row) = tap.cell(i) {
                visit(i, k, row);
            }
        }
    }
}

struct Convolve(Arc<[Stencil; 2]>);

impl CustomOp3 for Convolve {
    fn name(&self) -> &'static str {
        "depthwise-convolution"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        layout_weight: &Layout,
        bias: &CpuStorage,
        layout_bias: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let [along_x, along_y] = &*self.0;
        let (batch, channels, nx, ny) = layout.shape().dims4()?;
        let [mx, my] = [along_x.outputs(), along_y.outputs()];
        let (weight, bias) = (values(weight, layout_weight)?, values(bias, layout_bias)?);
        let size = along_x.taps().len() * along_y.taps().len();
        let mut y = zeros(batch * channels * mx * my);
        let planes = y.par_chunks_mut(mx * my).zip(values(x, layout)?.par_chunks(nx * ny));
        planes.enumerate().for_each(|(plane, (y, x))| {
            let channel = plane % channels;
            let weight = &weight[channel * size..(channel + 1) * size];
            y.fill(bias[channel]);
            for_rows(along_x, |i, k, row| {
                let (y, x) = (&mut y[i * my..(i + 1) * my], &x[row * ny..(row + 1) * ny]);
                for (l, tap) in along_y.taps().iter().enumerate() {
                    tap.gather_times(weight[k * along_y.taps().len() + l], x, y);
                }
            });
        });
        Ok(output(y, (batch, channels, mx, my)))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        Ok((
            Some(gradient.apply_op2_no_bwd(weight, &Transposed(self.0.clone()))?),
            Some(gradient.apply_op2_no_bwd(x, &WeightGradient(self.0.clone()))?),
            Some(sum_over_cells(&gradient)?),
        ))
    }
}

/// The gradient's value goes back to every cell that a tap found.
struct Transposed(Arc<[Stencil; 2]>);

impl CustomOp2 for Transposed {
    fn name(&self) -> &'static str {
        "depthwise-convolution-transposed"
    }

    fn cpu_fwd(
        &self,
        g: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        layout_weight: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let [along_x, along_y] = &*self.0;
        let (batch, channels, mx, my) = layout.shape().dims4()?;
        let [nx, ny] = [along_x.inputs(), along_y.inputs()];
        let weight = values(weight, layout_weight)?;
        let size = along_x.taps().len() * along_y.taps().len();
        let mut x = zeros(batch * channels * nx * ny);
        let planes = x.par_chunks_mut(nx * ny).zip(values(g, layout)?.par_chunks(mx * my));
        planes.enumerate().for_each(|(plane, (x, g))| {
            let weight = &weight[plane % channels * size..];
            for_rows(along_x, |i, k, row| {
                let (g, x) = (&g[i * my..(i + 1) * my], &mut x[row * ny..(row + 1) * ny]);
                for (l, tap) in along_y.taps().iter().enumerate() {
                    tap.scatter_times(weight[k * along_y.taps().len() + l], g, x);
                }
            });
        });
        Ok(output(x, (batch, channels, nx, ny)))
    }
}

/// `Σ g x` over samples and cells for every tap, the samples added in order.
struct WeightGradient(Arc<[Stencil; 2]>);

impl CustomOp2 for WeightGradient {
    fn name(&self) -> &'static str {
        "depthwise-convolution-weight-gradient"
    }

    fn cpu_fwd(
        &self,
        g: &CpuStorage,
        layout: &Layout,
        x: &CpuStorage,
        layout_x: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let [along_x, along_y] = &*self.0;
        let (_, channels, mx, my) = layout.shape().dims4()?;
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
        let planes = values(g, layout)?.par_chunks(mx * my);
        let planes: Vec<Vec<f32>> =
            planes.zip(values(x, layout_x)?.par_chunks(nx * ny)).map(of_plane).collect();
        let mut sums = vec![0.0; channels * kx * ky];
        for sample in planes.concat().chunks(sums.len()) {
            sums.iter_mut().zip(sample).for_each(|(sum, part)| *sum += part);
        }
        Ok(output(sums, (channels, 1, kx, ky)))
    }
}
