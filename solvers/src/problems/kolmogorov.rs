//! Kolmogorov flow.

use crate::SolverError;
use crate::checks::{check_not_negative, check_positive};
use crate::spectral::{PeriodicFlow, Spectral, Spectrum, Square, sinc};
use data::{Grid, Invalid, Parameter, Part, State};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// Flow in a periodic square, driven along x by a force that varies sinusoidally along y.
///
/// ```text
/// ∂u/∂t + (u·∇)u = −∇p/ρ + ν ∇²u − α u + χ sin(2π n y/L) x̂,   Re = √χ (L/2π)^(3/2) / ν
/// ```
///
/// The initial condition is a random velocity field whose energy spectrum has one peak. The linear drag α models bottom
/// friction; it removes the energy that accumulates at the largest scales. With `start-speed = 0` the solution is
/// laminar:
///
/// ```text
/// u = χ/(ν k² + α) (1 − exp(−(ν k² + α) t)) sin k y,   v = p = 0,   k = 2πn/L
/// ```
///
/// **Expected behaviour over time.** The force distorts the random initial field, which develops into vortices. The
/// force supplies energy, drag and viscosity dissipate it. From the default initial condition the root-mean-square
/// speed increases from 1.0 to 1.6 m/s during the first 4 s at Re 1000. From rest the flow remains laminar: the error
/// is 10⁻¹³ m/s after 5 s at Re 1000. At Re 200 the balances of energy and enstrophy hold to 4·10⁻⁹.
///
/// **Good values.** Relative velocity differences after 1 and 5 s from a grid twice as fine as the finest of these: at
/// Re 200, 3 and 39 % on 32², 0.14 and 1.1 % on 64²; at Re 1000, 0.7 and 18 % on 64², 0.05 and 0.8 % on 128². The cases
/// of the benchmark use Re 100 to 400 on 128², α from 0.05 to 0.2 s⁻¹, and intervals of 0.25 s.
///
/// **When it breaks.** The flow is chaotic: the differences above grow by a factor of 8 to 26 in 4 s, so that later
/// states need finer grids. The under-resolved runs above remained stable; they are recognized by the error estimate of
/// the reference. An odd number of cells along an axis, or fewer than 8, is refused.
///
/// Source: Chandler & Kerswell (2013), J. Fluid Mech. 722, 554 (the flow and its Re, without drag).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Kolmogorov {
    /// Reynolds number Re = √χ (L/2π)^(3/2)/ν, > 0. Default 1000.
    pub reynolds: f64,
    /// Wavenumber n of the force in units of 2π/L, an integer ≥ 1. Default 4.
    pub forcing_wavenumber: f64,
    /// Linear drag coefficient α in 1/s, ≥ 0. Default 0.1.
    pub drag: f64,
    /// Amplitude χ of the force per mass in m/s², > 0. Default 1.
    pub force: f64,
    /// Root-mean-square speed U₀ of the initial velocity in m/s, ≥ 0; 0: from rest. Default 1.
    pub start_speed: f64,
    /// Peak wavenumber m₀ of the initial energy spectrum in units of 2π/L, ≥ 1. Default 4.
    pub start_wavenumber: f64,
    /// Side L of the square in m, > 0. Default 2π.
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
    /// k = 2πn/L in 1/m.
    fn wavenumber(&self) -> f64 {
        TAU * self.forcing_wavenumber / self.length
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

impl PeriodicFlow for Kolmogorov {
    const IS_FORCED: bool = true;

    fn square(&self) -> Square {
        Square {
            length: self.length,
            density: self.density,
            kinematic_viscosity: self.force.sqrt() * (self.length / TAU).powf(1.5) / self.reynolds,
        }
    }

    fn parameters(&self) -> Vec<(Parameter, f64)> {
        let damping = self.square().kinematic_viscosity * self.wavenumber().powi(2) + self.drag;
        let own = [
            (Parameter::new("reynolds", "Re", ""), self.reynolds),
            (Parameter::new("forcing-wavenumber", "n", ""), self.forcing_wavenumber),
            (Parameter::new("drag", "α", "1/s"), self.drag),
            (Parameter::new("force", "χ", "m/s²"), self.force),
            (Parameter::new("start-speed", "U₀", "m/s"), self.start_speed),
            (Parameter::new("start-wavenumber", "m₀", ""), self.start_wavenumber),
        ];
        let laminar = (Parameter::new("laminar-speed", "χ/(νk² + α)", "m/s"), self.force / damping);
        own.into_iter().chain(self.square().parameters()).chain([laminar]).collect()
    }

    fn time_scale(&self) -> f64 {
        (self.length / (TAU * self.force)).sqrt()
    }

    /// The force varies along y.
    fn homogeneous(&self) -> [bool; 3] {
        [true, false, false]
    }

    fn flow(&self, grid: &Grid) -> Result<Spectral, SolverError> {
        let (n, curl) = (self.forcing_wavenumber as i64, -self.force * self.wavenumber());
        let flow = self.square().flow(grid)?.with_drag(self.drag);
        // −χ k cos k y has half its amplitude at each of the wavenumbers ±n.
        let is_forced = move |index: [i64; 2]| index[0] == 0 && index[1].abs() == n;
        Ok(flow.with_force(|index| [if is_forced(index) { 0.5 * curl } else { 0.0 }, 0.0]))
    }

    fn initial(&self, grid: &Grid, rng: &mut ChaCha12Rng) -> State {
        let spectrum =
            Spectrum { peak: self.start_wavenumber, speed: self.start_speed, length: self.length };
        spectrum.start(grid, self.density, rng)
    }

    fn exact(&self, grid: &Grid, time: f64) -> Option<State> {
        (self.start_speed == 0.0).then(|| {
            let (k, axis) = (self.wavenumber(), &grid.axes[1]);
            let damping = self.square().kinematic_viscosity * k * k + self.drag;
            let amplitude = -self.force / damping * (-damping * time).exp_m1();
            let mean = |width: &f64| amplitude * sinc(0.5 * k * width);
            let speeds: Vec<f64> = axis.widths().iter().map(mean).collect();
            let [nx, ny, nz] = grid.cells();
            let phases: Vec<f64> = axis.centres().iter().map(|y| k * y).collect();
            State::from_shape_fn((4, nx, ny, nz), |(channel, _, j, _)| match channel {
                0 => speeds[j] * phases[j].sin(),
                3 => -speeds[j] * k * phases[j].cos(),
                _ => 0.0,
            })
        })
    }
}
