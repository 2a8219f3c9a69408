//! The font of figures inside a PDF file.

use crate::draw::font;
use crate::draw::pdf::{compressed, integer};
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use std::collections::BTreeMap;

/// The number of objects that a font consists of.
pub(crate) const OBJECTS: i32 = 5;
/// The six letters before the sign state that the font has not all of its glyphs.
const NAME: Name = Name(b"EDDYMK+DejaVuSans");
const CMAP: Name = Name(b"Characters");
/// Glyphs are addressed by their number in the font.
const IDENTITY: SystemInfo =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Writes the font as the objects from `first` on: the font, its descendant, its descriptor, the characters of its
/// glyphs, and its file.
///
/// `glyphs` are those in use, each with the character that it stands for.
pub(crate) fn write(pdf: &mut Pdf, first: i32, glyphs: &BTreeMap<u16, char>) {
    let [font, descendant, descriptor, characters, file] =
        [0, 1, 2, 3, 4].map(|offset| Ref::new(first + offset));
    pdf.type0_font(font)
        .base_font(NAME)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(descendant)
        .to_unicode(characters);
    let mut cid = pdf.cid_font(descendant);
    cid.subtype(CidFontType::Type2).base_font(NAME).system_info(IDENTITY);
    cid.font_descriptor(descriptor).default_width(0.0);
    cid.cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = cid.widths();
    for glyph in glyphs.keys() {
        widths.consecutive(*glyph, [thousandths(font::advance(*glyph))]);
    }
    widths.finish();
    cid.finish();
    let [low, high] = font::EXTENT.map(thousandths);
    let [left, below, right, above] = font::BOX.map(thousandths);
    pdf.font_descriptor(descriptor)
        .name(NAME)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(left, below, right, above))
        .italic_angle(0.0)
        .ascent(high)
        .descent(low)
        .cap_height(thousandths(font::CAPITALS))
        .stem_v(80.0)
        .font_file2(file);
    let mut map = UnicodeCmap::new(CMAP, IDENTITY);
    // The first glyph stands for all characters that the font lacks.
    for (glyph, letter) in glyphs.iter().filter(|(glyph, _)| **glyph > 0) {
        map.pair(*glyph, *letter);
    }
    let map = compressed(&map.finish());
    pdf.cmap(characters, &map).filter(Filter::FlateDecode);
    let content = compressed(font::FILE);
    let mut stream = pdf.stream(file, &content);
    stream.filter(Filter::FlateDecode);
    stream.pair(Name(b"Length1"), integer(font::FILE.len()));
}

/// Ems in the unit of PDF.
fn thousandths(ems: f64) -> f32 {
    (1000.0 * ems).round() as f32
}
