//! Axes, and lines, bands and markers in their frame.

use crate::draw::font::{shortened, text_width};
use crate::draw::formula::draw_formula;
use crate::draw::frame::{Frame, clip};
use crate::draw::scale::Scale;
use crate::draw::scene::{Anchor, Point, Scene, Stroke, Text};
use crate::draw::series_style::SeriesStyle;
use crate::draw::style::Paint;

/// Size of tick labels and legends in px.
pub(crate) const SMALL: f64 = 12.0;
/// Size of axis labels and panel titles in px.
pub(crate) const NORMAL: f64 = 13.0;

/// A frame with two scales. What is drawn in it is clipped.
pub struct Plot<'s> {
    /// Where it is drawn.
    pub scene: &'s mut Scene,
    /// The area of the values.
    pub frame: Frame,
    /// The horizontal axis.
    pub x: Scale,
    /// The vertical axis.
    pub y: Scale,
}

impl Plot<'_> {
    /// Draws the grid, the ticks and the labels. Letters after `_` in the labels of the axes are subscripts.
    pub fn axes(&mut self, title: &str, x_label: &str, y_label: &str) {
        let Frame { x, y, width, height } = self.frame;
        self.x_ticks();
        let widest = self.y_ticks();
        self.scene
            .line(&[[x, y + height], [x + width, y + height]], Stroke::new(Paint::Muted, 1.0));
        let middle = x + width / 2.0;
        self.scene.text(Text::new(shortened(title, NORMAL, width), [x, y - 12.0], NORMAL));
        let x_label = shortened(x_label, NORMAL, width + 60.0);
        let y_label = shortened(y_label, NORMAL, height + 40.0);
        let below = Text::new(x_label, [middle, y + height + 36.0], NORMAL);
        draw_formula(self.scene, below.anchored(Anchor::Middle).with_paint(Paint::Muted));
        // Left of the labels, but inside the drawing.
        let distance = (widest + 20.0).min(x - 12.0).max(64.0);
        let left = Text::new(y_label, [x - distance, y + height / 2.0], NORMAL);
        let left = left.anchored(Anchor::Middle).with_paint(Paint::Muted);
        draw_formula(self.scene, Text { rotated: true, ..left });
    }

    fn x_ticks(&mut self) {
        let Frame { x, y, width, height } = self.frame;
        // Powers of ten are wider than round numbers.
        let room = if self.x.is_logarithmic { 70.0 } else { 45.0 };
        for tick in self.x.ticks((width / room) as usize) {
            let at = x + width * self.x.position(tick.value);
            let length = if tick.label.is_empty() { 3.0 } else { 5.0 };
            let ends = [[at, y + height], [at, y + height + length]];
            self.scene.line(&ends, Stroke::new(Paint::Muted, 1.0));
            let label = Text::new(tick.label, [at, y + height + 16.0], SMALL);
            self.scene.text(label.anchored(Anchor::Middle).with_paint(Paint::Muted));
        }
    }

    /// Returns the width of the widest label.
    fn y_ticks(&mut self) -> f64 {
        let Frame { x, y, width, height } = self.frame;
        let mut widest = 0.0_f64;
        for tick in self.y.ticks((height / 40.0) as usize) {
            let at = y + height * (1.0 - self.y.position(tick.value));
            if !tick.label.is_empty() {
                self.scene.line(&[[x, at], [x + width, at]], Stroke::new(Paint::Grid, 1.0));
                widest = widest.max(text_width(&tick.label, SMALL));
                let label = Text::new(tick.label, [x - 8.0, at], SMALL);
                self.scene.text(label.anchored(Anchor::End).with_paint(Paint::Muted));
            }
        }
        widest
    }

    /// The position of a pair of values in px, which may be outside the frame.
    pub(crate) fn at(&self, x: f64, y: f64) -> Point {
        let Frame { x: left, y: top, width, height } = self.frame;
        [left + width * self.x.position(x), top + height * (1.0 - self.y.position(y))]
    }

    /// Draws a line through pairs of values, clipped at the frame and interrupted where a value is not finite.
    pub fn line(&mut self, values: impl IntoIterator<Item = (f64, f64)>, stroke: Stroke) {
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

    /// Fills the area between two lines `(x, low, high)`, clipped at the frame.
    pub fn band(&mut self, values: &[(f64, f64, f64)], paint: Paint, opacity: f64) {
        let Frame { y: top, height, .. } = self.frame;
        let clamped = |[x, y]: Point| [x, y.clamp(top, top + height)];
        let known =
            |(_, low, high): &(f64, f64, f64)| !self.at(0.0, *low)[1].is_nan() && !high.is_nan();
        let mut areas = Vec::new();
        for piece in values.split(|value| !known(value)) {
            let low = piece.iter().map(|(x, low, _)| clamped(self.at(*x, *low)));
            let high = piece.iter().map(|(x, _, high)| clamped(self.at(*x, *high)));
            areas.push(low.chain(high.rev()).collect::<Vec<_>>());
        }
        for area in areas {
            self.scene.area(area, paint, opacity);
        }
    }

    /// Draws a marker if it is inside the frame.
    pub fn marker(&mut self, x: f64, y: f64, style: SeriesStyle, radius: f64) {
        let at = self.at(x, y);
        if let Some(marker) = style.marker.filter(|_| self.frame.contains(at)) {
            self.scene.marker(marker, at, radius, style.paint);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Frame = Frame { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };

    #[test]
    fn lines_that_leave_the_frame_are_drawn_in_pieces() {
        let mut scene = Scene::new(1.0);
        let scale = Scale::linear([0.0, 1.0]).expect("two numbers");
        let mut plot = Plot { scene: &mut scene, frame: UNIT, x: scale, y: scale };
        let values = [(0.0, 0.5), (0.25, 0.5), (0.5, 2.5), (0.75, 0.5), (1.0, 0.5)];
        plot.line(values, Stroke::new(Paint::Text, 1.0));
        assert_eq!(scene.shapes.len(), 2);
    }
}
