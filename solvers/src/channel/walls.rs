//! Cells between two walls.

use data::{Axis, Boundary};

/// The condition on the velocity along a wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WallCondition {
    /// The fluid adheres to the wall: u = w = 0.
    NoSlip,
    /// A plane of symmetry: ∂u/∂y = ∂w/∂y = 0.
    FreeSlip,
}

/// Cells across the channel, with the velocity v on their faces and all else at their centres.
///
/// A *face* f is the lower one of cell f; face 0 is the low wall, and the last is the high wall.
#[derive(Debug, Clone)]
pub(super) struct Walls {
    /// Positions y of the faces in m, one more than cells.
    pub(super) faces: Vec<f64>,
    /// Heights Δ of the cells in m.
    pub(super) heights: Vec<f64>,
    /// Distances δ of the centres on both sides of each face in m; at a wall, from the wall to the centre.
    pub(super) distances: Vec<f64>,
    /// The condition at both.
    pub(super) condition: WallCondition,
}

impl Walls {
    /// The cells of an axis.
    pub(super) fn new(axis: &Axis, condition: WallCondition) -> Self {
        let (faces, heights) = (axis.edges.clone(), axis.widths());
        let last = heights.len() - 1;
        let between = heights.windows(2).map(|pair| f64::midpoint(pair[0], pair[1]));
        let distances =
            std::iter::once(0.5 * heights[0]).chain(between).chain([0.5 * heights[last]]).collect();
        Self { faces, heights, distances, condition }
    }

    /// The number of cells.
    pub(super) fn cells(&self) -> usize {
        self.heights.len()
    }

    /// The distance of the walls in m.
    pub(super) fn distance(&self) -> f64 {
        self.faces[self.cells()] - self.faces[0]
    }

    /// Weights (Δ below, Δ above) over their sum of the cells at an inner face, which give the velocity along the wall
    /// that carries v through the sides of its control volume.
    pub(super) fn carrying(&self, face: usize) -> [f64; 2] {
        let [below, above] = [self.heights[face - 1], self.heights[face]];
        [below / (below + above), above / (below + above)]
    }

    /// The mean over the cells of values at their centres.
    pub(super) fn mean(&self, values: impl Iterator<Item = f64>) -> f64 {
        let sum: f64 = self.heights.iter().zip(values).map(|(height, value)| height * value).sum();
        sum / self.distance()
    }
}

/// An axis from 0 to 2 `half_height` in m between walls at rest, whose cells are the smaller the nearer they are to a
/// wall.
///
/// ```text
/// y(i) = h (1 + tanh(γ (2i/n − 1)) / tanh γ),   i = 0 … n
/// ```
pub fn stretched(cells: usize, half_height: f64, gamma: f64) -> Axis {
    let edge = |i: usize| {
        // Counted from the nearer wall, so that both halves are mirror images to the last bit.
        let from_wall = |i: usize| {
            let position = 2.0 * i as f64 / cells as f64 - 1.0;
            half_height * (1.0 + (gamma * position).tanh() / gamma.tanh())
        };
        if 2 * i <= cells { from_wall(i) } else { 2.0 * half_height - from_wall(cells - i) }
    };
    Axis { edges: (0..=cells).map(edge).collect(), boundaries: [Boundary::REST; 2] }
}
