//! A page of flows as they are, without anybody judged.

use crate::draw::colour_scale::ColourScale;
use crate::draw::drawing::Drawing;
use crate::draw::font::text_width;
use crate::draw::plot::{NORMAL, SMALL};
use crate::draw::scene::{Anchor, Scene, Text};
use crate::draw::style::Paint;
use crate::error::ReportError;
use crate::page::files::{write_figure, write_text};
use crate::page::html;
use crate::page::report::{Block, Report};
use crate::results::number::plain;
use std::path::{Path, PathBuf};

/// Some states of one sample.
pub struct Exhibit {
    /// What it is.
    pub title: String,
    /// More of it, in a sentence.
    pub caption: String,
    /// The time of every state in s.
    pub times: Vec<f64>,
    /// Cells along x and y.
    pub cells: [usize; 2],
    /// The domain's lengths along x and y in m.
    pub lengths: [f64; 2],
    /// What is seen, one below the other.
    pub strips: Vec<Strip>,
}

/// One channel at all the times of an exhibit.
pub struct Strip {
    /// The channel's symbol.
    pub symbol: String,
    /// Its unit.
    pub unit: String,
    /// A state each, values `[x, y]`, y fastest.
    pub images: Vec<Vec<f32>>,
}

/// Writes `gallery.html` and `figures/*.png` with an exhibit each.
pub fn gallery(exhibits: &[Exhibit], folder: &Path) -> Result<PathBuf, ReportError> {
    if exhibits.is_empty() {
        return Err(ReportError::Empty);
    }
    fs_err::create_dir_all(folder.join("figures"))?;
    let drawings: Vec<Drawing> = exhibits.iter().map(Exhibit::draw).collect();
    for drawing in &drawings {
        write_figure(drawing, &folder.join("figures"))?;
    }
    let report = Report {
        title: "Gallery".into(),
        summary: vec!["Some states of each flow, as stored; x to the right, y up.".into()],
        sections: vec![("Flows".into(), drawings.into_iter().map(Block::Drawing).collect())],
        provenance: vec![],
        metrics: vec![],
    };
    let path = folder.join("gallery.html");
    write_text(&path, &html::page(&report))?;
    Ok(path)
}

const GAP: f64 = 8.0;
const TOP: f64 = 30.0;
/// For the ends of the colour scale, at the right.
const ENDS: f64 = 140.0;

impl Exhibit {
    fn draw(&self) -> Drawing {
        let mut scene = Scene::new(900.0);
        let labels = self.strips.iter().map(|strip| text_width(&strip.symbol, NORMAL));
        let left = labels.fold(0.0, f64::max) + 24.0;
        let count = self.times.len().max(1) as f64;
        let width = (scene.width - left - ENDS - (count - 1.0) * GAP) / count;
        // Long domains stay readable, and tall ones on the page.
        let height = (width * self.lengths[1] / self.lengths[0]).clamp(24.0, 260.0);
        let x = |state: usize| left + state as f64 * (width + GAP);
        for (state, time) in self.times.iter().enumerate() {
            let time = format!("t = {} s", plain(*time));
            let heading = Text::new(time, [x(state) + width / 2.0, TOP / 2.0], SMALL);
            scene.text(heading.held(Anchor::Middle));
        }
        for (place, strip) in self.strips.iter().enumerate() {
            let y = TOP + place as f64 * (height + GAP);
            let label = Text::new(&strip.symbol, [left - 10.0, y + height / 2.0], NORMAL);
            scene.text(label.held(Anchor::End));
            let colours = strip.colours();
            for (state, image) in strip.images.iter().enumerate() {
                let values: Vec<f64> = image.iter().map(|&value| f64::from(value)).collect();
                let raster = colours.image(self.cells, &values);
                scene.image(raster, [x(state), y], [width, height]);
            }
            let [low, high] = colours.ends().map(plain);
            let ends = format!("{low} … {high} {}", strip.unit);
            let at = [scene.width - ENDS + 10.0, y + height / 2.0];
            scene.text(Text::new(ends, at, SMALL).painted(Paint::Muted));
        }
        scene.height = TOP + self.strips.len() as f64 * (height + GAP);
        let (title, caption) = (self.title.clone(), self.caption.clone());
        Drawing { stem: title.clone(), title, caption, scene }
    }
}

impl Strip {
    /// One scale for all its states.
    fn colours(&self) -> ColourScale {
        let all: Vec<f64> = self.images.iter().flatten().map(|&value| f64::from(value)).collect();
        ColourScale::over(&all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_and_a_picture_for_every_exhibit() {
        let exhibit = |title: &str| Exhibit {
            title: title.into(),
            caption: "drawn numbers".into(),
            times: vec![0.0, 1.0],
            cells: [3, 2],
            lengths: [1.0, 0.1],
            strips: vec![Strip {
                symbol: "u".into(),
                unit: "m/s".into(),
                images: vec![vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]; 2],
            }],
        };
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let page = gallery(&[exhibit("cavity/quick"), exhibit("tube")], folder.path());
        let text = fs_err::read_to_string(page.expect("it is writable")).expect("it is there");
        assert_eq!(text.matches("<figure").count(), 2);
        assert_eq!(text.matches("<image").count(), 4);
        assert!(!text.contains("Provenance"), "what is empty is left out");
        for name in ["cavity-quick.png", "tube.png"] {
            assert!(folder.path().join("figures").join(name).is_file(), "{name}");
        }
        assert!(matches!(gallery(&[], folder.path()), Err(ReportError::Empty)));
    }
}
