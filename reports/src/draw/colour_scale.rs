//! From the values of a field to pixels.

use crate::draw::colour_map::ColourMap;
use crate::draw::scene::Raster;
use crate::results::stats::quantile;

/// A range of values and its colours; what lies beyond takes the colour of the nearer end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ColourScale {
    low: f64,
    high: f64,
    map: ColourMap,
}

impl ColourScale {
    /// The share of values that may lie beyond either end: a few cells beside a moving wall or in a
    /// corner would else take the whole scale.
    const BEYOND: f64 = 0.002;

    /// A scale over some values: about zero if they have both signs to speak of, 5 % of the larger.
    pub(crate) fn over(values: &[f64]) -> Self {
        let (low, high) = (quantile(values, Self::BEYOND), quantile(values, 1.0 - Self::BEYOND));
        let (small, large) = ((-low).min(high), (-low).max(high));
        if small > 0.05 * large || !(low < high && (high - low).is_finite()) {
            Self::about_zero(large)
        } else {
            Self { low, high, map: ColourMap::Sequential }
        }
    }

    /// A scale from `-width` to `width`, or to 1 if that is no width.
    pub(crate) fn about_zero(width: f64) -> Self {
        let width = if width > 0.0 && (2.0 * width).is_finite() { width } else { 1.0 };
        Self { low: -width, high: width, map: ColourMap::Diverging }
    }

    /// The least and the greatest value.
    pub(crate) fn ends(&self) -> [f64; 2] {
        [self.low, self.high]
    }

    /// The values `[x, y]`, y fastest, as an image with x to the right and y up.
    pub(crate) fn image(&self, [nx, ny]: [usize; 2], values: &[f64]) -> Raster {
        let place = |pixel: usize| (pixel % nx) * ny + (ny - 1 - pixel / nx);
        let share = |value: f64| (value - self.low) / (self.high - self.low);
        let pixels = (0..nx * ny).map(|pixel| self.map.colour(share(values[place(pixel)])));
        Raster { width: nx, height: ny, pixels: pixels.collect() }
    }

    /// All its colours from the low end to the high one.
    pub(crate) fn bar(&self, shades: usize) -> Raster {
        let shade = |i: usize| self.map.colour(i as f64 / (shades - 1) as f64);
        Raster { width: shades, height: 1, pixels: (0..shades).map(shade).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values 0 at the low left, 1 above it, 2 at the low right, 3 above that.
    #[test]
    fn images_have_x_to_the_right_and_y_up() {
        let scale = ColourScale { low: 0.0, high: 3.0, map: ColourMap::Sequential };
        let image = scale.image([2, 2], &[0.0, 1.0, 2.0, 3.0]);
        let colour = |value: f64| ColourMap::Sequential.colour(value / 3.0);
        assert_eq!(image.pixels, [colour(1.0), colour(3.0), colour(0.0), colour(2.0)]);
    }

    #[test]
    fn scales_are_about_zero_when_both_signs_matter() {
        let signed: Vec<f64> = (-40..=100).map(f64::from).collect();
        assert_eq!(ColourScale::over(&signed).map, ColourMap::Diverging);
        let positive: Vec<f64> = (-1..=100).map(f64::from).collect();
        assert_eq!(ColourScale::over(&positive).map, ColourMap::Sequential);
        for odd in [&[][..], &[0.0], &[f64::NAN, f64::INFINITY]] {
            assert_eq!(ColourScale::over(odd).ends(), [-1.0, 1.0]);
        }
    }
}
