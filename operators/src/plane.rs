//! The cells that convolutions run over.

use crate::layers::{Beyond, Convolution, Stencil};
use crate::{Interface, OperatorError};
use candle_core::Result;
use candle_nn::VarBuilder;

/// The cells of a plane, and what convolutions find beyond them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plane {
    pub(crate) cells: [usize; 2],
    pub(crate) beyond: [Beyond; 2],
}

impl Plane {
    /// The plane of an architecture's interface: what is periodic goes around, walls are as told.
    pub(crate) fn of(
        interface: &Interface,
        architecture: &'static str,
        walls: Beyond,
    ) -> std::result::Result<Self, OperatorError> {
        let ends = |axis: usize| if interface.periodic[axis] { Beyond::Around } else { walls };
        Ok(Self { cells: interface.plane(architecture)?, beyond: [0, 1].map(ends) })
    }

    /// The same plane in other cells.
    pub(crate) fn with(self, cells: impl Fn(usize) -> usize) -> Self {
        Self { cells: self.cells.map(cells), ..self }
    }

    /// The same plane in `⌈n/2⌉` cells.
    pub(crate) fn coarser(self) -> Self {
        self.with(|cells| cells.div_ceil(2))
    }

    /// A kind of stencil along both axes.
    pub(crate) fn stencils(self, of: impl Fn(usize, Beyond) -> Stencil) -> [Stencil; 2] {
        [0, 1].map(|axis| of(self.cells[axis], self.beyond[axis]))
    }

    /// A convolution of every cell and its neighbours.
    pub(crate) fn convolution(
        self,
        channels: [usize; 2],
        weights: &VarBuilder,
    ) -> Result<Convolution> {
        Convolution::new(channels, self.stencils(Stencil::same), weights)
    }
}

/// A level of a U-Net: its cells and its channels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Level {
    pub(crate) plane: Plane,
    pub(crate) width: usize,
}

impl Level {
    /// The next one: half the cells, and twice the channels.
    pub(crate) fn coarser(self) -> Self {
        Self { plane: self.plane.coarser(), width: 2 * self.width }
    }
}
