//! The fields of the samples at which each surrogate is best, of median rank, and worst.

use super::Figure;
use super::field_panels::{LONGEST, draw_absence, errors, is_complete, label_width};
use crate::draw::colour_bar::{BAR_HEIGHT, bar_caption, draw_bar};
use crate::draw::colour_scale::ColourScale;
use crate::draw::drawing::Drawing;
use crate::draw::font::shortened;
use crate::draw::plot::{NORMAL, SMALL};
use crate::draw::scene::{Anchor, Point, Scene, Text};
use crate::draw::style::Paint;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::extremes::best_median_worst;
use crate::results::number::{labelled, scientific};
use crate::results::stats::{median, quantile};
use crate::results::surrogate::Surrogate;
use data::{Panel, Part};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Reference, prediction and error at the last step, of the best, median and worst test sample of each surrogate.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct SamplePanels {}

impl Part for SamplePanels {
    const NAME: &'static str = "sample-panels";
    const SUMMARY: &'static str =
        "fields of the samples at which each surrogate is best, of median rank, and worst";
}

impl Figure for SamplePanels {
    fn draw(&self, results: &Results) -> Vec<Drawing> {
        let of_case = |case| channels(case).into_iter().filter_map(move |c| draw(results, case, c));
        results.cases.iter().flat_map(of_case).collect()
    }
}

/// One of the samples of a surrogate: the last panel of it, with the index of the prediction.
struct Shown<'p> {
    score: f64,
    sample: usize,
    panel: &'p Panel,
    /// `None` if the rollout diverged before.
    prediction: Option<&'p [f32]>,
}

/// One row: a surrogate, and its samples by their word.
struct Row<'p> {
    label: String,
    shown: BTreeMap<&'static str, Shown<'p>>,
}

/// The words of the columns.
const WORDS: [&str; 4] = ["only", "best", "median", "worst"];
const GAP: f64 = 5.0;
/// The height of the line of text above each row of images in px.
const LINE: f64 = 20.0;

/// The channels of which a surrogate has panels, in the order of the run.
fn channels<'p>(case: &Case<'p>) -> Vec<&'p str> {
    let mut channels: Vec<&str> = Vec::new();
    let all = case.surrogates.iter().flat_map(|surrogate| &surrogate.panels);
    for (panel, _) in all.filter(|(panel, _)| panel.plane.is_none()) {
        if !channels.contains(&panel.channel.as_str()) {
            channels.push(&panel.channel);
        }
    }
    channels
}

fn draw(results: &Results, case: &Case, channel: &str) -> Option<Drawing> {
    let is_shown = |s: &&Surrogate| s.is_learned() || results.is_latest(s);
    let rows = case.surrogates.iter().filter(is_shown).filter_map(|s| row(s, channel));
    let rows: Vec<Row> = rows.collect();
    let words: Vec<&str> = WORDS
        .into_iter()
        .filter(|word| rows.iter().any(|row| row.shown.contains_key(word)))
        .collect();
    let first = rows.first()?.shown.values().next()?.panel;
    let colours = [colours_of_values(&rows), colours_of_errors(&rows)];
    let mut scene = Scene::new(900.0);
    let layout = Layout::new(&scene, &rows, words.len(), first);
    for (group, word) in words.iter().enumerate() {
        layout.draw_heading(&mut scene, group, word);
    }
    for (number, row) in rows.iter().enumerate() {
        layout.draw_label(&mut scene, number, &row.label);
        for (group, word) in words.iter().enumerate() {
            if let Some(shown) = row.shown.get(word) {
                layout.draw_shown(&mut scene, number, group, shown, &colours);
            }
        }
    }
    layout.draw_bars(&mut scene, &rows, first, &colours);
    Some(Drawing {
        stem: format!("{}-{channel}", results.stem(SamplePanels::NAME, case)),
        title: format!("{channel} of the best, median and worst samples of {}", case.name),
        caption: format!(
            "Reference, prediction and error, prediction − reference, at step {} of the test samples at which a \
             surrogate has its smallest, median and largest velocity {}, mean over steps, with its first seed. The \
             samples differ between surrogates. All fields have one colour scale and all errors another. {}",
            first.step,
            case.primary_title(),
            bar_caption("reference")
        ),
        scene,
    })
}

/// `None` if the run has no panel of any of its samples.
fn row<'p>(surrogate: &Surrogate<'p>, channel: &str) -> Option<Row<'p>> {
    let of_sample = |(word, sample, score): (&'static str, usize, f64)| {
        let panels = surrogate.panels.iter().filter(|(panel, _)| {
            panel.sample == sample
                && panel.channel == channel
                && panel.plane.is_none()
                && is_complete(panel)
        });
        let &(panel, index) = panels.max_by_key(|(panel, _)| panel.step)?;
        let field = panel.predictions[index].1.as_slice();
        let prediction = Some(field).filter(|field| field.len() == panel.reference.len());
        Some((word, Shown { score, sample, panel, prediction }))
    };
    let ranked = best_median_worst(surrogate.primary_of_first_seed());
    let shown: BTreeMap<_, _> = ranked.into_iter().filter_map(of_sample).collect();
    (!shown.is_empty()).then(|| Row { label: surrogate.label.clone(), shown })
}

fn all<'r, 'p>(rows: &'r [Row<'p>]) -> impl Iterator<Item = &'r Shown<'p>> {
    rows.iter().flat_map(|row| row.shown.values())
}

fn colours_of_values(rows: &[Row]) -> ColourScale {
    let values = all(rows).flat_map(|shown| &shown.panel.reference).map(|x| f64::from(*x));
    ColourScale::of(&values.collect::<Vec<_>>())
}

/// Its width is that of the median surrogate: the largest errors would hide the others.
fn colours_of_errors(rows: &[Row]) -> ColourScale {
    let width = |row: &Row| {
        let errors: Vec<f64> = row.shown.values().flat_map(Shown::errors).map(f64::abs).collect();
        (!errors.is_empty()).then(|| quantile(&errors, 0.99))
    };
    ColourScale::symmetric(median(&rows.iter().filter_map(width).collect::<Vec<_>>()))
}

impl Shown<'_> {
    fn errors(&self) -> impl Iterator<Item = f64> {
        self.prediction.into_iter().flat_map(|field| errors(self.panel, field))
    }

    fn fields(&self) -> impl Iterator<Item = f64> {
        let prediction = self.prediction.into_iter().flatten();
        self.panel.reference.iter().chain(prediction).map(|value| f64::from(*value))
    }
}

/// The positions of the images.
struct Layout {
    left: f64,
    size: [f64; 2],
    rows: usize,
}

impl Layout {
    const TOP: f64 = 50.0;

    fn new(scene: &Scene, rows: &[Row], groups: usize, panel: &Panel) -> Self {
        let left = label_width(rows.iter().map(|row| row.label.as_str())) + 24.0;
        let groups = groups as f64;
        let room = (scene.width - left - 16.0 - 4.0 * groups * GAP) / (3.0 * groups);
        let width = room.min(130.0);
        let height = width * panel.lengths[1] / panel.lengths[0];
        // Tall domains are reduced in size.
        let shrink = (180.0 / height).min(1.0);
        // The scores above the images need room.
        Self { left, size: [(width * shrink).max(44.0), height * shrink], rows: rows.len() }
    }

    /// The upper left corner of an image: `side` 0 is the reference, 1 the prediction, 2 the error.
    fn corner(&self, row: usize, group: usize, side: usize) -> Point {
        let [width, height] = self.size;
        let columns = (3 * group + side) as f64;
        [
            self.left + columns * (width + GAP) + group as f64 * GAP,
            Self::TOP + row as f64 * (height + GAP + LINE) + LINE,
        ]
    }

    fn draw_heading(&self, scene: &mut Scene, group: usize, word: &str) {
        let [x, _] = self.corner(0, group, 1);
        let heading = format!("{word} sample");
        let heading = Text::new(heading, [x + self.size[0] / 2.0, 16.0], NORMAL);
        scene.text(heading.anchored(Anchor::Middle));
        for (side, name) in ["reference", "prediction", "error"].into_iter().enumerate() {
            let [x, _] = self.corner(0, group, side);
            let name = shortened(name, SMALL, self.size[0] + GAP);
            let name = Text::new(name, [x + self.size[0] / 2.0, 38.0], SMALL);
            scene.text(name.anchored(Anchor::Middle).with_paint(Paint::Muted));
        }
    }

    fn draw_label(&self, scene: &mut Scene, row: usize, label: &str) {
        let [x, y] = self.corner(row, 0, 0);
        let label = shortened(label, NORMAL, LONGEST);
        let middle = [x - 10.0, y + self.size[1] / 2.0];
        scene.text(Text::new(label, middle, NORMAL).anchored(Anchor::End));
    }

    fn draw_shown(
        &self,
        scene: &mut Scene,
        row: usize,
        group: usize,
        shown: &Shown,
        [values, of_errors]: &[ColourScale; 2],
    ) {
        let corner = |side| self.corner(row, group, side);
        let [x, y] = corner(0);
        let line = format!("sample {}: {}", shown.sample, scientific(shown.score));
        let line = shortened(&line, SMALL, 3.0 * self.size[0] + 2.0 * GAP);
        scene.text(Text::new(line, [x, y - LINE / 2.0 + 1.0], SMALL).with_paint(Paint::Muted));
        let numbers = |field: &[f32]| field.iter().map(|x| f64::from(*x)).collect::<Vec<f64>>();
        let cells = shown.panel.cells;
        let reference = values.image(cells, &numbers(&shown.panel.reference));
        scene.image(reference, corner(0), self.size);
        let Some(field) = shown.prediction else {
            draw_absence(scene, corner(1), self.size);
            draw_absence(scene, corner(2), self.size);
            return;
        };
        scene.image(values.image(cells, &numbers(field)), corner(1), self.size);
        let errors: Vec<f64> = shown.errors().collect();
        scene.image(of_errors.image(cells, &errors), corner(2), self.size);
    }

    /// Draws the two colour bars below all rows, and sets the height of the scene.
    fn draw_bars(
        &self,
        scene: &mut Scene,
        rows: &[Row],
        panel: &Panel,
        [values, of_errors]: &[ColourScale; 2],
    ) {
        let [_, bottom] = self.corner(self.rows, 0, 0);
        let y = bottom - LINE + 12.0;
        let width = (scene.width - self.left - 40.0 - 72.0) / 2.0;
        let exceeded = [
            values.exceeded(all(rows).flat_map(Shown::fields)),
            of_errors.exceeded(all(rows).flat_map(Shown::errors)),
        ];
        let names = [panel.channel.as_str(), "prediction − reference"];
        for (side, colours) in [values, of_errors].into_iter().enumerate() {
            let x = self.left + side as f64 * (width + 72.0);
            let label = labelled(names[side], &panel.unit);
            draw_bar(scene, colours, exceeded[side], [x, y], width, &label);
        }
        scene.height = y + BAR_HEIGHT;
    }
}
