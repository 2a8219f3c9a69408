//! A fixed linear map along one axis: resampling, or a transform.

use crate::kernels::matrix_product::multiply;
use crate::kernels::slices::{by_hand, matrix, matrix_mut, output, values, zeros};
use candle_core::{CpuStorage, CustomOp1, DType, Device, Layout, Result, Shape, Tensor};
use ndarray::Array2;
use rayon::prelude::*;
use std::sync::Arc;

/// `y_i = Σ_j M_ij x_j` along one axis; M is not learnt.
///
/// Shapes: `[…, j, …]` → `[…, i, …]`; `M [i, j]`.
pub struct AxisMap {
    along: Along,
    /// M for the composed path.
    composed: Option<Tensor>,
}

impl AxisMap {
    /// Maps along an axis of the tensor, counted with batch and channels.
    pub fn new(axis: usize, matrix: &Array2<f64>, device: &Device, dtype: DType) -> Result<Self> {
        let by_hand = device.is_cpu() && dtype == DType::F32;
        let tensor = || {
            let values: Vec<f64> = matrix.iter().copied().collect();
            Tensor::from_vec(values, matrix.dim(), &Device::Cpu)?.to_dtype(dtype)?.to_device(device)
        };
        let rounded = matrix.mapv(|x| x as f32).as_standard_layout().into_owned();
        Ok(Self {
            along: Along { axis, matrix: Arc::new(rounded) },
            composed: (!by_hand).then(tensor).transpose()?,
        })
    }

    /// Applies the map.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (Some(matrix), false) = (&self.composed, by_hand(x)) else {
            return x.contiguous()?.apply_op1(self.along.clone());
        };
        let axis = self.along.axis;
        let inner = x.dims()[axis + 1..].iter().product::<usize>();
        let lines = x.contiguous()?.reshape(((), x.dim(axis)?, inner))?;
        matrix.broadcast_matmul(&lines)?.reshape(self.along.shape(x.dims()))
    }
}

#[derive(Clone)]
struct Along {
    axis: usize,
    matrix: Arc<Array2<f32>>,
}

impl Along {
    fn shape(&self, dims: &[usize]) -> Vec<usize> {
        let mut shape = dims.to_vec();
        shape[self.axis] = self.matrix.nrows();
        shape
    }
}

impl CustomOp1 for Along {
    fn name(&self) -> &'static str {
        "axis-map"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        /// Lines a task, where the axis is the last one.
        const LINES: usize = 256;
        let (dims, x) = (layout.dims(), values(x, layout)?);
        let (m, n) = self.matrix.dim();
        let inner = dims[self.axis + 1..].iter().product::<usize>();
        let mut y = zeros(x.len() / n * m);
        if inner == 1 {
            y.par_chunks_mut(LINES * m).zip(x.par_chunks(LINES * n)).for_each(|(y, x)| {
                let lines = x.len() / n;
                let (x, mut y) = (matrix(x, (lines, n)), matrix_mut(y, (lines, m)));
                multiply(1.0, &x, &self.matrix.t(), 0.0, &mut y);
            });
        } else {
            y.par_chunks_mut(m * inner).zip(x.par_chunks(n * inner)).for_each(|(y, x)| {
                let (x, mut y) = (matrix(x, (n, inner)), matrix_mut(y, (m, inner)));
                multiply(1.0, &*self.matrix, &x, 0.0, &mut y);
            });
        }
        Ok(output(y, self.shape(dims)))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let transposed = self.matrix.t().as_standard_layout().into_owned();
        let adjoint = Self { axis: self.axis, matrix: Arc::new(transposed) };
        gradient.contiguous()?.apply_op1_no_bwd(&adjoint).map(Some)
    }
}
