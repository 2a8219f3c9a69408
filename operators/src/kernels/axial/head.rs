//! The kernels of one head, applied to the cells of one channel.

use super::order::Order;
use crate::kernels::axis::Axis;
use crate::kernels::matrix_product::multiply;
use crate::kernels::slices::{matrix, matrix_mut};
use ndarray::{Array2, ArrayView2, ArrayViewMut2};

impl Axis {
    /// `z(…, i, …) ← k z(…, i, …) + Σ_j K(i, j) v(…, j, …)`, given Kᵀ.
    fn apply(self, transposed: ArrayView2<'_, f32>, v: &[f32], keep: f32, z: &mut [f32]) {
        if self.stride == 1 {
            let shape = (v.len() / self.cells, self.cells);
            let (v, mut z) = (matrix(v, shape), matrix_mut(z, shape));
            return multiply(1.0, &v, &transposed, keep, &mut z);
        }
        let size = self.cells * self.stride;
        for (v, z) in v.chunks_exact(size).zip(z.chunks_exact_mut(size)) {
            let shape = (self.cells, self.stride);
            multiply(1.0, &transposed.t(), &matrix(v, shape), keep, &mut matrix_mut(z, shape));
        }
    }

    /// `K(i, j) ← K(i, j) + Σ g(…, i, …) v(…, j, …)`
    fn add_kernel(self, g: &[f32], v: &[f32], mut kernel: ArrayViewMut2<'_, f32>) {
        if self.stride == 1 {
            let shape = (v.len() / self.cells, self.cells);
            return multiply(1.0, &matrix(g, shape).t(), &matrix(v, shape), 1.0, &mut kernel);
        }
        let size = self.cells * self.stride;
        for (g, v) in g.chunks_exact(size).zip(v.chunks_exact(size)) {
            let shape = (self.cells, self.stride);
            multiply(1.0, &matrix(g, shape), &matrix(v, shape).t(), 1.0, &mut kernel);
        }
    }
}

/// The kernels of one head of one sample.
pub(super) struct Head<'a> {
    order: Order,
    axes: &'a [Axis],
    kernels: Vec<ArrayView2<'a, f32>>,
    transposed: Vec<Array2<f32>>,
}

impl<'a> Head<'a> {
    /// From the values of the kernels, axis after axis.
    pub(super) fn new(order: Order, axes: &'a [Axis], mut kernels: &'a [f32]) -> Self {
        let kernel = |axis: &Axis| {
            let (front, rest) = kernels.split_at(axis.cells * axis.cells);
            kernels = rest;
            matrix(front, (axis.cells, axis.cells))
        };
        let kernels: Vec<_> = axes.iter().map(kernel).collect();
        let transposed = kernels.iter().map(|kernel| kernel.t().as_standard_layout().into_owned());
        Self { order, axes, transposed: transposed.collect(), kernels }
    }

    /// Kᵀ.
    fn transposed(&self, axis: usize) -> ArrayView2<'_, f32> {
        self.transposed[axis].view()
    }

    /// The number of intermediate values that [`Self::forward`] writes for a channel of `cells` cells.
    pub(super) fn intermediate(&self, cells: usize) -> usize {
        if self.order == Order::Chained { (self.axes.len() - 1) * cells } else { 0 }
    }

    /// Applies kernels to a channel. Chained: all kernels one after another, with the results of all but the last
    /// as intermediate values. Parallel: only the kernel of the axis `number`.
    pub(super) fn forward(
        &self,
        number: usize,
        v: &[f32],
        intermediate: &mut [f32],
        z: &mut [f32],
    ) {
        match self.order {
            Order::Parallel => self.axes[number].apply(self.transposed(number), v, 0.0, z),
            Order::Chained => {
                let mut input = v;
                for (number, result) in intermediate.chunks_exact_mut(v.len()).enumerate() {
                    self.axes[number].apply(self.transposed(number), input, 0.0, result);
                    input = result;
                }
                let last = self.axes.len() - 1;
                self.axes[last].apply(self.transposed(last), input, 0.0, z);
            }
        }
    }

    /// From the gradients of the results of [`Self::forward`], writes that of v and returns those of the
    /// kernels. The intermediate values are overwritten.
    pub(super) fn backward(
        &self,
        v: &[f32],
        intermediate: &mut [f32],
        of_z: &[&[f32]],
        of_v: &mut [f32],
    ) -> Vec<f32> {
        let mut of_kernels = vec![0.0; self.kernels.iter().map(ArrayView2::len).sum()];
        let parts = self.parts(&mut of_kernels);
        match self.order {
            Order::Parallel => self.backward_parallel(v, of_z, of_v, parts),
            Order::Chained => self.backward_chain(v, intermediate, of_z[0], of_v, parts),
        }
        of_kernels
    }

    /// The gradient of each kernel as a matrix.
    fn parts<'b>(&self, mut of_kernels: &'b mut [f32]) -> Vec<ArrayViewMut2<'b, f32>> {
        let mut parts = Vec::new();
        for axis in self.axes {
            let (front, rest) = of_kernels.split_at_mut(axis.cells * axis.cells);
            parts.push(matrix_mut(front, (axis.cells, axis.cells)));
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

    /// The gradient of the input of each kernel overwrites that input.
    fn backward_chain(
        &self,
        v: &[f32],
        mut intermediate: &mut [f32],
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
            let (rest, input) = intermediate.split_at_mut(before * v.len());
            axis.add_kernel(g, input, of_kernel);
            axis.apply(self.kernels[number], g, 0.0, input);
            (intermediate, g) = (rest, input);
        }
    }
}
