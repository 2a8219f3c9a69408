//! How areas and volumes grow with the distance from the axis of a pipe.

/// Ratios of radii, for fluxes over volumes.
///
/// ```text
/// ∇·u = ∂u/∂x + (1/r) ∂(r v)/∂r
/// −∇·(u u) − (1/r) ∂(r v u)/∂r,   ∂²u/∂x² + (1/r) ∂(r ∂u/∂r)/∂r       the pushes on u
/// −∂(u v)/∂x − (1/r) ∂(r v v)/∂r, ∂²v/∂x² + ∂((1/r) ∂(r v)/∂r)/∂r     the pushes on v
/// ```
///
/// With r in cells, face `j` is at r = j and cell `j` at j + ½. Volumes are exact. The mass that carries
/// v along r is r at the cell times the mean of v: the mean of r v would conserve mass in the volumes
/// of v exactly, but is off by O(h²) on the axis where r v itself vanishes as r², which leaves the
/// pressure with an error of h² log h. What stands for the
/// face on the axis, where v is zero, is finite.
#[derive(Debug, Clone)]
pub(crate) struct Radii {
    /// Faces below and above a cell, over the cell.
    pub(crate) around_cells: [Vec<f64>; 2],
    /// Cells below and above a face, over the face.
    pub(crate) around_faces: [Vec<f64>; 2],
    /// Weights of twelve times the second differences along r, of u and v.
    ///
    /// The slope between two values is `(15 (c − b) − (d − a))/12`, of u, times r there; or of r v,
    /// over r there.
    pub(crate) spread: [[Vec<f64>; 5]; 2],
}

impl Radii {
    /// For `n` cells from the axis to the wall.
    pub(crate) fn new(n: usize) -> Self {
        let cells = |of: fn(f64) -> f64| (0..n).map(|j| of(j as f64 + 0.5)).collect::<Vec<_>>();
        // The first face inside stands for that on the axis.
        let faces = |of: fn(f64) -> f64| (0..n).map(|j| of(j.max(1) as f64)).collect::<Vec<_>>();
        Self {
            around_cells: [cells(|r| (r - 0.5) / r), cells(|r| (r + 0.5) / r)],
            around_faces: [faces(|r| (r - 0.5) / r), faces(|r| (r + 0.5) / r)],
            spread: [
                [
                    cells(|r| -(r - 0.5) / r),
                    cells(|r| (15.0 * (r - 0.5) + (r + 0.5)) / r),
                    cells(|_| -30.0),
                    cells(|r| (15.0 * (r + 0.5) + (r - 0.5)) / r),
                    cells(|r| -(r + 0.5) / r),
                ],
                [
                    faces(|r| -(r - 2.0) / (r - 0.5)),
                    faces(|r| (r - 1.0) * (15.0 / (r - 0.5) + 1.0 / (r + 0.5))),
                    faces(|r| -15.0 * r * (1.0 / (r - 0.5) + 1.0 / (r + 0.5))),
                    faces(|r| (r + 1.0) * (15.0 / (r + 0.5) + 1.0 / (r - 0.5))),
                    faces(|r| -(r + 2.0) / (r + 0.5)),
                ],
            ],
        }
    }
}
