//! The collapsing water column.

use crate::checks::{check_not_negative, check_positive};
use crate::two_phase::{Barrier, BoundaryCondition, Domain, Fluid, Fluids, Setup, Side, TwoPhase};
use crate::{Problem, Solver, SolverError};
use data::{Axis, Boundary, Field, Grid, Invalid, Parameter, Part, Renamed, State};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};

/// A column of water in a corner of an open tank that collapses from time 0.
///
/// ```text
/// ∂f/∂t + ∇·(f u) = 0,   ∇·u = 0,   Re = ρ √(g H) H / μ
/// ∂(ρu)/∂t + ∇·(ρ u u) = −∇p + ∇·(μ (∇u + ∇uᵀ)) + ρ g + σ κ ∇f
/// ```
///
/// f is the volume fraction of water and H the height of the column. The walls of the tank are no-slip, and its upper
/// side is open. An obstacle may stand on the floor. The defaults are those of Koshizuka & Oka (1996), Nucl. Sci. Eng.
/// 123, 421, and of OpenFOAM's `damBreak`: a column 0.146 m wide in a tank of 0.584 m.
///
/// **Expected behaviour over time.** The column collapses, and its front accelerates along the floor until it hits the
/// opposite wall or the obstacle, where water rises and falls back. The volume of water is conserved as long as none
/// leaves through the upper side.
///
/// **Good values.** On 64 × 32 and 128 × 64 cells for a tank of 6 a × 3 a, the arrival times of the front differ from
/// the experiments of Martin & Moyce by 0.073 √(a/2g) (root mean square) after a constant shift of time; the
/// experiments themselves differ by up to 0.15 √(a/2g). The cases of the benchmark use 128² cells, a from 0.1 to 0.2 m,
/// H from 0.15 to 0.35 m and intervals of 0.025 s.
///
/// **When it breaks.** Sheets and drops thinner than a cell are not resolved, and once a sharp interface has broken up,
/// the flow converges with order 1 at best. With surface tension the step is proportional to h^{3/2}. At a density
/// ratio of 1000 : 1 spurious currents of a static drop are 10⁻⁸ σ/μ. Fewer than 4 cells along x or y are refused.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Column {
    /// Width a of the column in m, > 0 and at most `width`. Default 0.146.
    pub column_width: f64,
    /// Height H of the column in m, > 0 and less than `height`. Default 0.292.
    pub column_height: f64,
    /// Width W of the tank in m, > 0. Default 0.584.
    pub width: f64,
    /// Height D of the tank in m, > 0. Default 0.584.
    pub height: f64,
    /// Height h of the obstacle in m, ≥ 0 and less than `height`; 0: no obstacle. Default 0.
    pub barrier_height: f64,
    /// Width w of the obstacle in m, > 0. Default 0.024.
    pub barrier_width: f64,
    /// Distance x of the obstacle from the left wall in m, > 0. Default 0.292.
    pub barrier_position: f64,
    /// Density ρ of water in kg/m³, > 0. Default 1000.
    pub density: f64,
    /// Dynamic viscosity μ of water in Pa·s, ≥ 0. Default 1e-3.
    pub dynamic_viscosity: f64,
    /// Density ρₐ of air in kg/m³, > 0. Default 1.225.
    pub air_density: f64,
    /// Dynamic viscosity μₐ of air in Pa·s, ≥ 0. Default 1.7894e-5.
    pub air_dynamic_viscosity: f64,
    /// Gravitational acceleration g in m/s², > 0. Default 9.81.
    pub gravity: f64,
    /// Surface tension σ in N/m, ≥ 0. Default 0; that of water is 0.072.
    pub surface_tension: f64,
}

impl Default for Column {
    fn default() -> Self {
        Self {
            column_width: 0.146,
            column_height: 0.292,
            width: 0.584,
            height: 0.584,
            barrier_height: 0.0,
            barrier_width: 0.024,
            barrier_position: 0.292,
            density: 1000.0,
            dynamic_viscosity: 1e-3,
            air_density: Fluid::AIR.density,
            air_dynamic_viscosity: Fluid::AIR.dynamic_viscosity,
            gravity: 9.81,
            surface_tension: 0.0,
        }
    }
}

impl Column {
    fn barrier(&self) -> Barrier {
        Barrier {
            height: self.barrier_height,
            width: self.barrier_width,
            position: self.barrier_position,
        }
    }

    fn setup(&self) -> Setup {
        let wall = || Side::uniform(BoundaryCondition::NoSlip);
        Setup {
            domain: Domain {
                sides: [[wall(), wall()], [wall(), Side::uniform(BoundaryCondition::Open)]],
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
            water: [[0.0, self.column_width], [0.0, self.column_height]],
            velocity: [0.0; 2],
        }
    }

    /// √(g H) in m/s.
    fn speed(&self) -> f64 {
        (self.gravity * self.column_height).sqrt()
    }

    /// Re; 0 for inviscid water.
    fn reynolds(&self) -> f64 {
        if self.dynamic_viscosity == 0.0 {
            return 0.0;
        }
        self.density * self.speed() * self.column_height / self.dynamic_viscosity
    }
}

impl Part for Column {
    const NAME: &'static str = "column";
    const SUMMARY: &'static str = "collapsing water column in a tank, with an obstacle or without";
    const RENAMED: &'static [Renamed] = &[
        Renamed::key("viscosity", "dynamic-viscosity"),
        Renamed::key("air-viscosity", "air-dynamic-viscosity"),
    ];

    fn check(&self) -> Result<(), Invalid> {
        check_positive([
            ("column-width", self.column_width),
            ("column-height", self.column_height),
            ("width", self.width),
            ("height", self.height),
        ])?;
        check_not_negative([("barrier-height", self.barrier_height)])?;
        self.setup().fluids.check()?;
        let fits = self.column_width <= self.width;
        Invalid::unless(fits, "column-width", self.column_width, "at most `width`")?;
        let fits = self.column_height < self.height;
        Invalid::unless(fits, "column-height", self.column_height, "less than `height`")?;
        self.barrier().check(self.width, self.height)?;
        let is_beside = self.barrier_height == 0.0 || self.column_width <= self.barrier_position;
        let expected = "at most `barrier-position`: the column stands beside the obstacle";
        Invalid::unless(is_beside, "column-width", self.column_width, expected)
    }
}

impl Problem for Column {
    fn fields(&self) -> Vec<Field> {
        TwoPhase::fields(self.barrier_height > 0.0)
    }

    fn parameters(&self) -> Vec<(Parameter, f64)> {
        let fluids = self.setup().fluids;
        let mut parameters = vec![
            (Parameter::new("reynolds", "Re", ""), self.reynolds()),
            fluids.density_ratio(),
            (Parameter::new("column-width", "a", "m"), self.column_width),
            (Parameter::new("column-height", "H", "m"), self.column_height),
            (Parameter::new("width", "W", "m"), self.width),
            (Parameter::new("height", "D", "m"), self.height),
        ];
        parameters.extend(self.barrier().parameters());
        parameters.extend(fluids.parameters());
        parameters
    }

    fn monitors(&self) -> Vec<Parameter> {
        TwoPhase::monitors()
    }

    /// √(H/g)
    fn time_scale(&self) -> f64 {
        self.column_height / self.speed()
    }

    fn grid(&self, cells: [usize; 3]) -> Result<Grid, SolverError> {
        TwoPhase::check_cells(cells)?;
        Ok(Grid::plane(
            Axis::uniform(cells[0], 0.0, self.width, [Boundary::REST; 2]),
            Axis::uniform(cells[1], 0.0, self.height, [Boundary::REST, Boundary::Open]),
        ))
    }

    fn solver(&self, grid: &Grid) -> Result<Box<dyn Solver>, SolverError> {
        Ok(Box::new(self.setup().solver(grid)?))
    }

    fn initial(&self, grid: &Grid, _rng: &mut ChaCha12Rng) -> State {
        self.setup().initial(grid)
    }
}
