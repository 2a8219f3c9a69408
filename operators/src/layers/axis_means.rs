//! Means over all axes but one.

use crate::autograd::{apply, is_fused, with_derivative};
use crate::kernels::axis_means::AxisMeans;
use candle_core::{D, Result, Tensor};

/// For every axis, the means over the cells of all other axes.
///
/// Shapes: `[batch, channel, …cells]` → `[batch, channel, Σ_axes cells]`, axis after axis.
pub fn axis_means(x: &Tensor) -> Result<Tensor> {
    if is_fused(x) {
        return apply(AxisMeans, [x]);
    }
    let shape = x.shape().clone();
    with_derivative(means(&x.detach())?, [x], move |g| Ok([adjoint(g, shape.dims())?]))
}

/// The means composed of candle's operations. All but those of the last axis are computed from the
/// mean over the last axis.
fn means(x: &Tensor) -> Result<Tensor> {
    let (rank, last) = (x.rank(), x.dim(D::Minus1)?);
    if rank == 3 {
        return Ok(x.clone());
    }
    let before: usize = x.dims()[2..rank - 1].iter().product();
    let weight = Tensor::full(1.0 / before as f64, (1, before), x.device())?.to_dtype(x.dtype())?;
    let rows = x.reshape((x.dim(0)? * x.dim(1)?, before, last))?;
    let of_last = weight.broadcast_left(rows.dim(0)?)?.matmul(&rows)?;
    let of_last = of_last.reshape((x.dim(0)?, x.dim(1)?, last))?;
    Tensor::cat(&[means(&x.mean(rank - 1)?)?, of_last], 2)
}

/// The adjoint of [`means`]: to every cell the sum of the gradients of its means, each divided by the
/// number of cells that it is the mean of.
fn adjoint(gradient: &Tensor, dims: &[usize]) -> Result<Tensor> {
    let cells: usize = dims[2..].iter().product();
    let (mut first, mut sum) = (0, None::<Tensor>);
    for (axis, &n) in dims.iter().enumerate().skip(2) {
        let mut shape = vec![1; dims.len()];
        [shape[0], shape[1], shape[axis]] = [dims[0], dims[1], n];
        let part = gradient.narrow(2, first, n)?.reshape(shape)?;
        let part = (part * (n as f64 / cells as f64))?;
        sum = Some(sum.map_or(Ok(part.clone()), |sum| sum.broadcast_add(&part))?);
        first += n;
    }
    sum.expect("there are axes").contiguous()
}
