//! [`AxialMixing`](crate::layers::AxialMixing) with a norm over the cells of every channel, as one kernel.
//!
//! The results of the kernels along the axes are several times larger than input and output. They are
//! computed for one head of one sample at a time, normalized while they are in the caches, mixed, and
//! discarded. The backward pass recomputes them, as in gradient checkpointing.

use super::head::Head;
use super::order::Order;
use crate::autograd::{Gradient, Kernel, Operand, Output};
use crate::kernels::axis::Axis;
use crate::kernels::correlation::add_products;
use crate::kernels::group_norm::Standardization;
use crate::kernels::matrix_product::multiply;
use crate::kernels::slices::{blocks, blocks_mut, matrix, sum, sum_of, zeros};
use candle_core::Result;
use ndarray::{Array2, ArrayView2, s};
use rayon::prelude::*;

/// The number of cells per task of a matrix product.
const BLOCK: usize = 1024;

/// A function of v, of the kernels `[batch, head, …]` of all axes in one tensor, and of the weight.
pub(crate) struct MixingKernel {
    pub(crate) order: Order,
}

/// The sizes of the operands.
struct Sizes {
    batch: usize,
    heads: usize,
    /// Channels of a head before the kernels along the axes.
    channels: usize,
    /// Channels of a head after them.
    results: usize,
    axes: Vec<Axis>,
    cells: usize,
    /// Values of the kernels of a head.
    kernels: usize,
    out: usize,
}

impl MixingKernel {
    fn sizes(&self, v: Operand, kernels: Operand, weight: Operand) -> Sizes {
        let (v, kernels) = (v.dims(), kernels.dims());
        let axes = Axis::all(&v[2..]);
        let channels = v[1] / kernels[1];
        let copies = if self.order == Order::Parallel { axes.len() } else { 1 };
        Sizes {
            batch: v[0],
            heads: kernels[1],
            channels,
            results: copies * channels,
            cells: v[2..].iter().product(),
            axes,
            kernels: kernels[2],
            out: weight.dims()[0],
        }
    }
}

impl Sizes {
    /// The values and the kernels of a head.
    fn head<'a>(
        &'a self,
        order: Order,
        (sample, head): (usize, usize),
        (v, kernels): (&'a [f32], &'a [f32]),
    ) -> (&'a [f32], Head<'a>) {
        let (number, size) = (sample * self.heads + head, self.channels * self.cells);
        let kernels = &kernels[number * self.kernels..][..self.kernels];
        (&v[number * size..][..size], Head::new(order, &self.axes, kernels))
    }

    /// Writes the normalized results of the kernels of a head, and the intermediate values of every
    /// row; returns `1/√(σ² + ε)` of every row.
    fn apply(
        &self,
        v: &[f32],
        head: &Head,
        intermediate: &mut [Vec<f32>],
        z: &mut [f32],
    ) -> Vec<f32> {
        let rows = z.par_chunks_exact_mut(self.cells).zip(intermediate).enumerate();
        let apply = |(row, (z, intermediate)): (usize, (&mut [f32], &mut Vec<f32>))| {
            let v = &v[row % self.channels * self.cells..][..self.cells];
            intermediate.resize(head.intermediate(self.cells), 0.0);
            head.forward(row / self.channels, v, intermediate, z);
            let standard = Standardization::of(z);
            for z in z {
                *z = standard.apply(*z);
            }
            standard.inverse
        };
        rows.map(apply).collect()
    }

    /// The columns of the weight that belong to a head.
    fn columns<'a>(&self, weight: &'a [f32], head: usize) -> ArrayView2<'a, f32> {
        let all = matrix(weight, (self.out, self.heads * self.results));
        all.slice_move(s![.., head * self.results..(head + 1) * self.results])
    }
}

/// `C ← A B + k C`, [`BLOCK`] columns per task.
fn multiply_in_blocks(a: ArrayView2<'_, f32>, b: &[f32], keep: f32, c: &mut [f32], cells: usize) {
    let products = blocks(b, [a.ncols(), cells], BLOCK).into_par_iter();
    products
        .zip(blocks_mut(c, [a.nrows(), cells], BLOCK))
        .for_each(|(b, mut c)| multiply(1.0, &a, &b, keep, &mut c));
}

impl Kernel<3> for MixingKernel {
    const NAME: &'static str = "axial-mixing";

    fn forward(&self, [v, kernels, weight]: [Operand; 3]) -> Result<Output> {
        let sizes = self.sizes(v, kernels, weight);
        let mut y = zeros(sizes.batch * sizes.out * sizes.cells);
        let mut z = vec![0.0; sizes.results * sizes.cells];
        let mut intermediate = vec![Vec::new(); sizes.results];
        for (sample, y) in y.chunks_exact_mut(sizes.out * sizes.cells).enumerate() {
            for number in 0..sizes.heads {
                let inputs = (v.values, kernels.values);
                let (v, head) = sizes.head(self.order, (sample, number), inputs);
                sizes.apply(v, &head, &mut intermediate, &mut z);
                let keep = if number == 0 { 0.0 } else { 1.0 };
                let columns = sizes.columns(weight.values, number);
                multiply_in_blocks(columns, &z, keep, y, sizes.cells);
            }
        }
        Ok(Output::new(y, [&[sizes.batch, sizes.out], &v.dims()[2..]].concat()))
    }

    fn backward(
        &self,
        [v, kernels, weight]: [Operand; 3],
        _: Operand,
        g: &[f32],
    ) -> Result<[Gradient; 3]> {
        let sizes = self.sizes(v, kernels, weight);
        let mut backward = Backward::new(&sizes);
        backward.run(self.order, (v.values, kernels.values), weight.values, g);
        let of_weight: Vec<f32> = backward.of_weight.t().iter().copied().collect();
        Ok([backward.of_v.into(), backward.of_kernels.into(), of_weight.into()])
    }
}

/// The gradients, and the values of one head from which they are computed.
struct Backward<'a> {
    sizes: &'a Sizes,
    z: Vec<f32>,
    /// The intermediate values of every row of z.
    intermediate: Vec<Vec<f32>>,
    of_z: Vec<f32>,
    of_v: Vec<f32>,
    of_kernels: Vec<f32>,
    /// `[head·result, out]`.
    of_weight: Array2<f32>,
}

impl<'a> Backward<'a> {
    fn new(sizes: &'a Sizes) -> Self {
        let heads = sizes.batch * sizes.heads;
        Self {
            sizes,
            z: vec![0.0; sizes.results * sizes.cells],
            intermediate: vec![Vec::new(); sizes.results],
            of_z: vec![0.0; sizes.results * sizes.cells],
            of_v: zeros(heads * sizes.channels * sizes.cells),
            of_kernels: vec![0.0; heads * sizes.kernels],
            of_weight: Array2::zeros((sizes.heads * sizes.results, sizes.out)),
        }
    }

    fn run(&mut self, order: Order, inputs: (&[f32], &[f32]), weight: &[f32], g: &[f32]) {
        let sizes = self.sizes;
        for (sample, g) in g.chunks_exact(sizes.out * sizes.cells).enumerate() {
            for number in 0..sizes.heads {
                let (v, head) = sizes.head(order, (sample, number), inputs);
                let inverse = sizes.apply(v, &head, &mut self.intermediate, &mut self.z);
                self.weights(number, g);
                let columns = sizes.columns(weight, number);
                multiply_in_blocks(columns.t(), g, 0.0, &mut self.of_z, sizes.cells);
                self.norm(&inverse);
                self.kernels(sample * sizes.heads + number, v, &head);
            }
        }
    }

    /// Adds `Σ z gᵀ` to the gradient of the weight.
    fn weights(&mut self, head: usize, g: &[f32]) {
        let (&Sizes { results, out, cells, .. }, first) = (self.sizes, head * self.sizes.results);
        let of_weight = self.of_weight.as_slice_mut().expect("it is contiguous");
        let of_head = &mut of_weight[first * out..][..results * out];
        add_products([&self.z, g], [cells; 2], cells, of_head, out);
    }

    /// The gradient before the norm, `(g − mean g − z mean(g z)) / σ` of every row.
    fn norm(&mut self, inverse: &[f32]) {
        let cells = self.sizes.cells;
        let rows = self.of_z.par_chunks_exact_mut(cells).zip(self.z.par_chunks_exact(cells));
        rows.zip(inverse).for_each(|((g, z), inverse)| {
            let mean = sum(g) / cells as f32;
            let correlation = sum_of(g, z, |g, z| g * z) / cells as f32;
            for (g, z) in g.iter_mut().zip(z) {
                *g = inverse * (*g - mean - correlation * z);
            }
        });
    }

    /// The gradients of values and kernels of a head; the terms of the channels are added in order.
    fn kernels(&mut self, number: usize, v: &[f32], head: &Head) {
        let Sizes { channels, results, cells, kernels, .. } = self.sizes;
        let of_v = &mut self.of_v[number * channels * cells..][..channels * cells];
        let of_z = &self.of_z;
        let values = of_v.par_chunks_exact_mut(*cells).zip(v.par_chunks_exact(*cells));
        let parts: Vec<Vec<f32>> = values
            .zip(&mut self.intermediate)
            .enumerate()
            .map(|(channel, ((of_v, v), intermediate))| {
                let rows = (channel..*results).step_by(*channels);
                let rows: Vec<_> = rows.map(|row| &of_z[row * cells..][..*cells]).collect();
                head.backward(v, intermediate, &rows, of_v)
            })
            .collect();
        let of_kernels = &mut self.of_kernels[number * kernels..][..*kernels];
        for part in parts {
            of_kernels.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
    }
}
