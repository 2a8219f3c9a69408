//! Convolutions with any stencil along each axis.

mod convolved; // some channels of a convolution, panel by panel
mod line; // rows of cells in which every tap reads one contiguous piece
pub(crate) mod product; // a convolution and its two derivatives, for batches
pub(crate) mod stencil; // which cells the taps read, along one axis
mod unfolding; // planes laid out for a convolution
