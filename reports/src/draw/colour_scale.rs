//! The values of a field as an image.

use crate::draw::colour_map::ColourMap;
use crate::draw::scene::Raster;
use crate::draw::style::Rgb;
use crate::results::stats::quantile;

/// A range of values with a colour map. Values outside have the colour of the nearer end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ColourScale {
    low: f64,
    high: f64,
    map: ColourMap,
}

impl ColourScale {
    /// The fraction of the values outside each end. Otherwise a few cells beside a moving wall or in a corner, where
    /// the pressure is singular, would determine the scale.
    pub(crate) const OUTSIDE: f64 = 0.005;

    /// A scale over some values, symmetric about zero if the smaller of both extents exceeds 5 % of the larger.
    pub(crate) fn of(values: &[f64]) -> Self {
        let (low, high) = (quantile(values, Self::OUTSIDE), quantile(values, 1.0 - Self::OUTSIDE));
        let (small, large) = ((-low).min(high), (-low).max(high));
        if small > 0.05 * large || !(low < high && (high - low).is_finite()) {
            Self::symmetric(large)
        } else {
            Self { low, high, map: ColourMap::Sequential }
        }
    }

    /// A scale from `-width` to `width`; from −1 to 1 if the width is not positive and finite.
    pub(crate) fn symmetric(width: f64) -> Self {
        let width = if width > 0.0 && (2.0 * width).is_finite() { width } else { 1.0 };
        Self { low: -width, high: width, map: ColourMap::Diverging }
    }

    /// The smallest and the largest value.
    pub(crate) fn ends(&self) -> [f64; 2] {
        [self.low, self.high]
    }

    /// Whether any of some values is below the lower and above the upper end.
    pub(crate) fn exceeded(&self, values: impl IntoIterator<Item = f64>) -> [bool; 2] {
        let mark =
            |[below, above]: [bool; 2], x: f64| [below || x < self.low, above || x > self.high];
        values.into_iter().fold([false; 2], mark)
    }

    /// The colours of both ends, which values outside have.
    pub(crate) fn end_colours(&self) -> [Rgb; 2] {
        [0.0, 1.0].map(|position| self.map.colour(position))
    }

    /// The values `[x, y]`, y fastest, as an image in which x points to the right and y upwards.
    pub(crate) fn image(&self, [nx, ny]: [usize; 2], values: &[f64]) -> Raster {
        let index = |pixel: usize| (pixel % nx) * ny + (ny - 1 - pixel / nx);
        let position = |value: f64| (value - self.low) / (self.high - self.low);
        let pixels = (0..nx * ny).map(|pixel| self.map.colour(position(values[index(pixel)])));
        Raster { width: nx, height: ny, pixels: pixels.collect() }
    }

    /// All colours from the lower to the upper end.
    pub(crate) fn bar(&self, shades: usize) -> Raster {
        let shade = |i: usize| self.map.colour(i as f64 / (shades - 1) as f64);
        // Programs that interpolate blur the edge of an image over one of its pixels.
        let height = 12;
        let row: Vec<Rgb> = (0..shades).map(shade).collect();
        Raster { width: shades, height, pixels: row.repeat(height) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0 at the lower left, 1 at the upper left, 2 at the lower right, 3 at the upper right.
    #[test]
    fn images_have_x_to_the_right_and_y_up() {
        let scale = ColourScale { low: 0.0, high: 3.0, map: ColourMap::Sequential };
        let image = scale.image([2, 2], &[0.0, 1.0, 2.0, 3.0]);
        let colour = |value: f64| ColourMap::Sequential.colour(value / 3.0);
        assert_eq!(image.pixels, [colour(1.0), colour(3.0), colour(0.0), colour(2.0)]);
    }

    #[test]
    fn scales_of_values_of_both_signs_are_symmetric() {
        let signed: Vec<f64> = (-40..=100).map(f64::from).collect();
        assert_eq!(ColourScale::of(&signed).map, ColourMap::Diverging);
        let positive: Vec<f64> = (-1..=100).map(f64::from).collect();
        assert_eq!(ColourScale::of(&positive).map, ColourMap::Sequential);
        // Half a per cent of the cells, as in the corners of a cavity, do not determine the scale.
        let corners = (0..1000).map(|i| if i < 4 { 1e3 } else { f64::from(i) / 1e3 });
        let corners: Vec<f64> = corners.collect();
        let scale = ColourScale::of(&corners);
        assert!(scale.ends()[1] < 1.0, "{scale:?}");
        assert_eq!(scale.exceeded(corners.iter().copied()), [true, true]);
        assert_eq!(scale.exceeded([0.5, f64::NAN]), [false, false]);
        for odd in [&[][..], &[0.0], &[f64::NAN, f64::INFINITY]] {
            assert_eq!(ColourScale::of(odd).ends(), [-1.0, 1.0]);
        }
    }
}
