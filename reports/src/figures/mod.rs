//! Figures: one file each, two lines here.

mod cost_accuracy;
mod error_by_parameter;
mod error_growth;
mod field_panels;
mod training_curves;

use crate::draw::scene::Scene;
use crate::draw::{bitmap, svg};
use crate::error::ReportError;
use crate::results::evidence::Evidence;
use data::{Registry, entry};

pub use cost_accuracy::CostAccuracy;
pub use error_by_parameter::ErrorByParameter;
pub use error_growth::ErrorGrowth;
pub use field_panels::FieldPanels;
pub(crate) use field_panels::draw_image;
pub use training_curves::TrainingCurves;

/// A figure of a report.
pub trait Figure: Send + Sync {
    /// The figure, for every case to which it applies; none where there is nothing to see.
    fn draw(&self, evidence: &Evidence) -> Vec<Drawing>;
}

/// A figure with its words.
pub struct Drawing {
    /// The name of its files before it is made fit for any file system.
    pub(crate) stem: String,
    /// What it shows, in a few words.
    pub(crate) title: String,
    /// How to read it, in a sentence or two.
    pub(crate) caption: String,
    /// The shapes.
    pub(crate) scene: Scene,
}

impl Drawing {
    /// The name of its files, without extension.
    ///
    /// Cases and channels may be named as they like: what no file system takes becomes a `-`.
    pub fn file_stem(&self) -> String {
        let plain =
            |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
        self.stem.chars().map(plain).collect()
    }

    /// An SVG file, light or dark as its reader's system.
    pub fn svg(&self) -> String {
        svg::standalone(&self.scene, &self.title)
    }

    /// A PNG file, two pixels for every px of the SVG.
    pub fn png(&self) -> Result<Vec<u8>, ReportError> {
        Ok(svg::encode(&bitmap::draw(&self.scene)?))
    }
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
