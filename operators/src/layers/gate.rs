//! A factor for every channel.

use crate::kernels::slices::{by_hand, output, sum_of, sums_over_samples, values};
use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

/// `y_c = w_c x_c`.
///
/// Shapes: `[batch, channel, …cells]` and `weight [channel]` → `[batch, channel, …cells]`.
pub fn gate(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    if by_hand(x) {
        return x.contiguous()?.apply_op2(&weight.contiguous()?, Gate);
    }
    let ones = vec![1; x.rank() - 2];
    x.broadcast_mul(&weight.reshape([&[1, weight.elem_count()], &ones[..]].concat())?)
}

struct Gate;

impl CustomOp2 for Gate {
    fn name(&self) -> &'static str {
        "gate"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        layout_weight: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, weight) = (values(x, layout)?, values(weight, layout_weight)?);
        let cells = layout.dims()[2..].iter().product::<usize>();
        let mut y = vec![0.0; x.len()];
        y.par_chunks_mut(cells).zip(x.par_chunks(cells)).enumerate().for_each(|(row, (y, x))| {
            let factor = weight[row % weight.len()];
            y.iter_mut().zip(x).for_each(|(y, x)| *y = factor * x);
        });
        Ok(output(y, layout.shape()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        Ok((
            Some(gradient.apply_op2_no_bwd(weight, &Self)?),
            Some(gradient.apply_op2_no_bwd(x, &WeightGradient)?),
        ))
    }
}

/// `Σ g x` over samples and cells, the samples added in order.
struct WeightGradient;

impl CustomOp2 for WeightGradient {
    fn name(&self) -> &'static str {
        "gate-weight-gradient"
    }

    fn cpu_fwd(
        &self,
        g: &CpuStorage,
        layout: &Layout,
        x: &CpuStorage,
        layout_x: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (g, x) = (values(g, layout)?, values(x, layout_x)?);
        let (channels, cells) = (layout.dims()[1], layout.dims()[2..].iter().product::<usize>());
        let rows = g.par_chunks(cells).zip(x.par_chunks(cells));
        let rows: Vec<f32> = rows.map(|(g, x)| sum_of(g, x, |g, x| g * x)).collect();
        Ok(output(sums_over_samples(&rows, channels), channels))
    }
}
