//! Cells: uniform or stretched axes, and what lies beyond their ends.

use serde::{Deserialize, Serialize};

/// What lies beyond an end of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Boundary {
    /// The domain repeats.
    Periodic,
    /// A solid wall that moves with `velocity` in m/s (all zero: at rest).
    Wall {
        /// Velocity along x, y, z in m/s.
        velocity: [f64; 3],
    },
    /// Fluid may enter or leave.
    Open,
    /// The axis around which the flow is the same: the coordinate is the distance from it, here 0.
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
    /// What lies beyond the low and the high end.
    pub boundaries: [Boundary; 2],
}

impl Axis {
    /// Equal cells from `low` to `high`. Panics unless `cells > 0` and `low < high`.
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

    /// The mean cell width in m; every cell's width on a uniform axis.
    pub fn spacing(&self) -> f64 {
        self.length() / self.cells() as f64
    }

    /// Whether the domain repeats in this direction.
    pub fn is_periodic(&self) -> bool {
        self.boundaries[0] == Boundary::Periodic
    }
}

/// The cells of a domain: always three axes, of which flat ones have one cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// x, y, z.
    pub axes: [Axis; 3],
}

impl Grid {
    /// A plane domain.
    pub fn plane(x: Axis, y: Axis) -> Self {
        Self { axes: [x, y, Axis::flat()] }
    }

    /// Cells along x, y, z.
    pub fn cells(&self) -> [usize; 3] {
        [0, 1, 2].map(|axis| self.axes[axis].cells())
    }

    /// The number of axes with more than one cell.
    pub fn dimensions(&self) -> usize {
        self.cells().iter().filter(|&&cells| cells > 1).count()
    }
}
