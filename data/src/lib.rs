//! The data model of eddymark: grids, states, datasets and results, in memory and on disk.
//!
//! The other crates depend on this one. It contains no equations, networks or figures. With `default-features = false`
//! it builds without libhdf5, and without [`Dataset`].
//!
//! ```text
//! Grid ── State ── Trajectory ── Sample ── Dataset      numerical solutions, in memory and on disk
//! Field, Parameter, Interval ── Info                    their meaning
//! Reliability                                           their estimated errors
//! Split ── Normalization                                which samples train, and their statistics
//! MetricInfo, Record ── Run                             results
//! Part ── Registry                                      how problems, architectures, … are named and built
//! ```

mod array_file;
mod atomic_file;
mod claim;
mod config;
#[cfg(feature = "hdf5")]
mod dataset;
mod error;
mod few_samples;
mod field;
mod file_hashes;
mod grid;
mod hash;
#[cfg(feature = "hdf5")]
mod hdf5;
#[cfg(feature = "hdf5")]
pub mod import;
mod interval;
mod json_lines;
mod magnitude;
mod metric;
mod normalize;
mod npy;
mod part_choice;
mod printable;
mod registry;
mod reliability;
mod renamed;
mod resample;
mod rng;
mod rounding;
mod run;
mod sample;
mod split;
mod state;
mod states;
mod stop;
#[cfg(feature = "hdf5")]
mod untrusted;
#[cfg(feature = "hdf5")]
mod vtk;

pub use array_file::{ARRAY_FILES, ArrayFile};
pub use atomic_file::{PendingFile, sweep, sync_folder, write_atomically};
pub use claim::{Claim, folder_without_locks};
pub use config::parse_toml;
#[cfg(feature = "hdf5")]
pub use dataset::{Dataset, DatasetHeader, SampleSummary};
pub use error::DataError;
pub use few_samples::FewSamples;
pub use field::{Channel, Field, Parameter, Rank, channels};
pub use file_hashes::{FileHashes, hash_file};
pub use grid::{Axis, Boundary, Grid};
pub use hash::{Hasher, hash_hex};
#[cfg(feature = "hdf5")]
pub use hdf5::must_have_text_path;
pub use interval::Interval;
pub use json_lines::{read_lines, write_lines};
pub use magnitude::Magnitude;
pub use metric::{Censoring, Direction, MetricInfo, MetricUnit, NumberFormat};
pub use normalize::{Moments, Normalization, NormalizationBuilder};
pub use npy::{
    Links, Npy, NpyError, NpyNumber, NpzArchive, NpzWriter, npy_header, open_regular, special,
    write_values,
};
pub use part_choice::PartChoice;
pub use printable::{is_misleading, printable, printable_in_place, printable_lines};
pub use registry::{Entry, Invalid, Part, PartError, Registry, nearest};
#[doc(hidden)]
pub use registry::{Refusal, read_part};
pub use reliability::Reliability;
pub use renamed::{FormerSpelling, Renamed};
pub use resample::{prolongate, restrict};
pub use rng::rng;
pub use rounding::is_rounding;
pub use run::{
    CaseSummary, EvaluationId, Floor, FlowStatistic, Manifest, Panel, Plane, Provenance, Record,
    ReportLayout, Run, StatisticCurve, SurrogateKind, SurrogateRecipe, SurrogateSummary, Timing,
    TrainingCurve, TrainingPoint,
};
pub use sample::{Info, MemorySource, Sample, Source};
pub use split::{Split, SplitCoverage, SplitPlan};
pub use state::{State, Trajectory};
pub use states::{Spool, States};
pub use stop::{Stop, Stopped};
#[cfg(feature = "hdf5")]
pub use untrusted::{UntrustedReader, list_file, read_untrusted_with, serve_untrusted};

/// Compiles the examples of the README.
#[cfg(all(doctest, feature = "hdf5"))]
#[doc = include_str!("../README.md")]
struct Readme;
