//! CFDBench's dam.

use crate::checks::{check_not_negative, check_positive};
use crate::two_phase::{Barrier, BoundaryCondition, Domain, Fluid, Fluids, Setup, Side, TwoPhase};
use crate::{Problem, Solver, SolverError};
use data::{Axis, Boundary, Field, Grid, Invalid, Parameter, Part, Renamed, State};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};

/// Water that enters at the lower left and flows over an obstacle.
///
/// ```text
/// ∂f/∂t + ∇·(f u) = 0,   ∇·u = 0,   Re = ρ U h₀ / μ,   Fr = U / √(g h₀)
/// ∂(ρu)/∂t + ∇·(ρ u u) = −∇p + ∇·(μ (∇u + ∇uᵀ)) + ρ g + σ κ ∇f
/// ```
///
/// f is the volume fraction of water and h₀ the height of the inlet. Floor and ceiling are no-slip walls. The left
/// side above the inlet and the right side are open. At time 0 water fills the space between inlet and obstacle up to
/// the height of the inlet. The defaults are CFDBench's.
///
/// **Expected behaviour over time.** Water rises in front of the obstacle, flows over it and falls to the floor behind
/// it. The volume of water grows at the rate U h₀ until water reaches the outlet.
///
/// **Good values.** The cases of CFDBench's flow use 256 × 64 cells and intervals of 0.1 s. In a domain 1.6 m wide,
/// where the sides of the obstacle coincide with faces of the grid, the water on 64 × 16 and 128 × 32 cells differs
/// from that on 256 × 64 after 0.3 s in an area of 0.0034 and 0.0021 m² (order 0.7). Inflows of 0.2 to 2 m/s are
/// stable.
///
/// **When it breaks.** The interface breaks, and all flows of CFDBench's dam that were examined are under-resolved on
/// 256 × 64 cells according to their error estimate: states are not accurate, and the error of the velocity's
/// statistics is up to 80 % of its standard deviation. In the default domain, 1.5 m wide, the position of the obstacle
/// depends on the grid, and the differences above are 0.0045 and 0.0044 m². With a viscous light liquid (ρ = 10 kg/m³,
/// μ = 1 Pa·s) the error 12 ν Δt/d² at the walls is large. Fewer than 4 cells along x or y are refused.
///
/// Source: Luo, Chen & Zhang (2023), arXiv:2310.05963, §3 (the flow; it does not state the initial volume of water).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Dam {
    /// Velocity U of the inflow in m/s, > 0. Default 1.
    pub inlet_velocity: f64,
    /// Density ρ of water in kg/m³, > 0. Default 100.
    pub density: f64,
    /// Dynamic viscosity μ of water in Pa·s, > 0. Default 0.1.
    pub dynamic_viscosity: f64,
    /// Height h of the obstacle in m, > 0 and less than `height`. Default 0.1.
    pub barrier_height: f64,
    /// Width w of the obstacle in m, > 0. Default 0.05.
    pub barrier_width: f64,
    /// Distance x of the obstacle from the left side in m, > 0. Default 0.5.
    pub barrier_position: f64,
    /// Height h₀ of the inlet in m, > 0 and less than `height`. Default 0.1.
    pub inlet_height: f64,
    /// Width W of the domain in m, > 0. Default 1.5.
    pub width: f64,
    /// Height H of the domain in m, > 0. Default 0.4.
    pub height: f64,
    /// Velocity u₀ of both fluids along x at time 0 in m/s, before the projection, ≥ 0. Default U.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_velocity: Option<f64>,
    /// Density ρₐ of air in kg/m³, > 0. Default 1.225.
    pub air_density: f64,
    /// Dynamic viscosity μₐ of air in Pa·s, > 0. Default 1.7894e-5.
    pub air_dynamic_viscosity: f64,
    /// Gravitational acceleration g in m/s², > 0. Default 9.81.
    pub gravity: f64,
    /// Surface tension σ in N/m, ≥ 0. Default 0; that of water is 0.072.
    pub surface_tension: f64,
}

impl Default for Dam {
    fn default() -> Self {
        Self {
            inlet_velocity: 1.0,
            density: 100.0,
            dynamic_viscosity: 0.1,
            barrier_height: 0.1,
            barrier_width: 0.05,
            barrier_position: 0.5,
            inlet_height: 0.1,
            width: 1.5,
            height: 0.4,
            initial_velocity: None,
            air_density: Fluid::AIR.density,
            air_dynamic_viscosity: Fluid::AIR.dynamic_viscosity,
            gravity: 9.81,
            surface_tension: 0.0,
        }
    }
}

impl Dam {
    fn initial_velocity(&self) -> f64 {
        self.initial_velocity.unwrap_or(self.inlet_velocity)
    }

    fn barrier(&self) -> Barrier {
        Barrier {
            height: self.barrier_height,
            width: self.barrier_width,
            position: self.barrier_position,
        }
    }

    fn setup(&self) -> Setup {
        let wall = || Side::uniform(BoundaryCondition::NoSlip);
        let open = || Side::uniform(BoundaryCondition::Open);
        let inflow = BoundaryCondition::Inflow { speed: self.inlet_velocity, fraction: 1.0 };
        let inlet = Side::split(inflow, self.inlet_height, BoundaryCondition::Open);
        Setup {
            domain: Domain {
                sides: [[inlet, open()], [wall(), wall()]],
                obstacle: self.barrier().extent(),
            },
            fluids: Fluids {
                water: Fluid { density: self.density, dynamic_viscosity: self.dynamic_viscosity },
                air: Fluid {
                    density: self.air_density,
                    dynamic_viscosity: self.air_dynamic_viscosity,
                },
                gravity: self.gravity,
                surface_tension: self.surface_tension,
            },
            water: [[0.0, self.barrier_position], [0.0, self.inlet_height]],
            velocity: [self.initial_velocity(), 0.0],
        }
    }
}

impl Part for Dam {
    const NAME: &'static str = "dam";
    const SUMMARY: &'static str = "water over a step: inflow, obstacle, air, open outlet";
    const RENAMED: &'static [Renamed] = &[
        Renamed::key("viscosity", "dynamic-viscosity"),
        Renamed::key("air-viscosity", "air-dynamic-viscosity"),
    ];

    fn check(&self) -> Result<(), Invalid> {
        check_positive([
            ("inlet-velocity", self.inlet_velocity),
            ("dynamic-viscosity", self.dynamic_viscosity),
            ("barrier-height", self.barrier_height),
            ("inlet-height", self.inlet_height),
            ("width", self.width),
            ("height", self.height),
            ("air-dynamic-viscosity", self.air_dynamic_viscosity),
        ])?;
        check_not_negative([("initial-velocity", self.initial_velocity())])?;
        self.setup().fluids.check()?;
        let (height, expected) = (self.inlet_height, "less than `height`");
        Invalid::unless(height < self.height, "inlet-height", height, expected)?;
        self.barrier().check(self.width, self.height)
    }
}

impl Problem for Dam {
    fn fields(&self) -> Vec<Field> {
        TwoPhase::fields(true)
    }

    fn parameters(&self) -> Vec<(Parameter, f64)> {
        let fluids = self.setup().fluids;
        let (speed, length) = (self.inlet_velocity, self.inlet_height);
        let reynolds = self.density * speed * length / self.dynamic_viscosity;
        let froude = speed / (self.gravity * length).sqrt();
        let mut parameters = vec![
            (Parameter::new("reynolds", "Re", ""), reynolds),
            (Parameter::new("froude", "Fr", ""), froude),
            fluids.density_ratio(),
            (Parameter::new("inlet-velocity", "U", "m/s"), self.inlet_velocity),
            (Parameter::new("initial-velocity", "u₀", "m/s"), self.initial_velocity()),
        ];
        let [density, viscosity, others @ ..] = fluids.parameters();
        parameters.extend([density, viscosity]);
        parameters.extend(self.barrier().parameters());
        parameters.extend([
            (Parameter::new("inlet-height", "h₀", "m"), self.inlet_height),
            (Parameter::new("width", "W", "m"), self.width),
            (Parameter::new("height", "H", "m"), self.height),
        ]);
        parameters.extend(others);
        parameters
    }

    fn monitors(&self) -> Vec<Parameter> {
        TwoPhase::monitors()
    }

    /// √(h₀/g)
    fn time_scale(&self) -> f64 {
        (self.inlet_height / self.gravity).sqrt()
    }

    fn grid(&self, cells: [usize; 3]) -> Result<Grid, SolverError> {
        TwoPhase::check_cells(cells)?;
        Ok(Grid::plane(
            Axis::uniform(cells[0], 0.0, self.width, [Boundary::Open; 2]),
            Axis::uniform(cells[1], 0.0, self.height, [Boundary::REST; 2]),
        ))
    }

    fn solver(&self, grid: &Grid) -> Result<Box<dyn Solver>, SolverError> {
        Ok(Box::new(self.setup().solver(grid)?))
    }

    fn initial(&self, grid: &Grid, _rng: &mut ChaCha12Rng) -> State {
        self.setup().initial(grid)
    }
}
