//! Cells: uniform or stretched axes, and the boundaries at their ends.

use ndarray::Array3;
use serde::{Deserialize, Serialize};

/// The boundary at an end of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Boundary {
    /// The domain is periodic.
    Periodic,
    /// A solid wall that moves with `velocity`.
    Wall {
        /// Velocity along x, y, z in m/s.
        velocity: [f64; 3],
    },
    /// An open end, through which fluid enters or leaves.
    Open,
    /// The axis of an axisymmetric flow: the coordinate is the distance from it, 0 at this end.
    Axis,
}

impl Boundary {
    /// A wall at rest.
    pub const REST: Self = Self::Wall { velocity: [0.0; 3] };
}

/// Cells along one direction, given by their edges in metres.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// `cells + 1` increasing positions in m.
    pub edges: Vec<f64>,
    /// The boundaries at the low and the high end.
    pub boundaries: [Boundary; 2],
}

impl Axis {
    /// Cells of equal width from `low` to `high`. Panics unless `cells > 0` and `low < high`.
    pub fn uniform(cells: usize, low: f64, high: f64, boundaries: [Boundary; 2]) -> Self {
        assert!(cells > 0 && low < high, "an axis has cells and a positive length");
        let edge = |i| low + (high - low) * i as f64 / cells as f64;
        Self { edges: (0..=cells).map(edge).collect(), boundaries }
    }

    /// The one cell of a direction that the flow does not depend on.
    pub fn flat() -> Self {
        Self::uniform(1, 0.0, 1.0, [Boundary::Periodic; 2])
    }

    /// The number of cells.
    pub fn cells(&self) -> usize {
        self.edges.len() - 1
    }

    /// The length in m.
    pub fn length(&self) -> f64 {
        self.edges[self.cells()] - self.edges[0]
    }

    /// The cells' centres in m.
    pub fn centres(&self) -> Vec<f64> {
        self.edges.windows(2).map(|pair| f64::midpoint(pair[0], pair[1])).collect()
    }

    /// Whether all cells have the same width, apart from rounding.
    ///
    /// The edges of [`Axis::uniform`] are rounded three times, so that a width may differ by 8 ε times the largest
    /// coordinate. A relative difference of 10⁻⁹ is allowed in addition, for edges that were computed in other ways; it
    /// is smaller than any discretization error.
    pub fn is_uniform(&self) -> bool {
        let mean = self.mean_width();
        let largest = self.edges[0].abs().max(self.edges[self.cells()].abs());
        let allowed = 8.0 * f64::EPSILON * largest + 1e-9 * mean;
        self.edges.windows(2).all(|pair| (pair[1] - pair[0] - mean).abs() <= allowed)
    }

    /// The width of all cells in m; `None` on a stretched axis.
    pub fn uniform_spacing(&self) -> Option<f64> {
        self.is_uniform().then(|| self.mean_width())
    }

    /// The widths of the cells in m. On a uniform axis all are [`Axis::uniform_spacing`], without round-off of the
    /// edges.
    pub fn widths(&self) -> Vec<f64> {
        match self.uniform_spacing() {
            Some(spacing) => vec![spacing; self.cells()],
            None => self.edges.windows(2).map(|pair| pair[1] - pair[0]).collect(),
        }
    }

    fn mean_width(&self) -> f64 {
        self.length() / self.cells() as f64
    }

    /// The same domain with `cells` cells, each the union of an equal number of cells of this axis. Panics unless
    /// `cells` divides the number of its cells.
    #[must_use]
    pub fn coarsened(&self, cells: usize) -> Self {
        assert!(cells > 0 && self.cells().is_multiple_of(cells), "coarse cells join whole cells");
        let edges = self.edges.iter().copied().step_by(self.cells() / cells).collect();
        Self { edges, boundaries: self.boundaries }
    }

    /// Whether the domain is periodic in this direction.
    pub fn is_periodic(&self) -> bool {
        self.boundaries[0] == Boundary::Periodic
    }
}

/// The cells of a domain. It has three axes; an axis along which the flow does not vary has one cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// x, y, z.
    pub axes: [Axis; 3],
}

impl Grid {
    /// A two-dimensional domain.
    pub fn plane(x: Axis, y: Axis) -> Self {
        Self { axes: [x, y, Axis::flat()] }
    }

    /// Cells along x, y, z.
    pub fn cells(&self) -> [usize; 3] {
        [0, 1, 2].map(|axis| self.axes[axis].cells())
    }

    /// Whether every axis is uniform.
    pub fn is_uniform(&self) -> bool {
        self.axes.iter().all(Axis::is_uniform)
    }

    /// The volume of every cell over the mean volume, `[x, y, z]`; `None` on a uniform grid, where all are 1.
    ///
    /// In a pipe too, the volume is the product of the widths, without the radius as a factor.
    pub fn relative_volumes(&self) -> Option<Array3<f64>> {
        (!self.is_uniform()).then(|| {
            let relative = |axis: &Axis| -> Vec<f64> {
                axis.widths().iter().map(|width| width / axis.mean_width()).collect()
            };
            let [x, y, z] = self.axes.each_ref().map(relative);
            Array3::from_shape_fn((x.len(), y.len(), z.len()), |(i, j, k)| x[i] * y[j] * z[k])
        })
    }

    /// The same domain in coarser cells, each a union of cells of this grid. Panics unless `cells` divide the numbers
    /// of cells.
    #[must_use]
    pub fn coarsened(&self, cells: [usize; 3]) -> Self {
        Self { axes: [0, 1, 2].map(|axis| self.axes[axis].coarsened(cells[axis])) }
    }

    /// The number of axes with more than one cell.
    pub fn dimensions(&self) -> usize {
        self.cells().iter().filter(|&&cells| cells > 1).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Edges at (i/n)², whose widths increase linearly.
    fn stretched(cells: usize) -> Axis {
        let edge = |i| (i as f64 / cells as f64).powi(2);
        Axis { edges: (0..=cells).map(edge).collect(), boundaries: [Boundary::REST; 2] }
    }

    proptest! {
        #[test]
        fn equal_cells_are_uniform_whatever_their_number_and_place(cells in 1usize..5000, low in -1e3..1e3, length in 1e-3..1e3) {
            let axis = Axis::uniform(cells, low, low + length, [Boundary::Open; 2]);
            let spacing = axis.uniform_spacing().expect("the cells are equal");
            prop_assert_eq!(spacing, axis.length() / cells as f64);
            prop_assert_eq!(axis.widths(), vec![spacing; cells]);
        }
    }

    #[test]
    fn a_stretched_axis_has_widths_and_no_spacing() {
        let axis = stretched(4);
        assert_eq!(axis.uniform_spacing(), None);
        assert_eq!(axis.widths(), [1.0 / 16.0, 3.0 / 16.0, 5.0 / 16.0, 7.0 / 16.0]);
        assert_eq!(axis.coarsened(2).edges, [0.0, 0.25, 1.0]);
        // A relative change of 10⁻³ of one edge is no round-off.
        let mut axis = Axis::uniform(4, 0.0, 1.0, [Boundary::Periodic; 2]);
        axis.edges[1] *= 1.001;
        assert!(!axis.is_uniform());
    }

    #[test]
    fn relative_volumes_have_mean_one() {
        let grid = Grid::plane(stretched(4), stretched(3));
        let volumes = grid.relative_volumes().expect("it is stretched");
        assert!((volumes.sum() / 12.0 - 1.0).abs() < 1e-14); // a few roundings
        assert!((volumes[[3, 2, 0]] - 4.0 * 7.0 / 16.0 * 3.0 * 5.0 / 9.0).abs() < 1e-14);
        let axis = || Axis::uniform(3, 0.0, 1.0, [Boundary::Periodic; 2]);
        assert_eq!(Grid::plane(axis(), axis()).relative_volumes(), None);
    }
}
