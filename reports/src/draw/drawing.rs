//! A figure with title and caption, and its files.

use crate::draw::scene::Scene;
use crate::draw::{bitmap, pdf, svg};
use crate::error::ReportError;

/// Most file systems allow 255 bytes, and files in preparation have longer names.
const LONGEST_STEM: usize = 120;

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
    /// The name of its files, without extension, of at most 120 bytes and a hash.
    ///
    /// Characters of case and channel names that a file system may not allow are replaced by `-`.
    pub fn file_stem(&self) -> String {
        let plain =
            |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
        let stem: String = self.stem.chars().map(plain).collect();
        if stem.len() <= LONGEST_STEM {
            return stem;
        }
        let starts = stem.char_indices().map(|(start, _)| start);
        let end = starts.take_while(|start| *start <= LONGEST_STEM).last().unwrap_or(0);
        let short = &stem[..end];
        format!("{short}-{}", &data::hash_hex(stem.as_bytes())[..8])
    }

    /// The figure as an SVG file, with its colours in attributes.
    pub fn svg(&self) -> String {
        svg::standalone(&self.scene, &self.title)
    }

    /// The figure as a PDF file of its size, with its font.
    pub fn pdf(&self) -> Vec<u8> {
        pdf::file(&self.scene, &self.title)
    }

    /// The figure as a PNG file, two pixels per px of the SVG.
    pub fn png(&self) -> Result<Vec<u8>, ReportError> {
        Ok(svg::encode(&bitmap::draw(&self.scene)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_short_and_plain() {
        let stem = |stem: &str| {
            let scene = Scene::new(1.0);
            let (title, caption) = (String::new(), String::new());
            Drawing { stem: stem.into(), title, caption, scene }.file_stem()
        };
        assert_eq!(stem("field-panels-cavity/quick-ω"), "field-panels-cavity-quick-ω");
        let [one, two] = ["a", "b"].map(|end| stem(&format!("{}{end}", "ω".repeat(200))));
        assert!(one.len() < 140 && one != two, "{one}");
    }
}
