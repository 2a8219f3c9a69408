//! The collapsing water column.

use crate::checks::{check_not_negative, check_positive};
use crate::two_phase::{Beyond, Fluid, Fluids, Side, TwoPhase, Vessel};
use crate::{Problem, Solver, SolverError};
use data::{Axis, Boundary, Field, Grid, Invalid, Parameter, Part, State};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};

/// A column of water in a corner of an open tank, let go at time 0.
///
/// ```text
/// Re = ρ √(g H) H / μ,   with the column's height H
/// ```
///
/// The tank's walls are sticky, and above it there is still air. An obstacle may stand on the
/// floor. The defaults are those of Koshizuka & Oka (1996), Nucl. Sci. Eng. 123, 421, and of OpenFOAM's
/// `damBreak`: a column 0.146 m wide in a tank of 0.584 m.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Column {
    /// The column's width a in m, > 0 and at most that of the tank. Default 0.146.
    pub column_width: f64,
    /// The column's height H in m, > 0 and less than that of the tank. Default 0.292.
    pub column_height: f64,
    /// The tank's width in m, > 0. Default 0.584.
    pub width: f64,
    /// The tank's height in m, > 0. Default 0.584.
    pub height: f64,
    /// The obstacle's height in m, ≥ 0; 0: there is none. Default 0.
    pub barrier_height: f64,
    /// The obstacle's width in m, > 0. Default 0.024.
    pub barrier_width: f64,
    /// Where the obstacle begins, in m from the left, > 0. Default 0.292.
    pub barrier_position: f64,
    /// The water's density ρ in kg/m³, > 0. Default 1000.
    pub density: f64,
    /// The water's dynamic viscosity μ in Pa·s, ≥ 0. Default 1e-3.
    pub viscosity: f64,
    /// The air's density in kg/m³, > 0. Default 1.225.
    pub air_density: f64,
    /// The air's dynamic viscosity in Pa·s, ≥ 0. Default 1.7894e-5.
    pub air_viscosity: f64,
    /// Gravity g in m/s², > 0. Default 9.81.
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
            viscosity: 1e-3,
            air_density: Fluid::AIR.density,
            air_viscosity: Fluid::AIR.viscosity,
            gravity: 9.81,
            surface_tension: 0.0,
        }
    }
}

impl Column {
    fn has_barrier(&self) -> bool {
        self.barrier_height > 0.0
    }

    fn fluids(&self) -> Fluids {
        Fluids {
            water: Fluid { density: self.density, viscosity: self.viscosity },
            air: Fluid { density: self.air_density, viscosity: self.air_viscosity },
            gravity: self.gravity,
            surface_tension: self.surface_tension,
        }
    }

    fn vessel(&self) -> Vessel {
        let wall = || Side::all(Beyond::Wall);
        let end = self.barrier_position + self.barrier_width;
        Vessel {
            sides: [[wall(), wall()], [wall(), Side::all(Beyond::Open)]],
            obstacle: self
                .has_barrier()
                .then_some([[self.barrier_position, end], [0.0, self.barrier_height]]),
        }
    }

    /// √(g H) in m/s.
    fn speed(&self) -> f64 {
        (self.gravity * self.column_height).sqrt()
    }
}

impl Part for Column {
    const NAME: &'static str = "column";
    const SUMMARY: &'static str = "collapsing water column in a tank, with an obstacle or without";

    fn check(&self) -> Result<(), Invalid> {
        let positive = [
            ("column-width", self.column_width),
            ("column-height", self.column_height),
            ("width", self.width),
            ("height", self.height),
            ("barrier-width", self.barrier_width),
            ("barrier-position", self.barrier_position),
            ("density", self.density),
            ("air-density", self.air_density),
            ("gravity", self.gravity),
        ];
        check_positive(positive)?;
        let never_negative = [
            ("barrier-height", self.barrier_height),
            ("viscosity", self.viscosity),
            ("air-viscosity", self.air_viscosity),
            ("surface-tension", self.surface_tension),
        ];
        check_not_negative(never_negative)?;
        let fits = self.column_width <= self.width;
        Invalid::unless(fits, "column-width", self.column_width, "at most `width`")?;
        let fits = self.column_height < self.height;
        Invalid::unless(fits, "column-height", self.column_height, "less than `height`")?;
        let fits = self.barrier_height < self.height;
        Invalid::unless(fits, "barrier-height", self.barrier_height, "less than `height`")?;
        let room = self.barrier_position + self.barrier_width < self.width;
        let expected = "such that the obstacle ends before `width`";
        Invalid::unless(room, "barrier-position", self.barrier_position, expected)?;
        let is_beside = !self.has_barrier() || self.column_width <= self.barrier_position;
        let expected = "at most `barrier-position`: the column stands beside the obstacle";
        Invalid::unless(is_beside, "column-width", self.column_width, expected)
    }
}

impl Problem for Column {
    fn fields(&self) -> Vec<Field> {
        TwoPhase::fields(self.has_barrier())
    }

    fn parameters(&self) -> Vec<(Parameter, f64)> {
        let (length, speed) = (self.column_height, self.speed());
        // Without viscosity there is no Reynolds number; 0 stands for it.
        let reynolds =
            if self.viscosity > 0.0 { self.density * speed * length / self.viscosity } else { 0.0 };
        vec![
            (Parameter::new("reynolds", "Re", ""), reynolds),
            (Parameter::new("density-ratio", "ρ/ρₐ", ""), self.density / self.air_density),
            (Parameter::new("column-width", "a", "m"), self.column_width),
            (Parameter::new("column-height", "H", "m"), self.column_height),
            (Parameter::new("width", "W", "m"), self.width),
            (Parameter::new("height", "D", "m"), self.height),
            (Parameter::new("barrier-height", "h", "m"), self.barrier_height),
            (Parameter::new("barrier-width", "w", "m"), self.barrier_width),
            (Parameter::new("barrier-position", "x", "m"), self.barrier_position),
            (Parameter::new("density", "ρ", "kg/m³"), self.density),
            (Parameter::new("viscosity", "μ", "Pa·s"), self.viscosity),
            (Parameter::new("air-density", "ρₐ", "kg/m³"), self.air_density),
            (Parameter::new("air-viscosity", "μₐ", "Pa·s"), self.air_viscosity),
            (Parameter::new("gravity", "g", "m/s²"), self.gravity),
            (Parameter::new("surface-tension", "σ", "N/m"), self.surface_tension),
        ]
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
        Ok(Box::new(TwoPhase::new(grid, &self.vessel(), self.fluids())?))
    }

    fn initial(&self, grid: &Grid, _rng: &mut ChaCha12Rng) -> State {
        let column = [[0.0, self.column_width], [0.0, self.column_height]];
        let mut solver = TwoPhase::new(grid, &self.vessel(), self.fluids())
            .expect("a problem's own grid suits its solver");
        solver.fill(column, [0.0; 2])
    }
}
