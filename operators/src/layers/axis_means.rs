//! Means over all axes but one.

use super::axis::Axis;
use super::slices::{by_hand, output, sum, values};
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

/// For every axis, the means over the cells of all others: `[batch, channel, …cells]` →
/// `[batch, channel, Σ_axes cells]`, axis after axis.
pub fn axis_means(x: &Tensor) -> Result<Tensor> {
    if by_hand(x) {
        return x.contiguous()?.apply_op1(Means);
    }
    let axes = 2..x.rank();
    let mean = |axis| x.mean(axes.clone().filter(|other| *other != axis).collect::<Vec<_>>());
    Tensor::cat(&axes.clone().map(mean).collect::<Result<Vec<_>>>()?, 2)
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
        let mut x = vec![0.0; g.len() / places * cells];
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
