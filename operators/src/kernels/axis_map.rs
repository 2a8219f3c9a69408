//! A fixed linear map along one axis.

use super::matrix_product::multiply;
use super::slices::{matrix, matrix_mut, zeros};
use crate::autograd::{Gradient, Kernel, Operand, Output};
use candle_core::Result;
use ndarray::Array2;
use rayon::prelude::*;
use std::sync::Arc;

/// `y_i = Σ_j M_ij x_j` along one axis; see [`AxisMap`](crate::layers::AxisMap).
#[derive(Clone)]
pub(crate) struct AlongAxis {
    /// The index of the axis; batch and channels are axes 0 and 1.
    pub(crate) axis: usize,
    pub(crate) matrix: Arc<Array2<f32>>,
}

impl AlongAxis {
    /// The shape of the result.
    pub(crate) fn shape(&self, dims: &[usize]) -> Vec<usize> {
        let mut shape = dims.to_vec();
        shape[self.axis] = self.matrix.nrows();
        shape
    }
}

impl Kernel<1> for AlongAxis {
    const NAME: &'static str = "axis-map";

    fn forward(&self, [x]: [Operand; 1]) -> Result<Output> {
        let stride = x.dims()[self.axis + 1..].iter().product();
        Ok(Output::new(mapped(&self.matrix, x.values, stride), self.shape(x.dims())))
    }

    /// `Mᵀ g`.
    fn backward(&self, [x]: [Operand; 1], _: Operand, g: &[f32]) -> Result<[Gradient; 1]> {
        let stride = x.dims()[self.axis + 1..].iter().product();
        let transposed = self.matrix.t().as_standard_layout().into_owned();
        Ok([mapped(&transposed, g, stride).into()])
    }
}

/// `M x` along the axis with this stride.
fn mapped(map: &Array2<f32>, x: &[f32], stride: usize) -> Vec<f32> {
    /// The number of lines per task if the axis is the last one.
    const LINES: usize = 256;
    let (m, n) = map.dim();
    let mut y = zeros(x.len() / n * m);
    if stride == 1 {
        y.par_chunks_mut(LINES * m).zip(x.par_chunks(LINES * n)).for_each(|(y, x)| {
            let lines = x.len() / n;
            let (x, mut y) = (matrix(x, (lines, n)), matrix_mut(y, (lines, m)));
            multiply(1.0, &x, &map.t(), 0.0, &mut y);
        });
    } else {
        y.par_chunks_mut(m * stride).zip(x.par_chunks(n * stride)).for_each(|(y, x)| {
            let (x, mut y) = (matrix(x, (n, stride)), matrix_mut(y, (m, stride)));
            multiply(1.0, map, &x, 0.0, &mut y);
        });
    }
    y
}
