//! The experiment: which problems, posed how, meet which surrogates, and how well those do.
//!
//! Between the nouns stand free functions, one per arrow: [`generate`], [`train`], [`evaluate`];
//! the command line strings them together.

pub mod baselines;
mod case;
mod catalogue;
mod cfdbench;
pub mod commands;
mod error;
mod evaluate;
mod generate;
pub mod metrics;
mod plan;
mod progress;
mod provenance;
mod stop;
mod suite;
mod train;

pub use case::{Case, Distribution, Reference, Refine, Roles};
pub use catalogue::{case_names, find_case, find_suite, suite_names};
pub use cfdbench::Point;
pub use error::BenchError;
pub use evaluate::{Entrant, Exam, Judgement, evaluate, score};
pub use generate::{Forecast, Generated, Shard, begin, forecast, generate, solve_missing};
pub(crate) use generate::{sample_bytes, solve_sample, spread};
pub use plan::Place;
pub use progress::Progress;
pub use provenance::{commit, machine, solver};
pub(crate) use provenance::{judgement_source, operators_source};
pub use stop::Stop;
pub use suite::{Contender, Kind, Suite};
pub use train::{Training, train};
