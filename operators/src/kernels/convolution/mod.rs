//! Convolutions with any stencil along each axis.

mod block; // convolutions with group norm and gelu as one kernel
mod convolved; // some output channels of a convolution, panel by panel
mod depthwise; // the depthwise convolution as a kernel
mod line; // rows of cells of which every tap reads one contiguous piece
mod merged; // stencils without redundant taps
mod plain; // the convolution as a kernel
mod products; // a convolution and its two derivatives, for batches
mod stencil; // which cells the taps read along one axis, and padding
mod tap; // one tap of a stencil: gathers, and their adjoints
mod unfolding; // the layout of planes, and the order of output cells

pub(crate) use block::{BlockKernel, BlockLayer};
pub(crate) use depthwise::DepthwiseKernel;
pub(crate) use plain::ConvolutionKernel;
pub(crate) use products::Products;
pub use stencil::{Padding, Stencil};
