//! The font of PNG and PDF figures, which also measures the width of all texts.

use crate::draw::escape::printable;
use ab_glyph::{Font, FontRef, Glyph, GlyphId, PxScale, PxScaleFont, ScaleFont, point};
use std::sync::LazyLock;

/// DejaVu Sans, reduced to the glyphs that figures use.
pub(crate) const FILE: &[u8] = include_bytes!("../../fonts/DejaVuSans-subset.ttf");
/// The rectangle that holds any of its glyphs in em: left, lower, right and upper edge.
pub(crate) const BOX: [f64; 4] = [-1.021, -0.463, 1.794, 1.233];
/// The lower and the upper edge of a line of text in em.
pub(crate) const EXTENT: [f64; 2] = [-0.236, 0.928];
/// The height of its upper-case letters in em.
pub(crate) const CAPITALS: f64 = 0.729;

static FONT: LazyLock<FontRef<'static>> =
    LazyLock::new(|| FontRef::try_from_slice(FILE).expect("the shipped font is a font"));

/// The font at `size` px per em; the scale of `ab_glyph` is from ascent to descent.
fn sized(size: f64) -> PxScaleFont<&'static FontRef<'static>> {
    let font: &'static FontRef = &FONT;
    let em = font.units_per_em().expect("a font has an em");
    font.as_scaled(PxScale::from(size as f32 * font.height_unscaled() / em))
}

/// The glyphs of a text whose baseline starts at the origin, and its width.
fn glyphs(text: &str, size: f64) -> (Vec<Glyph>, f32) {
    let font = sized(size);
    let (mut x, mut before) = (0.0, None);
    let position = |letter| {
        let mut glyph = font.scaled_glyph(letter);
        x += before.map_or(0.0, |before| font.kern(before, glyph.id));
        glyph.position = point(x, 0.0);
        x += font.h_advance(glyph.id);
        before = Some(glyph.id);
        glyph
    };
    let glyphs: Vec<Glyph> = text.chars().map(position).collect();
    (glyphs, x)
}

/// The width of a text in px.
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    f64::from(glyphs(text, size).1)
}

/// The number of each glyph of a text, its character and its position in px, and the width of all.
pub(crate) fn run(text: &str, size: f64) -> (Vec<(u16, char, f64)>, f64) {
    let (glyphs, width) = glyphs(text, size);
    let of_letter =
        |(glyph, letter): (Glyph, char)| (glyph.id.0, letter, f64::from(glyph.position.x));
    (glyphs.into_iter().zip(text.chars()).map(of_letter).collect(), f64::from(width))
}

/// The advance of a glyph in em.
pub(crate) fn advance(glyph: u16) -> f64 {
    let font: &FontRef = &FONT;
    f64::from(font.h_advance_unscaled(GlyphId(glyph)) / font.units_per_em().expect("an em"))
}

/// A text of at most `room` px: if it is longer, an ellipsis replaces the middle, as names often differ at their ends.
pub(crate) fn shortened(text: &str, size: f64, room: f64) -> String {
    let text = printable(text);
    if text_width(&text, size) <= room {
        return text;
    }
    let letters: Vec<char> = text.chars().collect();
    let with = |kept: usize| {
        let (start, end) = (kept.div_ceil(2), letters.len() - kept / 2);
        let ellipsis = ['…'];
        letters[..start].iter().chain(&ellipsis).chain(&letters[end..]).collect::<String>()
    };
    let fits = |kept: &usize| text_width(&with(*kept), size) <= room;
    // A letter has a width of at least a quarter of its size, nearly always.
    let most = letters.len().min((4.0 * room / size) as usize);
    (1..most).rev().find(fits).map_or_else(|| "…".into(), with)
}

/// The pixels of a text whose baseline starts at the origin: position, y downwards, and coverage from 0 to 1.
pub(crate) fn text_pixels(text: &str, size: f64) -> Vec<([i32; 2], f64)> {
    let font = sized(size);
    let mut pixels = Vec::new();
    for outline in glyphs(text, size).0.into_iter().filter_map(|glyph| font.outline_glyph(glyph)) {
        let corner = outline.px_bounds().min;
        outline.draw(|x, y, coverage| {
            let position = [corner.x as i32 + x.cast_signed(), corner.y as i32 + y.cast_signed()];
            pixels.push((position, f64::from(coverage)));
        });
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Advance widths of DejaVu Sans: `0` is 1303 and `.` is 651 of 2048 units per em.
    #[test]
    fn texts_are_measured_in_ems() {
        let expected = 10.0 * (2.0 * 1303.0 + 651.0) / 2048.0;
        assert!((text_width("0.0", 10.0) - expected).abs() < 1e-4, "{}", text_width("0.0", 10.0));
    }

    #[test]
    fn long_names_lose_their_middle() {
        let name = format!("fno-{}-wide", "very-".repeat(60));
        let short = shortened(&name, 12.0, 100.0);
        assert!(short.starts_with("fno-") && short.ends_with("wide"), "{short}");
        assert!((80.0..=100.0).contains(&text_width(&short, 12.0)));
        assert_eq!(shortened("fno", 12.0, 100.0), "fno");
        assert_eq!(shortened("fno", 12.0, 1.0), "…");
    }

    /// An upper-case letter of DejaVu Sans is 1493 of 2048 units high.
    #[test]
    fn upper_case_letters_are_on_the_baseline() {
        let rows: Vec<i32> = text_pixels("E", 100.0)
            .into_iter()
            .filter(|(_, c)| *c > 0.5)
            .map(|(p, _)| p[1])
            .collect();
        assert_eq!(rows.iter().max(), Some(&-1));
        assert_eq!(rows.iter().min(), Some(&-73));
    }
}
