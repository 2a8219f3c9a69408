//! Axes around a frame, and what is drawn within.

use crate::font::text_width;
use crate::scale::Scale;
use crate::scene::{Anchor, Point, Scene, Stroke, Text};
use crate::style::{Look, Marker, Paint};

/// Size of tick labels and legends in px.
pub(crate) const SMALL: f64 = 12.0;
/// Size of axis labels and panel titles in px.
pub(crate) const NORMAL: f64 = 13.0;

/// A rectangle in px: the corner of least x and y, and its size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// A frame with two scales: what is drawn in it is cut off at its edges.
pub(crate) struct Plot<'s> {
    pub(crate) scene: &'s mut Scene,
    pub(crate) frame: Frame,
    pub(crate) x: Scale,
    pub(crate) y: Scale,
}

impl Plot<'_> {
    /// Draws the grid, the ticks and the labels.
    pub(crate) fn axes(&mut self, title: &str, x_label: &str, y_label: &str) {
        let Frame { x, y, width, height } = self.frame;
        self.x_ticks();
        self.y_ticks();
        self.scene
            .line(&[[x, y + height], [x + width, y + height]], Stroke::new(Paint::Muted, 1.0));
        let middle = x + width / 2.0;
        self.scene.text(Text::new(title, [x, y - 12.0], NORMAL));
        let below = Text::new(x_label, [middle, y + height + 36.0], NORMAL);
        self.scene.text(below.held(Anchor::Middle).painted(Paint::Muted));
        let beside = Text::new(y_label, [x - 64.0, y + height / 2.0], NORMAL);
        self.scene
            .text(Text { upright: true, ..beside.held(Anchor::Middle).painted(Paint::Muted) });
    }

    fn x_ticks(&mut self) {
        let Frame { x, y, width, height } = self.frame;
        for tick in self.x.ticks((width / 70.0) as usize) {
            let at = x + width * self.x.place(tick.value);
            let length = if tick.label.is_empty() { 3.0 } else { 5.0 };
            let ends = [[at, y + height], [at, y + height + length]];
            self.scene.line(&ends, Stroke::new(Paint::Muted, 1.0));
            let label = Text::new(tick.label, [at, y + height + 16.0], SMALL);
            self.scene.text(label.held(Anchor::Middle).painted(Paint::Muted));
        }
    }

    fn y_ticks(&mut self) {
        let Frame { x, y, width, height } = self.frame;
        for tick in self.y.ticks((height / 40.0) as usize) {
            let at = y + height * (1.0 - self.y.place(tick.value));
            if !tick.label.is_empty() {
                self.scene.line(&[[x, at], [x + width, at]], Stroke::new(Paint::Grid, 1.0));
                let label = Text::new(tick.label, [x - 8.0, at], SMALL);
                self.scene.text(label.held(Anchor::End).painted(Paint::Muted));
            }
        }
    }

    /// Where a pair of numbers is, in px; inside the frame or not.
    pub(crate) fn at(&self, x: f64, y: f64) -> Point {
        let Frame { x: left, y: top, width, height } = self.frame;
        [left + width * self.x.place(x), top + height * (1.0 - self.y.place(y))]
    }

    /// Draws a line through pairs of numbers, cut off at the frame and broken where there is none.
    pub(crate) fn line(&mut self, values: impl IntoIterator<Item = (f64, f64)>, stroke: Stroke) {
        let points: Vec<Point> = values.into_iter().map(|(x, y)| self.at(x, y)).collect();
        let mut piece: Vec<Point> = Vec::new();
        for pair in points.windows(2) {
            let inside = clip(pair[0], pair[1], self.frame);
            if piece.last().is_none_or(|last| inside.is_none_or(|[from, _]| *last != from)) {
                self.scene.line(&std::mem::take(&mut piece), stroke);
                piece.extend(inside.map(|[from, _]| from));
            }
            piece.extend(inside.map(|[_, to]| to));
        }
        self.scene.line(&piece, stroke);
    }

    /// Fills between two lines `(x, low, high)`, each held within the frame.
    pub(crate) fn band(&mut self, values: &[(f64, f64, f64)], paint: Paint, opacity: f64) {
        let Frame { y: top, height, .. } = self.frame;
        let held = |[x, y]: Point| [x, y.clamp(top, top + height)];
        let known =
            |(_, low, high): &(f64, f64, f64)| !self.at(0.0, *low)[1].is_nan() && !high.is_nan();
        let mut areas = Vec::new();
        for piece in values.split(|value| !known(value)) {
            let low = piece.iter().map(|(x, low, _)| held(self.at(*x, *low)));
            let high = piece.iter().map(|(x, _, high)| held(self.at(*x, *high)));
            areas.push(low.chain(high.rev()).collect::<Vec<_>>());
        }
        for area in areas {
            self.scene.area(area, paint, opacity);
        }
    }

    /// Draws a marker, unless it would be outside the frame.
    pub(crate) fn marker(&mut self, x: f64, y: f64, look: Look, radius: f64) {
        let at = self.at(x, y);
        if self.frame.contains(at) {
            self.scene.marker(look.marker, at, radius, look.paint);
        }
    }
}

impl Frame {
    /// Whether a point is inside or on the edge.
    pub(crate) fn contains(&self, [x, y]: Point) -> bool {
        (self.x..=self.x + self.width).contains(&x) && (self.y..=self.y + self.height).contains(&y)
    }

    /// The area shared with another frame in px².
    pub(crate) fn overlap(&self, other: &Self) -> f64 {
        let shared = |a: f64, a_length: f64, b: f64, b_length: f64| {
            ((a + a_length).min(b + b_length) - a.max(b)).max(0.0)
        };
        shared(self.x, self.width, other.x, other.width)
            * shared(self.y, self.height, other.y, other.height)
    }
}

/// The part of a segment inside a frame, or `None`.
///
/// Source: Liang & Barsky (1984), ACM Transactions on Graphics 3, 1.
fn clip(from: Point, to: Point, frame: Frame) -> Option<[Point; 2]> {
    if ![from, to].as_flattened().iter().all(|x| x.is_finite()) {
        return None;
    }
    let low = [frame.x, frame.y];
    let high = [frame.x + frame.width, frame.y + frame.height];
    let (mut start, mut end) = (0.0f64, 1.0f64);
    for axis in 0..2 {
        let change = to[axis] - from[axis];
        let [mut enter, mut leave] = [low[axis] - from[axis], high[axis] - from[axis]];
        if change == 0.0 {
            if enter > 0.0 || leave < 0.0 {
                return None;
            }
            continue;
        }
        if change < 0.0 {
            std::mem::swap(&mut enter, &mut leave);
        }
        (start, end) = (start.max(enter / change), end.min(leave / change));
    }
    // The ends themselves come back to the last bit, so that consecutive segments join.
    let at = |share: f64| match share {
        0.0 => from,
        1.0 => to,
        _ => [0, 1].map(|axis| from[axis] + share * (to[axis] - from[axis])),
    };
    (start <= end).then(|| [at(start), at(end)])
}

/// Columns that `count` frames look well in.
pub(crate) fn columns(count: usize) -> usize {
    match count {
        0 | 1 => 1,
        2 | 4 => 2,
        _ => 3,
    }
}

/// Frames side by side, row by row, with room for axes around each.
pub(crate) fn facets(
    count: usize,
    columns: usize,
    top: f64,
    width: f64,
    height: f64,
) -> Vec<Frame> {
    const LEFT: f64 = 82.0;
    const RIGHT: f64 = 14.0;
    const ABOVE: f64 = 30.0;
    const BELOW: f64 = 56.0;
    let cell = width / columns as f64;
    let frame = |place: usize| Frame {
        x: (place % columns) as f64 * cell + LEFT,
        y: top + (place / columns) as f64 * (height + ABOVE + BELOW) + ABOVE,
        width: cell - LEFT - RIGHT,
        height,
    };
    (0..count).map(frame).collect()
}

/// The bottom of facets with their axes.
pub(crate) fn bottom(frames: &[Frame]) -> f64 {
    frames.last().map_or(0.0, |frame| frame.y + frame.height + 56.0)
}

/// Writes a legend in as many rows as it takes; gives its bottom.
pub(crate) fn legend(scene: &mut Scene, entries: &[(String, Look)], marked: bool) -> f64 {
    const LINE: f64 = 28.0;
    const ROW: f64 = 20.0;
    let (mut x, mut y) = (16.0, 18.0);
    for (label, look) in entries {
        let width = LINE + 6.0 + text_width(label, SMALL) + 20.0;
        if x + width > scene.width && x > 16.0 {
            (x, y) = (16.0, y + ROW);
        }
        let stroke = Stroke::new(look.paint, look.width).dashed(look.dash);
        scene.line(&[[x, y], [x + LINE, y]], stroke);
        if marked {
            scene.marker(look.marker, [x + LINE / 2.0, y], 4.0, look.paint);
        }
        scene.text(Text::new(label, [x + LINE + 6.0, y], SMALL));
        x += width;
    }
    if entries.is_empty() { 0.0 } else { y + ROW / 2.0 + 4.0 }
}

/// Writes a label beside a point where it covers least of what is already there.
pub(crate) fn label_beside(
    scene: &mut Scene,
    label: &str,
    at: Point,
    taken: &mut Vec<Frame>,
    bounds: Frame,
) {
    let (width, height) = (text_width(label, SMALL), SMALL + 2.0);
    let beside = |dx: f64, dy: f64| Frame {
        x: at[0] + dx * 9.0 + (dx - 1.0) / 2.0 * width,
        y: at[1] + dy * 13.0 - height / 2.0,
        width,
        height,
    };
    let places = [
        (1.0, 0.0),
        (1.0, -1.0),
        (1.0, 1.0),
        (-1.0, 0.0),
        (-1.0, -1.0),
        (-1.0, 1.0),
        (0.0, -1.3),
        (0.0, 1.3),
        (1.0, -2.0),
        (1.0, 2.0),
        (-1.0, -2.0),
        (-1.0, 2.0),
    ];
    let crowded = |frame: &Frame| {
        let outside = width * height - frame.overlap(&bounds);
        10.0 * outside + taken.iter().map(|other| frame.overlap(other)).sum::<f64>()
    };
    let frames = places.map(|(dx, dy)| beside(dx, dy));
    let best = frames.into_iter().min_by(|a, b| crowded(a).total_cmp(&crowded(b)));
    let best = best.expect("there are twelve places");
    scene.text(Text::new(label, [best.x, best.y + height / 2.0], SMALL));
    taken.push(best);
}

/// A marker's surroundings, for labels to keep off.
pub(crate) fn around([x, y]: Point, radius: f64) -> Frame {
    Frame { x: x - radius, y: y - radius, width: 2.0 * radius, height: 2.0 * radius }
}

/// The cross at which a line ends that diverged.
pub(crate) fn ending(look: Look) -> Look {
    Look { marker: Marker::Cross, ..look }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Frame = Frame { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };

    #[test]
    fn segments_end_at_the_frame() {
        assert_eq!(clip([-1.0, 0.5], [2.0, 0.5], UNIT), Some([[0.0, 0.5], [1.0, 0.5]]));
        assert_eq!(clip([0.5, 0.5], [0.5, 3.0], UNIT), Some([[0.5, 0.5], [0.5, 1.0]]));
        assert_eq!(clip([-1.0, 0.5], [0.5, 2.0], UNIT), None);
        assert_eq!(clip([0.5, f64::NAN], [0.5, 0.5], UNIT), None);
        assert_eq!(clip([2.0, 0.0], [2.0, 1.0], UNIT), None);
    }

    #[test]
    fn lines_leave_and_come_back_in_pieces() {
        let mut scene = Scene::new(1.0);
        let scale = Scale::linear([0.0, 1.0]).expect("two numbers");
        let mut plot = Plot { scene: &mut scene, frame: UNIT, x: scale, y: scale };
        let values = [(0.0, 0.5), (0.25, 0.5), (0.5, 2.5), (0.75, 0.5), (1.0, 0.5)];
        plot.line(values, Stroke::new(Paint::Ink, 1.0));
        assert_eq!(scene.shapes.len(), 2);
    }

    #[test]
    fn labels_keep_off_each_other() {
        let mut scene = Scene::new(400.0);
        let bounds = Frame { width: 400.0, height: 400.0, ..UNIT };
        let mut taken = Vec::new();
        for at in [[200.0, 200.0], [203.0, 204.0], [198.0, 207.0]] {
            label_beside(&mut scene, "solver-32", at, &mut taken, bounds);
        }
        let clashes = [(0, 1), (0, 2), (1, 2)].map(|(a, b)| taken[a].overlap(&taken[b]));
        assert_eq!(clashes, [0.0; 3]);
    }
}
