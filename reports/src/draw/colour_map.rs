//! Perceptually uniform colour maps.

use crate::draw::style::Rgb;
use plotters::style::colors::colormaps::{ColorMap, ViridisRGB};

/// A colour map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ColourMap {
    /// Dark to light, for values of one sign: viridis, by Smith & van der Walt (2015).
    Sequential,
    /// Blue, white, red: for values of both signs.
    Diverging,
}

impl ColourMap {
    /// The colour at a position in 0 to 1; grey for NaN.
    pub(crate) fn colour(self, position: f64) -> Rgb {
        let clamped = position.clamp(0.0, 1.0);
        match self {
            _ if position.is_nan() => [0x80; 3],
            Self::Sequential => {
                let colour = ViridisRGB.get_color(clamped);
                [colour.0, colour.1, colour.2]
            }
            Self::Diverging => diverging(clamped),
        }
    }
}

/// The ends in Msh coordinates: (59, 76, 192) and (180, 4, 38) in sRGB.
const BLUE: [f64; 3] = [80.0, 1.08, -1.1];
const RED: [f64; 3] = [80.0, 1.08, 0.5];
/// M of the middle, which is slightly darker than white.
const MIDDLE: f64 = 88.0;
/// The change of hue between an end and the middle that makes the map uniform there: s √(88² − M²) / (M sin s), with
/// s and M of the ends.
const TURN: f64 = -0.561;

/// Blue, white, red by linear interpolation in Msh, the polar form of CIELAB.
///
/// ```text
/// M = √(L*² + a*² + b*²),   s = arccos(L*/M),   h = arctan(b*/a*)
/// ```
///
/// Source: Moreland (2009), Diverging Color Maps for Scientific Visualization, LNCS 5876, 92.
fn diverging(position: f64) -> Rgb {
    let end = if position < 0.5 { BLUE } else { RED };
    let white = [MIDDLE, 0.0, if position < 0.5 { end[2] + TURN } else { end[2] - TURN }];
    let distance = (2.0 * position - 1.0).abs();
    srgb([0, 1, 2].map(|i| white[i] + distance * (end[i] - white[i])))
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

    /// The ends and the middle of Moreland's table, within the rounding of its Msh values.
    #[test]
    fn the_diverging_map_has_its_published_colours() {
        let published = [(0.0, [59, 76, 192]), (0.5, [221, 221, 221]), (1.0, [180, 4, 38])];
        for (position, colour) in published {
            let ours = diverging(position);
            let far = (0..3).map(|i| (i32::from(ours[i]) - colour[i]).abs()).max();
            assert!(far <= Some(3), "{ours:?} is not {colour:?}");
        }
    }

    #[test]
    fn the_lightness_of_the_sequential_map_increases() {
        let lightness = |i: u32| {
            let [r, g, b] = ColourMap::Sequential.colour(f64::from(i) / 20.0).map(f64::from);
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        assert!((0..20).all(|i| lightness(i) < lightness(i + 1)));
    }

    #[test]
    fn values_outside_saturate_and_nan_is_grey() {
        assert_eq!(ColourMap::Diverging.colour(7.0), ColourMap::Diverging.colour(1.0));
        assert_eq!(ColourMap::Sequential.colour(f64::NAN), [128; 3]);
    }
}
