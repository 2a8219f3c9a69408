//! Flow past a circular cylinder between walls.

use crate::checks::{check_one_viscosity, check_plane, check_positive};
use crate::incompressible::{Disk, FlowPastCylinder, Incompressible, mask_and_distance};
use crate::{Problem, Solver, SolverError};
use data::{Axis, Boundary, Field, Grid, Invalid, Parameter, Part, State};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};

/// Fluid at rest around a cylinder, that a stream from the left pushes from time 0.
///
/// ```text
/// ∂u/∂t + ∇·(u u) = −∇p/ρ + (μ/ρ) ∇²u,   ∇·u = 0,   Re = ρ U d / μ
/// ```
///
/// Fluid enters at the low end of x and leaves at the high end; the cylinder's centre is the origin.
/// The first projection sets all of the fluid in motion. A puff across the wake, [`PUFF`] as fast as
/// the stream, lets vortices shed soon where they do; it is the same on every grid.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Cylinder {
    /// Reynolds number Re = ρ U d / μ, > 0. Not together with `viscosity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reynolds: Option<f64>,
    /// Mean velocity of the inflow U in m/s, > 0. Default 1.
    pub inlet_velocity: f64,
    /// Density ρ in kg/m³, > 0. Default 10.
    pub density: f64,
    /// Dynamic viscosity μ in Pa·s, > 0. Default 1e-3, or ρ U d / Re where that is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viscosity: Option<f64>,
    /// The cylinder's diameter d in m, > 0. Default 0.02.
    pub diameter: f64,
    /// Distance of the inlet from the centre in m, > d/2. Default 0.06.
    pub upstream: f64,
    /// Distance of the outlet from the centre in m, > d/2. Default 0.16.
    pub downstream: f64,
    /// Distance of the lower wall from the centre in m, > d/2. Default 0.06.
    pub below: f64,
    /// Distance of the upper wall from the centre in m, > d/2. Default 0.06.
    pub above: f64,
    /// The profile of the inflow. Default uniform.
    pub inflow: Inflow,
    /// Whether the fluid sticks to the walls above and below. Default no-slip.
    pub walls: Walls,
}

/// How the velocity of the inflow depends on y.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inflow {
    /// The same everywhere.
    Uniform,
    /// Poiseuille's, 3/2 U in the middle and zero at the walls.
    Parabolic,
}

/// What the walls above and below do to the fluid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Walls {
    /// It sticks to them.
    NoSlip,
    /// It slides along them without friction, as if the domain were mirrored there.
    Slip,
}

/// μ in Pa·s where neither it nor Re is given.
const VISCOSITY: f64 = 1e-3;
/// The speed of the puff over that of the stream. It reaches the size of the street after a few
/// times the logarithm of 20 growth times, and is forgotten then.
const PUFF: f64 = 0.05;
/// Fewest cells along x and y.
const LEAST_CELLS: usize = 8;

impl Default for Cylinder {
    fn default() -> Self {
        Self {
            reynolds: None,
            inlet_velocity: 1.0,
            density: 10.0,
            viscosity: None,
            diameter: 0.02,
            upstream: 0.06,
            downstream: 0.16,
            below: 0.06,
            above: 0.06,
            inflow: Inflow::Uniform,
            walls: Walls::NoSlip,
        }
    }
}

impl Cylinder {
    /// ρ U d, which is Re · μ.
    fn scale(&self) -> f64 {
        self.density * self.inlet_velocity * self.diameter
    }

    /// μ in Pa·s, given or from Re.
    fn viscosity(&self) -> f64 {
        let given = self.viscosity.unwrap_or(VISCOSITY);
        self.reynolds.map_or(given, |reynolds| self.scale() / reynolds)
    }

    fn reynolds(&self) -> f64 {
        self.reynolds.unwrap_or(self.scale() / self.viscosity())
    }

    /// The solver.
    pub(crate) fn wake(&self, grid: &Grid) -> Result<FlowPastCylinder, SolverError> {
        let kinematic = self.viscosity() / self.density;
        let flow =
            Incompressible::new(grid, self.density, kinematic)?.with_inflow(|y| self.entering(y));
        let flow = if self.walls == Walls::Slip { flow.with_free_slip_walls() } else { flow };
        let force_scale = 0.5 * self.scale() * self.inlet_velocity;
        FlowPastCylinder::new(flow, grid, self.disk(), force_scale)
    }

    /// The cylinder, from the low corner.
    fn disk(&self) -> Disk {
        Disk { centre: [self.upstream, self.below], radius: 0.5 * self.diameter }
    }

    /// The velocity in m/s that enters at a height y in m above the lower wall.
    fn entering(&self, y: f64) -> f64 {
        let height = self.below + self.above;
        match self.inflow {
            Inflow::Uniform => self.inlet_velocity,
            Inflow::Parabolic => 6.0 * self.inlet_velocity * y * (height - y) / (height * height),
        }
    }

    /// The velocity across the stream in m/s at the start: a puff one diameter behind the centre and
    /// half a diameter wide.
    fn puff(&self, [x, y]: [f64; 2]) -> f64 {
        let [x, y] = [x / self.diameter - 1.0, y / self.diameter];
        PUFF * self.inlet_velocity * (-4.0 * (x * x + y * y)).exp()
    }
}

impl Part for Cylinder {
    const NAME: &'static str = "cylinder";
    const SUMMARY: &'static str =
        "flow past a circular cylinder between walls, from inlet to outlet";

    fn check(&self) -> Result<(), Invalid> {
        check_positive([
            ("inlet-velocity", self.inlet_velocity),
            ("density", self.density),
            ("diameter", self.diameter),
        ])?;
        let distances = [
            ("upstream", self.upstream),
            ("downstream", self.downstream),
            ("below", self.below),
            ("above", self.above),
        ];
        for (key, value) in distances {
            let holds = value > 0.5 * self.diameter && value.is_finite();
            Invalid::unless(holds, key, value, "finite and greater than half the diameter")?;
        }
        check_one_viscosity(self.reynolds, self.viscosity)
    }
}

impl Problem for Cylinder {
    fn fields(&self) -> Vec<Field> {
        vec![
            Field::vector("velocity", &["u", "v"], "m/s"),
            Field::scalar("pressure", "p", "Pa"),
            Field::scalar("mask", "χ", "").constant(),
            Field::scalar("signed-distance", "s", "m").constant(),
        ]
    }

    fn parameters(&self) -> Vec<(Parameter, f64)> {
        vec![
            (Parameter::new("reynolds", "Re", ""), self.reynolds()),
            (Parameter::new("inlet-velocity", "U", "m/s"), self.inlet_velocity),
            (Parameter::new("density", "ρ", "kg/m³"), self.density),
            (Parameter::new("viscosity", "μ", "Pa·s"), self.viscosity()),
            (Parameter::new("diameter", "d", "m"), self.diameter),
            (Parameter::new("upstream", "x₁", "m"), self.upstream),
            (Parameter::new("downstream", "x₂", "m"), self.downstream),
            (Parameter::new("below", "y₁", "m"), self.below),
            (Parameter::new("above", "y₂", "m"), self.above),
        ]
    }

    fn monitors(&self) -> Vec<Parameter> {
        vec![
            Parameter::new("drag-coefficient", "C_D", ""),
            Parameter::new("lift-coefficient", "C_L", ""),
            Parameter::new("pressure-drop", "Δp", "Pa"),
        ]
    }

    fn time_scale(&self) -> f64 {
        self.diameter / self.inlet_velocity
    }

    fn grid(&self, cells: [usize; 3]) -> Result<Grid, SolverError> {
        check_plane(cells, LEAST_CELLS, "a cylinder needs at least 8")?;
        Ok(Grid::plane(
            Axis::uniform(cells[0], -self.upstream, self.downstream, [Boundary::Open; 2]),
            Axis::uniform(cells[1], -self.below, self.above, [Boundary::REST; 2]),
        ))
    }

    fn solver(&self, grid: &Grid) -> Result<Box<dyn Solver>, SolverError> {
        Ok(Box::new(self.wake(grid)?))
    }

    fn initial(&self, grid: &Grid, _rng: &mut ChaCha12Rng) -> State {
        let [x, y] = [0, 1].map(|axis| grid.axes[axis].centres());
        let spacing = [0, 1].map(|axis| grid.axes[axis].spacing());
        let constants = mask_and_distance(grid.cells(), spacing, self.disk());
        let [nx, ny, nz] = grid.cells();
        State::from_shape_fn((5, nx, ny, nz), |(channel, i, j, k)| match channel {
            1 => constants[[0, i, j, k]] * self.puff([x[i], y[j]]),
            3 | 4 => constants[[channel - 3, i, j, k]],
            _ => 0.0,
        })
    }
}
