//! The pen that fills pixels: plotters' rasterizer, drawn large and averaged down.

use crate::draw::font::{text_pixels, text_width};
use crate::draw::scene::{Anchor, Point, Raster, Scene, Shape, Stroke, Text};
use crate::draw::style::{Dash, LIGHT, Paint, Rgb};
use crate::error::ReportError;
use plotters::coord::Shift;
use plotters::prelude::*;

/// Pixels of the picture a px of the scene.
const SCALE: f64 = 2.0;
/// Drawn pixels a pixel of the picture, in both directions: 4 × 4 levels of grey at an edge.
const OVERSAMPLING: usize = 3;
type Area<'a> = DrawingArea<BitMapBackend<'a>, Shift>;

/// A scene in light colours as pixels, two for every px.
pub(crate) fn draw(scene: &Scene) -> Result<Raster, ReportError> {
    let pixels = |length: f64| (length * SCALE).ceil() as usize;
    let (width, height) = (pixels(scene.width).max(1), pixels(scene.height).max(1));
    let (wide, high) = (width * OVERSAMPLING, height * OVERSAMPLING);
    let mut buffer = vec![0; wide * high * 3];
    {
        let area =
            BitMapBackend::with_buffer(&mut buffer, (wide as u32, high as u32)).into_drawing_area();
        let failed = |error: &dyn std::fmt::Display| ReportError::Bitmap(error.to_string());
        area.fill(&colour(Paint::Paper, 1.0)).map_err(|e| failed(&e))?;
        for drawn in &scene.shapes {
            shape(&area, drawn).map_err(|e| failed(&e))?;
        }
        area.present().map_err(|e| failed(&e))?;
    }
    Ok(average(&buffer, width, height))
}

type Drawn<'a> = Result<(), DrawingAreaErrorKind<<BitMapBackend<'a> as DrawingBackend>::ErrorType>>;

fn shape<'a>(area: &Area<'a>, shape: &Shape) -> Drawn<'a> {
    match shape {
        Shape::Line(points, stroke) => line(area, points, stroke),
        Shape::Area(points, paint, opacity) => {
            area.draw(&Polygon::new(pixels(points), colour(*paint, *opacity).filled()))
        }
        Shape::Text(written) => text(area, written),
        Shape::Image(raster, at, size) => image(area, raster, *at, *size),
    }
}

/// Every segment as a bar with round ends, so that corners close however sharp they are.
fn line<'a>(area: &Area<'a>, points: &[Point], stroke: &Stroke) -> Drawn<'a> {
    // Bars overlap, so faintness is mixed into an opaque colour.
    let [ink, paper] = [stroke.paint, Paint::Paper].map(|paint| paint.colour(&LIGHT));
    let [r, g, b] = mix(paper, ink, stroke.opacity);
    let style = RGBColor(r, g, b).filled();
    let radius = stroke.width / 2.0;
    for piece in dashes(points, stroke.dash) {
        for pair in piece.windows(2) {
            area.draw(&Polygon::new(pixels(&bar(pair[0], pair[1], radius)), style))?;
        }
        for point in piece {
            area.draw(&Circle::new(pixel(point), (radius * enlarged()) as i32, style))?;
        }
    }
    Ok(())
}

/// The corners of a segment of some width.
fn bar([ax, ay]: Point, [bx, by]: Point, radius: f64) -> [Point; 4] {
    let length = (bx - ax).hypot(by - ay).max(f64::MIN_POSITIVE);
    let (nx, ny) = (-(by - ay) / length * radius, (bx - ax) / length * radius);
    [[ax + nx, ay + ny], [bx + nx, by + ny], [bx - nx, by - ny], [ax - nx, ay - ny]]
}

/// The strokes of a dashed line.
fn dashes(points: &[Point], dash: Dash) -> Vec<Vec<Point>> {
    if dash.is_empty() {
        return vec![points.to_vec()];
    }
    let (mut pieces, mut piece) = (Vec::new(), vec![points[0]]);
    let (mut element, mut left) = (0, dash[0]);
    for pair in points.windows(2) {
        let [mut from, to] = [pair[0], pair[1]];
        loop {
            let length = (to[0] - from[0]).hypot(to[1] - from[1]);
            if length < left {
                left -= length;
                piece.push(to);
                break;
            }
            let share = left / length;
            from = [0, 1].map(|axis| from[axis] + share * (to[axis] - from[axis]));
            piece.push(from);
            if element % 2 == 0 {
                pieces.push(std::mem::take(&mut piece));
            }
            element += 1;
            left = dash[element % dash.len()];
            piece = vec![from];
        }
    }
    if element % 2 == 0 {
        pieces.push(piece);
    }
    pieces
}

fn text<'a>(area: &Area<'a>, text: &Text) -> Drawn<'a> {
    let em = text.size * enlarged();
    let width = text_width(&text.words, em);
    let start = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -0.5 * width,
        Anchor::End => -width,
    } as i32;
    // As in SVG, the baseline is 0.35 em below the middle.
    let fall = (0.35 * em) as i32;
    let (x, y) = pixel(text.at);
    for ([right, down], coverage) in text_pixels(&text.words, em) {
        let (along, across) = (start + right, fall + down);
        let place = if text.upright { (x + across, y - along) } else { (x + along, y + across) };
        area.draw_pixel(place, &colour(text.paint, coverage))?;
    }
    Ok(())
}

/// Every pixel of the raster as a square, without smoothing.
fn image<'a>(area: &Area<'a>, raster: &Raster, at: Point, size: [f64; 2]) -> Drawn<'a> {
    let (x, y) = pixel(at);
    let (width, height) = pixel(size);
    for row in 0..height {
        for column in 0..width {
            let from =
                |place: i32, pixels: usize, length: i32| place as usize * pixels / length as usize;
            let (i, j) = (from(column, raster.width, width), from(row, raster.height, height));
            let [r, g, b] = raster.pixels[j * raster.width + i];
            area.draw_pixel((x + column, y + row), &RGBColor(r, g, b))?;
        }
    }
    Ok(())
}

/// Drawn pixels a px.
fn enlarged() -> f64 {
    SCALE * OVERSAMPLING as f64
}

fn pixel([x, y]: Point) -> (i32, i32) {
    let scale = |length: f64| (length * enlarged()).round() as i32;
    (scale(x), scale(y))
}

fn pixels(points: &[Point]) -> Vec<(i32, i32)> {
    points.iter().copied().map(pixel).collect()
}

fn colour(paint: Paint, opacity: f64) -> RGBAColor {
    let [r, g, b] = paint.colour(&LIGHT);
    RGBAColor(r, g, b, opacity)
}

/// `share` of `b` in `a`.
fn mix(a: Rgb, b: Rgb, share: f64) -> Rgb {
    [0, 1, 2].map(|i| (f64::from(a[i]) + share * (f64::from(b[i]) - f64::from(a[i]))).round() as u8)
}

/// The mean colour of every block of drawn pixels.
fn average(drawn: &[u8], width: usize, height: usize) -> Raster {
    let wide = width * OVERSAMPLING;
    let block = (OVERSAMPLING * OVERSAMPLING) as u32;
    let mean = |x: usize, y: usize, colour: usize| {
        let place = |i: usize| {
            let (dx, dy) = (i % OVERSAMPLING, i / OVERSAMPLING);
            ((y * OVERSAMPLING + dy) * wide + x * OVERSAMPLING + dx) * 3 + colour
        };
        let sum: u32 = (0..OVERSAMPLING * OVERSAMPLING).map(|i| u32::from(drawn[place(i)])).sum();
        ((sum + block / 2) / block) as u8
    };
    let pixel = |i: usize| [0, 1, 2].map(|colour| mean(i % width, i / width, colour));
    Raster { width, height, pixels: (0..width * height).map(pixel).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::style::DASHED;

    /// Along 20 px, strokes of 6 and gaps of 3: 0–6, 9–15, 18–20, whatever the corners.
    #[test]
    fn dashes_measure_along_the_line() {
        let pieces = dashes(&[[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]], DASHED);
        let expected: [&[Point]; 3] = [
            &[[0.0, 0.0], [6.0, 0.0]],
            &[[9.0, 0.0], [10.0, 0.0], [10.0, 5.0]],
            &[[10.0, 8.0], [10.0, 10.0]],
        ];
        assert_eq!(pieces, expected);
    }

    #[test]
    fn a_filled_half_is_ink_and_the_rest_paper() {
        let mut scene = Scene { height: 10.0, ..Scene::new(10.0) };
        scene.area(vec![[0.0, 0.0], [5.0, 0.0], [5.0, 10.0], [0.0, 10.0]], Paint::Ink, 1.0);
        let raster = draw(&scene).expect("a bitmap in memory");
        assert_eq!((raster.width, raster.height), (20, 20));
        assert_eq!(raster.pixels[10 * 20 + 5], LIGHT.ink);
        assert_eq!(raster.pixels[10 * 20 + 15], LIGHT.paper);
    }

    #[test]
    fn the_font_draws_what_figures_write() {
        let mut scene = Scene { height: 30.0, ..Scene::new(60.0) };
        scene.text(Text::new("10⁻³ Re ∇", [2.0, 15.0], 10.0));
        let raster = draw(&scene).expect("a bitmap in memory");
        let dark = raster.pixels.iter().filter(|pixel| pixel[0] < 128).count();
        assert!((100..1500).contains(&dark), "{dark} dark pixels of 7200");
    }
}
