//! Figures: one file each, two lines here.

mod cost_accuracy;
mod error_by_parameter;
mod error_growth;
mod field_panels;
mod training_curves;

use crate::draw::drawing::Drawing;
use crate::results::evidence::Evidence;
use data::{Registry, entry};

pub use cost_accuracy::CostAccuracy;
pub use error_by_parameter::ErrorByParameter;
pub use error_growth::ErrorGrowth;
pub use field_panels::FieldPanels;
pub use training_curves::TrainingCurves;

/// A figure of a report.
pub trait Figure: Send + Sync {
    /// The figure, for every case to which it applies; none where there is nothing to see.
    fn draw(&self, evidence: &Evidence) -> Vec<Drawing>;
}

/// All figures, in reading order.
pub const FIGURES: Registry<dyn Figure> = Registry {
    kind: "figure",
    entries: &[
        entry!(dyn Figure, ErrorGrowth),
        entry!(dyn Figure, CostAccuracy),
        entry!(dyn Figure, FieldPanels),
        entry!(dyn Figure, ErrorByParameter),
        entry!(dyn Figure, TrainingCurves),
    ],
};
