//! What drives the flow along x.

use super::column::Sweeps;
use super::layout::Row;
use super::walls::Walls;

/// What drives the flow along x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Drive {
    /// A pressure gradient that keeps the flow rate over the area of the section constant, in m/s.
    Flux(f64),
    /// A constant gradient of the kinematic pressure G in m/s²; negative to drive along x.
    Gradient(f64),
}

impl Drive {
    /// Adds the gradient to the mean of u over planes, after the implicit step of a substep.
    ///
    /// The mean is c g, (1 − aΔt ν δy²) g = 1, of a force with 2aΔt times its value c.
    pub(super) fn apply(self, walls: &Walls, sweeps: &Sweeps, rows: &mut [Row]) {
        let bulk = |rows: &[Row]| walls.mean(rows.iter().map(|row| row.u.re.0[0]));
        let c = match self {
            Self::Gradient(gradient) => -sweeps.twice() * gradient,
            Self::Flux(velocity) => {
                let response = walls.mean(sweeps.response().iter().copied());
                (velocity - bulk(rows)) / response
            }
        };
        for (row, response) in rows.iter_mut().zip(sweeps.response()) {
            row.u.re.0[0] += c * response;
        }
    }
}
