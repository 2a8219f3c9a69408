//! Tridiagonal systems along one axis.

use super::transform::Ends;

/// The symmetric tridiagonal matrix of −h² δ² along one axis, for many right-hand sides at once.
///
/// ```text
/// wᵢ (−h² δ²φ)ᵢ = aᵢ φᵢ − cᵢ φᵢ₋₁ − cᵢ₊₁ φᵢ₊₁
/// ```
///
/// δ² is the second difference and h the spacing. The weights w make the matrix symmetric. On a straight
/// axis w = c = 1. Along the radius r of a pipe, counted in cells,
///
/// ```text
/// δ²φ = (1/r) δ(r δφ)      wᵢ = rᵢ, cᵢ = rᵢ − ½                scalars and u, at cell centres
/// δ²φ = δ((1/r) δ(r φ))    wᵢ = rᵢ, cᵢ = rᵢ (rᵢ − 1)/(rᵢ − ½)  v, on faces
/// ```
///
/// and c vanishes on the axis, so that no boundary condition is needed there.
///
/// Shapes: `values` and `pivots` are `[line, coefficient]`; the systems couple lines.
pub(crate) struct Tridiagonal {
    /// Position of the unknowns and boundary conditions.
    pub(crate) ends: Ends,
    /// wᵢ
    pub(crate) weights: Vec<f64>,
    /// cᵢ, one more than unknowns: the last couples to the value beyond the high end.
    off_diagonal: Vec<f64>,
    /// aᵢ, boundary conditions included.
    diagonal: Vec<f64>,
}

impl Tridiagonal {
    /// On a straight axis of `cells`.
    pub(crate) fn straight(ends: Ends, cells: usize) -> Self {
        let unknowns = ends.unknowns(cells);
        let mut matrix = Self {
            ends,
            weights: vec![1.0; unknowns],
            off_diagonal: vec![1.0; unknowns + 1],
            diagonal: vec![2.0; unknowns],
        };
        let [low, high] = [0, unknowns - 1];
        match ends {
            Ends::Periodic | Ends::DirichletFaces => {}
            Ends::NeumannCells => {
                for end in [low, high] {
                    matrix.diagonal[end] -= 1.0;
                }
            }
            Ends::DirichletCells => {
                for end in [low, high] {
                    matrix.diagonal[end] += 1.0;
                }
            }
            // Half of the control volume of the last face lies beyond the end.
            Ends::MixedFaces => (matrix.diagonal[high], matrix.weights[high]) = (1.0, 0.5),
            Ends::MixedCells => (matrix.diagonal[low], matrix.diagonal[high]) = (3.0, 1.0),
        }
        matrix
    }

    /// Along the radius of a pipe of `cells`; `ends` is the condition at the wall.
    ///
    /// `ends` is `NeumannCells`, `DirichletCells` or `DirichletFaces`.
    pub(crate) fn radial(ends: Ends, cells: usize) -> Self {
        if ends == Ends::DirichletFaces {
            Self::radial_faces(cells)
        } else {
            Self::radial_cells(ends, cells)
        }
    }

    fn radial_cells(ends: Ends, cells: usize) -> Self {
        let off_diagonal: Vec<f64> = (0..=cells).map(|face| face as f64).collect();
        let mut diagonal: Vec<f64> =
            off_diagonal.windows(2).map(|pair| pair[0] + pair[1]).collect();
        // The wall lies half a cell beyond the last centre.
        let through_wall = if ends == Ends::NeumannCells { -1.0 } else { 1.0 };
        diagonal[cells - 1] += through_wall * cells as f64;
        let weights = (0..cells).map(|cell| cell as f64 + 0.5).collect();
        Self { ends, weights, off_diagonal, diagonal }
    }

    fn radial_faces(cells: usize) -> Self {
        let weights: Vec<f64> = (1..cells).map(|face| face as f64).collect();
        let coupling = |r: f64| r * (r - 1.0) / (r - 0.5);
        let diagonal =
            weights.iter().map(|r| r * r * (1.0 / (r + 0.5) + 1.0 / (r - 0.5))).collect();
        let off_diagonal = (1..=cells).map(|face| coupling(face as f64)).collect();
        Self { ends: Ends::DirichletFaces, weights, off_diagonal, diagonal }
    }

    /// The number of unknowns.
    pub(crate) fn len(&self) -> usize {
        self.diagonal.len()
    }

    /// Whether constant vectors are in the kernel of the matrix.
    pub(crate) fn is_singular(&self) -> bool {
        matches!(self.ends, Ends::Periodic | Ends::NeumannCells)
    }

    /// Factors the leading `lines` unknowns of the matrices with diagonals aᵢ + wᵢ · `shifts[k]`.
    ///
    /// On return `pivots` holds the reciprocal pivots.
    pub(crate) fn factor(&self, lines: usize, shifts: &[f64], pivots: &mut [f64]) {
        let stride = shifts.len();
        for i in 0..lines {
            let (before, pivots) = pivots.split_at_mut(i * stride);
            for (k, pivot) in pivots[..stride].iter_mut().enumerate() {
                let mut diagonal = self.weights[i] * shifts[k] + self.diagonal[i];
                if i > 0 {
                    diagonal -= self.off_diagonal[i].powi(2) * before[(i - 1) * stride + k];
                }
                *pivot = 1.0 / diagonal;
            }
        }
    }

    /// Replaces the right-hand sides in `values` by the solutions, with the pivots of
    /// [`Tridiagonal::factor`]: the Thomas algorithm, all coefficients of a line at once.
    pub(crate) fn solve(&self, values: &mut [f64], pivots: &[f64], stride: usize) {
        let lines = values.len() / stride;
        let (first, _) = values.split_at_mut(stride);
        first.iter_mut().zip(&pivots[..stride]).for_each(|(x, m)| *x *= m);
        for i in 1..lines {
            let (before, line) = values[(i - 1) * stride..].split_at_mut(stride);
            let (pivots, c) = (&pivots[i * stride..][..stride], self.off_diagonal[i]);
            for ((x, b), m) in line[..stride].iter_mut().zip(before).zip(pivots) {
                *x = (*x + c * *b) * m;
            }
        }
        for i in (0..lines - 1).rev() {
            let (line, after) = values[i * stride..].split_at_mut(stride);
            let (pivots, c) = (&pivots[i * stride..][..stride], self.off_diagonal[i + 1]);
            for ((x, a), m) in line.iter_mut().zip(&after[..stride]).zip(pivots) {
                *x += m * (c * *a);
            }
        }
    }
}
