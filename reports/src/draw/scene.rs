//! A drawing as a list of shapes, independent of the file format.

use crate::draw::escape::printable;
use crate::draw::style::{Dash, Marker, Paint, SOLID};

/// A point in px; x points to the right and y downwards.
pub type Point = [f64; 2];

/// A list of shapes; later ones cover earlier ones.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    /// In px.
    pub width: f64,
    /// In px.
    pub height: f64,
    /// From back to front.
    pub(crate) shapes: Vec<Shape>,
}

/// A shape. All coordinates are finite.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// A polyline.
    Line(Vec<Point>, Stroke),
    /// A filled polygon, and its opacity.
    Area(Vec<Point>, Paint, f64),
    /// A line of text.
    Text(Text),
    /// An image, its upper left corner and its size.
    Image(Raster, Point, [f64; 2]),
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Stroke {
    pub(crate) paint: Paint,
    pub(crate) width: f64,
    pub(crate) dash: Dash,
    pub(crate) opacity: f64,
}

impl Stroke {
    /// A solid, opaque line.
    pub fn new(paint: Paint, width: f64) -> Self {
        Self { paint, width, dash: SOLID, opacity: 1.0 }
    }

    /// The stroke with dashes.
    #[must_use]
    pub fn dashed(self, dash: Dash) -> Self {
        Self { dash, ..self }
    }

    /// The stroke with an opacity from 0 to 1.
    #[must_use]
    pub fn with_opacity(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }
}

/// Which point of a text is at its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// How far in em the baseline is below the middle of a text. It centres upper-case letters and digits in all common
/// fonts.
pub(crate) const BASELINE: f64 = 0.35;

/// A line of text; `at` is at half its height.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    pub(crate) content: String,
    pub(crate) at: Point,
    pub(crate) size: f64,
    pub(crate) anchor: Anchor,
    pub(crate) paint: Paint,
    /// Whether it is rotated by 90° and reads upwards.
    pub(crate) rotated: bool,
}

impl Text {
    /// A text in the text colour that starts at `at`, without characters that cannot be shown.
    pub(crate) fn new(text: impl AsRef<str>, at: Point, size: f64) -> Self {
        let (content, anchor, paint) = (printable(text.as_ref()), Anchor::Start, Paint::Text);
        Self { content, at, size, anchor, paint, rotated: false }
    }

    /// The text with another anchor.
    pub(crate) fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// The text in another colour.
    pub(crate) fn with_paint(self, paint: Paint) -> Self {
        Self { paint, ..self }
    }
}

/// Pixels, row by row from the top.
#[derive(Debug, Clone)]
pub(crate) struct Raster {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<[u8; 3]>,
}

impl Scene {
    /// An empty scene, whose height is set later.
    pub fn new(width: f64) -> Self {
        Self { width, ..Self::default() }
    }

    /// Draws a polyline, interrupted at points that are not finite.
    pub fn line(&mut self, points: &[Point], stroke: Stroke) {
        let pieces = points.split(|point| !point.iter().all(|x| x.is_finite()));
        for piece in pieces.filter(|piece| piece.len() > 1) {
            self.shapes.push(Shape::Line(piece.to_vec(), stroke));
        }
    }

    /// Fills a polygon if all its corners are finite.
    pub fn area(&mut self, points: Vec<Point>, paint: Paint, opacity: f64) {
        if points.len() > 2 && points.iter().flatten().all(|x| x.is_finite()) {
            self.shapes.push(Shape::Area(points, paint, opacity));
        }
    }

    /// Draws an image with an outline.
    pub(crate) fn image(&mut self, raster: Raster, corner: Point, size: [f64; 2]) {
        self.shapes.push(Shape::Image(raster, corner, size));
        self.outline(corner, size, Paint::Muted);
    }

    /// Draws the outline of a rectangle.
    pub(crate) fn outline(&mut self, [x, y]: Point, [width, height]: [f64; 2], paint: Paint) {
        let (right, low) = (x + width, y + height);
        self.line(&[[x, y], [right, y], [right, low], [x, low], [x, y]], Stroke::new(paint, 0.75));
    }

    /// Draws a text, unless it is empty.
    pub(crate) fn text(&mut self, text: Text) {
        if !text.content.is_empty() {
            self.shapes.push(Shape::Text(text));
        }
    }

    /// Draws a marker with a rim in the background colour, which separates it from what it covers.
    pub(crate) fn marker(&mut self, marker: Marker, at: Point, radius: f64, paint: Paint) {
        self.area(marker_outline(marker, at, radius + 1.2), Paint::Background, 1.0);
        self.area(marker_outline(marker, at, radius), paint, 1.0);
    }
}

/// The corners of a marker.
fn marker_outline(marker: Marker, [x, y]: Point, radius: f64) -> Vec<Point> {
    let polygon = |corners: usize, start: f64, radius: f64| {
        let angle = move |i| std::f64::consts::TAU * (i as f64 / corners as f64 + start);
        (0..corners)
            .map(|i| [x + radius * angle(i).cos(), y + radius * angle(i).sin()])
            .collect::<Vec<_>>()
    };
    // With these radii, all shapes have about the same area.
    match marker {
        Marker::Circle => polygon(24, 0.0, radius),
        Marker::Square => polygon(4, 0.125, 1.25 * radius),
        Marker::Diamond => polygon(4, 0.0, 1.3 * radius),
        Marker::Up => polygon(3, -0.25, 1.45 * radius),
        Marker::Down => polygon(3, 0.25, 1.45 * radius),
        Marker::Cross => cross([x, y], 1.2 * radius),
    }
}

/// A plus sign.
fn cross([x, y]: Point, radius: f64) -> Vec<Point> {
    let (long, short) = (radius, radius / 2.6);
    let quarter = [[short, -short], [long, -short], [long, short], [short, short]];
    let turned = |turns: i32| {
        move |[a, b]: Point| match turns {
            0 => [x + a, y + b],
            1 => [x - b, y + a],
            2 => [x - a, y - b],
            _ => [x + b, y - a],
        }
    };
    (0..4).flat_map(|turns| quarter[1..].iter().copied().map(turned(turns))).collect()
}
