//! The grid of two-dimensional convolutions.

use crate::layers::{Convolution, Padding, Stencil};
use crate::{Interface, OperatorError};
use candle_core::Result;
use candle_nn::VarBuilder;
use data::Renamed;

/// Former spellings of the key `padding-mode` and its values.
pub(crate) const PADDING_MODE: Renamed = Renamed::key("walls", "padding-mode")
    .with_values(&[("nearest", "replicate"), ("around", "circular")]);

/// The cells of a plane and the padding of convolutions along its axes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConvolutionGrid {
    pub(crate) cells: [usize; 2],
    pub(crate) padding: [Padding; 2],
}

impl ConvolutionGrid {
    /// The cells of an interface, with circular padding on periodic axes and `padding` on the others.
    pub(crate) fn of(
        interface: &Interface,
        architecture: &'static str,
        padding: Padding,
    ) -> std::result::Result<Self, OperatorError> {
        let of_axis =
            |axis: usize| if interface.periodic[axis] { Padding::Circular } else { padding };
        Ok(Self { cells: interface.plane(architecture)?, padding: [0, 1].map(of_axis) })
    }

    /// The same domain with another number of cells.
    pub(crate) fn with(self, cells: impl Fn(usize) -> usize) -> Self {
        Self { cells: self.cells.map(cells), ..self }
    }

    /// The same domain with `⌈n/2⌉` cells along each axis.
    pub(crate) fn coarser(self) -> Self {
        self.with(|cells| cells.div_ceil(2))
    }

    /// The stencils `of(cells, padding)` along both axes.
    pub(crate) fn stencils(self, of: impl Fn(usize, Padding) -> Stencil) -> [Stencil; 2] {
        [0, 1].map(|axis| of(self.cells[axis], self.padding[axis]))
    }

    /// A 3 × 3 convolution.
    pub(crate) fn convolution(
        self,
        channels: [usize; 2],
        weights: &VarBuilder,
    ) -> Result<Convolution> {
        Convolution::new(channels, self.stencils(Stencil::same), weights)
    }
}

/// A level of a U-Net: its grid and its number of channels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Level {
    pub(crate) grid: ConvolutionGrid,
    pub(crate) width: usize,
}

impl Level {
    /// The next coarser level: half the cells along each axis and twice the channels.
    pub(crate) fn coarser(self) -> Self {
        Self { grid: self.grid.coarser(), width: 2 * self.width }
    }
}
