//! A scene as SVG.

use crate::draw::escape::escape;
use crate::draw::scene::{Anchor, BASELINE, Point, Raster, Scene, Shape, Stroke, Text};
use crate::draw::style::{FONTS, LIGHT, Paint};
use base64::Engine;
use std::fmt::Write;

/// Where the colours of a drawing come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colouring {
    /// From the attributes of each shape: every program shows them.
    Attributes,
    /// From the style sheet of the page, so that they follow its theme.
    StyleSheet,
}

/// A file in the light theme. It has no style sheet, which many programs do not read.
pub(crate) fn standalone(scene: &Scene, title: &str) -> String {
    element(scene, title, Colouring::Attributes)
}

/// An element of a page whose style sheet has the colours.
pub(crate) fn inline(scene: &Scene, title: &str) -> String {
    element(scene, title, Colouring::StyleSheet)
}

fn element(scene: &Scene, title: &str, colouring: Colouring) -> String {
    let (w, h) = (number(scene.width), number(scene.height));
    let shapes: String = scene.shapes.iter().map(|drawn| shape(drawn, colouring)).collect();
    let title = escape(title);
    // Before SVG 2, images were linked in the namespace of XLink; most programs read that only.
    let fonts = match colouring {
        Colouring::Attributes => {
            format!(" xmlns:xlink=\"http://www.w3.org/1999/xlink\" font-family=\"{FONTS}\"")
        }
        Colouring::StyleSheet => String::new(),
    };
    let background = colouring.fill(Paint::Background);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\"{fonts} viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" \
         role=\"img\" aria-label=\"{title}\"><title>{title}</title>\
         <rect width=\"{w}\" height=\"{h}\"{background}/>\n{shapes}</svg>\n"
    )
}

impl Colouring {
    /// The attributes of a filled shape.
    fn fill(self, paint: Paint) -> String {
        match (self, paint.name()) {
            (Self::StyleSheet, Some(name)) => format!(" class=\"f-{name}\""),
            _ => format!(" fill=\"{}\"", hex(paint)),
        }
    }

    /// The attributes of a line.
    fn stroke(self, paint: Paint) -> String {
        match (self, paint.name()) {
            (Self::StyleSheet, Some(name)) => format!(" class=\"l s-{name}\""),
            _ => format!(" fill=\"none\" stroke=\"{}\" stroke-linejoin=\"round\"", hex(paint)),
        }
    }
}

/// A colour of the light theme, such as `#1c2128`.
fn hex(paint: Paint) -> String {
    let [r, g, b] = paint.colour(&LIGHT);
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn shape(shape: &Shape, colouring: Colouring) -> String {
    match shape {
        Shape::Line(points, stroke) => line(points, stroke, colouring),
        Shape::Area(points, paint, opacity) => area(points, *paint, *opacity, colouring),
        Shape::Text(written) => text(written, colouring),
        Shape::Image(raster, at, size) => image(raster, *at, *size, colouring),
    }
}

fn line(points: &[Point], stroke: &Stroke, colouring: Colouring) -> String {
    let dash = stroke.dash.iter().map(|length| number(*length)).collect::<Vec<_>>().join(" ");
    let dash = if dash.is_empty() { dash } else { format!(" stroke-dasharray=\"{dash}\"") };
    format!(
        "<path{} stroke-width=\"{}\"{dash}{} d=\"{}\"/>\n",
        colouring.stroke(stroke.paint),
        number(stroke.width),
        attribute("stroke-opacity", stroke.opacity),
        path(points)
    )
}

fn area(points: &[Point], paint: Paint, opacity: f64, colouring: Colouring) -> String {
    let opacity = attribute("fill-opacity", opacity);
    format!("<path{}{opacity} d=\"{}Z\"/>\n", colouring.fill(paint), path(points))
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

fn text(text: &Text, colouring: Colouring) -> String {
    let anchor = match text.anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    let [x, y] = text.at.map(number);
    let turn =
        if text.rotated { format!(" transform=\"rotate(-90 {x} {y})\"") } else { String::new() };
    format!(
        "<text{} x=\"{x}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{anchor}\"{turn}>{}</text>\n",
        colouring.fill(text.paint),
        number(text.at[1] + BASELINE * text.size),
        number(text.size),
        escape(&text.content)
    )
}

fn image(raster: &Raster, [x, y]: Point, [w, h]: [f64; 2], colouring: Colouring) -> String {
    let png = base64::engine::general_purpose::STANDARD.encode(encode(raster));
    let [x, y, w, h] = [x, y, w, h].map(number);
    let link = match colouring {
        Colouring::Attributes => "xlink:href",
        Colouring::StyleSheet => "href",
    };
    format!(
        "<image x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" preserveAspectRatio=\"none\" \
         image-rendering=\"pixelated\" {link}=\"data:image/png;base64,{png}\"/>\n"
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
    fn a_file_has_its_colours_in_attributes_and_a_page_in_classes() {
        let mut scene = Scene { height: 10.0, ..Scene::new(10.0) };
        scene.line(&[[0.0, 0.0], [1.0, 1.0]], Stroke::new(Paint::Text, 1.0));
        scene.text(Text::new("\u{1b}[1m", [2.0, 3.0], 10.0));
        scene.image(Raster { width: 1, height: 1, pixels: vec![[1; 3]] }, [0.0; 2], [1.0; 2]);
        let (file, element) = (standalone(&scene, "t"), inline(&scene, "t"));
        assert!(file.contains("stroke=\"#1c2128\"") && file.contains("fill=\"#ffffff\""), "{file}");
        for absent in ["var(", "class=", "style", "\u{1b}"] {
            assert!(!file.contains(absent), "{absent} in {file}");
        }
        assert!(
            element.contains("class=\"l s-text\"") && !element.contains("fill=\"#"),
            "{element}"
        );
        assert!(file.contains("y=\"6.5\""), "the baseline is 0.35 em below the centre: {file}");
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
