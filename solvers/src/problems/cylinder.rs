//! Flow past a circular cylinder between walls.

use crate::checks::{check_one_viscosity, check_plane, check_positive};
use crate::incompressible::{Disk, FlowPastCylinder, Incompressible, mask_and_distance};
use crate::{Problem, Solver, SolverError};
use data::{Axis, Boundary, Field, Grid, Invalid, Parameter, Part, Renamed, State};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};

/// Impulsively started flow past a circular cylinder between two walls.
///
/// ```text
/// ∂u/∂t + ∇·(u u) = −∇p/ρ + (μ/ρ) ∇²u,   ∇·u = 0,   Re = ρ U d / μ
/// ```
///
/// Fluid enters at the low end of x and leaves at the high end; the centre of the cylinder is the origin. The fluid is
/// at rest at time 0 except for a perturbation behind the cylinder; the first projection sets it in motion. The
/// perturbation is a cross-stream velocity of 0.05 U, the same on every grid, that shortens the time to
/// vortex shedding.
///
/// **Expected behaviour over time.** At Re 40 and below the flow becomes steady. From Re 60 on vortex shedding develops
/// in the default domain on 128 × 64 cells; the lift oscillates periodically after about 60 d/U at Re 100 and 40 d/U at
/// Re 200. At these two Reynolds numbers the Strouhal number is 0.22 and 0.23, and the mean drag coefficient 2.1 and
/// 2.3 (2.6 at Re 40), larger than in a free stream because the walls are 3 d away.
///
/// **Good values.** In the channel of Schäfer & Turek the drag is within 0.8, 0.1 and 0.01 % on 10, 20 and 40 cells per
/// diameter at Re 20; at Re 100 within 2.7 and 0.12 % on 20 and 40. In the default domain at Re 200 on 512 × 256 cells
/// (43 to 47 per diameter) the estimated velocity error of states is 4.3 % over 60 d/U. The cases of CFDBench's flow
/// use intervals of 0.05 d/U and Re 20 to 1000.
///
/// **When it breaks.** On 10 cells per diameter the drag is 24 % too large at Re 100. At Re 200 on 256 × 128 cells and
/// at Re 1000 on 512 × 256 the phase of the shedding is not accurate: the estimated errors of the velocity are 42 and
/// 50 %, those of its statistics 3.6 and 4.1 %. The pressure of the first states after the impulsive start has errors
/// of 35 % and more. Free-slip walls 4 d from the centre raise the mean drag at Re 100 from 1.31 to 1.60. Fewer than 8
/// cells along x or y are refused.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Cylinder {
    /// Reynolds number Re = ρ U d / μ, > 0. Default 200, from the defaults below. Excludes `dynamic-viscosity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reynolds: Option<f64>,
    /// Mean velocity of the inflow U in m/s, > 0. Default 1.
    pub inlet_velocity: f64,
    /// Density ρ in kg/m³, > 0. Default 10.
    pub density: f64,
    /// Dynamic viscosity μ in Pa·s, > 0. Default 1e-3, or ρ U d / Re if Re is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dynamic_viscosity: Option<f64>,
    /// Diameter d of the cylinder in m, > 0. Default 0.02.
    pub diameter: f64,
    /// Distance x₁ of the inlet from the centre in m, > d/2. Default 0.06.
    pub upstream: f64,
    /// Distance x₂ of the outlet from the centre in m, > d/2. Default 0.16.
    pub downstream: f64,
    /// Distance y₁ of the lower wall from the centre in m, > d/2. Default 0.06.
    pub below: f64,
    /// Distance y₂ of the upper wall from the centre in m, > d/2. Default 0.06.
    pub above: f64,
    /// Profile of the inflow. Default `uniform`.
    pub inflow: Inflow,
    /// Boundary condition of the lower and the upper wall. Default `no-slip`.
    pub walls: Walls,
}

/// The profile of the inflow over y.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inflow {
    /// U everywhere.
    Uniform,
    /// The Poiseuille profile: 3/2 U on the centreline, 0 at the walls.
    Parabolic,
}

/// The boundary condition of the lower and the upper wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Walls {
    /// u = 0.
    NoSlip,
    /// Free slip: no flow through the wall and no shear stress, as at a plane of symmetry.
    Slip,
}

/// μ in Pa·s if neither μ nor Re is given.
const VISCOSITY: f64 = 1e-3;
/// Largest cross-stream velocity of the initial perturbation over U.
const PERTURBATION: f64 = 0.05;
/// Fewest cells along x and y.
const LEAST_CELLS: usize = 8;

impl Default for Cylinder {
    fn default() -> Self {
        Self {
            reynolds: None,
            inlet_velocity: 1.0,
            density: 10.0,
            dynamic_viscosity: None,
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

    /// μ in Pa·s, as given or from Re.
    fn dynamic_viscosity(&self) -> f64 {
        let given = self.dynamic_viscosity.unwrap_or(VISCOSITY);
        self.reynolds.map_or(given, |reynolds| self.scale() / reynolds)
    }

    fn reynolds(&self) -> f64 {
        self.reynolds.unwrap_or(self.scale() / self.dynamic_viscosity())
    }

    /// The solver.
    pub(crate) fn wake(&self, grid: &Grid) -> Result<FlowPastCylinder, SolverError> {
        let kinematic = self.dynamic_viscosity() / self.density;
        let flow =
            Incompressible::new(grid, self.density, kinematic)?.with_inflow(|y| self.entering(y));
        let flow = if self.walls == Walls::Slip { flow.with_free_slip_walls() } else { flow };
        let force_scale = 0.5 * self.scale() * self.inlet_velocity;
        FlowPastCylinder::new(flow, grid, self.disk(), force_scale)
    }

    /// The cylinder, relative to the low corner of the domain.
    fn disk(&self) -> Disk {
        Disk { centre: [self.upstream, self.below], radius: 0.5 * self.diameter }
    }

    /// The velocity of the inflow in m/s at the height y in m above the lower wall.
    fn entering(&self, y: f64) -> f64 {
        let height = self.below + self.above;
        match self.inflow {
            Inflow::Uniform => self.inlet_velocity,
            Inflow::Parabolic => 6.0 * self.inlet_velocity * y * (height - y) / (height * height),
        }
    }

    /// The initial cross-stream velocity in m/s: a Gaussian centred one diameter downstream of the centre, whose 1/e
    /// radius is half a diameter.
    fn perturbation(&self, [x, y]: [f64; 2]) -> f64 {
        let [x, y] = [x / self.diameter - 1.0, y / self.diameter];
        PERTURBATION * self.inlet_velocity * (-4.0 * (x * x + y * y)).exp()
    }
}

impl Part for Cylinder {
    const NAME: &'static str = "cylinder";
    const SUMMARY: &'static str =
        "flow past a circular cylinder between walls, from inlet to outlet";
    const RENAMED: &'static [Renamed] = &[Renamed::key("viscosity", "dynamic-viscosity")];

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
        check_one_viscosity(self.reynolds, self.dynamic_viscosity)
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
            (Parameter::new("dynamic-viscosity", "μ", "Pa·s"), self.dynamic_viscosity()),
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
        let spacing = crate::uniform_spacing(grid).expect("the grid of this problem is uniform");
        let constants = mask_and_distance(grid.cells(), spacing, self.disk());
        let [nx, ny, nz] = grid.cells();
        State::from_shape_fn((5, nx, ny, nz), |(channel, i, j, k)| match channel {
            1 => constants[[0, i, j, k]] * self.perturbation([x[i], y[j]]),
            3 | 4 => constants[[channel - 3, i, j, k]],
            _ => 0.0,
        })
    }
}
