//! A scene as SVG.

use crate::draw::escape::escape;
use crate::draw::scene::{Anchor, Point, Raster, Scene, Shape, Stroke, Text};
use crate::draw::style::{DARK, LIGHT, Paint, figure_sheet, properties};
use base64::Engine;
use std::fmt::Write;

/// A file, light or dark as the system that shows it.
pub(crate) fn standalone(scene: &Scene, title: &str) -> String {
    let style = format!(
        "<style>:root{{{}}}@media (prefers-color-scheme:dark){{:root{{{}}}}}{}</style>",
        properties(&LIGHT),
        properties(&DARK),
        figure_sheet()
    );
    element(scene, title, &style)
}

/// An element of a page whose style sheet has the colours.
pub(crate) fn inline(scene: &Scene, title: &str) -> String {
    element(scene, title, "")
}

fn element(scene: &Scene, title: &str, style: &str) -> String {
    let (w, h) = (number(scene.width), number(scene.height));
    let shapes: String = scene.shapes.iter().map(shape).collect();
    let title = escape(title);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" \
         role=\"img\" aria-label=\"{title}\"><title>{title}</title>{style}\
         <rect width=\"{w}\" height=\"{h}\" class=\"f-background\"/>\n{shapes}</svg>\n"
    )
}

fn shape(shape: &Shape) -> String {
    match shape {
        Shape::Line(points, stroke) => line(points, stroke),
        Shape::Area(points, paint, opacity) => area(points, *paint, *opacity),
        Shape::Text(written) => text(written),
        Shape::Image(raster, at, size) => image(raster, *at, *size),
    }
}

fn line(points: &[Point], stroke: &Stroke) -> String {
    let dash = stroke.dash.iter().map(|length| number(*length)).collect::<Vec<_>>().join(" ");
    let dash = if dash.is_empty() { dash } else { format!(" stroke-dasharray=\"{dash}\"") };
    format!(
        "<path class=\"l s-{}\" stroke-width=\"{}\"{dash}{} d=\"{}\"/>\n",
        stroke.paint.name(),
        number(stroke.width),
        attribute("stroke-opacity", stroke.opacity),
        path(points)
    )
}

fn area(points: &[Point], paint: Paint, opacity: f64) -> String {
    let opacity = attribute("fill-opacity", opacity);
    format!("<path class=\"f-{}\"{opacity} d=\"{}Z\"/>\n", paint.name(), path(points))
}

fn attribute(name: &str, opacity: f64) -> String {
    if opacity < 1.0 { format!(" {name}=\"{opacity}\"") } else { String::new() }
}

fn path(points: &[Point]) -> String {
    let mut path = String::new();
    for (index, [x, y]) in points.iter().enumerate() {
        let command = if index == 0 { 'M' } else { 'L' };
        write!(path, "{command}{} {}", number(*x), number(*y)).expect("strings take any text");
    }
    path
}

fn text(text: &Text) -> String {
    let anchor = match text.anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    let [x, y] = text.at.map(number);
    let turn =
        if text.rotated { format!(" transform=\"rotate(-90 {x} {y})\"") } else { String::new() };
    // A baseline 0.35 em below the centre centres upper-case letters and digits in all common fonts.
    format!(
        "<text class=\"f-{}\" x=\"{x}\" y=\"{y}\" dy=\"0.35em\" font-size=\"{}\" text-anchor=\"{anchor}\"{turn}>{}</text>\n",
        text.paint.name(),
        number(text.size),
        escape(&text.content)
    )
}

fn image(raster: &Raster, [x, y]: Point, [w, h]: [f64; 2]) -> String {
    let png = base64::engine::general_purpose::STANDARD.encode(encode(raster));
    let [x, y, w, h] = [x, y, w, h].map(number);
    format!(
        "<image x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" preserveAspectRatio=\"none\" \
         style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{png}\"/>\n"
    )
}

/// A PNG file.
pub(crate) fn encode(raster: &Raster) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, raster.width as u32, raster.height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer =
        encoder.write_header().expect("a vector takes any header of a non-empty image");
    writer.write_image_data(raster.pixels.as_flattened()).expect("three bytes a pixel");
    writer.finish().expect("a vector takes any bytes");
    file
}

/// At most two decimals, without trailing zeros.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_where_it_is_not_finite() {
        let mut scene = Scene::new(100.0);
        let points = [[0.0, 1.0], [1.0, 2.5], [2.0, f64::NAN], [3.0, 1.0], [4.0, 1.0]];
        scene.line(&points, Stroke::new(Paint::Series(1), 1.5));
        let svg = inline(&scene, "a < b");
        assert!(svg.contains("d=\"M0 1L1 2.5\"") && svg.contains("d=\"M3 1L4 1\""), "{svg}");
        assert!(svg.contains("a &lt; b") && !svg.contains("NaN"));
    }

    #[test]
    fn images_survive_the_round_trip_through_png() {
        let pixels =
            vec![[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12], [13, 14, 15], [16, 17, 18]];
        let file = encode(&Raster { width: 3, height: 2, pixels: pixels.clone() });
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().expect("a PNG");
        let mut bytes = vec![0; 18];
        reader.next_frame(&mut bytes).expect("one frame of six pixels");
        assert_eq!(bytes, pixels.as_flattened());
    }
}
