//! Turbulent channel flow.

use crate::channel::{self, Closure, Drive, Start, WallCondition, stretched};
use crate::checks::check_positive;
use crate::{Problem, Solver, SolverError};
use data::{Axis, Boundary, Field, Grid, Invalid, Parameter, Part, State};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Turbulent flow between two parallel walls, driven along x at constant flow rate and periodic along x and z.
///
/// ```text
/// ∂u/∂t + (u·∇)u = −∇p/ρ − G(t) x̂ + ν ∇²u,   ∇·u = 0,   u = 0 at y = 0 and y = 2h
/// ν = u_τ h/Re_τ,   Re_τ = 0.09 (2 U_b h/ν)^0.88
/// ```
///
/// G keeps the bulk velocity U_b, which the second relation gives: the friction velocity then fluctuates about u_τ.
///
/// **Expected behaviour over time.** The initial state is Reichardt's profile with streaks and noise. It becomes turbulent
/// within 1 h/u_τ. Statistics still change until about 6 h/u_τ, before which a case should not save states (`spin-up`).
/// Turbulence is chaotic: small differences grow, and no state is predictable beyond a few h/u_τ.
///
/// **Good values.** At Re_τ 180, a box of π × 2 × 0.34 π on 32 × 64 × 32 cells is the smallest that stays turbulent;
/// its mean over 10 h/u_τ has Re_τ 176.6 where 178.1 is published, and U⁺ within 1.1 %.
///
/// **When it breaks.** Boxes narrower than about 100 ν/u_τ do not stay turbulent (Jiménez & Moin 1991, J. Fluid Mech.
/// 225, 213), and a minimal box has the statistics of a channel for y < Lz/3 only (Flores & Jiménez 2010, Phys. Fluids
/// 22, 071704). An odd number of cells along x or z, or fewer than 8 along an axis, is refused. The
/// viscous term does not limit the step; at low Re_τ, the stiffest modes of laminar flow decay slowly.
///
/// Source: Pope (2000), Turbulent Flows, eq. (7.63) (the relation of Re_τ and the bulk velocity).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Channel {
    /// Friction Reynolds number Re_τ = u_τ h/ν, > 0. Default 180.
    pub reynolds_tau: f64,
    /// Half height h in m, > 0. Default 1.
    pub half_height: f64,
    /// Nominal friction velocity u_τ in m/s, > 0. Default 1.
    pub friction_velocity: f64,
    /// Length along x in m, > 0. Default π.
    pub length_x: f64,
    /// Length along z in m, > 0. Default 0.34 π.
    pub length_z: f64,
    /// Stretching γ of the cells across, > 0. Default 1.8.
    pub stretching: f64,
    /// Density ρ in kg/m³, > 0. Default 1.
    pub density: f64,
    /// Subgrid closure: `none`, `dynamic-smagorinsky` or `wale`. Default `none`.
    pub closure: Closure,
}

impl Default for Channel {
    fn default() -> Self {
        Self {
            reynolds_tau: 180.0,
            half_height: 1.0,
            friction_velocity: 1.0,
            length_x: PI,
            length_z: 0.34 * PI,
            stretching: 1.8,
            density: 1.0,
            closure: Closure::None,
        }
    }
}

impl Channel {
    /// ν in m²/s.
    fn nu(&self) -> f64 {
        self.friction_velocity * self.half_height / self.reynolds_tau
    }

    /// U_b in m/s.
    fn bulk_velocity(&self) -> f64 {
        (self.reynolds_tau / 0.09).powf(1.0 / 0.88) * self.nu() / (2.0 * self.half_height)
    }

    fn flow(&self, grid: &Grid) -> Result<channel::Channel, SolverError> {
        let drive = Drive::Flux(self.bulk_velocity());
        let flow =
            channel::Channel::new(grid, self.density, self.nu(), drive, WallCondition::NoSlip)?;
        Ok(flow.with_closure(self.closure))
    }
}

impl Part for Channel {
    const NAME: &'static str = "channel";
    const SUMMARY: &'static str = "turbulent flow between two walls";

    fn check(&self) -> Result<(), Invalid> {
        check_positive([
            ("reynolds-tau", self.reynolds_tau),
            ("half-height", self.half_height),
            ("friction-velocity", self.friction_velocity),
            ("length-x", self.length_x),
            ("length-z", self.length_z),
            ("stretching", self.stretching),
            ("density", self.density),
        ])
    }
}

impl Problem for Channel {
    fn fields(&self) -> Vec<Field> {
        vec![
            Field::vector("velocity", &["u", "v", "w"], "m/s"),
            Field::scalar("pressure", "p", "Pa"),
        ]
    }

    fn parameters(&self) -> Vec<(Parameter, f64)> {
        vec![
            (Parameter::new("reynolds-tau", "Re_τ", ""), self.reynolds_tau),
            (Parameter::new("half-height", "h", "m"), self.half_height),
            (Parameter::new("friction-velocity", "u_τ", "m/s"), self.friction_velocity),
            (Parameter::new("length-x", "Lx", "m"), self.length_x),
            (Parameter::new("length-z", "Lz", "m"), self.length_z),
            (Parameter::new("density", "ρ", "kg/m³"), self.density),
            (Parameter::new("kinematic-viscosity", "ν", "m²/s"), self.nu()),
            (Parameter::new("bulk-velocity", "U_b", "m/s"), self.bulk_velocity()),
        ]
    }

    fn monitors(&self) -> Vec<Parameter> {
        vec![
            Parameter::new("friction-low", "τ_low/ρ", "m²/s²"),
            Parameter::new("friction-high", "τ_high/ρ", "m²/s²"),
            Parameter::new("pressure-gradient", "G", "m/s²"),
            Parameter::new("flow", "⟨u⟩", "m/s"),
        ]
    }

    fn time_scale(&self) -> f64 {
        self.half_height / self.friction_velocity
    }

    /// The walls are normal to y.
    fn homogeneous(&self) -> [bool; 3] {
        [true, false, true]
    }

    fn dimensions(&self) -> &'static [usize] {
        &[3]
    }

    fn is_continued_exactly(&self) -> bool {
        true
    }

    fn grid(&self, cells: [usize; 3]) -> Result<Grid, SolverError> {
        channel::check_cells(cells)?;
        let along = |cells, length| Axis::uniform(cells, 0.0, length, [Boundary::Periodic; 2]);
        let across = stretched(cells[1], self.half_height, self.stretching);
        Ok(Grid { axes: [along(cells[0], self.length_x), across, along(cells[2], self.length_z)] })
    }

    fn solver(&self, grid: &Grid) -> Result<Box<dyn Solver>, SolverError> {
        Ok(Box::new(self.flow(grid)?))
    }

    fn initial(&self, grid: &Grid, rng: &mut ChaCha12Rng) -> State {
        let mut flow = self.flow(grid).expect("the grid was checked when it was made");
        let start = Start {
            friction_velocity: self.friction_velocity,
            half_height: self.half_height,
            nu: self.nu(),
            bulk_velocity: self.bulk_velocity(),
            lengths: [self.length_x, self.length_z],
        };
        start.apply(&mut flow, rng);
        let [nx, ny, nz] = grid.cells();
        let mut state = State::zeros((4, nx, ny, nz));
        flow.store(&mut state);
        state
    }
}
