//! Kernels applied to the cells of one channel.

use crate::kernels::axis::Axis;
use crate::kernels::matrix_product::multiply;
use crate::kernels::slices::{matrix, matrix_mut};
use crate::layers::Order;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};

impl Axis {
    /// `z(…, i, …) ← k z(…, i, …) + Σ_j K(i, j) v(…, j, …)`, of Kᵀ row by row.
    fn apply(self, across: ArrayView2<'_, f32>, v: &[f32], keep: f32, z: &mut [f32]) {
        if self.after == 1 {
            let shape = (v.len() / self.cells, self.cells);
            let (v, mut z) = (matrix(v, shape), matrix_mut(z, shape));
            return multiply(1.0, &v, &across, keep, &mut z);
        }
        let size = self.cells * self.after;
        for (v, z) in v.chunks_exact(size).zip(z.chunks_exact_mut(size)) {
            let shape = (self.cells, self.after);
            multiply(1.0, &across.t(), &matrix(v, shape), keep, &mut matrix_mut(z, shape));
        }
    }

    /// `K(i, j) ← K(i, j) + Σ g(…, i, …) v(…, j, …)`
    fn add_kernel(self, g: &[f32], v: &[f32], mut kernel: ArrayViewMut2<'_, f32>) {
        if self.after == 1 {
            let shape = (v.len() / self.cells, self.cells);
            return multiply(1.0, &matrix(g, shape).t(), &matrix(v, shape), 1.0, &mut kernel);
        }
        let size = self.cells * self.after;
        for (g, v) in g.chunks_exact(size).zip(v.chunks_exact(size)) {
            let shape = (self.cells, self.after);
            multiply(1.0, &matrix(g, shape), &matrix(v, shape).t(), 1.0, &mut kernel);
        }
    }
}

/// One head's kernels of one sample.
pub(super) struct Head<'a> {
    order: Order,
    axes: &'a [Axis],
    kernels: Vec<ArrayView2<'a, f32>>,
    /// Transposed.
    across: Vec<Array2<f32>>,
}

impl<'a> Head<'a> {
    /// Of kernels one after the other.
    pub(super) fn new(order: Order, axes: &'a [Axis], mut kernels: &'a [f32]) -> Self {
        let kernel = |axis: &Axis| {
            let (here, rest) = kernels.split_at(axis.cells * axis.cells);
            kernels = rest;
            matrix(here, (axis.cells, axis.cells))
        };
        let kernels: Vec<_> = axes.iter().map(kernel).collect();
        let across = kernels.iter().map(|kernel| kernel.t().as_standard_layout().into_owned());
        Self { order, axes, across: across.collect(), kernels }
    }

    /// Kᵀ.
    fn across(&self, number: usize) -> ArrayView2<'_, f32> {
        self.across[number].view()
    }

    /// How many values [`Self::forward`] leaves between kernels, of so many cells.
    pub(super) fn between(&self, cells: usize) -> usize {
        if self.order == Order::Chained { (self.axes.len() - 1) * cells } else { 0 }
    }

    /// Writes what kernels make of a channel: all of them in a chain, with what each but the last
    /// makes, or the one of that number.
    pub(super) fn forward(&self, number: usize, v: &[f32], between: &mut [f32], z: &mut [f32]) {
        match self.order {
            Order::Parallel => self.axes[number].apply(self.across(number), v, 0.0, z),
            Order::Chained => {
                let mut given = v;
                for (number, made) in between.chunks_exact_mut(v.len()).enumerate() {
                    self.axes[number].apply(self.across(number), given, 0.0, made);
                    given = made;
                }
                let last = self.axes.len() - 1;
                self.axes[last].apply(self.across(last), given, 0.0, z);
            }
        }
    }

    /// From the gradients of what [`Self::forward`] writes, that of v, written, and those of the
    /// kernels, returned. What there is between kernels is overwritten.
    pub(super) fn backward(
        &self,
        v: &[f32],
        between: &mut [f32],
        of_z: &[&[f32]],
        of_v: &mut [f32],
    ) -> Vec<f32> {
        let mut of_kernels = vec![0.0; self.kernels.iter().map(ArrayView2::len).sum()];
        let parts = self.parts(&mut of_kernels);
        match self.order {
            Order::Parallel => self.backward_parallel(v, of_z, of_v, parts),
            Order::Chained => self.backward_chain(v, between, of_z[0], of_v, parts),
        }
        of_kernels
    }

    /// Each axis' part of all kernels' gradients.
    fn parts<'b>(&self, mut of_kernels: &'b mut [f32]) -> Vec<ArrayViewMut2<'b, f32>> {
        let mut parts = Vec::new();
        for axis in self.axes {
            let (here, rest) = of_kernels.split_at_mut(axis.cells * axis.cells);
            parts.push(matrix_mut(here, (axis.cells, axis.cells)));
            of_kernels = rest;
        }
        parts
    }

    fn backward_parallel(
        &self,
        v: &[f32],
        of_z: &[&[f32]],
        of_v: &mut [f32],
        of_kernels: Vec<ArrayViewMut2<'_, f32>>,
    ) {
        let mut keep = 0.0;
        for (number, of_kernel) in of_kernels.into_iter().enumerate() {
            let (axis, g) = (self.axes[number], of_z[number]);
            axis.add_kernel(g, v, of_kernel);
            axis.apply(self.kernels[number], g, keep, of_v);
            keep = 1.0;
        }
    }

    /// Each kernel's gradient takes the place of what it was given.
    fn backward_chain(
        &self,
        v: &[f32],
        mut between: &mut [f32],
        of_z: &[f32],
        of_v: &mut [f32],
        of_kernels: Vec<ArrayViewMut2<'_, f32>>,
    ) {
        let mut g = of_z;
        for (number, of_kernel) in of_kernels.into_iter().enumerate().rev() {
            let axis = self.axes[number];
            let Some(before) = number.checked_sub(1) else {
                axis.add_kernel(g, v, of_kernel);
                return axis.apply(self.kernels[number], g, 0.0, of_v);
            };
            let (rest, given) = between.split_at_mut(before * v.len());
            axis.add_kernel(g, given, of_kernel);
            axis.apply(self.kernels[number], g, 0.0, given);
            (between, g) = (rest, given);
        }
    }
}
