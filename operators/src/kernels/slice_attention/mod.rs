//! Slice weights, from cells to slices and back.

pub(crate) mod cells; // from the tokens of slices to cells
mod shares; // slice weights of blocks of cells, and their derivative
pub(crate) mod tokens; // from cells to the tokens of slices
