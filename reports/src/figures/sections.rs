//! Sections through flows in three dimensions.

use super::Figure;
use super::field_panels::{LONGEST, draw_absence, groups, have_same_field, label_width};
use crate::draw::colour_bar::{BAR_HEIGHT, draw_bar};
use crate::draw::colour_scale::ColourScale;
use crate::draw::drawing::Drawing;
use crate::draw::font::shortened;
use crate::draw::plot::{NORMAL, SMALL};
use crate::draw::scene::{Anchor, Point, Scene, Text};
use crate::draw::style::Paint;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::number::{labelled, plain};
use crate::results::stats::quantile;
use crate::results::surrogate::Surrogate;
use data::{Panel, Part, Plane};
use serde::{Deserialize, Serialize};

/// Planes through the reference and the predictions at several steps, with cells of their true proportions and one
/// colour scale about zero.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Sections {}

impl Part for Sections {
    const NAME: &'static str = "sections";
    const SUMMARY: &'static str =
        "planes through flows in three dimensions: the reference beside the predictions";
}

impl Figure for Sections {
    fn draw(&self, results: &Results) -> Vec<Drawing> {
        let all = groups(results, |panel| panel.plane.as_ref().is_some_and(|p| is_valid(panel, p)));
        all.into_iter().filter_map(|panels| draw(results, panels)).collect()
    }
}

/// Whether the edges are increasing and enclose the cells of a panel.
fn is_valid(panel: &Panel, plane: &Plane) -> bool {
    let is_increasing = |edges: &[f64]| edges.windows(2).all(|pair| pair[0] < pair[1]);
    let is_finite = |edges: &[f64]| edges.iter().all(|edge| edge.abs() < 1e150);
    let has_cells = |axis: usize| plane.edges[axis].len() == panel.cells[axis] + 1;
    [0, 1].into_iter().all(has_cells)
        && plane.edges.iter().all(|edges| is_increasing(edges) && is_finite(edges))
}

/// The images of the reference or of a surrogate, one per step; `None` where it diverged.
struct Source<'p> {
    label: String,
    fields: Vec<Option<&'p [f32]>>,
}

/// The fraction of the absolute values of the reference within the colour scale.
const WITHIN: f64 = 0.99;
const GAP: f64 = 6.0;
const TOP: f64 = 32.0;

fn draw(results: &Results, mut panels: Vec<&Panel>) -> Option<Drawing> {
    panels.sort_by_key(|panel| panel.step);
    let first = *panels.first()?;
    let plane = first.plane.as_ref()?;
    let case = results.cases.iter().find(|case| case.name == first.case)?;
    let sources = sources(results, case, &panels);
    let colours = colours(&panels);
    let mut scene = Scene::new(900.0);
    let layout = Layout::new(&scene, plane, &sources, panels.len());
    for (step, panel) in panels.iter().enumerate() {
        layout.name_step(&mut scene, step, panel);
    }
    for (number, source) in sources.iter().enumerate() {
        layout.name_source(&mut scene, number, &source.label);
        for (step, field) in source.fields.iter().enumerate() {
            let corner = layout.corner(number, step);
            match field {
                None => draw_absence(&mut scene, corner, layout.size),
                Some(field) => {
                    let values: Vec<f64> = field.iter().map(|x| f64::from(*x)).collect();
                    let image = colours.image_between(&plane.edges, &values);
                    scene.image(image, corner, layout.size);
                }
            }
        }
    }
    let shown = sources.iter().flat_map(|source| source.fields.iter().flatten().copied().flatten());
    let exceeded = colours.exceeded(shown.map(|value| f64::from(*value)));
    layout.draw_bar(&mut scene, &colours, exceeded, &labelled(&first.channel, &first.unit));
    let [across, up] = &plane.axes;
    let Panel { sample, channel, case: name, .. } = first;
    let caption =
        if first.caption.is_empty() { String::new() } else { format!(", {}", first.caption) };
    Some(Drawing {
        stem: format!(
            "{}-{sample}-{channel}-{}",
            results.stem(Sections::NAME, case),
            plane.location
        ),
        title: format!(
            "{channel} at {} of test sample {sample} of {name}{caption}",
            plane.location
        ),
        caption: format!(
            "{across} points to the right and {up} upwards; all cells have their true proportions. The scale is \
             symmetric about zero, holds {:.0} % of the reference's values, and is the same in all images; cells \
             beyond its ends, marked by ≤ and ≥, have the colour of that end.",
            100.0 * WITHIN
        ),
        scene,
    })
}

/// The reference, then the surrogates in the order of legends. Of earlier runs, only learned ones are shown.
fn sources<'p>(results: &Results<'p>, case: &Case<'p>, panels: &[&'p Panel]) -> Vec<Source<'p>> {
    let fields = panels.iter().map(|panel| Some(panel.reference.as_slice())).collect();
    let mut sources = vec![Source { label: "reference".into(), fields }];
    for surrogate in results.in_order(case) {
        let is_shown = surrogate.is_learned() || results.is_latest(surrogate);
        let has_panel = surrogate.panels.iter().any(|(panel, _)| have_same_field(panel, panels[0]));
        if is_shown && has_panel {
            let fields = panels.iter().map(|panel| field(surrogate, panel)).collect();
            sources.push(Source { label: surrogate.label.clone(), fields });
        }
    }
    sources
}

fn field<'p>(surrogate: &Surrogate<'p>, shown: &Panel) -> Option<&'p [f32]> {
    let same = |panel: &Panel| have_same_field(panel, shown) && panel.step == shown.step;
    let (panel, index) = surrogate.panels.iter().find(|(panel, _)| same(panel))?;
    let values = panel.predictions[*index].1.as_slice();
    Some(values).filter(|values| values.len() == shown.reference.len())
}

fn colours(panels: &[&Panel]) -> ColourScale {
    let values = panels.iter().flat_map(|panel| &panel.reference).map(|x| f64::from(*x).abs());
    ColourScale::symmetric(quantile(&values.collect::<Vec<_>>(), WITHIN))
}

/// The positions of the images: a column per source and a row per step, or the reverse where images of wide planes are
/// larger then.
struct Layout {
    left: f64,
    size: [f64; 2],
    /// The distances between the corners of images along x and y. Names need room above and beside small images.
    pitch: [f64; 2],
    /// The numbers of sources and steps.
    counts: [usize; 2],
    has_rows_of_sources: bool,
}

impl Layout {
    fn new(scene: &Scene, plane: &Plane, sources: &[Source], steps: usize) -> Self {
        let [across, up] = plane.edges.each_ref().map(|edges| edges[edges.len() - 1] - edges[0]);
        let counts = [sources.len(), steps];
        let labels = label_width(sources.iter().map(|source| source.label.as_str())) + 24.0;
        let of = |has_rows_of_sources: bool| {
            let (left, columns, widest) =
                if has_rows_of_sources { (labels, steps, 300.0) } else { (98.0, counts[0], 200.0) };
            let room = (scene.width - left - 16.0) / columns as f64 - GAP;
            let width = room.min(widest);
            // Tall planes are reduced in size, and very long ones are not true to scale.
            let height = (width * up / across).max(3.0);
            let shrink = (240.0 / height).min(1.0);
            let size = [(width * shrink).max(3.0), height * shrink];
            let pitch = [room.min(size[0].max(110.0)) + GAP, size[1].max(34.0) + GAP];
            Self { left, size, pitch, counts, has_rows_of_sources }
        };
        let [columns, rows] = [of(false), of(true)];
        let is_wide = across > 1.4 * up;
        if is_wide && rows.size[0] > 1.4 * columns.size[0] { rows } else { columns }
    }

    fn corner(&self, source: usize, step: usize) -> Point {
        let (column, row) = if self.has_rows_of_sources { (step, source) } else { (source, step) };
        let [x, y] = self.pitch;
        [self.left + column as f64 * x, TOP + row as f64 * y]
    }

    fn name_source(&self, scene: &mut Scene, source: usize, label: &str) {
        let corner = self.corner(source, 0);
        if self.has_rows_of_sources {
            self.name_row(scene, corner, [label, ""]);
        } else {
            self.name_column(scene, corner, label);
        }
    }

    fn name_step(&self, scene: &mut Scene, step: usize, panel: &Panel) {
        let corner = self.corner(0, step);
        let time = format!("t = {} s", plain(panel.time));
        if self.has_rows_of_sources {
            self.name_column(scene, corner, &format!("step {}, {time}", panel.step));
        } else {
            self.name_row(scene, corner, [&format!("step {}", panel.step), &time]);
        }
    }

    fn name_column(&self, scene: &mut Scene, [x, y]: Point, label: &str) {
        let label = shortened(label, SMALL, self.pitch[0] - GAP);
        let at = [x + self.size[0] / 2.0, y - 14.0];
        scene.text(Text::new(label, at, SMALL).anchored(Anchor::Middle));
    }

    /// One or two lines on the left of a row.
    fn name_row(&self, scene: &mut Scene, [x, y]: Point, [label, second]: [&str; 2]) {
        let middle = y + self.size[1] / 2.0;
        let apart = if second.is_empty() { 0.0 } else { 8.5 };
        let room = LONGEST.min(self.left - 14.0);
        let first = Text::new(shortened(label, NORMAL, room), [x - 10.0, middle - apart], NORMAL);
        scene.text(first.anchored(Anchor::End));
        let second = Text::new(shortened(second, SMALL, room), [x - 10.0, middle + apart], SMALL);
        scene.text(second.anchored(Anchor::End).with_paint(Paint::Muted));
    }

    /// Draws the colour bar below all images, and sets the height of the scene.
    fn draw_bar(&self, scene: &mut Scene, colours: &ColourScale, exceeded: [bool; 2], label: &str) {
        let [sources, steps] = self.counts;
        let [_, y] = self.corner(sources - 1, steps - 1);
        let below = y + self.pitch[1] + 10.0;
        let width = (scene.width - self.left - 60.0).min(420.0);
        draw_bar(scene, colours, exceeded, [self.left + 20.0, below], width, label);
        scene.height = below + BAR_HEIGHT;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::scene::Shape;
    use crate::odd::channel_run;

    /// The sizes of all images of a drawing, and the numbers of their pixels; the last one is the colour bar.
    fn images(drawing: &Drawing) -> Vec<([f64; 2], [usize; 2])> {
        let mut images = Vec::new();
        for shape in &drawing.scene.shapes {
            if let Shape::Image(raster, _, size) = shape {
                images.push((*size, [raster.width, raster.height]));
            }
        }
        images
    }

    /// Eight surrogates and the reference at three steps, of which three surrogates have diverged at the last.
    #[test]
    fn planes_have_true_proportions_and_diverged_surrogates_no_image() {
        let runs = [channel_run()];
        let drawings = Sections::default().draw(&Results::new(&runs));
        assert_eq!(drawings.len(), 2);
        for (drawing, up_over_across) in
            drawings.iter().zip([0.34, 2.0 / (0.34 * std::f64::consts::PI)])
        {
            let images = images(drawing);
            assert_eq!(images.len(), 3 * 9 - 3 + 1);
            let [width, height] = images[0].0;
            assert!((height / width / up_over_across - 1.0).abs() < 1e-9, "{width} × {height}");
        }
        // Equal cells have a pixel each; of stretched ones the smallest has four.
        assert_eq!(images(&drawings[0])[0].1, [16, 16]);
        let [across, up] = images(&drawings[1])[0].1;
        assert!(across == 16 && up > 4 * 32, "{across} × {up}");
    }
}
