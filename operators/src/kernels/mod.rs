//! Fused CPU kernels of the layers, on contiguous `f32` slices, vectorized and parallel.
//!
//! No result depends on the number of threads.

pub(crate) mod activation; // activations of one value, and their derivatives
pub(crate) mod axial; // kernels along the axes, a norm and a linear map
mod axis; // the axes of contiguous cells
pub(crate) mod axis_map; // a constant linear map along one axis
pub(crate) mod axis_means; // means over all axes but one
pub(crate) mod channel_scale; // a factor for every channel
pub(crate) mod convolution; // convolutions with any stencil along each axis
mod correlation; // sums over cells of products of rows
mod dots; // scalar products of long rows
pub(crate) mod gelu; // the Gaussian error linear unit, erf and exp
pub(crate) mod group_norm; // normalization of groups of channels
pub(crate) mod layer_norm; // normalization over the channels of every cell
mod matrix_product; // C ← α A B + β C
pub(crate) mod max_pool; // maximum pooling of two by two cells
pub(crate) mod pointwise; // linear maps of the channels of every cell, and chains of them
pub(crate) mod relu; // the rectified linear unit, plain and normalized
mod scratch; // memory for intermediate values, reused between calls
pub(crate) mod slice_attention; // attention between slices: from cells to slices and back
mod slices; // contiguous slices: matrices, blocks, sums, parallel writes
pub(crate) mod spectral; // truncated Fourier transforms, and products of Fourier modes
mod tile; // the innermost loop of all matrix products
