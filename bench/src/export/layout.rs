//! What a layout is.

use super::request::Export;
use crate::BenchError;

/// A layout in which datasets are written.
#[derive(Debug, Clone, Copy)]
pub struct ExportLayout {
    /// Its name on the command line.
    pub name: &'static str,
    /// Who reads it, in one line.
    pub summary: &'static str,
    pub(super) check: fn(&Export<'_>) -> Result<(), String>,
    pub(super) write: fn(&Export<'_>) -> Result<(), BenchError>,
}

/// One layout.
pub(super) trait Layout {
    const NAME: &'static str;
    const SUMMARY: &'static str;

    /// Why the dataset cannot be represented, as the end of a sentence that begins with the layout.
    fn check(_: &Export<'_>) -> Result<(), String> {
        Ok(())
    }

    /// Writes all samples into the export's folder, which is empty.
    fn write(export: &Export<'_>) -> Result<(), BenchError>;
}

/// The entry of a layout.
pub(super) const fn entry<L: Layout>() -> ExportLayout {
    ExportLayout { name: L::NAME, summary: L::SUMMARY, check: L::check, write: L::write }
}

impl ExportLayout {
    /// The layout of that name.
    pub fn find(name: &str) -> Result<&'static Self, BenchError> {
        let found = super::LAYOUTS.iter().find(|layout| layout.name == name);
        let names = super::LAYOUTS.iter().map(|layout| layout.name);
        found.ok_or_else(|| BenchError::unknown("layout", name, names))
    }
}
