//! Statistics of turbulent channel flow.

use super::moser;
use super::profile::Profile;
use crate::channel::{Channel, Closure, Drive, Moments, Profiles, Start, WallCondition, stretched};
use crate::{Solver, SolverError};
use data::{Axis, Boundary, Grid, rng};

/// A turbulent flow whose statistics are compared with those of Moser, Kim & Mansour: at their bulk Reynolds number, h
/// and nominal u_τ equal to 1.
#[derive(Debug, Clone, Copy)]
pub struct Turbulence {
    /// Lengths along x and z in h.
    pub lengths: [f64; 2],
    /// Cells along x, y, z.
    pub cells: [usize; 3],
    /// Subgrid closure.
    pub closure: Closure,
    /// Time before the first state that counts, in h/u_τ.
    pub spin_up: f64,
    /// Time of the states that count, in h/u_τ.
    pub time: f64,
}

/// Time between states that count, in h/u_τ: a tenth of the integral time of the friction.
const INTERVAL: f64 = 0.05;

/// The statistics, and their relative differences from the published ones.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The statistics.
    pub profiles: Profiles,
    /// Re_τ
    pub reynolds_tau: f64,
    /// Relative L2 differences of U⁺, u′, v′, w′ and −u′v′ over y.
    pub differences: [f64; 5],
    /// The largest difference of the total shear stress from its linear profile, in u_τ².
    pub stress: f64,
    /// The friction over u_τ² of the states that count.
    pub friction: Vec<f64>,
}

impl Turbulence {
    /// Computes the flow. `progress` is called after every interval with the time and the friction velocity.
    ///
    /// Errors: those of the solver.
    pub fn compare(
        self,
        progress: &mut dyn FnMut(f64, f64, usize),
    ) -> Result<Comparison, SolverError> {
        let nu = 1.0 / moser::REYNOLDS_TAU;
        let along = |cells, length| Axis::uniform(cells, 0.0, length, [Boundary::Periodic; 2]);
        let [nx, ny, nz] = self.cells;
        let [length_x, length_z] = self.lengths;
        let grid =
            Grid { axes: [along(nx, length_x), stretched(ny, 1.0, 1.8), along(nz, length_z)] };
        let bulk_velocity = moser::bulk_velocity();
        let drive = Drive::Flux(bulk_velocity);
        let flow = Channel::new(&grid, 1.0, nu, drive, WallCondition::NoSlip)?;
        let mut flow = flow.with_closure(self.closure);
        let lengths = self.lengths;
        let start = Start { friction_velocity: 1.0, half_height: 1.0, nu, bulk_velocity, lengths };
        start.apply(&mut flow, &mut rng(0, 0));
        let (mut moments, mut friction) = (Moments::default(), Vec::new());
        let intervals = ((self.spin_up + self.time) / INTERVAL).round() as usize;
        for i in 1..=intervals {
            let steps = flow.advance(INTERVAL)?.steps;
            let time = i as f64 * INTERVAL;
            let now = 0.5 * flow.friction().iter().sum::<f64>();
            progress(time, now.sqrt(), steps);
            if time > self.spin_up + 0.5 * INTERVAL {
                moments.add(&flow);
                friction.push(now);
            }
        }
        let profiles = moments.profiles(&flow);
        Ok(Comparison {
            reynolds_tau: profiles.friction_velocity / nu,
            differences: differences(&profiles),
            stress: stress(&profiles, nu),
            friction,
            profiles,
        })
    }
}

/// Relative L2 differences from the published profiles.
fn differences(profiles: &Profiles) -> [f64; 5] {
    let relative = |y: &[f64], values: &[f64], published: Profile| {
        let (mut difference, mut norm) = (0.0, 0.0);
        for (i, (y, value)) in y.iter().zip(values).enumerate() {
            // Cells from the mid-points between heights.
            let weight = if i == 0 {
                *y
            } else {
                y - profiles.centres[i.min(profiles.centres.len() - 1) - 1]
            };
            let expected = published.at(*y);
            difference += weight.abs() * (value - expected) * (value - expected);
            norm += weight.abs() * expected * expected;
        }
        (difference / norm).sqrt()
    };
    [
        relative(&profiles.centres, &profiles.mean, moser::profile(|row| row[1])),
        relative(&profiles.centres, &profiles.u, moser::profile(|row| row[2].sqrt())),
        relative(&profiles.faces, &profiles.v, moser::profile(|row| row[3].sqrt())),
        relative(&profiles.centres, &profiles.w, moser::profile(|row| row[4].sqrt())),
        relative(&profiles.faces, &profiles.stress, moser::profile(|row| -row[5])),
    ]
}

/// The largest |dU⁺/dy⁺ − (u′v′)⁺ − (1 − y/h)| on faces.
fn stress(profiles: &Profiles, nu: f64) -> f64 {
    let wall_unit = nu / profiles.friction_velocity;
    let inner = profiles.centres.windows(2).zip(profiles.mean.windows(2));
    let faces = profiles.faces.iter().zip(&profiles.stress);
    inner.zip(faces).fold(0.0, |largest: f64, ((y, u), (face, stress))| {
        let viscous = (u[1] - u[0]) / (y[1] - y[0]) * wall_unit;
        largest.max((viscous + stress - (1.0 - face)).abs())
    })
}
