//! Developing flow in a channel or a pipe.

use crate::checks::{check_not_negative, check_plane, check_positive};
use crate::incompressible::Incompressible;
use crate::two_phase::{BoundaryCondition, Domain, Fluid, Fluids, Setup, Side, TwoPhase};
use crate::{Problem, Solver, SolverError};
use data::{Axis, Boundary, Field, Grid, Invalid, Parameter, Part, Renamed, State};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};

/// Impulsively started flow through a plane channel or a pipe with uniform inflow.
///
/// ```text
/// ∂u/∂t + ∇·(u u) = −∇p/ρ + (μ/ρ) ∇²u,   ∇·u = 0,   Re = ρ U d / μ
/// ```
///
/// Fluid enters at the low end of x with the uniform velocity U and leaves at the high end; walls are no-slip. In a
/// channel y is the distance from the lower wall, in a pipe the distance from the axis.
///
/// With `two-phase = true`, as in CFDBench, water enters a plane channel filled with air at rest. ρ and μ are those of
/// the water; gravity is zero.
///
/// **Expected behaviour over time.** The first projection sets the fluid in motion with the uniform velocity U.
/// Boundary layers grow along the walls and meet; far downstream the profile is a parabola with the centreline velocity
/// 3/2 U in a channel and 2 U in a pipe. A channel of length 10 d at Re 100 on 80 × 32 cells is steady to 10⁻⁶ U in d/U
/// after 12 d/U. In two-phase flow the water displaces the air and reaches the outlet after about l/U.
///
/// **Good values.** On 64 cells across, the centreline velocity is within 0.17 % of boundary-layer theory from x =
/// 0.005 d Re on, and the pressure drop of the developed flow within 0.012 % in a channel and 0.05 % in a pipe. Cells
/// may be ten times as long as wide: diffusion across the tube is implicit and does not limit the step. The cases of
/// the benchmark use Re 20 to 500, U = 1 m/s and intervals of 0.1 s.
///
/// **When it breaks.** The divergence due to round-off grows with the square of the aspect ratio of the cells, from
/// 10⁻¹⁴ U/h at 1 to 4·10⁻⁹ U/h at 1000. In two-phase flow velocities at the walls have an error of 12 ν Δt/d²: in
/// CFDBench's tube on 64² 0.3 % at ρ = 100 kg/m³ and μ = 0.1 Pa·s, 6 % at ρ = 10 kg/m³ and μ = 1 Pa·s. Fewer than 8
/// cells along x or y are refused.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Tube {
    /// Velocity U of the inflow in m/s, > 0. Default 1.
    pub inlet_velocity: f64,
    /// Density ρ in kg/m³, > 0. Default 100.
    pub density: f64,
    /// Dynamic viscosity μ in Pa·s, > 0. Default 0.1.
    pub dynamic_viscosity: f64,
    /// Length l in m, > 0. Default 1.
    pub length: f64,
    /// Distance of the walls or diameter of the pipe d in m, > 0. Default 0.1.
    pub diameter: f64,
    /// Whether the domain is a pipe with axisymmetric flow. Default false.
    pub axisymmetric: bool,
    /// Whether water enters a channel filled with air. Default false. Excludes `axisymmetric`.
    pub two_phase: bool,
    /// Surface tension σ in N/m, ≥ 0, two-phase only. Default 0; that of water is 0.072.
    pub surface_tension: f64,
}

/// Fewest cells along x and y; coarser grids do not resolve the boundary layers.
const LEAST_CELLS: usize = 8;

impl Default for Tube {
    fn default() -> Self {
        Self {
            inlet_velocity: 1.0,
            density: 100.0,
            dynamic_viscosity: 0.1,
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
        self.density * self.inlet_velocity * self.diameter / self.dynamic_viscosity
    }

    /// The setup of the two-phase flow.
    fn setup(&self) -> Setup {
        let inflow = BoundaryCondition::Inflow { speed: self.inlet_velocity, fraction: 1.0 };
        let sides = [[inflow, BoundaryCondition::Open], [BoundaryCondition::NoSlip; 2]]
            .map(|pair| pair.map(Side::uniform));
        let water = Fluid { density: self.density, dynamic_viscosity: self.dynamic_viscosity };
        let surface_tension = self.surface_tension;
        Setup {
            domain: Domain { sides, obstacle: None },
            fluids: Fluids { water, air: Fluid::AIR, gravity: 0.0, surface_tension },
            water: [[0.0; 2]; 2],
            velocity: [0.0; 2],
        }
    }
}

impl Part for Tube {
    const NAME: &'static str = "tube";
    const SUMMARY: &'static str =
        "flow that develops in a plane channel or a pipe, from inlet to outlet";
    const RENAMED: &'static [Renamed] = &[Renamed::key("viscosity", "dynamic-viscosity")];

    fn check(&self) -> Result<(), Invalid> {
        check_positive([
            ("inlet-velocity", self.inlet_velocity),
            ("density", self.density),
            ("dynamic-viscosity", self.dynamic_viscosity),
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
        let mut parameters = vec![
            (Parameter::new("reynolds", "Re", ""), self.reynolds()),
            (Parameter::new("inlet-velocity", "U", "m/s"), self.inlet_velocity),
            (Parameter::new("density", "ρ", "kg/m³"), self.density),
            (Parameter::new("dynamic-viscosity", "μ", "Pa·s"), self.dynamic_viscosity),
            (Parameter::new("length", "l", "m"), self.length),
            (Parameter::new("diameter", "d", "m"), self.diameter),
        ];
        if self.two_phase {
            let fluids = self.setup().fluids;
            let [.., surface_tension] = fluids.parameters();
            parameters.extend([fluids.density_ratio(), surface_tension]);
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
            return Ok(Box::new(self.setup().solver(grid)?));
        }
        let (kinematic, inflow) = (self.dynamic_viscosity / self.density, self.inlet_velocity);
        Ok(Box::new(Incompressible::new(grid, self.density, kinematic)?.with_inflow(|_| inflow)))
    }

    fn initial(&self, grid: &Grid, _rng: &mut ChaCha12Rng) -> State {
        if self.two_phase {
            return self.setup().initial(grid);
        }
        let [nx, ny, nz] = grid.cells();
        State::zeros((3, nx, ny, nz))
    }
}
