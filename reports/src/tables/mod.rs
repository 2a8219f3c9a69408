//! Tables: one file each, two lines here.

mod comparison;
mod cost;
mod leaderboard;
mod metrics;
mod per_case;
mod samples;
mod significance;

use crate::results::evidence::Evidence;
use crate::sheet::Sheet;
use data::{Registry, entry};

pub use comparison::Comparison;
pub use cost::Cost;
pub use leaderboard::Leaderboard;
pub use metrics::Metrics;
pub use per_case::PerCase;
pub use samples::Samples;
pub use significance::Significance;

/// A table of a report.
pub trait Table: Send + Sync {
    /// The table, for every case to which it applies; none where there is nothing to say.
    fn sheets(&self, evidence: &Evidence) -> Vec<Sheet>;
}

/// All tables, in reading order.
pub const TABLES: Registry<dyn Table> = Registry {
    kind: "table",
    entries: &[
        entry!(dyn Table, Leaderboard),
        entry!(dyn Table, PerCase),
        entry!(dyn Table, Comparison),
        entry!(dyn Table, Cost),
        entry!(dyn Table, Significance),
        entry!(dyn Table, Metrics),
        entry!(dyn Table, Samples),
    ],
};
