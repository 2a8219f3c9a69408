//! Parallel kernels, norm and linear map, composed of candle's operations, one axis at a time.
//!
//! ```text
//! s = Σ_a W_a ẑ_a,   ẑ_a = (z_a − μ_a)/σ_a,   z_a = K_a v
//! ```
//!
//! The results of the kernels are several times larger than input and output. Only those of one axis are
//! stored at a time, and the backward pass recomputes them, as in gradient checkpointing.

use super::EPSILON;
use crate::autograd::with_derivative;
use crate::layers::sums::{broadcast_over_cells, sum_of_samples};
use candle_core::{Result, Tensor};

/// [`AxialMixing`](super::AxialMixing) with parallel kernels and a norm over the cells of every channel:
/// `v [batch, head·channel, …cells]` → `[batch, out, …cells]`.
pub(super) fn mix(v: &Tensor, kernels: &[Tensor], weight: &Tensor) -> Result<Tensor> {
    let flat = kernels.iter().map(|kernel| kernel.flatten_from(2)).collect::<Result<Vec<_>>>()?;
    let flat = Tensor::cat(&flat, 2)?;
    let mixing = Mixing {
        v: v.detach().contiguous()?,
        kernels: kernels.iter().map(|k| k.detach().contiguous()).collect::<Result<_>>()?,
        weight: weight.detach(),
    };
    with_derivative(mixing.forward()?, [v, &flat, weight], move |g| mixing.backward(g))
}

struct Mixing {
    v: Tensor,
    kernels: Vec<Tensor>,
    weight: Tensor,
}

impl Mixing {
    fn axes(&self) -> impl Iterator<Item = Axis> {
        (0..self.kernels.len()).map(|number| Axis { number, last: self.kernels.len() - 1 })
    }

    /// The columns of the weight that belong to an axis, `[out, head·channel]`; all columns are ordered by
    /// head, then axis, then channel.
    fn columns(&self, axis: Axis) -> Result<Tensor> {
        let (out, heads) = (self.weight.dim(0)?, self.kernels[0].dim(1)?);
        let columns = self.weight.reshape((out, heads, self.kernels.len(), ()))?;
        columns.narrow(2, axis.number, 1)?.contiguous()?.reshape((out, ()))
    }

    fn forward(&self) -> Result<Tensor> {
        let mut sum = None::<Tensor>;
        for axis in self.axes() {
            let values = axis.first(&self.v)?;
            let Centred { centred, inverse } =
                Centred::of(axis, &self.kernels[axis.number], &values)?;
            let map = self.columns(axis)?.broadcast_mul(&inverse.transpose(1, 2)?)?;
            let mut shape = values.dims().to_vec();
            shape[1] = map.dim(1)?;
            let part = axis.first(&map.matmul(&centred)?.reshape(shape)?)?;
            sum = Some(sum.map_or(Ok(part.clone()), |sum| sum + part)?);
        }
        Ok(sum.expect("there are axes"))
    }

    /// With `h = Wᵀ g`, the gradient of `z` is `(h − mean h − ẑ mean(h ẑ)) / σ`. The means of `h` follow from
    /// those of `g`, the means of `h ẑ` from the gradient of the weight.
    fn backward(&self, gradient: &Tensor) -> Result<[Tensor; 3]> {
        let (mut of_v, mut of_kernels, mut of_weight) = (None::<Tensor>, vec![], vec![]);
        let heads = self.kernels[0].dim(1)?;
        for axis in self.axes() {
            let (kernel, columns) = (&self.kernels[axis.number], self.columns(axis)?);
            let values = axis.first(&self.v)?;
            let Centred { centred, inverse } = Centred::of(axis, kernel, &values)?;
            let g = axis.first(gradient)?.flatten_from(2)?;
            let g = (&g - broadcast_over_cells(&g.mean_keepdim(2)?, g.dim(2)?)?)?;
            let product = g.matmul(&centred.transpose(1, 2)?)?;
            let inverse_row = inverse.transpose(1, 2)?;
            let normal = product.broadcast_mul(&inverse_row)?;
            let correlation = normal.broadcast_mul(&columns)?.sum_keepdim(1)?.transpose(1, 2)?;
            let correlation = ((correlation * inverse.sqr()?)? / centred.dim(2)? as f64)?;
            let map = columns.broadcast_mul(&inverse_row)?.transpose(1, 2)?;
            let correlation = broadcast_over_cells(&correlation.contiguous()?, centred.dim(2)?)?;
            let of_z = (map.matmul(&g)? - (centred * correlation)?)?;
            let of_z = of_z.reshape(values.shape())?;
            of_kernels.push(axis.product(&of_z, &values, heads)?.flatten_from(2)?);
            let part = axis.first(&axis.apply(&kernel.transpose(2, 3)?.contiguous()?, &of_z)?)?;
            of_v = Some(of_v.map_or(Ok(part.clone()), |sum| sum + part)?);
            of_weight.push(sum_of_samples(&normal)?.reshape((columns.dim(0)?, heads, 1, ()))?);
        }
        let of_weight = Tensor::cat(&of_weight, 2)?.reshape(self.weight.shape())?;
        Ok([of_v.expect("there are axes"), Tensor::cat(&of_kernels, 2)?, of_weight])
    }
}

/// The result of a kernel less its mean over the cells, and `1/√(σ² + ε)`: `[batch, head·channel, cell]` and
/// `[batch, head·channel, 1]`.
struct Centred {
    centred: Tensor,
    inverse: Tensor,
}

impl Centred {
    fn of(axis: Axis, kernel: &Tensor, values: &Tensor) -> Result<Self> {
        let z = axis.apply(kernel, values)?.flatten_from(2)?;
        let centred = (&z - broadcast_over_cells(&z.mean_keepdim(2)?, z.dim(2)?)?)?;
        let inverse = (centred.sqr()?.mean_keepdim(2)? + EPSILON)?.sqrt()?.recip()?;
        Ok(Self { centred, inverse })
    }
}

/// An axis of the cells, and the number of the last axis.
#[derive(Clone, Copy)]
struct Axis {
    number: usize,
    last: usize,
}

impl Axis {
    fn is_last(self) -> bool {
        self.number == self.last && self.last > 0
    }

    /// Swaps the axis with the first axis of the cells, unless it is the last axis, which needs no swap. It is
    /// its own inverse.
    fn first(self, x: &Tensor) -> Result<Tensor> {
        if self.is_last() || self.number == 0 {
            return Ok(x.clone());
        }
        x.transpose(2, 2 + self.number)?.contiguous()
    }

    /// `z_i = Σ_j K_ij v_j` of every head, for values that [`Self::first`] returns.
    fn apply(self, kernel: &Tensor, values: &Tensor) -> Result<Tensor> {
        let (batch, heads, n, _) = kernel.dims4()?;
        let z = if self.is_last() {
            let rows = values.reshape((batch, heads, (), n))?;
            rows.matmul(&kernel.transpose(2, 3)?)?
        } else {
            let channels = values.dim(1)? / heads;
            let shape = (batch, heads, channels, n, n);
            let kernels = kernel.unsqueeze(2)?.broadcast_as(shape)?.contiguous()?;
            kernels.reshape(((), n, n))?.matmul(&values.reshape((
                batch * heads * channels,
                n,
                (),
            ))?)?
        };
        z.reshape(values.shape())
    }

    /// `Σ z_i v_j` over everything but sample and head: the gradient of the kernel.
    fn product(self, z: &Tensor, values: &Tensor, heads: usize) -> Result<Tensor> {
        let batch = z.dim(0)?;
        if self.is_last() {
            let n = z.dim(z.rank() - 1)?;
            let rows = |x: &Tensor| x.reshape((batch, heads, (), n));
            return rows(z)?.transpose(2, 3)?.matmul(&rows(values)?);
        }
        let n = z.dim(2)?;
        let planes = |x: &Tensor| x.reshape((batch * x.dim(1)?, n, ()));
        let products = planes(z)?.matmul(&planes(values)?.transpose(1, 2)?)?;
        products.reshape((batch, heads, (), n * n))?.sum(2)?.reshape((batch, heads, n, n))
    }
}
