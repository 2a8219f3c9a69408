//! Differentiable operations: fused CPU kernels, and the fallback, which is composed of candle's.

mod frame; // candle's three traits of custom operations, as one
mod fused; // kernels as operations
mod kernel; // what a kernel is
mod with_derivative; // a derivative for what candle's own operations compute

pub(crate) use fused::{apply, has_kernels, is_fused};
pub(crate) use kernel::{Gradient, Kernel, Operand, Output};
pub(crate) use with_derivative::with_derivative;
