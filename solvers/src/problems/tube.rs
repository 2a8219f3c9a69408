//! Flow that develops in a tube.

use crate::checks::{check_not_negative, check_plane, check_positive};
use crate::incompressible::Incompressible;
use crate::two_phase::{Beyond, Fluid, Fluids, Side, TwoPhase, Vessel};
use crate::{Problem, Solver, SolverError};
use data::{Axis, Boundary, Field, Grid, Invalid, Parameter, Part, State};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};

/// Fluid at rest in a plane channel or a pipe that is pushed through it from time 0.
///
/// ```text
/// ∂u/∂t + ∇·(u u) = −∇p/ρ + (μ/ρ) ∇²u,   ∇·u = 0,   Re = ρ U d / μ
/// ```
///
/// Fluid enters at the low end of x with the same velocity everywhere, and leaves at the high end;
/// walls are at rest. In a channel y runs from wall to wall, and far behind the inlet the profile is a
/// parabola of height 3/2 U. In a pipe y is the distance from the axis, and the height is 2 U.
///
/// As two phases, as in CFDBench, it is water that enters, the channel is full of air at rest, the
/// low density and viscosity are those of air, and nothing weighs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Tube {
    /// Velocity of the inflow U in m/s, > 0. Default 1.
    pub inlet_velocity: f64,
    /// Density ρ in kg/m³, > 0. Default 100.
    pub density: f64,
    /// Dynamic viscosity μ in Pa·s, > 0. Default 0.1.
    pub viscosity: f64,
    /// Length l in m, > 0. Default 1.
    pub length: f64,
    /// Distance of the walls, or diameter of the pipe, d in m, > 0. Default 0.1.
    pub diameter: f64,
    /// Whether it is a pipe, and the flow the same all round its axis. Default false.
    pub axisymmetric: bool,
    /// Whether water enters a channel full of air. Default false.
    pub two_phase: bool,
    /// Surface tension σ in N/m between the two, ≥ 0. Default 0; that of water is 0.072.
    pub surface_tension: f64,
}

/// Fewest cells along x and y: coarser ones do not hold the boundary layers.
const LEAST_CELLS: usize = 8;

impl Default for Tube {
    fn default() -> Self {
        Self {
            inlet_velocity: 1.0,
            density: 100.0,
            viscosity: 0.1,
            length: 1.0,
            diameter: 0.1,
            axisymmetric: false,
            two_phase: false,
            surface_tension: 0.0,
        }
    }
}

impl Tube {
    fn reynolds(&self) -> f64 {
        self.density * self.inlet_velocity * self.diameter / self.viscosity
    }

    /// The solver of water that enters air.
    fn flooded(&self, grid: &Grid) -> Result<TwoPhase, SolverError> {
        let inflow = Beyond::Inflow { speed: self.inlet_velocity, fraction: 1.0 };
        let sides = [[inflow, Beyond::Open], [Beyond::Wall; 2]].map(|pair| pair.map(Side::all));
        let water = Fluid { density: self.density, viscosity: self.viscosity };
        let surface_tension = self.surface_tension;
        let fluids = Fluids { water, air: Fluid::AIR, gravity: 0.0, surface_tension };
        TwoPhase::new(grid, &Vessel { sides, obstacle: None }, fluids)
    }
}

impl Part for Tube {
    const NAME: &'static str = "tube";
    const SUMMARY: &'static str =
        "flow that develops in a plane channel or a pipe, from inlet to outlet";

    fn check(&self) -> Result<(), Invalid> {
        check_positive([
            ("inlet-velocity", self.inlet_velocity),
            ("density", self.density),
            ("viscosity", self.viscosity),
            ("length", self.length),
            ("diameter", self.diameter),
        ])?;
        let tension = self.surface_tension;
        check_not_negative([("surface-tension", tension)])?;
        let has_surface = self.two_phase || tension == 0.0;
        let expected = "0 where `two-phase` is false: one fluid has no surface";
        Invalid::unless(has_surface, "surface-tension", tension, expected)?;
        let is_one = !(self.two_phase && self.axisymmetric);
        let expected = "false where `axisymmetric` is true: two phases are plane";
        Invalid::unless(is_one, "two-phase", self.two_phase, expected)
    }
}

impl Problem for Tube {
    fn fields(&self) -> Vec<Field> {
        if self.two_phase {
            return TwoPhase::fields(false);
        }
        vec![Field::vector("velocity", &["u", "v"], "m/s"), Field::scalar("pressure", "p", "Pa")]
    }

    fn parameters(&self) -> Vec<(Parameter, f64)> {
        let ratio = self.density / Fluid::AIR.density;
        let mut parameters = vec![
            (Parameter::new("reynolds", "Re", ""), self.reynolds()),
            (Parameter::new("inlet-velocity", "U", "m/s"), self.inlet_velocity),
            (Parameter::new("density", "ρ", "kg/m³"), self.density),
            (Parameter::new("viscosity", "μ", "Pa·s"), self.viscosity),
            (Parameter::new("length", "l", "m"), self.length),
            (Parameter::new("diameter", "d", "m"), self.diameter),
        ];
        if self.two_phase {
            parameters.push((Parameter::new("density-ratio", "ρ/ρₐ", ""), ratio));
            let tension = Parameter::new("surface-tension", "σ", "N/m");
            parameters.push((tension, self.surface_tension));
        }
        parameters
    }

    fn monitors(&self) -> Vec<Parameter> {
        if self.two_phase { TwoPhase::monitors() } else { Vec::new() }
    }

    fn time_scale(&self) -> f64 {
        self.diameter / self.inlet_velocity
    }

    fn grid(&self, cells: [usize; 3]) -> Result<Grid, SolverError> {
        check_plane(cells, LEAST_CELLS, "a tube needs at least 8")?;
        let (width, low) = if self.axisymmetric {
            (0.5 * self.diameter, Boundary::Axis)
        } else {
            (self.diameter, Boundary::REST)
        };
        Ok(Grid::plane(
            Axis::uniform(cells[0], 0.0, self.length, [Boundary::Open; 2]),
            Axis::uniform(cells[1], 0.0, width, [low, Boundary::REST]),
        ))
    }

    fn solver(&self, grid: &Grid) -> Result<Box<dyn Solver>, SolverError> {
        if self.two_phase {
            return Ok(Box::new(self.flooded(grid)?));
        }
        let (kinematic, inflow) = (self.viscosity / self.density, self.inlet_velocity);
        Ok(Box::new(Incompressible::new(grid, self.density, kinematic)?.with_inflow(|_| inflow)))
    }

    fn initial(&self, grid: &Grid, _rng: &mut ChaCha12Rng) -> State {
        if self.two_phase {
            let mut solver = self.flooded(grid).expect("a problem's own grid suits its solver");
            return solver.fill([[0.0; 2]; 2], [0.0; 2]);
        }
        let [nx, ny, nz] = grid.cells();
        State::zeros((3, nx, ny, nz))
    }
}
