//! Kernels along the axes, a norm and a linear map of the channels.

mod head; // the kernels of one head, applied to one channel
mod mixing; // the whole operation and its gradients
mod order; // the order in which kernels are applied

pub(crate) use mixing::MixingKernel;
pub use order::Order;
