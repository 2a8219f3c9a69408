//! A fixed linear map along one axis: resampling, or a transform.

use crate::autograd::{apply, has_kernels, is_fused};
use crate::kernels::axis_map::AlongAxis;
use candle_core::{DType, Device, Result, Tensor};
use ndarray::Array2;
use std::sync::Arc;

/// `y_i = Σ_j M_ij x_j` along one axis; M is constant.
///
/// Shapes: `[…, j, …]` → `[…, i, …]`; `M [i, j]`.
pub struct AxisMap {
    kernel: AlongAxis,
    /// M for the fallback.
    matrix: Option<Tensor>,
}

impl AxisMap {
    /// Maps along an axis of the tensor, counted with batch and channels.
    pub fn new(axis: usize, matrix: &Array2<f64>, device: &Device, dtype: DType) -> Result<Self> {
        let tensor = || {
            let values: Vec<f64> = matrix.iter().copied().collect();
            Tensor::from_vec(values, matrix.dim(), &Device::Cpu)?.to_dtype(dtype)?.to_device(device)
        };
        let rounded = matrix.mapv(|x| x as f32).as_standard_layout().into_owned();
        Ok(Self {
            kernel: AlongAxis { axis, matrix: Arc::new(rounded) },
            matrix: (!has_kernels(device, dtype)).then(tensor).transpose()?,
        })
    }

    /// Applies the map.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (Some(matrix), false) = (&self.matrix, is_fused(x)) else {
            return apply(self.kernel.clone(), [x]);
        };
        let axis = self.kernel.axis;
        let stride = x.dims()[axis + 1..].iter().product::<usize>();
        let lines = x.contiguous()?.reshape(((), x.dim(axis)?, stride))?;
        matrix.broadcast_matmul(&lines)?.reshape(self.kernel.shape(x.dims()))
    }
}
