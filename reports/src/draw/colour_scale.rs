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
        self.raster([&(0..nx).collect::<Vec<_>>(), &(0..ny).collect::<Vec<_>>()], ny, values)
    }

    /// The values `[x, y]`, y fastest, of cells between edges in increasing order, as an image of the cells' true
    /// proportions.
    pub(crate) fn image_between(&self, edges: &[Vec<f64>; 2], values: &[f64]) -> Raster {
        let [x, y] = edges.each_ref().map(|edges| cells_of_pixels(edges));
        self.raster([&x, &y], edges[1].len() - 1, values)
    }

    /// An image of which every column and every row shows a cell, `ny` of them along y.
    fn raster(&self, [columns, rows]: [&[usize]; 2], ny: usize, values: &[f64]) -> Raster {
        let position = |value: f64| (value - self.low) / (self.high - self.low);
        let cells: Vec<Rgb> = values.iter().map(|v| self.map.colour(position(*v))).collect();
        let row = |y: &usize| columns.iter().map(|x| cells[*x * ny + *y]).collect::<Vec<Rgb>>();
        let pixels = rows.iter().rev().flat_map(row).collect();
        Raster { width: columns.len(), height: rows.len(), pixels }
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

/// The largest number of pixels along an axis, whatever its cells.
const MOST_PIXELS: usize = 1024;

/// The cell in which the middle of each pixel lies: one pixel per cell if they are equal, otherwise the smallest has
/// four.
fn cells_of_pixels(edges: &[f64]) -> Vec<usize> {
    let cells = edges.len() - 1;
    let sizes = edges.windows(2).map(|pair| pair[1] - pair[0]);
    let smallest = sizes.clone().fold(f64::INFINITY, f64::min);
    let largest = sizes.fold(0.0, f64::max);
    if largest < smallest * (1.0 + 1e-6) {
        return (0..cells).collect();
    }
    let length = edges[cells] - edges[0];
    let pixels = ((4.0 * length / smallest).ceil() as usize).clamp(cells, MOST_PIXELS.max(cells));
    let middle = |pixel: usize| edges[0] + length * (pixel as f64 + 0.5) / pixels as f64;
    let cell = |at: f64| edges.partition_point(|edge| *edge <= at).clamp(1, cells) - 1;
    (0..pixels).map(|pixel| cell(middle(pixel))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells of 1, 3 and 2: the smallest has four pixels.
    #[test]
    fn stretched_cells_have_their_true_proportions() {
        let mut expected = vec![0; 4];
        expected.extend([1; 12]);
        expected.extend([2; 8]);
        assert_eq!(cells_of_pixels(&[-1.0, 0.0, 3.0, 5.0]), expected);
        assert_eq!(cells_of_pixels(&[0.0, 0.1, 0.2, 0.3]), [0, 1, 2]);
        let scale = ColourScale::symmetric(1.0);
        let image = scale
            .image_between(&[vec![0.0, 1.0, 2.0], vec![0.0, 1.0, 4.0]], &[-1.0, 0.0, 1.0, 0.0]);
        assert_eq!((image.width, image.height), (2, 16));
        let [blue, red] = scale.end_colours();
        assert_eq!(image.pixels[2 * 12..][..2], [blue, red], "the small cells are below");
        assert_eq!(image.pixels[2 * 11], image.pixels[0]);
    }

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
