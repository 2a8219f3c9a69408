//! The convolution, with any stencil along each axis.

use crate::kernels::convolution::product::Products;
use crate::kernels::convolution::stencil::Stencil;
use crate::kernels::slices::{by_hand, output, sum_over_cells, values};
use candle_core::{CpuStorage, CustomOp2, CustomOp3, Device, Layout, Result, Shape, Tensor};
use candle_nn::{Init, VarBuilder};
use std::sync::Arc;

/// `y_o(i, j) = b_o + Σ_{c,k,l} W_ockl x_c(i_k, j_l)`, where the stencils say which cells `i_k`, `j_l`
/// the taps k, l find for the cell i, j.
///
/// Shapes: `[batch, channel, x, y]` → `[batch, out, x', y']`; `weight [out, channel, tap, tap]`.
pub struct Convolution {
    weight: Tensor,
    bias: Tensor,
    products: Arc<Products>,
    /// For the composed path.
    indices: [Tensor; 2],
}

impl Convolution {
    /// Weights and bias uniform in ±1/√(taps²·channels), as PyTorch draws them.
    ///
    /// Panics unless both stencils have equally many taps.
    pub fn new(channels: [usize; 2], stencils: [Stencil; 2], weights: &VarBuilder) -> Result<Self> {
        let [x, y] = &stencils;
        let taps = x.taps().len();
        assert_eq!(taps, y.taps().len(), "a convolution is as wide along x as along y");
        let bound = 1.0 / ((taps * taps * channels[0]) as f64).sqrt();
        let uniform = Init::Uniform { lo: -bound, up: bound };
        let shape = (channels[1], channels[0], taps, taps);
        let device: &Device = weights.device();
        Ok(Self {
            weight: weights.get_with_hints(shape, "weight", uniform)?,
            bias: weights.get_with_hints(channels[1], "bias", uniform)?,
            indices: [x.indices(device)?, y.indices(device)?],
            products: Arc::new(Products::new(stencils)),
        })
    }

    /// What computes it, for batches.
    pub(super) fn products(&self) -> &Arc<Products> {
        &self.products
    }

    /// Weight and bias.
    pub(super) fn weights(&self) -> [&Tensor; 2] {
        [&self.weight, &self.bias]
    }

    /// Applies the convolution.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        if by_hand(x) {
            return x.contiguous()?.apply_op3(
                &self.weight,
                &self.bias,
                Convolve(self.products.clone()),
            );
        }
        // The cells under the taps side by side, then a convolution that steps over all of a cell.
        let [along_x, along_y] = &self.indices;
        let x = x.pad_with_zeros(2, 0, 1)?.pad_with_zeros(3, 0, 1)?.contiguous()?;
        let taps = x.index_select(along_x, 2)?.index_select(along_y, 3)?;
        let y = taps.conv2d(&self.weight, 0, self.weight.dim(2)?, 1, 1)?;
        y.broadcast_add(&self.bias.reshape((1, (), 1, 1))?)
    }
}

struct Convolve(Arc<Products>);

impl CustomOp3 for Convolve {
    fn name(&self) -> &'static str {
        "convolution"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        layout_weight: &Layout,
        bias: &CpuStorage,
        layout_bias: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (out, channels, _, _) = layout_weight.shape().dims4()?;
        let (weight, bias) = (values(weight, layout_weight)?, values(bias, layout_bias)?);
        let y = self.0.convolve(values(x, layout)?, weight, bias, [out, channels]);
        let [nx, ny] = self.0.outputs();
        Ok(output(y, (layout.dims()[0], out, nx, ny)))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (gradient, products) = (gradient.contiguous()?, &self.0);
        let of_x = || gradient.apply_op2_no_bwd(weight, &Transposed(products.clone()));
        Ok((
            x.track_op().then(of_x).transpose()?,
            Some(gradient.apply_op2_no_bwd(x, &WeightGradient(products.clone()))?),
            Some(sum_over_cells(&gradient)?),
        ))
    }
}

/// The gradient's value goes back to every cell that a tap found.
struct Transposed(Arc<Products>);

impl CustomOp2 for Transposed {
    fn name(&self) -> &'static str {
        "convolution-transposed"
    }

    fn cpu_fwd(
        &self,
        g: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        layout_weight: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (out, channels, _, _) = layout_weight.shape().dims4()?;
        let weight = values(weight, layout_weight)?;
        let x = self.0.transpose(values(g, layout)?, weight, [out, channels]);
        let [mx, my] = self.0.inputs();
        Ok(output(x, (layout.dims()[0], channels, mx, my)))
    }
}

/// `Σ_samples g tapsᵀ`.
struct WeightGradient(Arc<Products>);

impl CustomOp2 for WeightGradient {
    fn name(&self) -> &'static str {
        "convolution-weight-gradient"
    }

    fn cpu_fwd(
        &self,
        g: &CpuStorage,
        layout: &Layout,
        x: &CpuStorage,
        layout_x: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let [out, channels] = [layout, layout_x].map(|layout| layout.dims()[1]);
        let sums = self.0.correlate(values(g, layout)?, values(x, layout_x)?, [out, channels]);
        let [kx, ky] = self.0.taps();
        Ok(output(sums, (out, channels, kx, ky)))
    }
}
