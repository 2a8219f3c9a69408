//! Kernels along the axes, a norm and a linear map.

mod by_hand; // the whole operation, and its derivative
mod rows; // kernels applied to the cells of one channel

pub(crate) use by_hand::Mix;
