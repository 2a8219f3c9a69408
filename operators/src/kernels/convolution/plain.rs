//! The convolution as a kernel.

use super::products::Products;
use crate::autograd::{Gradient, Kernel, Operand, Output};
use crate::kernels::slices::sums_over_cells;
use candle_core::Result;
use std::sync::Arc;

/// See [`Convolution`](crate::layers::Convolution), of x, weight and bias.
pub(crate) struct ConvolutionKernel(pub(crate) Arc<Products>);

impl Kernel<3> for ConvolutionKernel {
    const NAME: &'static str = "convolution";

    fn forward(&self, [x, weight, bias]: [Operand; 3]) -> Result<Output> {
        let (out, channels, _, _) = weight.shape.dims4()?;
        let y = self.0.convolve(x.values, weight.values, bias.values, [out, channels]);
        let [nx, ny] = self.0.outputs();
        Ok(Output::new(y, (x.dims()[0], out, nx, ny)))
    }

    fn backward(
        &self,
        [x, weight, bias]: [Operand; 3],
        output: Operand,
        g: &[f32],
    ) -> Result<[Gradient; 3]> {
        let [out, channels] = [weight.dims()[0], weight.dims()[1]];
        let [_, _, cells] = output.sizes();
        Ok([
            Gradient::of(x, || self.0.transpose(g, weight.values, [out, channels])),
            Gradient::of(weight, || self.0.correlate(g, x.values, [out, channels])),
            Gradient::of(bias, || sums_over_cells(g, out, cells)),
        ])
    }
}
