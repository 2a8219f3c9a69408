//! The lid-driven cavity.

use crate::checks::{check_one_viscosity, check_plane, check_positive};
use crate::incompressible::Incompressible;
use crate::{Problem, Solver, SolverError};
use data::{Axis, Boundary, Field, Grid, Invalid, Parameter, Part, Renamed, State};
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};

/// Fluid at rest in a rectangular cavity whose lid starts to move at time 0.
///
/// ```text
/// ∂u/∂t + ∇·(u u) = −∇p/ρ + (μ/ρ) ∇²u,   ∇·u = 0,   Re = ρ U L / μ
/// ```
///
/// The lid is the high end of y and moves towards +x; the other walls are at rest. The velocity is discontinuous at the
/// two upper corners and is not regularized there.
///
/// **Expected behaviour over time.** The layer that separates from the lid rolls up into the primary vortex. The flow
/// is steady up to Re 3200, the largest Reynolds number verified: on 64² no velocity changes by more than 10⁻⁶ U in L/U
/// after 23 L/U at Re 100 and after 109 L/U at Re 1000.
///
/// **Good values.** On 64², 128² and 256² the extrema of the centreline profiles are within 0.23, 0.06 and 0.02 % of a
/// spectral solution at Re 100, and within 2.1, 0.46 and 0.11 % at Re 1000. The cases of the benchmark use intervals of
/// 0.25 to 0.5 L/U.
///
/// **When it breaks.** During the first 40 L/U the estimated velocity error is 56 % at Re 10⁴ on 192² and 57 % at Re
/// 2·10⁴ on 384²: the separated layer rolls up into vortices that these grids do not resolve, and states are accurate
/// for about 2 L/U only. The solver remains stable, at Re 10⁵ on 64² as well; an inaccurate reference is recognized by
/// its error estimate, and no error is returned. Fewer than 8 cells along x or y are refused.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Cavity {
    /// Reynolds number Re = ρ U L / μ, > 0. Default 100. Excludes `dynamic-viscosity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reynolds: Option<f64>,
    /// Speed U of the lid in m/s, > 0. Default 1.
    pub lid_velocity: f64,
    /// Width L of the cavity in m, > 0. Default 1.
    pub length: f64,
    /// Height over width, > 0. Default 1.
    pub aspect_ratio: f64,
    /// Density ρ in kg/m³, > 0. Default 1.
    pub density: f64,
    /// Dynamic viscosity μ in Pa·s, > 0. Default ρ U L / Re.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dynamic_viscosity: Option<f64>,
}

/// Re if neither Re nor μ is given.
const REYNOLDS: f64 = 100.0;
/// Fewest cells along x and y; coarser grids do not resolve the primary vortex.
const LEAST_CELLS: usize = 8;

impl Default for Cavity {
    fn default() -> Self {
        Self {
            reynolds: None,
            lid_velocity: 1.0,
            length: 1.0,
            aspect_ratio: 1.0,
            density: 1.0,
            dynamic_viscosity: None,
        }
    }
}

impl Cavity {
    /// ρ U L, which is Re · μ.
    fn scale(&self) -> f64 {
        self.density * self.lid_velocity * self.length
    }

    /// Re, as given or from μ.
    fn reynolds(&self) -> f64 {
        self.dynamic_viscosity.map_or(self.reynolds.unwrap_or(REYNOLDS), |mu| self.scale() / mu)
    }

    /// μ in Pa·s, as given or from Re.
    fn dynamic_viscosity(&self) -> f64 {
        self.dynamic_viscosity.unwrap_or(self.scale() / self.reynolds())
    }
}

impl Part for Cavity {
    const NAME: &'static str = "cavity";
    const SUMMARY: &'static str = "lid-driven cavity: a box of fluid under a sliding lid";
    const RENAMED: &'static [Renamed] = &[Renamed::key("viscosity", "dynamic-viscosity")];

    fn check(&self) -> Result<(), Invalid> {
        check_positive([
            ("lid-velocity", self.lid_velocity),
            ("length", self.length),
            ("aspect-ratio", self.aspect_ratio),
            ("density", self.density),
        ])?;
        check_one_viscosity(self.reynolds, self.dynamic_viscosity)
    }
}

impl Problem for Cavity {
    fn fields(&self) -> Vec<Field> {
        vec![Field::vector("velocity", &["u", "v"], "m/s"), Field::scalar("pressure", "p", "Pa")]
    }

    fn parameters(&self) -> Vec<(Parameter, f64)> {
        vec![
            (Parameter::new("reynolds", "Re", ""), self.reynolds()),
            (Parameter::new("aspect-ratio", "H/L", ""), self.aspect_ratio),
            (Parameter::new("lid-velocity", "U", "m/s"), self.lid_velocity),
            (Parameter::new("length", "L", "m"), self.length),
            (Parameter::new("density", "ρ", "kg/m³"), self.density),
            (Parameter::new("dynamic-viscosity", "μ", "Pa·s"), self.dynamic_viscosity()),
        ]
    }

    fn time_scale(&self) -> f64 {
        self.length / self.lid_velocity
    }

    fn grid(&self, cells: [usize; 3]) -> Result<Grid, SolverError> {
        check_plane(cells, LEAST_CELLS, "a cavity needs at least 8")?;
        let lid = Boundary::Wall { velocity: [self.lid_velocity, 0.0, 0.0] };
        let height = self.aspect_ratio * self.length;
        Ok(Grid::plane(
            Axis::uniform(cells[0], 0.0, self.length, [Boundary::REST; 2]),
            Axis::uniform(cells[1], 0.0, height, [Boundary::REST, lid]),
        ))
    }

    fn solver(&self, grid: &Grid) -> Result<Box<dyn Solver>, SolverError> {
        let kinematic = self.dynamic_viscosity() / self.density;
        Ok(Box::new(Incompressible::new(grid, self.density, kinematic)?))
    }

    fn initial(&self, grid: &Grid, _rng: &mut ChaCha12Rng) -> State {
        let [nx, ny, nz] = grid.cells();
        State::zeros((3, nx, ny, nz))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn viscosity_and_reynolds_number_follow_from_each_other() {
        let cavity = Cavity { dynamic_viscosity: Some(0.5), density: 1000.0, ..Cavity::default() };
        assert_eq!(cavity.reynolds(), 2000.0);
        let cavity = Cavity { reynolds: Some(400.0), length: 0.2, ..Cavity::default() };
        assert_eq!(cavity.dynamic_viscosity(), 0.2 / 400.0);
    }

    #[test]
    fn both_at_once_are_refused_with_a_remedy() {
        let both =
            Cavity { dynamic_viscosity: Some(0.5), reynolds: Some(1.0), ..Cavity::default() };
        assert_eq!(
            both.check().expect_err("both are given").to_string(),
            "`dynamic-viscosity = 0.5` must be left out where `reynolds` is given: one follows from the other"
        );
    }
}
