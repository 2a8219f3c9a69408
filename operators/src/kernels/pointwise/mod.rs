//! Linear maps of the channels of every cell, and chains of them.

mod back; // the derivative of a chain, some cells at a time
mod few; // maps of few cells
mod many; // maps of many cells
pub(crate) mod map; // maps and chains as operations
pub(crate) mod packed; // maps laid out in blocks of rows
