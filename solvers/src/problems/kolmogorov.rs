//! Flow under a sinusoidal force.

use crate::checks::{check_not_negative, check_positive};
use crate::spectral::{self, Spectral, Spectrum};
use crate::{Problem, Solver, SolverError};
use data::{Field, Grid, Invalid, Parameter, Part, State};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// A periodic square driven along x by a force that varies along y, from a random start.
///
/// ```text
/// ∂u/∂t + (u·∇)u = −∇p/ρ + ν ∇²u − α u + χ sin(2π n y/L) x̂,   Re = √χ (L/2π)^(3/2) / ν
/// ```
///
/// Started from rest the flow stays laminar: with k = 2πn/L,
/// u = χ/(ν k² + α) (1 − exp(−(ν k² + α) t)) sin k y, v = p = 0. The linear drag takes the energy that
/// piles up in the largest vortices, as friction with a floor would.
///
/// Source: Chandler & Kerswell (2013), J. Fluid Mech. 722, 554 (the flow and its Re, without drag).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Kolmogorov {
    /// Reynolds number Re = √χ (L/2π)^(3/2)/ν, > 0. Default 1000.
    pub reynolds: f64,
    /// Waves n of the force in the box, a whole number ≥ 1. Default 4.
    pub forcing_wavenumber: f64,
    /// Linear drag α in 1/s, ≥ 0. Default 0.1.
    pub drag: f64,
    /// The force's amplitude per mass χ in m/s², > 0. Default 1.
    pub force: f64,
    /// Root mean square speed of the start in m/s, ≥ 0; 0 starts from rest. Default 1.
    pub start_speed: f64,
    /// Wavenumber of the start's energy in waves a box, ≥ 1. Default 4.
    pub start_wavenumber: f64,
    /// The square's side L in m, > 0. Default 2π.
    pub length: f64,
    /// Density ρ in kg/m³, > 0. Default 1.
    pub density: f64,
}

impl Default for Kolmogorov {
    fn default() -> Self {
        Self {
            reynolds: 1000.0,
            forcing_wavenumber: 4.0,
            drag: 0.1,
            force: 1.0,
            start_speed: 1.0,
            start_wavenumber: 4.0,
            length: TAU,
            density: 1.0,
        }
    }
}

impl Kolmogorov {
    /// ν in m²/s.
    fn viscosity(&self) -> f64 {
        self.force.sqrt() * (self.length / TAU).powf(1.5) / self.reynolds
    }

    /// k = 2πn/L in 1/m.
    fn wavenumber(&self) -> f64 {
        TAU * self.forcing_wavenumber / self.length
    }

    fn flow(&self, grid: &Grid) -> Result<Spectral, SolverError> {
        let (waves, curl) = (self.forcing_wavenumber as i64, -self.force * self.wavenumber());
        let flow = Spectral::new(grid, self.density, self.viscosity())?;
        // −χ k cos k y is half of it at both wavenumbers.
        let is_forced = move |[m, n]: [i64; 2]| m == 0 && n.abs() == waves;
        Ok(flow
            .with_drag(self.drag)
            .with_force(|index| [if is_forced(index) { 0.5 * curl } else { 0.0 }, 0.0]))
    }
}

impl Part for Kolmogorov {
    const NAME: &'static str = "kolmogorov";
    const SUMMARY: &'static str = "Kolmogorov flow: a sinusoidal force, drag, a random start";

    fn check(&self) -> Result<(), Invalid> {
        check_positive([
            ("reynolds", self.reynolds),
            ("force", self.force),
            ("length", self.length),
            ("density", self.density),
        ])?;
        check_not_negative([("drag", self.drag), ("start-speed", self.start_speed)])?;
        let start = self.start_wavenumber;
        let holds = start >= 1.0 && start.is_finite();
        Invalid::unless(holds, "start-wavenumber", start, "finite and at least 1")?;
        let waves = self.forcing_wavenumber;
        let holds = waves >= 1.0 && waves.fract() == 0.0 && waves < 1e6;
        Invalid::unless(holds, "forcing-wavenumber", waves, "a whole number from 1 on")
    }
}

impl Problem for Kolmogorov {
    fn fields(&self) -> Vec<Field> {
        spectral::fields()
    }

    fn parameters(&self) -> Vec<(Parameter, f64)> {
        let damping = self.viscosity() * self.wavenumber().powi(2) + self.drag;
        vec![
            (Parameter::new("reynolds", "Re", ""), self.reynolds),
            (Parameter::new("forcing-wavenumber", "n", ""), self.forcing_wavenumber),
            (Parameter::new("drag", "α", "1/s"), self.drag),
            (Parameter::new("force", "χ", "m/s²"), self.force),
            (Parameter::new("start-speed", "U₀", "m/s"), self.start_speed),
            (Parameter::new("start-wavenumber", "m₀", ""), self.start_wavenumber),
            (Parameter::new("length", "L", "m"), self.length),
            (Parameter::new("density", "ρ", "kg/m³"), self.density),
            (Parameter::new("kinematic-viscosity", "ν", "m²/s"), self.viscosity()),
            (Parameter::new("laminar-speed", "χ/(νk² + α)", "m/s"), self.force / damping),
        ]
    }

    fn monitors(&self) -> Vec<Parameter> {
        spectral::monitors(true)
    }

    fn time_scale(&self) -> f64 {
        (self.length / (TAU * self.force)).sqrt()
    }

    fn grid(&self, cells: [usize; 3]) -> Result<Grid, SolverError> {
        spectral::periodic(cells, [self.length; 2])
    }

    fn solver(&self, grid: &Grid) -> Result<Box<dyn Solver>, SolverError> {
        Ok(Box::new(self.flow(grid)?))
    }

    fn initial(&self, grid: &Grid, rng: &mut ChaCha12Rng) -> State {
        let spectrum =
            Spectrum { peak: self.start_wavenumber, speed: self.start_speed, length: self.length };
        spectrum.start(grid, self.density, rng)
    }

    fn exact(&self, grid: &Grid, time: f64) -> Option<State> {
        (self.start_speed == 0.0).then(|| {
            let (k, axis) = (self.wavenumber(), &grid.axes[1]);
            let damping = self.viscosity() * k * k + self.drag;
            let mean = spectral::sinc(0.5 * k * axis.spacing());
            let speed = -self.force / damping * (-damping * time).exp_m1() * mean;
            let [nx, ny, nz] = grid.cells();
            let phases: Vec<f64> = axis.centres().iter().map(|y| k * y).collect();
            State::from_shape_fn((4, nx, ny, nz), |(channel, _, j, _)| match channel {
                0 => speed * phases[j].sin(),
                3 => -speed * k * phases[j].cos(),
                _ => 0.0,
            })
        })
    }
}
