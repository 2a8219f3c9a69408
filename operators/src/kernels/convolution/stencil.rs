//! Which cells the taps of a convolution read along one axis.

use super::tap::Tap;
use candle_core::{Device, Result, Tensor};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// The values that a convolution reads beyond the ends of an axis: PyTorch's `padding_mode`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Padding {
    /// Zeros.
    #[default]
    Zeros,
    /// The value of the last cell before the end.
    Replicate,
    /// The values at the other end of the axis.
    Circular,
}

impl<'de> Deserialize<'de> for Padding {
    /// Refuses the names that were in use before these, and names the new ones.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let renamed = |name: &str, new: &str| {
            Err(D::Error::custom(format!("the padding `{name}` is now called `{new}`")))
        };
        match &*String::deserialize(deserializer)? {
            "zeros" => Ok(Self::Zeros),
            "replicate" => Ok(Self::Replicate),
            "circular" => Ok(Self::Circular),
            name @ "nearest" => renamed(name, "replicate"),
            name @ "around" => renamed(name, "circular"),
            name => Err(D::Error::unknown_variant(name, &["zeros", "replicate", "circular"])),
        }
    }
}

impl Padding {
    /// The cell at a position that may lie outside of `0..cells`.
    fn cell(self, position: isize, cells: usize) -> Option<usize> {
        let count = cells.cast_signed();
        match self {
            Self::Zeros => (0..count).contains(&position).then(|| position.cast_unsigned()),
            Self::Replicate => Some(position.clamp(0, count - 1).cast_unsigned()),
            Self::Circular => Some(position.rem_euclid(count).cast_unsigned()),
        }
    }
}

/// The input cells that the taps of a convolution read along one axis, for every output cell.
///
/// A change of resolution is part of this table: upsampled or downsampled values are not stored before
/// a convolution reads them.
#[derive(Debug, Clone, PartialEq)]
pub struct Stencil {
    inputs: usize,
    taps: Vec<Tap>,
}

impl Stencil {
    /// Three taps: every cell and its two neighbours.
    pub fn same(cells: usize, padding: Padding) -> Self {
        Self::dilated(cells, 1, padding)
    }

    /// Three taps: every cell and the two that are `dilation` cells away.
    pub fn dilated(cells: usize, dilation: usize, padding: Padding) -> Self {
        Self::spaced(cells, 3, dilation, padding)
    }

    /// Every cell and its nearest neighbours, an odd number of taps in total.
    pub fn wide(cells: usize, taps: usize, padding: Padding) -> Self {
        Self::spaced(cells, taps, 1, padding)
    }

    /// Three taps and stride 2: `n` cells → `⌈n/2⌉`.
    pub fn strided_3(cells: usize, padding: Padding) -> Self {
        Self::new(cells, cells.div_ceil(2), 3, |output, tap| {
            padding.cell((2 * output + tap).cast_signed() - 1, cells)
        })
    }

    /// Three taps after nearest-neighbour upsampling by 2: `⌈n/2⌉` cells → `n`.
    pub fn upsampled_3(cells: usize, padding: Padding) -> Self {
        Self::new(cells.div_ceil(2), cells, 3, |output, tap| {
            padding.cell((output + tap).cast_signed() - 1, cells).map(|cell| cell / 2)
        })
    }

    /// Two taps and stride 2: `n` cells → `⌈n/2⌉`.
    pub fn strided_2(cells: usize, padding: Padding) -> Self {
        Self::new(cells, cells.div_ceil(2), 2, |output, tap| {
            padding.cell((2 * output + tap).cast_signed(), cells)
        })
    }

    /// Transposed convolution with two taps and stride 2, the adjoint of [`Self::strided_2`]: `⌈n/2⌉`
    /// cells → `n`. Every output cell reads one input cell, through one of the two taps.
    pub fn transposed_2(cells: usize) -> Self {
        Self::new(cells.div_ceil(2), cells, 2, |output, tap| {
            (output % 2 == tap).then_some(output / 2)
        })
    }

    /// Transposed convolution with four taps, stride 2 and PyTorch's `padding = 1`: `⌈n/2⌉` cells → `n`,
    /// `y(j) = Σ_k w(k) x((j + 1 − k)/2)` over the k for which the quotient is an integer.
    pub fn transposed_4(cells: usize, padding: Padding) -> Self {
        let half = cells.div_ceil(2);
        Self::new(half, cells, 4, |output, tap| {
            let twice = (output + 1).cast_signed() - tap.cast_signed();
            if twice % 2 == 0 { padding.cell(twice / 2, half) } else { None }
        })
    }

    fn spaced(cells: usize, taps: usize, spacing: usize, padding: Padding) -> Self {
        assert!(taps % 2 == 1, "a cell has equally many neighbours on either side");
        Self::new(cells, cells, taps, |output, tap| {
            let position = output + tap * spacing;
            padding.cell(position.cast_signed() - (taps / 2 * spacing).cast_signed(), cells)
        })
    }

    /// The stencil in which a tap of an output cell reads `cell(output, tap)`.
    pub(super) fn new(
        inputs: usize,
        outputs: usize,
        taps: usize,
        cell: impl Fn(usize, usize) -> Option<usize>,
    ) -> Self {
        let cells = |tap| (0..outputs).map(|output| cell(output, tap)).collect();
        Self { inputs, taps: (0..taps).map(|tap| Tap::new(cells(tap))).collect() }
    }

    /// The stencil with these taps.
    pub(super) fn of_taps(inputs: usize, taps: Vec<Tap>) -> Self {
        Self { inputs, taps }
    }

    /// The number of input cells.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The number of output cells.
    pub fn outputs(&self) -> usize {
        self.taps[0].cells().len()
    }

    /// All taps.
    pub(crate) fn taps(&self) -> &[Tap] {
        &self.taps
    }

    /// One of the taps.
    pub(in crate::kernels) fn tap(&self, tap: usize) -> &Tap {
        &self.taps[tap]
    }

    /// The input cells for a gather, `[outputs·taps]`, the taps of an output cell side by side; the number
    /// of input cells where a tap reads none.
    pub(crate) fn indices(&self, device: &Device) -> Result<Tensor> {
        let index = |output: usize, tap: &Tap| tap.cell(output).unwrap_or(self.inputs) as u32;
        let of_output = |output| self.taps.iter().map(move |tap| index(output, tap));
        Tensor::from_iter((0..self.outputs()).flat_map(of_output), device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taps<const N: usize>(stencil: &Stencil) -> [Vec<Option<usize>>; N] {
        let cells: Vec<_> = stencil.taps.iter().map(|tap| tap.cells().to_vec()).collect();
        cells.try_into().expect("the stencil has as many taps as the test says")
    }

    #[test]
    fn former_names_of_paddings_are_refused_with_the_present_ones() {
        let read = |name: &str| Padding::deserialize(toml::Value::String(name.into()));
        assert_eq!(read("replicate"), Ok(Padding::Replicate));
        for (name, expected) in [
            ("nearest", "the padding `nearest` is now called `replicate`"),
            ("around", "the padding `around` is now called `circular`"),
            ("ones", "expected one of `zeros`, `replicate`, `circular`"),
        ] {
            let error = read(name).expect_err("there is no such padding").to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn padding_beyond_the_ends() {
        let (none, cell) = (None, Some);
        let [left, centre, right] = taps(&Stencil::same(3, Padding::Zeros));
        assert_eq!((left, right), (vec![none, cell(0), cell(1)], vec![cell(1), cell(2), none]));
        assert_eq!(centre, [cell(0), cell(1), cell(2)]);
        let [left, _, right] = taps(&Stencil::same(3, Padding::Replicate));
        assert_eq!((left[0], right[2]), (cell(0), cell(2)));
        let [left, _, right] = taps(&Stencil::same(3, Padding::Circular));
        assert_eq!((left[0], right[2]), (cell(2), cell(0)));
    }

    #[test]
    fn strided_and_upsampled_sizes_match_for_even_and_odd_cells() {
        for cells in 1..9 {
            let (down, up) = (
                Stencil::strided_3(cells, Padding::Zeros),
                Stencil::upsampled_3(cells, Padding::Zeros),
            );
            assert_eq!((down.inputs(), down.outputs()), (up.outputs(), up.inputs()));
            let [_, centre, _] = taps(&down);
            assert!(centre.iter().enumerate().all(|(i, cell)| *cell == Some(2 * i)));
            let [_, centre, _] = taps(&up);
            assert!(centre.iter().enumerate().all(|(i, cell)| *cell == Some(i / 2)));
        }
    }

    #[test]
    fn dilated_taps_skip_cells() {
        let [left, centre, right] = taps(&Stencil::dilated(5, 2, Padding::Circular));
        assert_eq!(left, [3, 4, 0, 1, 2].map(Some));
        assert_eq!(centre, [0, 1, 2, 3, 4].map(Some));
        assert_eq!(right, [2, 3, 4, 0, 1].map(Some));
    }

    /// From `output = 2 input + tap − padding`, PyTorch's definition of a transposed convolution.
    #[test]
    fn transposed_stencils_are_those_of_pytorch() {
        let [first, second] = taps(&Stencil::transposed_2(3));
        assert_eq!(first, [Some(0), None, Some(1)]);
        assert_eq!(second, [None, Some(0), None]);
        let [a, b, c, d] = taps(&Stencil::transposed_4(4, Padding::Zeros));
        assert_eq!(a, [None, Some(1), None, None]);
        assert_eq!(b, [Some(0), None, Some(1), None]);
        assert_eq!(c, [None, Some(0), None, Some(1)]);
        assert_eq!(d, [None, None, Some(0), None]);
    }
}
