//! The bar that shows what the colours of images mean.

use crate::draw::colour_scale::ColourScale;
use crate::draw::font::{shortened, text_width};
use crate::draw::plot::{NORMAL, SMALL};
use crate::draw::scale::Scale;
use crate::draw::scene::{Anchor, Point, Scene, Stroke, Text};
use crate::draw::style::Paint;

/// The height of a bar with its labels in px.
pub(crate) const BAR_HEIGHT: f64 = 62.0;
const SHADES: usize = 256;
const HEIGHT: f64 = 12.0;
/// The length of the triangle at an end that values exceed.
const TIP: f64 = 10.0;

/// Draws a bar with ticks and a label. An end that shown values exceed has a triangle of its colour, with ≤ or ≥.
pub(crate) fn draw_bar(
    scene: &mut Scene,
    colours: &ColourScale,
    exceeded: [bool; 2],
    [x, y]: Point,
    width: f64,
    label: &str,
) {
    draw_colours(scene, colours, exceeded, [x, y], [width, HEIGHT]);
    let ends = [(x - TIP - 4.0, "≤", Anchor::End), (x + width + TIP + 4.0, "≥", Anchor::Start)];
    for (at, sign, anchor) in marked(ends, exceeded) {
        let text = Text::new(sign, [at, y + HEIGHT / 2.0], SMALL).anchored(anchor);
        scene.text(text.with_paint(Paint::Muted));
    }
    let scale = Scale::linear(colours.ends()).expect("the ends are finite");
    // Labels are not closer than their width.
    let widest = |wanted: usize| {
        let labels = scale.ticks(wanted).into_iter().map(|tick| text_width(&tick.label, SMALL));
        labels.fold(0.0, f64::max) + 14.0
    };
    let wanted = (3..=5).rev().find(|&wanted| widest(wanted) * wanted as f64 <= width);
    for tick in scale.ticks(wanted.unwrap_or(3)) {
        let at = x + width * scale.position(tick.value);
        scene.line(&[[at, y + HEIGHT], [at, y + 16.0]], Stroke::new(Paint::Muted, 1.0));
        let text = Text::new(tick.label, [at, y + 25.0], SMALL);
        scene.text(text.anchored(Anchor::Middle).with_paint(Paint::Muted));
    }
    let label = shortened(label, NORMAL, width + 40.0);
    scene.text(Text::new(label, [x + width / 2.0, y + 45.0], NORMAL).anchored(Anchor::Middle));
}

/// Draws the colours alone, with a triangle at each end that shown values exceed.
pub(crate) fn draw_colours(
    scene: &mut Scene,
    colours: &ColourScale,
    exceeded: [bool; 2],
    [x, y]: Point,
    [width, height]: [f64; 2],
) {
    scene.image(colours.bar(SHADES), [x, y], [width, height]);
    let [low, high] = colours.end_colours();
    let ends = [(x, x - TIP, low), (x + width, x + width + TIP, high)];
    for (edge, tip, colour) in marked(ends, exceeded) {
        let corners = vec![[edge, y], [tip, y + height / 2.0], [edge, y + height]];
        scene.area(corners.clone(), Paint::Fixed(colour), 1.0);
        scene.line(&corners, Stroke::new(Paint::Muted, 0.75));
    }
}

fn marked<T>(ends: [T; 2], exceeded: [bool; 2]) -> impl Iterator<Item = T> {
    ends.into_iter().zip(exceeded).filter_map(|(end, is_exceeded)| is_exceeded.then_some(end))
}

/// What captions say about bars, whose scales are those of some fields, such as "reference".
pub(crate) fn bar_caption(fields: &str) -> String {
    let low = 100.0 * ColourScale::OUTSIDE;
    let high = 100.0 - low;
    format!(
        "The scale of the fields spans the {low:.1} % to {high:.1} % quantiles of the {fields}; cells beyond the end of a scale, \
         marked by ≤ and ≥, have the colour of that end."
    )
}
