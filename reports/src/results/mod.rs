//! What the runs say: surrogates and their scores, arranged by case.
//!
//! - `evidence`: the runs, arranged by case
//! - `metric`: how metrics are written, and which way is better
//! - `number`: numbers as text
//! - `stats`: means, quantiles, intervals, tests
//! - `surrogate`: one surrogate on one case, and its scores

pub(crate) mod evidence;
pub(crate) mod metric;
pub(crate) mod number;
pub(crate) mod stats;
pub(crate) mod surrogate;
