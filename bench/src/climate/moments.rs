//! First and second moments of the velocity over planes and time.

use super::geometry::Geometry;
use ndarray::{Array2, s};

/// Sums of plane means, `[moment, plane]` as [`Geometry::plane_moments`] has them, over both halves between walls.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Moments {
    sums: Array2<f64>,
    states: usize,
}

impl Moments {
    pub(super) fn new(geometry: &Geometry) -> Self {
        Self { sums: Array2::zeros((2 * geometry.symbols.len() + 1, geometry.planes())), states: 0 }
    }

    /// Adds a state. Between walls its mirror image is added too, in which the component towards the walls, and
    /// products with it, have the other sign.
    pub(super) fn push(&mut self, geometry: &Geometry, of_planes: &Array2<f64>) {
        self.states += 1;
        if geometry.walls.is_none() {
            self.sums += of_planes;
            return;
        }
        let components = geometry.symbols.len();
        for (moment, (mut sums, own)) in
            self.sums.outer_iter_mut().zip(of_planes.outer_iter()).enumerate()
        {
            let sign = match moment {
                _ if moment < components => geometry.parity(moment),
                _ if moment < 2 * components => 1.0,
                _ => geometry.parity(geometry.stream) * geometry.parity(geometry.normal),
            };
            let mirrored = own.slice(s![..;-1]);
            sums.zip_mut_with(&(&own + &(sign * &mirrored)), |sum, both| *sum += 0.5 * both);
        }
    }

    /// The moments of all samples together.
    pub(super) fn sum(all: &[Self], geometry: &Geometry) -> Self {
        all.iter().fold(Self::new(geometry), |sum, own| Self {
            sums: sum.sums + &own.sums,
            states: sum.states + own.states,
        })
    }

    pub(super) fn means(&self) -> Array2<f64> {
        &self.sums / self.states as f64
    }

    /// ⟨u⟩ and ⟨u²⟩ of all components, `[component, plane]`.
    pub(super) fn profiles(&self) -> [Array2<f64>; 2] {
        let means = self.means();
        let components = means.nrows() / 2;
        [0, components].map(|first| means.slice(s![first..first + components, ..]).to_owned())
    }

    /// −⟨u′v′⟩ of every plane in m²/s².
    pub(super) fn stress(&self, geometry: &Geometry) -> Vec<f64> {
        let means = self.means();
        let [u, v] = [geometry.stream, geometry.normal].map(|component| means.row(component));
        let products = means.row(means.nrows() - 1);
        products.iter().zip(u.iter().zip(v)).map(|(uv, (u, v))| u * v - uv).collect()
    }

    /// u_τ in m/s; NaN if the mean friction is not positive, or without walls.
    pub(super) fn friction_velocity(&self, geometry: &Geometry) -> f64 {
        let first = self.sums[[geometry.stream, 0]] / self.states as f64;
        let friction = geometry.walls.map_or(f64::NAN, |walls| walls.friction(first));
        if friction > 0.0 { friction.sqrt() } else { f64::NAN }
    }
}
