//! Water over a step.

use crate::checks::{check_not_negative, check_positive};
use crate::two_phase::{Beyond, Fluid, Fluids, Side, TwoPhase, Vessel};
use crate::{Problem, Solver, SolverError};
use data::{Axis, Boundary, Field, Grid, Invalid, Parameter, Part, State};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};

/// Water that flows in at the lower left, rises before an obstacle and falls over it.
///
/// ```text
/// Re = ρ U h₀ / μ,   Fr = U / √(g h₀),   h₀: the height of the inlet
/// ```
///
/// Floor and ceiling are sticky walls. Through the upper part of the left side and all of the right
/// side fluid leaves as it likes and air enters. Water fills the space between the inlet and the
/// obstacle, as high as the inlet, at time 0. The defaults are CFDBench's.
///
/// Source: Luo, Chen & Zhang (2023), arXiv:2310.05963, §3 (the flow; what water there is at first it
/// does not say).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Dam {
    /// Velocity of the inflow U in m/s, > 0. Default 1.
    pub inlet_velocity: f64,
    /// The water's density ρ in kg/m³, > 0. Default 100.
    pub density: f64,
    /// The water's dynamic viscosity μ in Pa·s, > 0. Default 0.1.
    pub viscosity: f64,
    /// The obstacle's height in m, > 0. Default 0.1.
    pub barrier_height: f64,
    /// The obstacle's width in m, > 0. Default 0.05.
    pub barrier_width: f64,
    /// Where the obstacle begins, in m from the left, > 0. Default 0.5.
    pub barrier_position: f64,
    /// The inlet's height h₀ in m, > 0. Default 0.1.
    pub inlet_height: f64,
    /// The box's width in m, > 0. Default 1.5.
    pub width: f64,
    /// The box's height in m, > 0. Default 0.4.
    pub height: f64,
    /// Velocity along x in m/s with which all fluid moves at first, as far as walls let it, ≥ 0.
    /// Default U.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_velocity: Option<f64>,
    /// The air's density in kg/m³, > 0. Default 1.225.
    pub air_density: f64,
    /// The air's dynamic viscosity in Pa·s, > 0. Default 1.7894e-5.
    pub air_viscosity: f64,
    /// Gravity g in m/s², > 0. Default 9.81.
    pub gravity: f64,
    /// Surface tension σ in N/m, ≥ 0. Default 0; that of water is 0.072.
    pub surface_tension: f64,
}

impl Default for Dam {
    fn default() -> Self {
        Self {
            inlet_velocity: 1.0,
            density: 100.0,
            viscosity: 0.1,
            barrier_height: 0.1,
            barrier_width: 0.05,
            barrier_position: 0.5,
            inlet_height: 0.1,
            width: 1.5,
            height: 0.4,
            initial_velocity: None,
            air_density: Fluid::AIR.density,
            air_viscosity: Fluid::AIR.viscosity,
            gravity: 9.81,
            surface_tension: 0.0,
        }
    }
}

impl Dam {
    fn initial_velocity(&self) -> f64 {
        self.initial_velocity.unwrap_or(self.inlet_velocity)
    }

    fn vessel(&self) -> Vessel {
        let wall = || Side::all(Beyond::Wall);
        let inflow = Beyond::Inflow { speed: self.inlet_velocity, fraction: 1.0 };
        let end = self.barrier_position + self.barrier_width;
        Vessel {
            sides: [
                [Side::parted(inflow, self.inlet_height, Beyond::Open), Side::all(Beyond::Open)],
                [wall(), wall()],
            ],
            obstacle: Some([[self.barrier_position, end], [0.0, self.barrier_height]]),
        }
    }

    fn bound(&self, grid: &Grid) -> Result<TwoPhase, SolverError> {
        let fluids = Fluids {
            water: Fluid { density: self.density, viscosity: self.viscosity },
            air: Fluid { density: self.air_density, viscosity: self.air_viscosity },
            gravity: self.gravity,
            surface_tension: self.surface_tension,
        };
        TwoPhase::new(grid, &self.vessel(), fluids)
    }
}

impl Part for Dam {
    const NAME: &'static str = "dam";
    const SUMMARY: &'static str = "water over a step: inflow, obstacle, air, open outlet";

    fn check(&self) -> Result<(), Invalid> {
        let positive = [
            ("inlet-velocity", self.inlet_velocity),
            ("density", self.density),
            ("viscosity", self.viscosity),
            ("barrier-height", self.barrier_height),
            ("barrier-width", self.barrier_width),
            ("barrier-position", self.barrier_position),
            ("inlet-height", self.inlet_height),
            ("width", self.width),
            ("height", self.height),
            ("air-density", self.air_density),
            ("air-viscosity", self.air_viscosity),
            ("gravity", self.gravity),
        ];
        check_positive(positive)?;
        check_not_negative([
            ("initial-velocity", self.initial_velocity()),
            ("surface-tension", self.surface_tension),
        ])?;
        for (key, value) in
            [("barrier-height", self.barrier_height), ("inlet-height", self.inlet_height)]
        {
            Invalid::unless(value < self.height, key, value, "less than `height`")?;
        }
        let fits = self.barrier_position + self.barrier_width < self.width;
        let expected = "such that the obstacle ends before `width`";
        Invalid::unless(fits, "barrier-position", self.barrier_position, expected)
    }
}

impl Problem for Dam {
    fn fields(&self) -> Vec<Field> {
        TwoPhase::fields(true)
    }

    fn parameters(&self) -> Vec<(Parameter, f64)> {
        let (speed, length) = (self.inlet_velocity, self.inlet_height);
        let reynolds = self.density * speed * length / self.viscosity;
        let froude = speed / (self.gravity * length).sqrt();
        vec![
            (Parameter::new("reynolds", "Re", ""), reynolds),
            (Parameter::new("froude", "Fr", ""), froude),
            (Parameter::new("density-ratio", "ρ/ρₐ", ""), self.density / self.air_density),
            (Parameter::new("inlet-velocity", "U", "m/s"), self.inlet_velocity),
            (Parameter::new("initial-velocity", "u₀", "m/s"), self.initial_velocity()),
            (Parameter::new("density", "ρ", "kg/m³"), self.density),
            (Parameter::new("viscosity", "μ", "Pa·s"), self.viscosity),
            (Parameter::new("barrier-height", "h", "m"), self.barrier_height),
            (Parameter::new("barrier-width", "w", "m"), self.barrier_width),
            (Parameter::new("barrier-position", "x", "m"), self.barrier_position),
            (Parameter::new("inlet-height", "h₀", "m"), self.inlet_height),
            (Parameter::new("width", "W", "m"), self.width),
            (Parameter::new("height", "H", "m"), self.height),
            (Parameter::new("air-density", "ρₐ", "kg/m³"), self.air_density),
            (Parameter::new("air-viscosity", "μₐ", "Pa·s"), self.air_viscosity),
            (Parameter::new("gravity", "g", "m/s²"), self.gravity),
            (Parameter::new("surface-tension", "σ", "N/m"), self.surface_tension),
        ]
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
        Ok(Box::new(self.bound(grid)?))
    }

    fn initial(&self, grid: &Grid, _rng: &mut ChaCha12Rng) -> State {
        let water = [[0.0, self.barrier_position], [0.0, self.inlet_height]];
        let mut solver = self.bound(grid).expect("a problem's own grid suits its solver");
        solver.fill(water, [self.initial_velocity(), 0.0])
    }
}
