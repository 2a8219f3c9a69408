//! The whole of [`AxialMixing`](crate::layers::AxialMixing) as one operation on a CPU.
//!
//! What the kernels make is several times larger than what goes in and comes out. It is made of one
//! head of one sample at a time, normalized while in the caches, mixed, and forgotten; the
//! derivative makes it once more.

use super::rows::Head;
use crate::kernels::axis::Axis;
use crate::kernels::correlation::add_products;
use crate::kernels::matrix_product::multiply;
use crate::kernels::slices::{
    Reading, blocks, blocks_mut, matrix, output, sum, sum_of, values, zeros,
};
use crate::layers::Order;
use crate::layers::Scale;
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use ndarray::{Array2, ArrayView2, s};
use rayon::prelude::*;

/// Cells of a task of a matrix product.
const BLOCK: usize = 1024;

/// Of v, all kernels of a head one after the other, and the weight.
pub(crate) struct Mix {
    pub(crate) order: Order,
}

/// Sizes of everything.
struct Sizes {
    batch: usize,
    heads: usize,
    /// Channels of a head, in and out of the kernels.
    each: usize,
    made: usize,
    axes: Vec<Axis>,
    cells: usize,
    /// Values of a head's kernels.
    kernels: usize,
    out: usize,
}

impl Mix {
    fn sizes(&self, v: &[usize], kernels: &[usize], weight: &[usize]) -> Sizes {
        let axes = Axis::all(&v[2..]);
        let each = v[1] / kernels[1];
        let copies = if self.order == Order::Parallel { axes.len() } else { 1 };
        Sizes {
            batch: v[0],
            heads: kernels[1],
            each,
            made: copies * each,
            cells: v[2..].iter().product(),
            axes,
            kernels: kernels[2],
            out: weight[0],
        }
    }
}

impl Sizes {
    /// Where a head's values and kernels are.
    fn head<'a>(
        &'a self,
        order: Order,
        (sample, head): (usize, usize),
        (v, kernels): (&'a [f32], &'a [f32]),
    ) -> (&'a [f32], Head<'a>) {
        let (place, size) = (sample * self.heads + head, self.each * self.cells);
        let kernels = &kernels[place * self.kernels..][..self.kernels];
        (&v[place * size..][..size], Head::new(order, &self.axes, kernels))
    }

    /// Writes what a head's kernels make, normalized, and what there is between kernels; returns one
    /// over the deviations.
    fn make(&self, v: &[f32], head: &Head, between: &mut [Vec<f32>], z: &mut [f32]) -> Vec<f32> {
        let rows = z.par_chunks_exact_mut(self.cells).zip(between).enumerate();
        let make = |(row, (z, between)): (usize, (&mut [f32], &mut Vec<f32>))| {
            let channel = row % self.each;
            between.resize(head.between(self.cells), 0.0);
            head.forward(row / self.each, &v[channel * self.cells..][..self.cells], between, z);
            let scale = Scale::of(z);
            for z in z {
                *z = scale.normal(*z);
            }
            scale.inverse
        };
        rows.map(make).collect()
    }

    fn columns<'a>(&self, weight: &'a [f32], head: usize) -> ArrayView2<'a, f32> {
        let all = matrix(weight, (self.out, self.heads * self.made));
        all.slice_move(s![.., head * self.made..(head + 1) * self.made])
    }
}

/// `C ← A B + k C`, some columns a task.
fn multiply_in_blocks(a: ArrayView2<'_, f32>, b: &[f32], keep: f32, c: &mut [f32], cells: usize) {
    let products = blocks(b, [a.ncols(), cells], BLOCK).into_par_iter();
    products
        .zip(blocks_mut(c, [a.nrows(), cells], BLOCK))
        .for_each(|(b, mut c)| multiply(1.0, &a, &b, keep, &mut c));
}

impl CustomOp3 for Mix {
    fn name(&self) -> &'static str {
        "axial-mixing"
    }

    fn cpu_fwd(
        &self,
        v: &CpuStorage,
        layout: &Layout,
        kernels: &CpuStorage,
        layout_kernels: &Layout,
        weight: &CpuStorage,
        layout_weight: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let sizes = self.sizes(layout.dims(), layout_kernels.dims(), layout_weight.dims());
        let inputs = (values(v, layout)?, values(kernels, layout_kernels)?);
        let weight = values(weight, layout_weight)?;
        let mut y = zeros(sizes.batch * sizes.out * sizes.cells);
        let mut z = vec![0.0; sizes.made * sizes.cells];
        let mut between = vec![Vec::new(); sizes.made];
        for (sample, y) in y.chunks_exact_mut(sizes.out * sizes.cells).enumerate() {
            for number in 0..sizes.heads {
                let (v, head) = sizes.head(self.order, (sample, number), inputs);
                sizes.make(v, &head, &mut between, &mut z);
                let keep = if number == 0 { 0.0 } else { 1.0 };
                multiply_in_blocks(sizes.columns(weight, number), &z, keep, y, sizes.cells);
            }
        }
        Ok(output(y, [&[sizes.batch, sizes.out], &layout.dims()[2..]].concat()))
    }

    fn bwd(
        &self,
        v: &Tensor,
        kernels: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        let sizes = self.sizes(v.dims(), kernels.dims(), weight.dims());
        let readings = [v, kernels, weight, &gradient].map(Reading::of);
        let [v_values, kernel_values, weight_values, g] = readings.each_ref().map(Reading::values);
        let mut backward = Backward::new(&sizes);
        backward.run(self.order, (v_values?, kernel_values?), weight_values?, g?);
        let there = |values: Vec<f32>, like: &Tensor| {
            Tensor::from_vec(values, like.shape(), like.device()).map(Some)
        };
        let of_weight = backward.of_weight.t().iter().copied().collect();
        Ok((
            there(backward.of_v, v)?,
            there(backward.of_kernels, kernels)?,
            there(of_weight, weight)?,
        ))
    }
}

/// The derivative, and what it needs on the way.
struct Backward<'a> {
    sizes: &'a Sizes,
    z: Vec<f32>,
    /// Of every row of z.
    between: Vec<Vec<f32>>,
    of_z: Vec<f32>,
    of_v: Vec<f32>,
    of_kernels: Vec<f32>,
    /// `[head·made, out]`.
    of_weight: Array2<f32>,
}

impl<'a> Backward<'a> {
    fn new(sizes: &'a Sizes) -> Self {
        let heads = sizes.batch * sizes.heads;
        Self {
            sizes,
            z: vec![0.0; sizes.made * sizes.cells],
            between: vec![Vec::new(); sizes.made],
            of_z: vec![0.0; sizes.made * sizes.cells],
            of_v: zeros(heads * sizes.each * sizes.cells),
            of_kernels: vec![0.0; heads * sizes.kernels],
            of_weight: Array2::zeros((sizes.heads * sizes.made, sizes.out)),
        }
    }

    fn run(&mut self, order: Order, inputs: (&[f32], &[f32]), weight: &[f32], g: &[f32]) {
        let sizes = self.sizes;
        for (sample, g) in g.chunks_exact(sizes.out * sizes.cells).enumerate() {
            for number in 0..sizes.heads {
                let (v, head) = sizes.head(order, (sample, number), inputs);
                let inverse = sizes.make(v, &head, &mut self.between, &mut self.z);
                self.weights(number, g);
                let columns = sizes.columns(weight, number);
                multiply_in_blocks(columns.t(), g, 0.0, &mut self.of_z, sizes.cells);
                self.norm(&inverse);
                self.kernels(sample * sizes.heads + number, v, &head);
            }
        }
    }

    /// `Σ z gᵀ`, added.
    fn weights(&mut self, head: usize, g: &[f32]) {
        let (&Sizes { made, out, cells, .. }, first) = (self.sizes, head * self.sizes.made);
        let of_weight = self.of_weight.as_slice_mut().expect("it is in order");
        let of_head = &mut of_weight[first * out..][..made * out];
        add_products([&self.z, g], [cells; 2], cells, of_head, out);
    }

    /// `(g − mean g − z mean(g z)) / σ` of every channel.
    fn norm(&mut self, inverse: &[f32]) {
        let cells = self.sizes.cells;
        let rows = self.of_z.par_chunks_exact_mut(cells).zip(self.z.par_chunks_exact(cells));
        rows.zip(inverse).for_each(|((g, z), inverse)| {
            let mean = sum(g) / cells as f32;
            let slope = sum_of(g, z, |g, z| g * z) / cells as f32;
            for (g, z) in g.iter_mut().zip(z) {
                *g = inverse * (*g - mean - slope * z);
            }
        });
    }

    /// Through the kernels; those of the channels are added in order.
    fn kernels(&mut self, place: usize, v: &[f32], head: &Head) {
        let Sizes { each, made, cells, kernels, .. } = self.sizes;
        let of_v = &mut self.of_v[place * each * cells..][..each * cells];
        let of_z = &self.of_z;
        let channels = of_v.par_chunks_exact_mut(*cells).zip(v.par_chunks_exact(*cells));
        let parts: Vec<Vec<f32>> = channels
            .zip(&mut self.between)
            .enumerate()
            .map(|(channel, ((of_v, v), between))| {
                let rows =
                    (channel..*made).step_by(*each).map(|row| &of_z[row * cells..][..*cells]);
                head.backward(v, between, &rows.collect::<Vec<_>>(), of_v)
            })
            .collect();
        let of_kernels = &mut self.of_kernels[place * kernels..][..*kernels];
        for part in parts {
            of_kernels.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
    }
}
