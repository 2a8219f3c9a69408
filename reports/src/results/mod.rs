//! Results: the surrogates' scores, arranged by case, and their statistics.
//!
//! - `alignment`: what several runs share
//! - `by_case`: the results of all runs, arranged by case
//! - `case`: one case with the surrogates evaluated on it
//! - `climate`: what of the statistics of flows is one number
//! - `cost`: cost at equal error
//! - `extremes`: the samples at which a surrogate is best, of median rank, and worst
//! - `independence`: which of the parameters that vary are independent
//! - `measure`: what scores measure
//! - `metric`: the descriptions of metrics
//! - `number`: numbers as text
//! - `paired`: two surrogates compared sample by sample
//! - `profile`: peaks and errors of profiles
//! - `rank_value`: the value by which a surrogate is ranked
//! - `ranking`: the best values, and those that cannot be distinguished from them
//! - `score`: metrics averaged over steps, samples and seeds
//! - `statistic`: statistics of flows, with the curves of the surrogates
//! - `stats`: means, quantiles, confidence intervals, tests
//! - `surrogate`: one surrogate on one case
//! - `timing`: what limits the comparison of measured times

pub(crate) mod alignment;
pub mod by_case;
pub mod case;
pub(crate) mod climate;
pub(crate) mod cost;
pub mod extremes;
pub(crate) mod independence;
pub(crate) mod measure;
pub(crate) mod metric;
pub mod number;
pub(crate) mod paired;
pub(crate) mod profile;
pub(crate) mod rank_value;
pub(crate) mod ranking;
pub(crate) mod score;
pub(crate) mod statistic;
pub mod stats;
pub mod surrogate;
pub(crate) mod timing;
