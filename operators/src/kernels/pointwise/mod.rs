//! Linear maps of the channels of every cell, and chains of them with activations in between.

mod backward; // the gradients of a chain, some cells at a time
mod chain; // a chain, and its values, some cells at a time
mod chained; // a chain as a kernel
mod few; // one map of few cells
mod map; // weight and bias of a map, and the sizes of its input
mod packed; // a map with its weights packed in blocks of rows
mod single; // one map as a kernel

pub(crate) use chained::{ChainKernel, MapShape};
pub(crate) use map::WeightAndBias;
pub(crate) use packed::{Packed, lay_out};
pub(crate) use single::{MANY, PointwiseKernel};
