//! A scene as pixels, rasterized by plotters at a higher resolution and averaged.

use crate::draw::font::{text_pixels, text_width};
use crate::draw::scene::{Anchor, BASELINE, Point, Raster, Scene, Shape, Stroke, Text};
use crate::draw::style::{Dash, LIGHT, Paint, Rgb};
use crate::error::ReportError;
use plotters::coord::Shift;
use plotters::prelude::*;

/// Pixels of the image per px of the scene.
const SCALE: f64 = 2.0;
/// Rasterized pixels per pixel of the image along each axis, for anti-aliasing.
const OVERSAMPLING: usize = 3;
type Area<'a> = DrawingArea<BitMapBackend<'a>, Shift>;

/// A scene in the light theme as pixels, two per px.
pub(crate) fn draw(scene: &Scene) -> Result<Raster, ReportError> {
    let pixels = |length: f64| (length * SCALE).ceil() as usize;
    let (width, height) = (pixels(scene.width).max(1), pixels(scene.height).max(1));
    let (wide, high) = (width * OVERSAMPLING, height * OVERSAMPLING);
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(wide * high * 3).map_err(|error| {
        ReportError::Bitmap(format!("{wide} by {high} pixels do not fit into memory ({error})"))
    })?;
    buffer.resize(wide * high * 3, 0);
    {
        let area =
            BitMapBackend::with_buffer(&mut buffer, (wide as u32, high as u32)).into_drawing_area();
        let failed = |error: &dyn std::fmt::Display| ReportError::Bitmap(error.to_string());
        area.fill(&colour(Paint::Background, 1.0)).map_err(|e| failed(&e))?;
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

/// Each segment as a bar with round ends, so that the joints of a line are closed at any angle.
fn line<'a>(area: &Area<'a>, points: &[Point], stroke: &Stroke) -> Drawn<'a> {
    // The bars overlap, so that a transparent colour would be applied twice: its blend with the background is opaque.
    let [foreground, background] =
        [stroke.paint, Paint::Background].map(|paint| paint.colour(&LIGHT));
    let [r, g, b] = mix(background, foreground, stroke.opacity);
    let style = RGBColor(r, g, b).filled();
    let radius = stroke.width / 2.0;
    for piece in dashes(points, stroke.dash) {
        for pair in piece.windows(2) {
            area.draw(&Polygon::new(pixels(&bar(pair[0], pair[1], radius)), style))?;
        }
        for point in piece {
            area.draw(&Circle::new(pixel(point), (radius * resolution()) as i32, style))?;
        }
    }
    Ok(())
}

/// The corners of a segment that is `2 radius` wide.
fn bar([ax, ay]: Point, [bx, by]: Point, radius: f64) -> [Point; 4] {
    let length = (bx - ax).hypot(by - ay).max(f64::MIN_POSITIVE);
    let (nx, ny) = (-(by - ay) / length * radius, (bx - ax) / length * radius);
    [[ax + nx, ay + ny], [bx + nx, by + ny], [bx - nx, by - ny], [ax - nx, ay - ny]]
}

/// The dashes of a line, each as its points.
fn dashes(points: &[Point], dash: Dash) -> Vec<Vec<Point>> {
    if dash.is_empty() {
        return vec![points.to_vec()];
    }
    let (mut pieces, mut piece) = (Vec::new(), vec![points[0]]);
    let (mut element, mut rest) = (0, dash[0]);
    for pair in points.windows(2) {
        let [mut from, to] = [pair[0], pair[1]];
        loop {
            let length = (to[0] - from[0]).hypot(to[1] - from[1]);
            if length < rest {
                rest -= length;
                piece.push(to);
                break;
            }
            let fraction = rest / length;
            from = [0, 1].map(|axis| from[axis] + fraction * (to[axis] - from[axis]));
            piece.push(from);
            if element % 2 == 0 {
                pieces.push(std::mem::take(&mut piece));
            }
            element += 1;
            rest = dash[element % dash.len()];
            piece = vec![from];
        }
    }
    if element % 2 == 0 {
        pieces.push(piece);
    }
    pieces
}

fn text<'a>(area: &Area<'a>, text: &Text) -> Drawn<'a> {
    let em = text.size * resolution();
    let width = text_width(&text.content, em);
    let start = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -0.5 * width,
        Anchor::End => -width,
    } as i32;
    let below = (BASELINE * em) as i32;
    let (x, y) = pixel(text.at);
    for ([right, down], coverage) in text_pixels(&text.content, em) {
        let (along, across) = (start + right, below + down);
        let position = if text.rotated { (x + across, y - along) } else { (x + along, y + across) };
        area.draw_pixel(position, &colour(text.paint, coverage))?;
    }
    Ok(())
}

/// Each pixel of the raster as a rectangle, without interpolation.
fn image<'a>(area: &Area<'a>, raster: &Raster, at: Point, size: [f64; 2]) -> Drawn<'a> {
    let corner = |i: usize, j: usize| {
        let fraction = [i as f64 / raster.width as f64, j as f64 / raster.height as f64];
        pixel([0, 1].map(|axis| at[axis] + size[axis] * fraction[axis]))
    };
    for (index, &[r, g, b]) in raster.pixels.iter().enumerate() {
        let (i, j) = (index % raster.width, index / raster.width);
        let corners = [corner(i, j), corner(i + 1, j + 1)];
        area.draw(&Rectangle::new(corners, RGBColor(r, g, b).filled()))?;
    }
    Ok(())
}

/// Rasterized pixels per px.
fn resolution() -> f64 {
    SCALE * OVERSAMPLING as f64
}

fn pixel([x, y]: Point) -> (i32, i32) {
    let scale = |length: f64| (length * resolution()).round() as i32;
    (scale(x), scale(y))
}

fn pixels(points: &[Point]) -> Vec<(i32, i32)> {
    points.iter().copied().map(pixel).collect()
}

fn colour(paint: Paint, opacity: f64) -> RGBAColor {
    let [r, g, b] = paint.colour(&LIGHT);
    RGBAColor(r, g, b, opacity)
}

/// `(1 − fraction) a + fraction b`
fn mix(a: Rgb, b: Rgb, fraction: f64) -> Rgb {
    [0, 1, 2]
        .map(|i| (f64::from(a[i]) + fraction * (f64::from(b[i]) - f64::from(a[i]))).round() as u8)
}

/// The mean colour of each block of rasterized pixels.
fn average(drawn: &[u8], width: usize, height: usize) -> Raster {
    let block = (OVERSAMPLING * OVERSAMPLING) as u32;
    let mut pixels = Vec::with_capacity(width * height);
    let mut sums = vec![[0; 3]; width];
    for rows in drawn.as_chunks::<3>().0.chunks_exact(OVERSAMPLING * width * OVERSAMPLING) {
        sums.fill([0; 3]);
        for row in rows.chunks_exact(width * OVERSAMPLING) {
            for (sum, pixels) in sums.iter_mut().zip(row.as_chunks::<OVERSAMPLING>().0) {
                for pixel in pixels {
                    *sum = [0, 1, 2].map(|colour| sum[colour] + u32::from(pixel[colour]));
                }
            }
        }
        pixels.extend(sums.iter().map(|sum| sum.map(|sum| ((sum + block / 2) / block) as u8)));
    }
    Raster { width, height, pixels }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::style::DASHED;

    /// Dashes of 6 px and gaps of 3 px along 20 px with a corner: 0–6, 9–15, 18–20.
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
    fn a_filled_half_has_the_colour_of_text_and_the_rest_that_of_the_background() {
        let mut scene = Scene { height: 10.0, ..Scene::new(10.0) };
        scene.area(vec![[0.0, 0.0], [5.0, 0.0], [5.0, 10.0], [0.0, 10.0]], Paint::Text, 1.0);
        let raster = draw(&scene).expect("a bitmap in memory");
        assert_eq!((raster.width, raster.height), (20, 20));
        assert_eq!(raster.pixels[10 * 20 + 5], LIGHT.text);
        assert_eq!(raster.pixels[10 * 20 + 15], LIGHT.background);
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
