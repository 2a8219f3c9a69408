//! A drawing with its title and caption, and its files.

use crate::draw::scene::Scene;
use crate::draw::{bitmap, svg};
use crate::error::ReportError;

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
