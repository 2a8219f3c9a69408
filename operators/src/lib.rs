//! Guesses: neural operators, and whatever else can be rolled out.

mod error;
mod surrogate;

pub use error::OperatorError;
pub use surrogate::{Surrogate, Task};
