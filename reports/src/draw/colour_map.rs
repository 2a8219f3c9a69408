//! Colours of fields: even to the eye from end to end.

use crate::draw::style::Rgb;
use plotters::style::colors::colormaps::{ColorMap, ViridisRGB};

/// How the values of a field become colours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ColourMap {
    /// Dark to light, for values of one sign: viridis of Smith and van der Walt (2015).
    Sequential,
    /// Blue over white to red, for values about zero.
    Diverging,
}

impl ColourMap {
    /// The colour at a place from 0 to 1; grey where there is none.
    pub(crate) fn colour(self, place: f64) -> Rgb {
        let held = place.clamp(0.0, 1.0);
        match self {
            _ if place.is_nan() => [0x80; 3],
            Self::Sequential => {
                let colour = ViridisRGB.get_color(held);
                [colour.0, colour.1, colour.2]
            }
            Self::Diverging => diverging(held),
        }
    }
}

/// The ends in Msh: (59, 76, 192) and (180, 4, 38) in sRGB.
const BLUE: [f64; 3] = [80.0, 1.08, -1.1];
const RED: [f64; 3] = [80.0, 1.08, 0.5];
/// M of the middle, not quite white.
const MIDDLE: f64 = 88.0;
/// How far the hue turns towards the middle, so that the map stays even there: with s and M of the ends,
/// s √(88² − M²) / (M sin s).
const TURN: f64 = -0.561;

/// Blue over white to red, in Msh, the polar form of CIELAB.
///
/// ```text
/// M = √(L*² + a*² + b*²),   s = arccos(L*/M),   h = arctan(b*/a*)
/// ```
///
/// Source: Moreland (2009), Diverging Color Maps for Scientific Visualization, LNCS 5876, 92.
fn diverging(place: f64) -> Rgb {
    let end = if place < 0.5 { BLUE } else { RED };
    let white = [MIDDLE, 0.0, if place < 0.5 { end[2] + TURN } else { end[2] - TURN }];
    let share = (2.0 * place - 1.0).abs();
    srgb([0, 1, 2].map(|i| white[i] + share * (end[i] - white[i])))
}

/// Msh to sRGB through CIELAB and XYZ under D65.
fn srgb([m, s, h]: [f64; 3]) -> Rgb {
    let [l, a, b] = [m * s.cos(), m * s.sin() * h.cos(), m * s.sin() * h.sin()];
    let f = [(l + 16.0) / 116.0 + a / 500.0, (l + 16.0) / 116.0, (l + 16.0) / 116.0 - b / 200.0];
    let white = [0.950_47, 1.0, 1.088_83];
    let expand = |t: f64| {
        if t > 6.0 / 29.0 { t.powi(3) } else { 3.0 * (6.0f64 / 29.0).powi(2) * (t - 4.0 / 29.0) }
    };
    let xyz = [0, 1, 2].map(|i| white[i] * expand(f[i]));
    // IEC 61966-2-1.
    let matrix =
        [[3.240_6, -1.537_2, -0.498_6], [-0.968_9, 1.875_8, 0.041_5], [0.055_7, -0.204_0, 1.057_0]];
    let compress =
        |x: f64| if x > 0.003_130_8 { 1.055 * x.powf(1.0 / 2.4) - 0.055 } else { 12.92 * x };
    matrix.map(|row| {
        let linear: f64 = row.iter().zip(&xyz).map(|(m, x)| m * x).sum();
        (255.0 * compress(linear)).round().clamp(0.0, 255.0) as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ends and the middle as Moreland's table gives them, to the rounding of its Msh values.
    #[test]
    fn the_diverging_map_has_its_published_colours() {
        let published = [(0.0, [59, 76, 192]), (0.5, [221, 221, 221]), (1.0, [180, 4, 38])];
        for (place, colour) in published {
            let ours = diverging(place);
            let far = (0..3).map(|i| (i32::from(ours[i]) - colour[i]).abs()).max();
            assert!(far <= Some(3), "{ours:?} is not {colour:?}");
        }
    }

    #[test]
    fn the_sequential_map_grows_lighter() {
        let lightness = |i: u32| {
            let [r, g, b] = ColourMap::Sequential.colour(f64::from(i) / 20.0).map(f64::from);
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        assert!((0..20).all(|i| lightness(i) < lightness(i + 1)));
    }

    #[test]
    fn values_beyond_the_ends_saturate_and_none_is_grey() {
        assert_eq!(ColourMap::Diverging.colour(7.0), ColourMap::Diverging.colour(1.0));
        assert_eq!(ColourMap::Sequential.colour(f64::NAN), [128; 3]);
    }
}
