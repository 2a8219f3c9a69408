//! CPU code of the layers, in `f32`, vectorized and parallel. No result depends on the number of threads.

pub(crate) mod activation; // functions of one value, and their derivatives
pub(crate) mod axial; // kernels along the axes, a norm and a linear map
pub(crate) mod axis; // the shape of one axis of contiguous cells
pub(crate) mod convolution; // stencils, and convolutions with any stencil along each axis
pub(crate) mod correlation; // sums over cells of products of rows
pub(crate) mod dots; // scalar products of long rows
pub(crate) mod gelu; // the Gaussian error linear unit, erf and exp
pub(crate) mod matrix_product; // C ← α A B + β C
pub(crate) mod pointwise; // linear maps of the channels of every cell, and chains of them
pub(crate) mod scratch; // memory for intermediate values, reused between calls
pub(crate) mod slice_attention; // slice weights, from cells to slices and back
pub(crate) mod slices; // tensors as contiguous slices, sums, blocks
pub(crate) mod spectral; // truncated Fourier transforms, and products of modes
pub(crate) mod tile; // the innermost loop of all products
