//! Layers that candle lacks, or computes several times slower on a CPU than need be.
//!
//! On a CPU and in `f32` each is one hand-written operation with a hand-written derivative;
//! elsewhere (CUDA, `f64`) the same equation is composed of candle's own operations, where it pays
//! with a derivative composed by hand too. A test holds the two against each other. No result
//! depends on the number of threads.

mod axial;
mod axis_map;
mod axis_means;
mod convolution;
mod convolution_block;
mod coordinates;
mod depthwise;
mod functions;
mod gate;
mod group_norm;
mod layer_norm;
mod margin;
mod max_pool;
mod perceptron;
mod pointwise;
mod relu;
mod resample;
mod rotation;
mod sample_and_place;
mod slice_attention;
mod spectral;
mod spread;

pub use crate::kernels::activation::{Curve, Identity, curve};
pub use crate::kernels::convolution::stencil::{Beyond, Stencil};
pub use crate::kernels::gelu::{Gelu, gelu, gelu_sum};
pub use axial::{AxialMixing, Normal, Order};
pub use axis_map::AxisMap;
pub use axis_means::axis_means;
pub use convolution::Convolution;
pub use convolution_block::ConvolutionBlock;
pub use coordinates::{Position, coordinates, coordinates_at, with_constants};
pub use depthwise::Depthwise;
pub use functions::{Functions, centred, sum_of_functions};
pub use gate::gate;
pub use group_norm::GroupNorm;
pub(crate) use group_norm::Scale;
pub use layer_norm::LayerNorm;
pub use margin::Margin;
pub use max_pool::{halved, max_pool};
pub use perceptron::{Activation, Perceptron};
pub use pointwise::{Pointwise, added_chain, chained, pointwise};
pub use relu::{Relu, leaky_relu, normalized_relu, relu};
pub use resample::{Corners, Resample};
pub use rotation::Rotation;
pub use sample_and_place::SampleAndPlace;
pub(crate) use slice_attention::EMPTY_SLICE;
pub use slice_attention::SliceAttention;
pub(crate) use spectral::Matrices;
pub use spectral::{Fourier, SpectralByAxis, SpectralConvolution, Waves};

#[cfg(test)]
mod tests;
