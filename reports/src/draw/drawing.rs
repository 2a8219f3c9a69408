//! A figure with title and caption, and its files.

use crate::draw::scene::Scene;
use crate::draw::{bitmap, svg};
use crate::error::ReportError;

/// A figure with title and caption.
pub struct Drawing {
    /// The name of its files, which may have characters that file systems do not allow.
    pub stem: String,
    /// What it shows, in a few words.
    pub title: String,
    /// What the symbols mean and how the values are defined.
    pub caption: String,
    /// The shapes.
    pub scene: Scene,
}

impl Drawing {
    /// The name of its files, without extension.
    ///
    /// Characters of case and channel names that a file system may not allow are replaced by `-`.
    pub fn file_stem(&self) -> String {
        let plain =
            |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
        self.stem.chars().map(plain).collect()
    }

    /// The figure as an SVG file, light or dark as the system that shows it.
    pub fn svg(&self) -> String {
        svg::standalone(&self.scene, &self.title)
    }

    /// The figure as a PNG file, two pixels per px of the SVG.
    pub fn png(&self) -> Result<Vec<u8>, ReportError> {
        Ok(svg::encode(&bitmap::draw(&self.scene)?))
    }
}
