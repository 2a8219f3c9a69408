//! A page of flows without surrogates.

use crate::draw::colour_bar::{bar_caption, draw_colours};
use crate::draw::colour_scale::ColourScale;
use crate::draw::drawing::Drawing;
use crate::draw::font::{shortened, text_width};
use crate::draw::plot::{NORMAL, SMALL};
use crate::draw::scene::{Anchor, Point, Scene, Text};
use crate::draw::style::Paint;
use crate::error::ReportError;
use crate::page::files::{write_figures, write_text};
use crate::page::html;
use crate::page::layout::Block;
use crate::page::report::Report;
use crate::results::number::plain;
use std::path::{Path, PathBuf};

/// States of one sample.
pub struct GalleryFigure {
    /// Case and sample.
    pub title: String,
    /// Its parameters and what is shown.
    pub caption: String,
    /// The time of each state in s.
    pub times: Vec<f64>,
    /// The numbers of cells along x and y.
    pub cells: [usize; 2],
    /// The domain's lengths along x and y in m.
    pub lengths: [f64; 2],
    /// One row per channel.
    pub rows: Vec<ChannelRow>,
}

/// One channel at all times of a figure.
pub struct ChannelRow {
    /// The channel's symbol.
    pub symbol: String,
    /// Its unit.
    pub unit: String,
    /// One per state: values `[x, y]`, y fastest.
    pub images: Vec<Vec<f32>>,
}

/// Writes `gallery.html` with all figures, and each as `figures/*.svg`, `*.pdf` and `*.png`.
pub fn gallery(figures: &[GalleryFigure], folder: &Path) -> Result<PathBuf, ReportError> {
    if figures.is_empty() {
        return Err(ReportError::Empty);
    }
    let drawings: Vec<Drawing> = figures.iter().map(GalleryFigure::draw).collect();
    write_figures(drawings.iter(), &folder.join("figures"))?;
    let report = Report {
        title: "Gallery".into(),
        summary: vec![format!(
            "States of each flow; x points to the right and y upwards. {}",
            bar_caption("states")
        )],
        sections: vec![("Flows".into(), drawings.into_iter().map(Block::Drawing).collect())],
        definitions: vec![],
        provenance: vec![],
    };
    let path = folder.join("gallery.html");
    write_text(&path, &html::page(&report))?;
    Ok(path)
}

const GAP: f64 = 8.0;
const TOP: f64 = 30.0;
/// The width of the range of values at the right.
const ENDS: f64 = 176.0;

impl GalleryFigure {
    fn draw(&self) -> Drawing {
        let mut scene = Scene::new(900.0);
        let labels = self.rows.iter().map(|row| text_width(&row.symbol, NORMAL));
        let left = labels.fold(0.0, f64::max) + 24.0;
        let count = self.times.len().max(1) as f64;
        let width = (scene.width - left - ENDS - (count - 1.0) * GAP) / count;
        // Limits for long and for tall domains.
        let height = (width * self.lengths[1] / self.lengths[0]).clamp(24.0, 260.0);
        let x = |state: usize| left + state as f64 * (width + GAP);
        for (state, time) in self.times.iter().enumerate() {
            let time = format!("t = {} s", plain(*time));
            let heading = Text::new(time, [x(state) + width / 2.0, TOP / 2.0], SMALL);
            scene.text(heading.anchored(Anchor::Middle));
        }
        for (index, row) in self.rows.iter().enumerate() {
            let y = TOP + index as f64 * (height + GAP);
            let label = Text::new(&row.symbol, [left - 10.0, y + height / 2.0], NORMAL);
            scene.text(label.anchored(Anchor::End));
            let colours = row.colours();
            for (state, image) in row.images.iter().enumerate() {
                let values: Vec<f64> = image.iter().map(|&value| f64::from(value)).collect();
                let raster = colours.image(self.cells, &values);
                scene.image(raster, [x(state), y], [width, height]);
            }
            let right = scene.width - ENDS + 22.0;
            row.draw_range(&mut scene, &colours, [right, y + height / 2.0]);
        }
        scene.height = TOP + self.rows.len() as f64 * (height + GAP);
        let (title, caption) = (self.title.clone(), self.caption.clone());
        Drawing { stem: title.clone(), title, caption, scene }
    }
}

impl ChannelRow {
    /// The range of the colours above a bar.
    fn draw_range(&self, scene: &mut Scene, colours: &ColourScale, [x, y]: Point) {
        let values = self.images.iter().flatten().map(|&value| f64::from(value));
        let exceeded = colours.exceeded(values);
        let sign = |end: usize| if exceeded[end] { ["≤ ", "≥ "][end] } else { "" };
        let [low, high] = colours.ends().map(plain);
        let range = format!("{}{low} … {}{high} {}", sign(0), sign(1), self.unit);
        let range = shortened(&range, SMALL, ENDS - 12.0);
        scene.text(Text::new(range, [x - 12.0, y - 7.0], SMALL).with_paint(Paint::Muted));
        draw_colours(scene, colours, exceeded, [x, y + 3.0], [ENDS - 46.0, 8.0]);
    }

    /// One scale for all states.
    fn colours(&self) -> ColourScale {
        let all: Vec<f64> = self.images.iter().flatten().map(|&value| f64::from(value)).collect();
        ColourScale::of(&all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gallery_has_a_page_and_an_image_per_figure() {
        let figure = |title: &str| GalleryFigure {
            title: title.into(),
            caption: "drawn numbers".into(),
            times: vec![0.0, 1.0],
            cells: [3, 2],
            lengths: [1.0, 0.1],
            rows: vec![ChannelRow {
                symbol: "u".into(),
                unit: "m/s".into(),
                images: vec![vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]; 2],
            }],
        };
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let page = gallery(&[figure("cavity/quick"), figure("tube")], folder.path());
        let text = fs_err::read_to_string(page.expect("it is writable")).expect("it is there");
        assert_eq!(text.matches("<figure").count(), 2);
        assert_eq!(text.matches("<image").count(), 4 + 2, "two states and a bar each");
        assert!(!text.contains("Provenance"), "what is empty is left out");
        for name in ["cavity-quick.png", "cavity-quick.pdf", "tube.svg"] {
            assert!(folder.path().join("figures").join(name).is_file(), "{name}");
        }
        assert!(matches!(gallery(&[], folder.path()), Err(ReportError::Empty)));
    }
}
