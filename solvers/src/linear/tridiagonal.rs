//! The axis along which tridiagonal systems are solved.

use super::transform::Ends;

/// Unknowns in a row that are coupled to their neighbours: minus a second difference times the
/// square of the spacing.
///
/// ```text
/// (−h² δ²φ)ᵢ wᵢ = aᵢ φᵢ − cᵢ φᵢ₋₁ − cᵢ₊₁ φᵢ₊₁
/// ```
///
/// The weights w make it symmetric. On a straight axis they and the couplings c are 1. Along the
/// radius of a pipe, with r in cells,
///
/// ```text
/// δ²φ = (1/r) δ(r δφ)      w = r, c = r half a cell below           of scalars and u, in cells
/// δ²φ = δ((1/r) δ(r φ))    w = r, c = r (r − 1)/(r − ½)             of v, on faces
/// ```
///
/// so that nothing is coupled through the axis, where c vanishes.
pub(crate) struct Chain {
    pub(crate) ends: Ends,
    pub(crate) weights: Vec<f64>,
    /// cᵢ of an unknown with the one before, and a last one beyond the high end.
    pub(crate) couplings: Vec<f64>,
    /// aᵢ
    pub(crate) own: Vec<f64>,
}

impl Chain {
    /// Along a straight axis.
    pub(crate) fn straight(ends: Ends, cells: usize) -> Self {
        let unknowns = ends.unknowns(cells);
        let mut chain = Self {
            ends,
            weights: vec![1.0; unknowns],
            couplings: vec![1.0; unknowns + 1],
            own: vec![2.0; unknowns],
        };
        let [low, high] = [0, unknowns - 1];
        match ends {
            Ends::Periodic | Ends::DirichletFaces => {}
            Ends::NeumannCells => [low, high].into_iter().for_each(|end| chain.own[end] -= 1.0),
            Ends::DirichletCells => [low, high].into_iter().for_each(|end| chain.own[end] += 1.0),
            // Half of the last face's cell lies beyond the end.
            Ends::EntryFaces => (chain.own[high], chain.weights[high]) = (1.0, 0.5),
            Ends::EntryCells => (chain.own[low], chain.own[high]) = (3.0, 1.0),
        }
        chain
    }

    /// From the axis of a pipe to its wall, where `ends` hold.
    pub(crate) fn radial(ends: Ends, cells: usize) -> Self {
        if ends == Ends::DirichletFaces {
            Self::radial_faces(cells)
        } else {
            Self::radial_cells(ends, cells)
        }
    }

    fn radial_cells(ends: Ends, cells: usize) -> Self {
        let couplings: Vec<f64> = (0..=cells).map(|face| face as f64).collect();
        let mut own: Vec<f64> = couplings.windows(2).map(|pair| pair[0] + pair[1]).collect();
        // The wall is half a cell beyond the last centre.
        let through_wall = if ends == Ends::NeumannCells { -1.0 } else { 1.0 };
        own[cells - 1] += through_wall * cells as f64;
        let weights = (0..cells).map(|cell| cell as f64 + 0.5).collect();
        Self { ends, weights, couplings, own }
    }

    fn radial_faces(cells: usize) -> Self {
        let weights: Vec<f64> = (1..cells).map(|face| face as f64).collect();
        let coupling = |r: f64| r * (r - 1.0) / (r - 0.5);
        let own = weights.iter().map(|r| r * r * (1.0 / (r + 0.5) + 1.0 / (r - 0.5))).collect();
        let couplings = (1..=cells).map(|face| coupling(face as f64)).collect();
        Self { ends: Ends::DirichletFaces, weights, couplings, own }
    }

    /// Unknowns.
    pub(crate) fn len(&self) -> usize {
        self.own.len()
    }

    /// Whether constants are in its kernel.
    pub(crate) fn is_free(&self) -> bool {
        matches!(self.ends, Ends::Periodic | Ends::NeumannCells)
    }

    /// The reciprocal pivots `[line, slot]` of `a + w · shifts` of the first `lines` unknowns.
    pub(crate) fn factor(&self, lines: usize, shifts: &[f64], pivots: &mut [f64]) {
        let stride = shifts.len();
        for i in 0..lines {
            let (before, pivots) = pivots.split_at_mut(i * stride);
            for (slot, pivot) in pivots[..stride].iter_mut().enumerate() {
                let mut diagonal = self.weights[i] * shifts[slot] + self.own[i];
                if i > 0 {
                    diagonal -= self.couplings[i].powi(2) * before[(i - 1) * stride + slot];
                }
                *pivot = 1.0 / diagonal;
            }
        }
    }

    /// The Thomas algorithm from the low end, all slots of a line at once.
    pub(crate) fn sweep(&self, values: &mut [f64], pivots: &[f64], stride: usize) {
        let lines = values.len() / stride;
        let (first, _) = values.split_at_mut(stride);
        first.iter_mut().zip(&pivots[..stride]).for_each(|(x, m)| *x *= m);
        for i in 1..lines {
            let (before, line) = values[(i - 1) * stride..].split_at_mut(stride);
            let (pivots, c) = (&pivots[i * stride..][..stride], self.couplings[i]);
            for ((x, b), m) in line[..stride].iter_mut().zip(before).zip(pivots) {
                *x = (*x + c * *b) * m;
            }
        }
        for i in (0..lines - 1).rev() {
            let (line, after) = values[i * stride..].split_at_mut(stride);
            let (pivots, c) = (&pivots[i * stride..][..stride], self.couplings[i + 1]);
            for ((x, a), m) in line.iter_mut().zip(&after[..stride]).zip(pivots) {
                *x += m * (c * *a);
            }
        }
    }
}
