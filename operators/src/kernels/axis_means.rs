//! Means over all axes but one.

use super::axis::Axis;
use super::slices::{sum, zeros};
use crate::autograd::{Gradient, Kernel, Operand, Output};
use candle_core::Result;
use rayon::prelude::*;

/// See [`axis_means`](crate::layers::axis_means).
pub(crate) struct AxisMeans;

impl Kernel<1> for AxisMeans {
    const NAME: &'static str = "axis-means";

    fn forward(&self, [x]: [Operand; 1]) -> Result<Output> {
        let axes = Axis::all(&x.dims()[2..]);
        let cells: usize = axes.iter().map(|axis| axis.cells).product();
        let count: usize = axes.iter().map(|axis| axis.cells).sum();
        let mut means = vec![0.0; x.values.len() / cells * count];
        means.par_chunks_exact_mut(count).zip(x.values.par_chunks_exact(cells)).for_each(
            |(mut means, x)| {
                for axis in &axes {
                    let (of_axis, rest) = means.split_at_mut(axis.cells);
                    axis.means(x, of_axis);
                    means = rest;
                }
            },
        );
        Ok(Output::new(means, [&x.dims()[..2], &[count]].concat()))
    }

    fn backward(&self, [x]: [Operand; 1], _: Operand, g: &[f32]) -> Result<[Gradient; 1]> {
        let axes = Axis::all(&x.dims()[2..]);
        let cells: usize = axes.iter().map(|axis| axis.cells).product();
        let count: usize = axes.iter().map(|axis| axis.cells).sum();
        let mut of_x = zeros(x.values.len());
        of_x.par_chunks_exact_mut(cells).zip(g.par_chunks_exact(count)).for_each(
            |(of_x, mut g)| {
                for axis in &axes {
                    let (of_axis, rest) = g.split_at(axis.cells);
                    axis.add_adjoint(of_axis, of_x);
                    g = rest;
                }
            },
        );
        Ok([of_x.into()])
    }
}

impl Axis {
    /// Adds the sums over all other axes to `means`, and divides by the number of terms.
    fn means(self, x: &[f32], means: &mut [f32]) {
        if self.stride == 1 {
            for row in x.chunks_exact(self.cells) {
                means.iter_mut().zip(row).for_each(|(mean, x)| *mean += x);
            }
        } else {
            for (number, row) in x.chunks_exact(self.stride).enumerate() {
                means[number % self.cells] += sum(row);
            }
        }
        let weight = self.cells as f32 / x.len() as f32;
        for mean in means {
            *mean *= weight;
        }
    }

    /// Adds the adjoint of [`Self::means`].
    fn add_adjoint(self, g: &[f32], x: &mut [f32]) {
        let weight = self.cells as f32 / x.len() as f32;
        if self.stride == 1 {
            for row in x.chunks_exact_mut(self.cells) {
                row.iter_mut().zip(g).for_each(|(x, g)| *x += weight * g);
            }
        } else {
            for (number, row) in x.chunks_exact_mut(self.stride).enumerate() {
                let g = weight * g[number % self.cells];
                for x in row {
                    *x += g;
                }
            }
        }
    }
}
