//! The order in which kernels are applied.

/// The order in which the kernels of the axes are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// One after another, each to the result of the previous one.
    Chained,
    /// Each to the same values; the results are concatenated.
    Parallel,
}
