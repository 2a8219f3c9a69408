//! Texts with subscripts.

use crate::draw::font::text_width;
use crate::draw::scene::{Anchor, Scene, Text};

/// The size of a subscript, and how far it is below the text, in the size of the text.
const SIZE: f64 = 0.75;
const BELOW: f64 = 0.28;

/// Draws a text in which letters and digits after `_` are a subscript, as in `Re_τ` and `u′_rms`.
///
/// The parts on both sides of the start of the first subscript are anchored there, so that they join in any font.
pub(crate) fn draw_formula(scene: &mut Scene, text: Text) {
    let parts = parts(&text.content);
    let Some(first) = parts.iter().position(|(_, is_subscript)| *is_subscript) else {
        scene.text(text);
        return;
    };
    let size = |is_subscript: bool| if is_subscript { SIZE * text.size } else { text.size };
    let widths: Vec<f64> = parts.iter().map(|(part, sub)| text_width(part, size(*sub))).collect();
    let whole: f64 = widths.iter().sum();
    let start = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -0.5 * whole,
        Anchor::End => -whole,
    };
    let mut along = start + widths[..first].iter().sum::<f64>();
    let mut draw = |place: usize, along: f64, anchor: Anchor| {
        let (part, is_subscript) = parts[place];
        let across = if is_subscript { BELOW * text.size } else { 0.0 };
        let [x, y] = text.at;
        let at = if text.rotated { [x + across, y - along] } else { [x + along, y + across] };
        let content = part.to_owned();
        scene.text(Text { content, at, size: size(is_subscript), anchor, ..text.clone() });
    };
    // At most one part precedes the first subscript.
    (0..first).for_each(|place| draw(place, along, Anchor::End));
    for place in first..parts.len() {
        draw(place, along, Anchor::Start);
        along += widths[place];
    }
}

/// The parts of a text, and whether they are subscripts.
fn parts(text: &str) -> Vec<(&str, bool)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('_') {
        let end = after.find(|c: char| !c.is_alphanumeric()).unwrap_or(after.len());
        if end == 0 {
            break;
        }
        parts.extend([(before, false), (&after[..end], true)]);
        rest = &after[end..];
    }
    parts.push((rest, false));
    parts.retain(|(part, _)| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::scene::Shape;

    #[test]
    fn letters_and_digits_after_a_low_line_are_a_subscript() {
        assert_eq!(parts("u′/u′_rms"), [("u′/u′", false), ("rms", true)]);
        assert_eq!(parts("E_uu⁺"), [("E", false), ("uu", true), ("⁺", false)]);
        assert_eq!(parts("k_x h"), [("k", false), ("x", true), (" h", false)]);
        assert_eq!(parts("y⁺"), [("y⁺", false)]);
        assert_eq!(parts("a_ b"), [("a_ b", false)]);
        assert_eq!(parts(""), []);
    }

    #[test]
    fn the_parts_join() {
        let mut scene = Scene::new(100.0);
        draw_formula(&mut scene, Text::new("Re_τ", [10.0, 20.0], 12.0));
        let [Shape::Text(base), Shape::Text(subscript)] = &scene.shapes[..] else {
            panic!("a base and a subscript")
        };
        assert_eq!((base.anchor, subscript.anchor), (Anchor::End, Anchor::Start));
        assert_eq!(base.at[0], subscript.at[0]);
        assert_eq!(base.at[0], 10.0 + text_width("Re", 12.0));
        assert!(subscript.at[1] > base.at[1] && subscript.size < base.size);
    }
}
