//! The softmax over channels.

use super::gelu::exponential;
use super::slices::{Reading, blocks, blocks_mut, by_hand, output, sum, values, zeros};
use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};
use ndarray::{Array1, ArrayView2, ArrayViewMut2, Axis, Zip};
use rayon::prelude::*;

/// Cells a task.
const BLOCK: usize = 256;

/// `y_c = exp(s x_c) / Σ_k exp(s x_k)` in every cell, with a scale s of each head.
///
/// Shapes: `x [batch, head, channel, cell]` → same; `scale [head]`, > 0.
pub fn softmax(x: &Tensor, scale: &Tensor) -> Result<Tensor> {
    if by_hand(x) {
        return x.contiguous()?.apply_op2(scale, Softmax);
    }
    candle_nn::ops::softmax(&x.broadcast_mul(&scale.reshape((1, (), 1, 1))?)?, 2)
}

struct Softmax;

/// Channels, cells, and blocks of a head.
fn sizes(dims: &[usize]) -> ([usize; 2], usize) {
    ([dims[2], dims[3]], dims[3].div_ceil(BLOCK))
}

fn forward(x: ArrayView2<'_, f32>, scale: f32, mut y: ArrayViewMut2<'_, f32>) {
    let mut greatest = Array1::from_elem(x.ncols(), f32::NEG_INFINITY);
    for x in x.rows() {
        Zip::from(&mut greatest).and(&x).for_each(|greatest, x| *greatest = greatest.max(*x));
    }
    for (mut y, x) in y.rows_mut().into_iter().zip(x.rows()) {
        Zip::from(&mut y).and(&x).and(&greatest).for_each(|y, x, greatest| {
            *y = exponential(scale * (x - greatest));
        });
    }
    let total = y.sum_axis(Axis(0));
    y /= &total;
}

/// Writes the gradient `s h` with `h = y (g − Σ y g)`; returns that of the scale, `Σ x h`.
fn backward(
    [x, y, g]: [ArrayView2<'_, f32>; 3],
    scale: f32,
    mut of_x: ArrayViewMut2<'_, f32>,
) -> f32 {
    let mut mean = Array1::<f32>::zeros(x.ncols());
    for (y, g) in y.rows().into_iter().zip(g.rows()) {
        Zip::from(&mut mean).and(&y).and(&g).for_each(|mean, y, g| *mean += y * g);
    }
    let mut of_scale = Array1::<f32>::zeros(x.ncols());
    for (((mut of_x, x), y), g) in
        of_x.rows_mut().into_iter().zip(x.rows()).zip(y.rows()).zip(g.rows())
    {
        Zip::from(&mut of_x)
            .and(&y)
            .and(&g)
            .and(&mean)
            .for_each(|h, y, g, mean| *h = y * (g - mean));
        Zip::from(&mut of_scale).and(&x).and(&of_x).for_each(|sum, x, h| *sum += x * h);
        of_x *= scale;
    }
    of_scale.as_slice().map_or(0.0, sum)
}

impl CustomOp2 for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        scale: &CpuStorage,
        layout_scale: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, scale) = (values(x, layout)?, values(scale, layout_scale)?);
        let (shape, count) = sizes(layout.dims());
        let mut y = zeros(x.len());
        let blocks = blocks(x, shape, BLOCK).into_par_iter().zip(blocks_mut(&mut y, shape, BLOCK));
        blocks.enumerate().for_each(|(block, (x, y))| {
            forward(x, scale[block / count % scale.len()], y);
        });
        Ok(output(y, layout.shape()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        scale: &Tensor,
        y: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        let readings = [x, y, &gradient].map(Reading::of);
        let ((shape, count), scales) = (sizes(x.dims()), Reading::of(scale));
        let scales = scales.values()?;
        let [x_blocks, y_blocks, g_blocks] =
            readings.each_ref().map(|reading| reading.values().map(|x| blocks(x, shape, BLOCK)));
        let inputs = (x_blocks?.into_par_iter()).zip(y_blocks?).zip(g_blocks?);
        let mut of_x = zeros(x.elem_count());
        let head = |block: usize| block / count % scales.len();
        let parts: Vec<f32> = inputs
            .zip(blocks_mut(&mut of_x, shape, BLOCK))
            .enumerate()
            .map(|(block, (((x, y), g), of_x))| backward([x, y, g], scales[head(block)], of_x))
            .collect();
        let mut of_scale = vec![0.0; scales.len()];
        parts.iter().enumerate().for_each(|(block, part)| of_scale[head(block)] += part);
        Ok((
            Some(Tensor::from_vec(of_x, x.shape(), x.device())?),
            Some(Tensor::from_vec(of_scale, scale.shape(), x.device())?),
        ))
    }
}
