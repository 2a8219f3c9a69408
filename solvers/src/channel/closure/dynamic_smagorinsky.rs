//! The dynamic Smagorinsky model.

use super::super::plane::Plane;
use super::super::walls::Walls;
use super::gradients::{Gradients, Work, contract, strain};

/// The square of the ratio of the filter widths: the test filter doubles those along x and z.
fn ratio() -> f64 {
    16.0_f64.powf(1.0 / 3.0)
}

/// Fields of one plane for the test filter.
pub(super) struct Filtered {
    /// u, v, w; S; u u; |S| S.
    fields: Vec<Vec<f64>>,
}

impl Filtered {
    pub(super) fn new(plane: &Plane) -> Self {
        Self { fields: vec![vec![0.0; plane.len()]; 3 + 6 + 6 + 6] }
    }

    /// C Δ² in m² of the plane of cell j.
    ///
    /// ```text
    /// L = (u u)^ − û û,   M = 2 ((|S| S)^ − α² |Ŝ| Ŝ),   C Δ² = max(0, ⟨L:M⟩/⟨M:M⟩)
    /// ```
    ///
    /// The test filter ^ is sharp at half of the wavenumbers along x and z.
    ///
    /// Sources: Germano, Piomelli, Moin & Cabot (1991), Phys. Fluids A 3, 1760; Lilly (1992), Phys. Fluids A 4, 633 (the
    /// ratio of means).
    pub(super) fn coefficient(
        &mut self,
        walls: &Walls,
        plane: &Plane,
        gradients: &Gradients,
        j: usize,
        work: &mut Work,
    ) -> f64 {
        let length = plane.len();
        let centre = gradients.centre(walls, j, length);
        for i in 0..length {
            let u = centre.velocity(i);
            let s = strain(&centre.gradient(i));
            let norm = (2.0 * contract(&s, &s)).sqrt();
            let values = u.into_iter().chain(s).chain(products(u)).chain(s.map(|s| norm * s));
            self.fields.iter_mut().zip(values).for_each(|(field, value)| field[i] = value);
        }
        for field in &mut self.fields {
            plane.halve(field, &mut work.lines, &mut work.buffers);
        }
        let (mut above, mut below) = (0.0, 0.0);
        for i in 0..length {
            let at = |first: usize, k: usize| self.fields[first + k][i];
            let u = std::array::from_fn(|k| at(0, k));
            let s: [f64; 6] = std::array::from_fn(|k| at(3, k));
            let norm = (2.0 * contract(&s, &s)).sqrt();
            let resolved = products(u);
            let l: [f64; 6] = std::array::from_fn(|k| at(9, k) - resolved[k]);
            let m: [f64; 6] = std::array::from_fn(|k| 2.0 * (at(15, k) - ratio() * norm * s[k]));
            above += contract(&l, &m);
            below += contract(&m, &m);
        }
        if below > 0.0 { (above / below).max(0.0) } else { 0.0 }
    }
}

/// uu, vv, ww, uv, uw, vw.
fn products([u, v, w]: [f64; 3]) -> [f64; 6] {
    [u * u, v * v, w * w, u * v, u * w, v * w]
}
