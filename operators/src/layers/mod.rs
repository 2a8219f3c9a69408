//! Layers of neural operators that candle lacks, or computes slowly on CPUs.
//!
//! A file has the equation of a layer, its weights and its forward pass. On a CPU and in `f32` a layer is a
//! fused kernel (`kernels/`) with its own derivative. Elsewhere, on CUDA devices and in `f64`, the fallback
//! composes the same equation of candle's operations, some of them with a derivative of their own. Tests
//! compare the two. No result depends on the number of threads.

mod activation; // elementwise activations
mod axial; // attention along the axes: one kernel per axis, a norm and a linear map
mod axis_map; // a constant linear map along one axis
mod axis_means; // means over all axes but one
mod channel_scale; // a factor for every channel
mod convolution; // the convolution, with any stencil along each axis
mod convolution_block; // convolutions with group norm and gelu
mod coordinates; // the coordinates of cells
mod depthwise; // the depthwise convolution
mod domain_padding; // zeros after the last cell of every axis
mod gelu; // the Gaussian error linear unit
mod group_norm; // group normalization
mod layer_norm; // layer normalization
mod max_pool; // maximum pooling
mod perceptron; // the multilayer perceptron
mod pointwise; // a linear map of the channels of every cell, and chains of such maps
mod relu; // the rectified linear unit, plain, leaky and normalized
mod resample; // bicubic interpolation to another number of cells
mod rotation; // rotary position embedding
mod sample_and_position; // the first layer of a perceptron of parameters and position
mod slice_attention; // attention between slices of the domain
mod spectral; // the convolution of a Fourier layer
mod sums; // sums and broadcasts as matrix products, for the fallback
mod trunk; // the trunk network of a `DeepONet`, and linear combinations of its functions

pub use crate::kernels::convolution::{Padding, Stencil};
pub use activation::{Activation, Identity, activated};
pub use axial::{AxialMixing, Normal, Order};
pub use axis_map::AxisMap;
pub use axis_means::axis_means;
pub use channel_scale::channel_scale;
pub use convolution::Convolution;
pub use convolution_block::ConvolutionBlock;
pub use coordinates::{Position, coordinates, coordinates_at, with_constants};
pub use depthwise::Depthwise;
pub use domain_padding::DomainPadding;
pub use gelu::{Gelu, gelu, gelu_sum};
pub use group_norm::GroupNorm;
pub use layer_norm::LayerNorm;
pub use max_pool::{halved, max_pool};
pub use perceptron::{ActivationKind, Perceptron};
pub use pointwise::{Pointwise, added_chain, chained, pointwise};
pub use relu::{Relu, leaky_relu, normalized_relu, relu};
pub use resample::{Corners, Resample};
pub use rotation::Rotation;
pub use sample_and_position::SampleAndPosition;
pub use slice_attention::SliceAttention;
pub use spectral::{Fourier, FourierModes, SpectralByAxis, SpectralConvolution};
pub use trunk::{TrunkNetwork, centred_coordinates, linear_combination};

#[cfg(test)]
mod tests;
