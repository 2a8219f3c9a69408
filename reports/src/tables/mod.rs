//! Tables. Each is a file, and two lines here.

mod climate;
mod comparison;
mod cost;
mod leaderboard;
mod metrics;
mod per_case;
mod recipes;
mod samples;
mod significance;
mod splits;

use crate::results::by_case::Results;
use crate::sheet::Sheet;
use data::{Registry, entry};

pub use climate::Climate;
pub(crate) use climate::METRICS as CLIMATE_METRICS;
pub use comparison::Comparison;
pub use cost::Cost;
pub use leaderboard::Leaderboard;
pub use metrics::Metrics;
pub use per_case::PerCase;
pub use recipes::Recipes;
pub use samples::Samples;
pub use significance::Significance;
pub use splits::Splits;

/// A kind of table in reports.
pub trait Table: Send + Sync {
    /// One table for every case to which it applies; none without data.
    fn sheets(&self, results: &Results) -> Vec<Sheet>;
}

/// All tables, in reading order.
pub const TABLES: Registry<dyn Table> = Registry {
    kind: "table",
    entries: &[
        entry!(dyn Table, Leaderboard),
        entry!(dyn Table, PerCase),
        entry!(dyn Table, Splits),
        entry!(dyn Table, Comparison),
        entry!(dyn Table, Climate),
        entry!(dyn Table, Cost),
        entry!(dyn Table, Significance),
        entry!(dyn Table, Metrics),
        entry!(dyn Table, Samples),
        entry!(dyn Table, Recipes),
    ],
};
