//! A scene as PDF: a page of the size of the drawing, with its font.

use crate::draw::escape::printable;
use crate::draw::font;
use crate::draw::pdf_font;
use crate::draw::scene::{Anchor, BASELINE, Point, Raster, Scene, Shape, Stroke, Text};
use crate::draw::style::{LIGHT, Paint};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::LineJoinStyle;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use std::collections::BTreeMap;
use std::io::Write;

/// Points per px: a px of SVG is 1/96 inch.
const POINTS: f64 = 0.75;
const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const CONTENT: Ref = Ref::new(4);
const INFO: Ref = Ref::new(5);
/// The first of the objects of the font, behind which the images are.
const FONT: i32 = 6;
/// The name of the font in the content.
const FONT_NAME: Name = Name(b"F");

/// A file in the light theme. Texts are in an embedded font and can be searched; lines and areas are vectors.
pub(crate) fn file(scene: &Scene, title: &str) -> Vec<u8> {
    let mut page = Page::new();
    page.draw(scene);
    let mut pdf = Pdf::new();
    pdf.catalog(CATALOG).pages(PAGES);
    pdf.pages(PAGES).kids([PAGE]).count(1);
    let mut written = pdf.page(PAGE);
    let size = [scene.width, scene.height].map(|length| (POINTS * length) as f32);
    written.media_box(Rect::new(0.0, 0.0, size[0], size[1])).parent(PAGES).contents(CONTENT);
    let mut resources = written.resources();
    resources.fonts().pair(FONT_NAME, Ref::new(FONT));
    let mut states = resources.ext_g_states();
    for opacity in page.opacities.values() {
        let mut state = states
            .insert(Name(opacity.name.as_bytes()))
            .start::<pdf_writer::writers::ExtGraphicsState>();
        state.stroking_alpha(opacity.value).non_stroking_alpha(opacity.value);
    }
    states.finish();
    let mut images = resources.x_objects();
    for number in 0..page.images.len() {
        images.pair(Name(image_name(number).as_bytes()), image_ref(number));
    }
    images.finish();
    resources.finish();
    written.finish();
    for (number, raster) in page.images.iter().enumerate() {
        write_image(&mut pdf, image_ref(number), raster);
    }
    pdf_font::write(&mut pdf, FONT, &page.glyphs);
    let content = compressed(&page.content.finish());
    pdf.stream(CONTENT, &content).filter(Filter::FlateDecode);
    pdf.document_info(INFO).title(TextStr(&printable(title))).creator(TextStr("eddymark"));
    pdf.finish()
}

/// What is on the page, and what it refers to.
struct Page<'s> {
    content: Content,
    images: Vec<&'s Raster>,
    /// By their thousandths.
    opacities: BTreeMap<u32, Opacity>,
    /// The glyphs in use, each with the character that it stands for.
    glyphs: BTreeMap<u16, char>,
}

struct Opacity {
    name: String,
    value: f32,
}

impl<'s> Page<'s> {
    fn new() -> Self {
        let (opacities, glyphs) = (BTreeMap::new(), BTreeMap::new());
        Self { content: Content::new(), images: Vec::new(), opacities, glyphs }
    }

    fn draw(&mut self, scene: &'s Scene) {
        // As in the scene, y points downwards.
        let flip = [POINTS, 0.0, 0.0, -POINTS, 0.0, POINTS * scene.height];
        self.content.transform(flip.map(|x| x as f32)).set_line_join(LineJoinStyle::RoundJoin);
        let (w, h) = (scene.width, scene.height);
        self.area(&[[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]], Paint::Background, 1.0);
        for shape in &scene.shapes {
            match shape {
                Shape::Line(points, stroke) => self.line(points, stroke),
                Shape::Area(points, paint, opacity) => self.area(points, *paint, *opacity),
                Shape::Text(text) => self.text(text),
                Shape::Image(raster, at, size) => self.image(raster, *at, *size),
            }
        }
    }

    fn line(&mut self, points: &[Point], stroke: &Stroke) {
        self.set_opacity(stroke.opacity);
        let [r, g, b] = colour(stroke.paint);
        self.content.set_stroke_rgb(r, g, b).set_line_width(stroke.width as f32);
        self.content.set_dash_pattern(stroke.dash.iter().map(|length| *length as f32), 0.0);
        self.path(points);
        self.content.stroke();
    }

    fn area(&mut self, points: &[Point], paint: Paint, opacity: f64) {
        self.set_opacity(opacity);
        let [r, g, b] = colour(paint);
        self.content.set_fill_rgb(r, g, b);
        self.path(points);
        self.content.close_path().fill_nonzero();
    }

    fn path(&mut self, points: &[Point]) {
        for (index, point) in points.iter().enumerate() {
            let [x, y] = rounded(*point);
            match index {
                0 => self.content.move_to(x, y),
                _ => self.content.line_to(x, y),
            };
        }
    }

    fn text(&mut self, text: &Text) {
        let (glyphs, width) = font::run(&text.content, text.size);
        let start = match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -0.5 * width,
            Anchor::End => -width,
        };
        let below = BASELINE * text.size;
        let [x, y] = text.at;
        // The glyphs' y points upwards again.
        let matrix = if text.rotated {
            let [x, y] = rounded([x + below, y - start]);
            [0.0, -1.0, -1.0, 0.0, x, y]
        } else {
            let [x, y] = rounded([x + start, y + below]);
            [1.0, 0.0, 0.0, -1.0, x, y]
        };
        self.set_opacity(1.0);
        let [r, g, b] = colour(text.paint);
        self.content.set_fill_rgb(r, g, b).begin_text();
        self.content.set_font(FONT_NAME, text.size as f32).set_text_matrix(matrix);
        let mut positioned = self.content.show_positioned();
        let mut items = positioned.items();
        let mut end = 0.0;
        for (glyph, letter, at) in glyphs {
            // In thousandths of an em, to the left.
            let kerning = ((end - at) / text.size * 1000.0).round();
            if kerning != 0.0 {
                items.adjust(kerning as f32);
            }
            items.show(Str(&glyph.to_be_bytes()));
            end = at + font::advance(glyph) * text.size;
            self.glyphs.entry(glyph).or_insert(letter);
        }
        items.finish();
        positioned.finish();
        self.content.end_text();
    }

    fn image(&mut self, raster: &'s Raster, [x, y]: Point, [width, height]: [f64; 2]) {
        let name = image_name(self.images.len());
        self.images.push(raster);
        self.set_opacity(1.0);
        let matrix = [width, 0.0, 0.0, -height, x, y + height].map(|x| x as f32);
        self.content.save_state().transform(matrix).x_object(Name(name.as_bytes()));
        self.content.restore_state();
    }

    fn set_opacity(&mut self, opacity: f64) {
        let thousandths = (opacity * 1000.0).round() as u32;
        let value = opacity as f32;
        let state = || Opacity { name: format!("O{thousandths}"), value };
        let state = self.opacities.entry(thousandths).or_insert_with(state);
        self.content.set_parameters(Name(state.name.as_bytes()));
    }
}

fn image_name(number: usize) -> String {
    format!("I{number}")
}

fn image_ref(number: usize) -> Ref {
    Ref::new(FONT + pdf_font::OBJECTS + integer(number))
}

fn write_image(pdf: &mut Pdf, id: Ref, raster: &Raster) {
    let pixels = compressed(raster.pixels.as_flattened());
    let mut image = pdf.image_xobject(id, &pixels);
    image.filter(Filter::FlateDecode);
    image.width(integer(raster.width)).height(integer(raster.height));
    image.color_space().device_rgb();
    image.bits_per_component(8).interpolate(false);
}

/// A number of pixels, bytes or images.
pub(crate) fn integer(count: usize) -> i32 {
    i32::try_from(count).expect("drawings are far smaller than 2 GB")
}

/// Two decimals, as in SVG.
fn rounded(point: Point) -> [f32; 2] {
    point.map(|x| ((100.0 * x).round() / 100.0) as f32)
}

/// Red, green and blue from 0 to 1.
fn colour(paint: Paint) -> [f32; 3] {
    paint.colour(&LIGHT).map(|c| f32::from(c) / 255.0)
}

/// In the format of zlib.
pub(crate) fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("a vector takes any bytes");
    encoder.finish().expect("a vector takes any bytes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::ZlibDecoder;
    use std::io::Read;

    fn stream(file: &[u8], object: &str) -> Vec<u8> {
        let find = |text: &[u8], from: usize| {
            let found = file[from..].windows(text.len()).position(|part| part == text);
            from + found.expect("it is in the file")
        };
        let start = find(b"stream\n", find(format!("\n{object} 0 obj").as_bytes(), 0)) + 7;
        let mut bytes = Vec::new();
        ZlibDecoder::new(&file[start..]).read_to_end(&mut bytes).expect("a stream of zlib");
        bytes
    }

    #[test]
    fn a_file_has_lines_as_vectors_and_its_font() {
        let mut scene = Scene { height: 40.0, ..Scene::new(80.0) };
        scene.line(&[[1.0, 2.0], [3.0, 4.5]], Stroke::new(Paint::Text, 1.5).with_opacity(0.5));
        scene.text(Text::new("Δ = 10⁻³", [5.0, 6.0], 12.0));
        scene.image(Raster { width: 1, height: 1, pixels: vec![[7, 8, 9]] }, [0.0; 2], [1.0; 2]);
        let file = file(&scene, "a (title) \\ ∂");
        assert!(file.starts_with(b"%PDF-1.7") && file.ends_with(b"%%EOF"));
        let content = String::from_utf8(stream(&file, "4")).expect("operators");
        assert!(content.contains("1 2 m\n3 4.5 l\nS"), "{content}");
        assert!(content.contains("/O500 gs"), "{content}");
        let cmap = String::from_utf8(stream(&file, &(FONT + 3).to_string())).expect("text");
        assert!(cmap.contains("<0394>") && cmap.contains("<207B>"), "{cmap}");
        assert_eq!(stream(&file, &(FONT + 4).to_string()), font::FILE);
        assert_eq!(stream(&file, &(FONT + pdf_font::OBJECTS).to_string()), [7, 8, 9]);
        assert_eq!(file, super::file(&scene, "a (title) \\ ∂"));
    }
}
