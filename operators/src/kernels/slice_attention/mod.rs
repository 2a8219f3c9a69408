//! Attention between slices: from cells to slices and back.

mod cells; // from the tokens of slices to cells
mod slice_weights; // slice weights of blocks of cells, and their gradients
mod tokens; // from cells to the tokens of slices

pub(crate) use cells::CellsKernel;
pub(crate) use tokens::{EPSILON, TokensKernel};
