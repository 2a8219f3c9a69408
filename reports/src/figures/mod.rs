//! Figures. Each is a file, and two lines here.

mod cost_accuracy;
mod density;
mod error_by_parameter;
mod error_growth;
mod field_panels;
mod profiles;
mod sample_panels;
mod sections;
mod spectra;
mod training_curves;

use crate::draw::drawing::Drawing;
use crate::results::by_case::Results;
use data::{Registry, entry};

pub use cost_accuracy::CostAccuracy;
pub use density::Density;
pub use error_by_parameter::ErrorByParameter;
pub use error_growth::ErrorGrowth;
pub use field_panels::FieldPanels;
pub use profiles::Profiles;
pub use sample_panels::SamplePanels;
pub use sections::Sections;
pub use spectra::Spectra;
pub use training_curves::TrainingCurves;

/// A kind of figure in reports.
pub trait Figure: Send + Sync {
    /// One drawing for every case to which it applies; none without data.
    fn draw(&self, results: &Results) -> Vec<Drawing>;
}

/// All figures, in reading order.
pub const FIGURES: Registry<dyn Figure> = Registry {
    kind: "figure",
    entries: &[
        entry!(dyn Figure, ErrorGrowth),
        entry!(dyn Figure, Profiles),
        entry!(dyn Figure, Spectra),
        entry!(dyn Figure, Density),
        entry!(dyn Figure, CostAccuracy),
        entry!(dyn Figure, FieldPanels),
        entry!(dyn Figure, Sections),
        entry!(dyn Figure, SamplePanels),
        entry!(dyn Figure, ErrorByParameter),
        entry!(dyn Figure, TrainingCurves),
    ],
};
