//! Fields of the reference and of the predictions, and the errors.

use super::Figure;
use crate::draw::colour_bar::{BAR_HEIGHT, bar_caption, draw_bar};
use crate::draw::colour_scale::ColourScale;
use crate::draw::drawing::Drawing;
use crate::draw::font::{shortened, text_width};
use crate::draw::plot::{NORMAL, SMALL};
use crate::draw::scene::{Anchor, Point, Scene, Text};
use crate::draw::style::Paint;
use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::number::{labelled, plain};
use crate::results::stats::{median, quantile};
use crate::results::surrogate::Surrogate;
use data::{Invalid, Panel, Part};
use serde::{Deserialize, Serialize};

/// Reference, predictions and errors of a test sample at several steps, with common colour scales.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct FieldPanels {
    /// The number of steps, 1 to 3 of the first, middle and last one, which a run stores; the last is always
    /// shown. Default 3.
    pub steps: usize,
}

impl Default for FieldPanels {
    fn default() -> Self {
        Self { steps: 3 }
    }
}

impl Part for FieldPanels {
    const NAME: &'static str = "field-panels";
    const SUMMARY: &'static str = "reference, predictions and errors as images";

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless((1..=3).contains(&self.steps), "steps", self.steps, "1 to 3")
    }
}

impl Figure for FieldPanels {
    fn draw(&self, results: &Results) -> Vec<Drawing> {
        let shared = groups(results, |panel| panel.plane.is_none()).into_iter();
        shared.filter_map(|panels| self.draw_group(results, panels)).collect()
    }
}

/// The complete panels that are shown, grouped by case, sample, channel and plane: of every case, channel and plane the
/// sample of which most surrogates and steps are stored.
pub(super) fn groups<'r>(
    results: &Results<'r>,
    is_shown: impl Fn(&Panel) -> bool,
) -> Vec<Vec<&'r Panel>> {
    let all = results.runs.iter().flat_map(|run| &run.panels);
    let mut groups: Vec<Vec<&Panel>> = Vec::new();
    for panel in all.filter(|panel| is_shown(panel) && is_complete(panel)) {
        match groups.iter_mut().find(|group| have_same_field(group[0], panel)) {
            None => groups.push(vec![panel]),
            // Several runs may show the same instant.
            Some(group) if group.iter().any(|known| known.step == panel.step) => {}
            Some(group) => group.push(panel),
        }
    }
    let is_shared: Vec<bool> = groups.iter().map(|group| is_of_all(group, &groups)).collect();
    let shared = groups.into_iter().zip(is_shared).filter(|(_, is_shared)| *is_shared);
    shared.map(|(group, _)| group).collect()
}

/// Whether two panels are of one sample, channel and plane.
pub(super) fn have_same_field(a: &Panel, b: &Panel) -> bool {
    (&a.case, a.sample, &a.channel, location(a)) == (&b.case, b.sample, &b.channel, location(b))
}

/// The location of a panel's plane.
fn location(panel: &Panel) -> Option<&str> {
    panel.plane.as_ref().map(|plane| plane.location.as_str())
}

/// Whether a group shows as many surrogates and steps as any of its case and channel. Runs also store samples that only
/// some surrogates need, which `sample-panels` shows.
fn is_of_all(group: &[&Panel], groups: &[Vec<&Panel>]) -> bool {
    fn kind<'p>(group: &[&'p Panel]) -> (&'p str, &'p str, Option<&'p str>) {
        (&group[0].case, &group[0].channel, location(group[0]))
    }
    let kin = || groups.iter().filter(|other| kind(other) == kind(group));
    let is_most =
        |size: fn(&[&Panel]) -> usize| kin().map(|other| size(other)).max() == Some(size(group));
    is_most(|group| group[0].predictions.len()) && is_most(|group| group.len())
}

/// Whether its values fill a grid of positive size.
pub(super) fn is_complete(panel: &Panel) -> bool {
    let cells = panel.cells[0] * panel.cells[1];
    cells > 0 && panel.reference.len() == cells && panel.lengths.iter().all(|length| *length > 0.0)
}

/// One row of images: its label, and the values for each panel, if there are any.
struct Row<'p> {
    label: String,
    fields: Vec<Option<&'p [f32]>>,
}

/// The positions of the images.
struct Layout {
    left: f64,
    top: f64,
    size: [f64; 2],
}

const GAP: f64 = 6.0;

impl FieldPanels {
    fn draw_group(&self, results: &Results, mut panels: Vec<&Panel>) -> Option<Drawing> {
        panels.sort_by_key(|panel| panel.step);
        let panels = evenly_spaced(&panels, self.steps);
        let first = *panels.first()?;
        let case = results.cases.iter().find(|case| case.name == first.case)?;
        let rows = rows(results, case, &panels);
        let values = colours_of_values(&panels);
        let errors = colours_of_errors(&panels, &rows);
        let mut scene = Scene::new(900.0);
        let layout = layout(&scene, first, panels.len(), &rows);
        draw_headings(&mut scene, &layout, &panels);
        draw_reference(&mut scene, &layout, &panels, &values);
        for (index, row) in rows.iter().enumerate() {
            draw_row(&mut scene, &layout, &panels, index + 1, row, [&values, &errors]);
        }
        let exceeded = exceeded(&panels, &rows, [&values, &errors]);
        draw_bars(&mut scene, &layout, rows.len(), first, [&values, &errors], exceeded);
        Some(Drawing {
            stem: format!("{}-{}-{}", results.stem(Self::NAME, case), first.sample, first.channel),
            title: title(first),
            caption: format!(
                "Each pair shows the field and the error, prediction − reference; x points to the right and y upwards. \
                 All fields have one colour scale and all errors another. {}",
                bar_caption("reference")
            ),
            scene,
        })
    }
}

fn title(panel: &Panel) -> String {
    let Panel { case, sample, channel, caption, .. } = panel;
    let caption = if caption.is_empty() { String::new() } else { format!(", {caption}") };
    format!("{channel} of test sample {sample} of {case}{caption}")
}

/// At most `count` of the panels, evenly spaced, the last among them.
fn evenly_spaced<'p>(panels: &[&'p Panel], count: usize) -> Vec<&'p Panel> {
    let shown = panels.len().min(count);
    (1..=shown).map(|i| panels[i * panels.len() / shown - 1]).collect()
}

/// Rows in the order of the leaderboard. Of earlier runs, only learned surrogates are shown.
fn rows<'p>(results: &Results<'p>, case: &Case<'p>, panels: &[&'p Panel]) -> Vec<Row<'p>> {
    let field = |surrogate: &Surrogate<'p>, shown: &Panel| {
        let same = |panel: &Panel| have_same_field(panel, shown) && panel.step == shown.step;
        let (panel, index) = surrogate.panels.iter().find(|(panel, _)| same(panel))?;
        let values = panel.predictions[*index].1.as_slice();
        Some(values).filter(|values| values.len() == shown.reference.len())
    };
    let is_shown = |surrogate: &&Surrogate| {
        let has_panel = surrogate.panels.iter().any(|(panel, _)| have_same_field(panel, panels[0]));
        has_panel && (surrogate.is_learned() || results.is_latest(surrogate))
    };
    let row = |surrogate: &Surrogate<'p>| Row {
        label: surrogate.label.clone(),
        fields: panels.iter().map(|panel| field(surrogate, panel)).collect(),
    };
    case.surrogates.iter().filter(is_shown).map(row).collect()
}

/// The colour scale of all references.
fn colours_of_values(panels: &[&Panel]) -> ColourScale {
    let all: Vec<f64> = panels.iter().flat_map(|p| &p.reference).map(|x| f64::from(*x)).collect();
    ColourScale::of(&all)
}

/// The colour scale of all errors. Its width is that of the median surrogate: the largest errors would hide the others.
fn colours_of_errors(panels: &[&Panel], rows: &[Row]) -> ColourScale {
    let width = |row: &Row| {
        let pairs = panels.iter().zip(&row.fields).filter_map(|(p, field)| Some((p, (*field)?)));
        let errors = pairs.flat_map(|(panel, field)| errors(panel, field));
        quantile(&errors.map(f64::abs).collect::<Vec<_>>(), 0.99)
    };
    ColourScale::symmetric(median(&rows.iter().map(width).collect::<Vec<_>>()))
}

/// Whether fields and errors exceed the ends of their scales.
fn exceeded(
    panels: &[&Panel],
    rows: &[Row],
    [values, of_errors]: [&ColourScale; 2],
) -> [[bool; 2]; 2] {
    let mut pairs: Vec<(&Panel, &[f32])> = Vec::new();
    for row in rows {
        let shown = panels.iter().zip(&row.fields);
        pairs.extend(shown.filter_map(|(panel, field)| Some((*panel, (*field)?))));
    }
    let references = panels.iter().flat_map(|panel| &panel.reference);
    let fields = references.chain(pairs.iter().flat_map(|(_, field)| *field));
    let errors = pairs.iter().flat_map(|(panel, field)| errors(panel, field));
    [values.exceeded(fields.map(|value| f64::from(*value))), of_errors.exceeded(errors)]
}

pub(super) fn errors(panel: &Panel, field: &[f32]) -> impl Iterator<Item = f64> {
    field.iter().zip(&panel.reference).map(|(p, r)| f64::from(*p) - f64::from(*r))
}

/// The width in px to which the names of rows are shortened.
pub(super) const LONGEST: f64 = 150.0;

/// The width of the widest of the names of rows.
pub(super) fn label_width<'s>(labels: impl Iterator<Item = &'s str>) -> f64 {
    labels.map(|label| text_width(label, NORMAL)).fold(64.0, f64::max).min(LONGEST)
}

fn layout(scene: &Scene, panel: &Panel, steps: usize, rows: &[Row]) -> Layout {
    let left = label_width(rows.iter().map(|row| row.label.as_str())) + 24.0;
    let columns = 2.0 * steps as f64;
    let room = (scene.width - left - 16.0 - (columns + steps as f64) * GAP) / columns;
    let width = room.min(170.0);
    let height = width * panel.lengths[1] / panel.lengths[0];
    // Tall domains are reduced in size.
    let shrink = (200.0 / height).min(1.0);
    Layout { left, top: 52.0, size: [width * shrink, height * shrink] }
}

impl Layout {
    /// The upper left corner of an image: `side` 0 is the field, 1 its error.
    fn corner(&self, row: usize, step: usize, side: usize) -> Point {
        let [width, height] = self.size;
        let columns = (2 * step + side) as f64;
        [
            self.left + columns * (width + GAP) + step as f64 * GAP,
            self.top + row as f64 * (height + GAP),
        ]
    }
}

fn draw_headings(scene: &mut Scene, layout: &Layout, panels: &[&Panel]) {
    let [width, _] = layout.size;
    for (step, panel) in panels.iter().enumerate() {
        let [x, y] = layout.corner(0, step, 0);
        let time = format!("t = {} s (step {})", plain(panel.time), panel.step);
        let heading = Text::new(time, [x + width + GAP / 2.0, y - 34.0], NORMAL);
        scene.text(heading.anchored(Anchor::Middle));
        for (side, name) in [panel.channel.as_str(), "error"].into_iter().enumerate() {
            let [x, y] = layout.corner(0, step, side);
            let name = Text::new(name, [x + width / 2.0, y - 12.0], SMALL);
            scene.text(name.anchored(Anchor::Middle).with_paint(Paint::Muted));
        }
    }
}

fn draw_label(scene: &mut Scene, layout: &Layout, row: usize, label: &str) {
    let [x, y] = layout.corner(row, 0, 0);
    let middle = [x - 10.0, y + layout.size[1] / 2.0];
    scene.text(Text::new(shortened(label, NORMAL, LONGEST), middle, NORMAL).anchored(Anchor::End));
}

fn draw_reference(scene: &mut Scene, layout: &Layout, panels: &[&Panel], colours: &ColourScale) {
    draw_label(scene, layout, 0, "reference");
    for (step, panel) in panels.iter().enumerate() {
        let values: Vec<f64> = panel.reference.iter().map(|x| f64::from(*x)).collect();
        scene.image(colours.image(panel.cells, &values), layout.corner(0, step, 0), layout.size);
    }
}

fn draw_row(
    scene: &mut Scene,
    layout: &Layout,
    panels: &[&Panel],
    row: usize,
    content: &Row,
    colours: [&ColourScale; 2],
) {
    draw_label(scene, layout, row, &content.label);
    for (step, (panel, field)) in panels.iter().zip(&content.fields).enumerate() {
        let [left, right] = [0, 1].map(|side| layout.corner(row, step, side));
        let Some(field) = field else {
            for corner in [left, right] {
                draw_absence(scene, corner, layout.size);
            }
            continue;
        };
        let values: Vec<f64> = field.iter().map(|x| f64::from(*x)).collect();
        let errors: Vec<f64> = errors(panel, field).collect();
        scene.image(colours[0].image(panel.cells, &values), left, layout.size);
        scene.image(colours[1].image(panel.cells, &errors), right, layout.size);
    }
}

pub(super) fn draw_absence(scene: &mut Scene, [x, y]: Point, [width, height]: [f64; 2]) {
    scene.outline([x, y], [width, height], Paint::Grid);
    let text = Text::new(
        shortened("diverged", SMALL, width - 4.0),
        [x + width / 2.0, y + height / 2.0],
        SMALL,
    );
    scene.text(text.anchored(Anchor::Middle).with_paint(Paint::Muted));
}

/// Draws the two colour bars below all rows, and sets the height of the scene.
fn draw_bars(
    scene: &mut Scene,
    layout: &Layout,
    rows: usize,
    panel: &Panel,
    colours: [&ColourScale; 2],
    exceeded: [[bool; 2]; 2],
) {
    let [_, bottom] = layout.corner(rows + 1, 0, 0);
    let y = bottom + 12.0;
    let width = (scene.width - layout.left - 40.0 - 72.0) / 2.0;
    let names = [panel.channel.as_str(), "prediction − reference"];
    for (side, (colours, name)) in colours.into_iter().zip(names).enumerate() {
        let x = layout.left + side as f64 * (width + 72.0);
        let label = labelled(name, &panel.unit);
        draw_bar(scene, colours, exceeded[side], [x, y], width, &label);
    }
    scene.height = y + BAR_HEIGHT;
}
