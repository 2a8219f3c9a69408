//! Legends, and labels beside points.

use crate::draw::font::{shortened, text_width};
use crate::draw::frame::Frame;
use crate::draw::plot::SMALL;
use crate::draw::scene::{Point, Scene, Stroke, Text};
use crate::draw::series_style::SeriesStyle;
use crate::draw::style::{DASHED, Marker, Paint};

/// The width in px to which the names in legends and beside points are shortened.
pub(crate) const LONGEST: f64 = 260.0;

/// Draws a legend of lines, with markers if `marked`, in as many rows as it needs; returns its lower end.
pub fn legend(scene: &mut Scene, entries: &[(String, SeriesStyle)], marked: bool) -> f64 {
    rows(scene, entries, |_| true, marked)
}

/// Draws a legend of points. What has no marker is a line.
pub(crate) fn legend_of_points(scene: &mut Scene, entries: &[(String, SeriesStyle)]) -> f64 {
    rows(scene, entries, |style| style.marker.is_none(), true)
}

fn rows(
    scene: &mut Scene,
    entries: &[(String, SeriesStyle)],
    is_line: impl Fn(&SeriesStyle) -> bool,
    marked: bool,
) -> f64 {
    const LINE: f64 = 32.0;
    const ROW: f64 = 20.0;
    let (mut x, mut y) = (16.0, 18.0);
    for (label, style) in entries {
        let label = shortened(label, SMALL, LONGEST);
        let key = if is_line(style) { LINE } else { 12.0 };
        let width = key + 6.0 + text_width(&label, SMALL) + 20.0;
        if x + width > scene.width && x > 16.0 {
            (x, y) = (16.0, y + ROW);
        }
        if is_line(style) {
            scene.line(&[[x, y], [x + key, y]], style.stroke());
        }
        if let Some(marker) = style.marker.filter(|_| marked) {
            scene.marker(marker, [x + key / 2.0, y], 4.0, style.paint);
        }
        scene.text(Text::new(label, [x + key + 6.0, y], SMALL));
        x += width;
    }
    if entries.is_empty() { 0.0 } else { y + ROW / 2.0 + 4.0 }
}

/// The legend's entry of the line that shows the error of the reference.
pub(crate) fn floor_entry() -> (String, SeriesStyle) {
    let style = SeriesStyle { paint: Paint::Muted, dash: DASHED, marker: None, width: 1.5 };
    ("error of the reference".into(), style)
}

/// Draws a label near a point where it overlaps least with `taken`. A line connects the label with the point if they
/// are not adjacent.
pub(crate) fn label_beside(
    scene: &mut Scene,
    label: &str,
    (at, paint): (Point, Paint),
    others: &[Point],
    taken: &mut Vec<Frame>,
    bounds: Frame,
) {
    let label = shortened(label, SMALL, LONGEST);
    let (width, height) = (text_width(&label, SMALL), SMALL + 2.0);
    let beside = |dx: f64, dy: f64| Frame {
        x: at[0] + dx * 9.0 + (dx.clamp(-1.0, 1.0) - 1.0) / 2.0 * width,
        y: at[1] + dy * 13.0 - height / 2.0,
        width,
        height,
    };
    let sides = [1.0, -1.0, 0.0, 2.5, -2.5];
    let heights = [0.0, -1.0, 1.0, -2.0, 2.0, -3.0, 3.0, -4.0, 4.0];
    let offsets = heights.iter().flat_map(|dy| sides.map(|dx| (dx, *dy)));
    let cost = |frame: &Frame| {
        let outside = width * height - frame.overlap(&bounds);
        let covered = 10.0 * outside + taken.iter().map(|other| frame.overlap(other)).sum::<f64>();
        let own = distance(frame, at);
        let nearer = others.iter().filter(|other| **other != at && distance(frame, **other) <= own);
        // If another point is nearer, the label is ambiguous unless a line connects it.
        let ambiguity = nearer.count() as f64 * if own > ADJACENT { 50.0 } else { 1e3 };
        // Of the free positions the nearest, but not on the point itself.
        covered + own + ambiguity + if own < ADJACENT / 2.0 { 1e3 } else { 0.0 }
    };
    let frames = offsets.map(|(dx, dy)| beside(dx, dy));
    let best = frames.min_by(|a, b| cost(a).total_cmp(&cost(b))).expect("there are positions");
    if distance(&best, at) > ADJACENT {
        scene.line(&[at, nearest(&best, at)], Stroke::new(paint, 1.0));
    }
    scene.text(Text::new(label, [best.x, best.y + height / 2.0], SMALL));
    taken.push(best);
}

/// The largest distance in px at which a label is adjacent to its point.
const ADJACENT: f64 = 11.0;

/// The point of a frame that is nearest to `at`.
fn nearest(frame: &Frame, at: Point) -> Point {
    [at[0].clamp(frame.x, frame.x + frame.width), at[1].clamp(frame.y, frame.y + frame.height)]
}

/// The distance between a frame and a point.
fn distance(frame: &Frame, at: Point) -> f64 {
    let near = nearest(frame, at);
    (near[0] - at[0]).hypot(near[1] - at[1])
}

/// The square around a marker, which labels must avoid.
pub(crate) fn around([x, y]: Point, radius: f64) -> Frame {
    Frame { x: x - radius, y: y - radius, width: 2.0 * radius, height: 2.0 * radius }
}

/// The style of the marker at which the line of a diverged surrogate ends.
pub(crate) fn divergence_marker(style: SeriesStyle) -> SeriesStyle {
    SeriesStyle { marker: Some(Marker::Cross), ..style }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_do_not_overlap() {
        let mut scene = Scene::new(400.0);
        let bounds = Frame { width: 400.0, height: 400.0, x: 0.0, y: 0.0 };
        let mut taken = Vec::new();
        let points = [[200.0, 200.0], [203.0, 204.0], [198.0, 207.0]];
        for at in points {
            label_beside(&mut scene, "solver-32", (at, Paint::Muted), &points, &mut taken, bounds);
        }
        let clashes = [(0, 1), (0, 2), (1, 2)].map(|(a, b)| taken[a].overlap(&taken[b]));
        assert_eq!(clashes, [0.0; 3]);
    }

    #[test]
    fn no_label_without_a_line_is_nearer_to_another_point() {
        let mut scene = Scene::new(400.0);
        let bounds = Frame { width: 400.0, height: 400.0, x: 0.0, y: 0.0 };
        let points = [[200.0, 200.0], [201.0, 214.0], [200.0, 230.0]];
        let mut taken: Vec<Frame> = points.map(|at| around(at, 7.0)).to_vec();
        for (number, at) in points.into_iter().enumerate() {
            label_beside(
                &mut scene,
                "ifactformer",
                (at, Paint::Muted),
                &points,
                &mut taken,
                bounds,
            );
            let label = taken[3 + number];
            let own = distance(&label, at);
            assert!(own > ADJACENT || points.iter().all(|other| own <= distance(&label, *other)));
        }
    }
}
