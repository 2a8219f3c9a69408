//! What the runs say: surrogates and their scores, arranged by case.
//!
//! - `cost`: cost at equal error
//! - `evidence`: the runs, arranged by case
//! - `metric`: how metrics are written, and which way is better
//! - `number`: numbers as text
//! - `paired`: two surrogates compared sample by sample
//! - `stats`: means, quantiles, intervals, tests
//! - `surrogate`: one surrogate on one case, and its scores

pub(crate) mod cost;
pub(crate) mod evidence;
pub(crate) mod metric;
pub(crate) mod number;
pub(crate) mod paired;
pub(crate) mod stats;
pub(crate) mod surrogate;
