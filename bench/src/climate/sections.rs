//! Planes through a flow between walls, as figures show them.

use super::Climate;
use data::{Grid, Plane};
use ndarray::{ArrayView3, ArrayView4, Axis};

/// One quantity in one plane.
pub(crate) struct Section {
    /// Its symbol.
    pub(crate) symbol: String,
    /// Its unit.
    pub(crate) unit: String,
    /// The plane.
    pub(crate) plane: Plane,
    /// The values, `[first axis, second axis]`, the second fastest.
    pub(crate) values: Vec<f32>,
}

impl Climate {
    /// Sections of a state of a flow along x between two walls normal to y; none of another flow.
    ///
    /// ```text
    /// u′ = u − U(y) at y⁺ ≈ 15,   Q = −½ Σ_ab ∂u_a/∂x_b ∂u_b/∂x_a at x = 0
    /// ```
    ///
    /// Q is positive where rotation outweighs strain, as in vortices. Differences are central ones of the cell
    /// averages; at the walls they include the velocity of the wall, which is 0.
    pub(crate) fn sections(&self, state: ArrayView4<'_, f64>, grid: &Grid) -> Vec<Section> {
        let geometry = &self.frame.geometry;
        let is_deep = grid.dimensions() == 3 && geometry.symbols.len() == 3;
        if geometry.walls.is_none() || geometry.normal != 1 || geometry.stream != 0 || !is_deep {
            return Vec::new();
        }
        let edges = |axis: usize| grid.axes[axis].edges.clone();
        let (place, velocity) = (&self.frame.places[0], geometry.velocity(state));
        let height = place.planes[0];
        let mean = self.frame.profile[[0, height]];
        let along = velocity.index_axis(Axis(0), 0).index_axis_move(Axis(1), height);
        let fluctuation = Section {
            symbol: format!("{}′", geometry.symbols[0]),
            unit: geometry.unit.clone(),
            plane: Plane {
                axes: ["x", "z"].map(String::from),
                location: place.location.clone(),
                edges: [edges(0), edges(2)],
            },
            values: along.iter().map(|u| (u - mean) as f32).collect(),
        };
        let [_, planes, across] = grid.cells();
        let q = |k: usize| {
            let velocity = &velocity;
            (0..planes).map(move |j| q_at(velocity, grid, [0, j, k]) as f32)
        };
        let vortices = Section {
            symbol: "Q".into(),
            unit: "1/s²".into(),
            plane: Plane {
                axes: ["z", "y"].map(String::from),
                location: "x = 0".into(),
                edges: [edges(2), edges(1)],
            },
            values: (0..across).flat_map(q).collect(),
        };
        vec![fluctuation, vortices]
    }
}

/// Q in a cell.
fn q_at(velocity: &ArrayView4<'_, f64>, grid: &Grid, cell: [usize; 3]) -> f64 {
    let gradient = [0, 1, 2].map(|component| {
        let values = velocity.index_axis(Axis(0), component);
        [0, 1, 2].map(|axis| derivative(values, grid, axis, cell))
    });
    let term = |a: usize, b: usize| gradient[a][b] * gradient[b][a];
    -0.5 * (0..3).flat_map(|a| (0..3).map(move |b| (a, b))).map(|(a, b)| term(a, b)).sum::<f64>()
}

/// The difference between the two neighbours along an axis over their distance; a wall at rest is a neighbour.
fn derivative(values: ArrayView3<'_, f64>, grid: &Grid, axis: usize, cell: [usize; 3]) -> f64 {
    let own = &grid.axes[axis];
    let (cells, length) = (own.cells(), own.length());
    let centre = |i: usize| f64::midpoint(own.edges[i], own.edges[i + 1]);
    let value = |i: usize| {
        let mut cell = cell;
        cell[axis] = i;
        values[cell]
    };
    let at = cell[axis];
    let neighbour = |is_above: bool| {
        let (is_last, next) =
            if is_above { (at + 1 == cells, at + 1) } else { (at == 0, at.wrapping_sub(1)) };
        match (is_last, own.is_periodic()) {
            (false, _) => (centre(next), value(next)),
            (true, true) if is_above => (centre(0) + length, value(0)),
            (true, true) => (centre(cells - 1) - length, value(cells - 1)),
            (true, false) => (own.edges[if is_above { cells } else { 0 }], 0.0),
        }
    };
    let [(low, below), (high, above)] = [neighbour(false), neighbour(true)];
    (above - below) / (high - low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{Axis as GridAxis, Boundary};

    /// u = 2y − y², v = ay, w = −az: only cells at the walls and at the ends of periods are not linear.
    #[test]
    fn q_of_a_linear_flow_is_exact() {
        let edges = vec![0.0, 0.1, 0.4, 1.0, 1.6, 1.9, 2.0];
        let y = GridAxis { edges, boundaries: [Boundary::REST; 2] };
        let periodic = || GridAxis::uniform(6, 0.0, 3.0, [Boundary::Periodic; 2]);
        let grid = Grid { axes: [periodic(), y, periodic()] };
        let centres = grid.axes.each_ref().map(GridAxis::centres);
        let velocity = ndarray::Array4::from_shape_fn((3, 6, 6, 6), |(c, i, j, k)| {
            let [x, y, z] = [centres[0][i], centres[1][j], centres[2][k]];
            [3.0 * y + 0.0 * x, 2.0 * y + 4.0 * z, 5.0 * y - 2.0 * z][c]
        });
        // tr(∇u)² = 2² + 2² + 2·(4·5), and the gradient of u along y has no partner.
        let q = q_at(&velocity.view(), &grid, [0, 2, 3]);
        assert!((q + 0.5 * (4.0 + 4.0 + 40.0)).abs() < 1e-12, "{q}");
        // Beside the wall: from 0 at y = 0 to the second cell.
        let slope = derivative(velocity.index_axis(Axis(0), 0), &grid, 1, [1, 0, 1]);
        assert!((slope - 3.0).abs() < 1e-12);
        // Around the end of a period the linear function jumps by its slope times the length.
        let slope = derivative(velocity.index_axis(Axis(0), 2), &grid, 2, [1, 2, 0]);
        assert!((slope - (-2.0 + 2.0 * 3.0)).abs() < 1e-12, "{slope}");
    }
}
