//! Means over all axes but one.

use crate::autograd::with_derivative;
use crate::kernels::axis::Axis;
use crate::kernels::slices::{by_hand, output, sum, values, zeros};
use candle_core::{CpuStorage, CustomOp1, D, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

/// For every axis, the means over the cells of all others: `[batch, channel, …cells]` →
/// `[batch, channel, Σ_axes cells]`, axis after axis.
pub fn axis_means(x: &Tensor) -> Result<Tensor> {
    if by_hand(x) {
        return x.contiguous()?.apply_op1(Means);
    }
    let shape = x.shape().clone();
    with_derivative(means(&x.detach())?, [x], move |gradient| Ok([spread(gradient, shape.dims())?]))
}

/// The means where they are not taken by hand: over the last axis first, of which all but that
/// axis' own are made.
fn means(x: &Tensor) -> Result<Tensor> {
    let (rank, last) = (x.rank(), x.dim(D::Minus1)?);
    if rank == 3 {
        return Ok(x.clone());
    }
    let before: usize = x.dims()[2..rank - 1].iter().product();
    let share = Tensor::full(1.0 / before as f64, (1, before), x.device())?.to_dtype(x.dtype())?;
    let rows = x.reshape((x.dim(0)? * x.dim(1)?, before, last))?;
    let of_last = share.broadcast_left(rows.dim(0)?)?.matmul(&rows)?;
    let of_last = of_last.reshape((x.dim(0)?, x.dim(1)?, last))?;
    Tensor::cat(&[means(&x.mean(rank - 1)?)?, of_last], 2)
}

/// The adjoint of the means: to every cell its axes' gradients, each by its share.
fn spread(gradient: &Tensor, dims: &[usize]) -> Result<Tensor> {
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

struct Means;

impl CustomOp1 for Means {
    fn name(&self) -> &'static str {
        "axis-means"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let axes = Axis::all(&layout.dims()[2..]);
        let cells: usize = axes.iter().map(|axis| axis.cells).product();
        let places: usize = axes.iter().map(|axis| axis.cells).sum();
        let x = values(x, layout)?;
        let mut means = vec![0.0; x.len() / cells * places];
        means.par_chunks_exact_mut(places).zip(x.par_chunks_exact(cells)).for_each(
            |(mut means, x)| {
                for axis in &axes {
                    let (here, rest) = means.split_at_mut(axis.cells);
                    axis.means(x, here);
                    means = rest;
                }
            },
        );
        Ok(output(means, [&layout.dims()[..2], &[places]].concat()))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        gradient.contiguous()?.apply_op1_no_bwd(&Spread { dims: x.dims().to_vec() }).map(Some)
    }
}

impl Axis {
    fn means(self, x: &[f32], means: &mut [f32]) {
        if self.after == 1 {
            for row in x.chunks_exact(self.cells) {
                means.iter_mut().zip(row).for_each(|(mean, x)| *mean += x);
            }
        } else {
            for (place, row) in x.chunks_exact(self.after).enumerate() {
                means[place % self.cells] += sum(row);
            }
        }
        let share = self.cells as f32 / x.len() as f32;
        for mean in means {
            *mean *= share;
        }
    }

    /// The adjoint of [`Axis::means`], added.
    fn spread(self, g: &[f32], x: &mut [f32]) {
        let share = self.cells as f32 / x.len() as f32;
        if self.after == 1 {
            for row in x.chunks_exact_mut(self.cells) {
                row.iter_mut().zip(g).for_each(|(x, g)| *x += share * g);
            }
        } else {
            for (place, row) in x.chunks_exact_mut(self.after).enumerate() {
                let g = share * g[place % self.cells];
                for x in row {
                    *x += g;
                }
            }
        }
    }
}

/// The adjoint of [`Means`].
struct Spread {
    dims: Vec<usize>,
}

impl CustomOp1 for Spread {
    fn name(&self) -> &'static str {
        "axis-means-adjoint"
    }

    fn cpu_fwd(&self, g: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let axes = Axis::all(&self.dims[2..]);
        let (places, cells) = (layout.dims()[2], self.dims[2..].iter().product::<usize>());
        let g = values(g, layout)?;
        let mut x = zeros(g.len() / places * cells);
        x.par_chunks_exact_mut(cells).zip(g.par_chunks_exact(places)).for_each(|(x, mut g)| {
            for axis in &axes {
                let (here, rest) = g.split_at(axis.cells);
                axis.spread(here, x);
                g = rest;
            }
        });
        Ok(output(x, self.dims.as_slice()))
    }
}
