//! The benchmark: cases, suites, baselines, metrics, evaluation, and the command line.
//!
//! The functions [`generate`], [`train`] and [`evaluate`] each turn one kind of data into the next. A
//! [`Plan`] calls them for all steps of a [`Suite`] that are not done.

pub mod baselines;
mod case;
mod catalogue;
mod cfdbench;
mod check_operator;
pub mod climate;
pub mod commands;
mod error;
mod evaluate;
mod export;
mod generate;
mod launcher;
pub mod metrics;
mod name;
mod number;
mod plan;
mod processor;
mod progress;
mod provenance;
mod suite;
mod train;
mod validate;

pub use case::{Case, Distribution, Drawn, Extrapolate, Reference, Refine, Roles, Side, SplitBy};
pub(crate) use catalogue::{DOCUMENTATION, Documentation, case_texts, suite_texts};
pub use catalogue::{case_names, find_case, find_suite, suite_names};
pub use cfdbench::Point;
pub use check_operator::{OperatorCheck, OperatorSeverity, check_operator};
pub use data::Stop;
pub use error::BenchError;
pub use evaluate::{Evaluation, SurrogateIdentity, TestSet, evaluate, score};
pub use export::{About, ExportLayout, Exported, LAYOUTS, Selection, export};
pub use generate::{Forecast, Generated, Shard, begin, forecast, generate, solve_missing};
pub(crate) use generate::{sample_bytes, solve_sample, spread};
pub use plan::{Estimate, Failure, Outline, Paths, Plan, Step, StepContext};
pub use progress::Progress;
pub use provenance::{commit, machine, solver};
pub(crate) use provenance::{evaluation_source, report_source, samples_source, training_source};
pub use suite::{MetricSpec, Suite, SurrogateSource, SurrogateSpec};
pub use train::{Training, train};
pub use validate::{Finding, Severity, Verdict, validate};
