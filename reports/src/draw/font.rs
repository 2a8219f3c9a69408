//! The font of PNG figures, which also measures the width of all texts.

use ab_glyph::{Font, FontRef, Glyph, PxScale, PxScaleFont, ScaleFont, point};
use std::sync::LazyLock;

/// DejaVu Sans, reduced to the glyphs that figures use.
static FONT: LazyLock<FontRef<'static>> = LazyLock::new(|| {
    FontRef::try_from_slice(include_bytes!("../../fonts/DejaVuSans-subset.ttf"))
        .expect("the shipped font is a font")
});

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
