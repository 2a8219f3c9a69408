//! Factors of radius in a pipe.

/// Ratios of radii by which fluxes enter the differences of a pipe.
///
/// ```text
/// ∇·u = ∂u/∂x + (1/r) ∂(r v)/∂r
/// −∂(u u)/∂x − (1/r) ∂(r v u)/∂r + ν [∂²u/∂x² + (1/r) ∂(r ∂u/∂r)/∂r]     tendency of u
/// −∂(u v)/∂x − (1/r) ∂(r v v)/∂r + ν [∂²v/∂x² + ∂((1/r) ∂(r v)/∂r)/∂r]   tendency of v
/// ```
///
/// With r counted in cells, face `j` is at r = j and cell `j` at r = j + ½. Volumes are exact.
///
/// The mass flux that advects v along r is r at the cell centre times the mean of v. The mean of r v
/// would conserve mass in the control volumes of v exactly, but its error is O(h²) on the axis, where
/// r v vanishes as r²; the pressure would have an error of h² log h. The values stored for the face on the
/// axis, where v = 0, are finite and have no effect.
#[derive(Debug, Clone)]
pub(crate) struct Radii {
    /// Radius of the faces on the low and the high side of a cell, over that of its centre.
    pub(crate) around_cells: [Vec<f64>; 2],
    /// Radius of the cell centres on the low and the high side of a face, over that of the face.
    pub(crate) around_faces: [Vec<f64>; 2],
    /// Weights of the five-point second differences along r, times 12: of u, then of v.
    ///
    /// The gradient between b and c of the values a, b, c, d is `(15 (c − b) − (d − a))/12`: that of u,
    /// times the radius there; or that of r v, over the radius there.
    pub(crate) second_differences: [[Vec<f64>; 5]; 2],
}

impl Radii {
    /// For `n` cells from the axis to the wall.
    pub(crate) fn new(n: usize) -> Self {
        let cells = |of: fn(f64) -> f64| (0..n).map(|j| of(j as f64 + 0.5)).collect::<Vec<_>>();
        // The face on the axis gets the values of the first inner face.
        let faces = |of: fn(f64) -> f64| (0..n).map(|j| of(j.max(1) as f64)).collect::<Vec<_>>();
        Self {
            around_cells: [cells(|r| (r - 0.5) / r), cells(|r| (r + 0.5) / r)],
            around_faces: [faces(|r| (r - 0.5) / r), faces(|r| (r + 0.5) / r)],
            second_differences: [
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
