//! Material properties of the two fluids.

use crate::checks::{check_not_negative, check_positive};
use data::{Invalid, Parameter};

/// A fluid of constant density and viscosity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fluid {
    /// Density ρ in kg/m³, > 0.
    pub density: f64,
    /// Dynamic viscosity μ in Pa·s, ≥ 0.
    pub dynamic_viscosity: f64,
}

impl Fluid {
    /// Air at 15 °C and one atmosphere.
    pub const AIR: Self = Self { density: 1.225, dynamic_viscosity: 1.7894e-5 };
}

/// Two immiscible fluids with gravity and surface tension.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fluids {
    /// The liquid: the fluid whose volume fraction is f.
    pub water: Fluid,
    /// The gas.
    pub air: Fluid,
    /// Gravitational acceleration g in m/s², towards −y.
    pub gravity: f64,
    /// Surface tension σ in N/m, ≥ 0; 0 switches it off.
    pub surface_tension: f64,
}

impl Fluids {
    /// Density ρ = ρₐ + (ρ_w − ρₐ) f in kg/m³ at volume fraction `f`.
    #[inline]
    pub(crate) fn density(&self, f: f64) -> f64 {
        self.air.density + (self.water.density - self.air.density) * f
    }

    /// Dynamic viscosity μ = μₐ + (μ_w − μₐ) f in Pa·s at volume fraction `f`.
    #[inline]
    pub(crate) fn dynamic_viscosity(&self, f: f64) -> f64 {
        self.air.dynamic_viscosity + (self.water.dynamic_viscosity - self.air.dynamic_viscosity) * f
    }

    /// Acceleration −g (1 − ρₐ/ρ) along y in m/s²: gravity less the hydrostatic pressure gradient of air.
    #[inline]
    pub(crate) fn weight(&self, density: f64) -> f64 {
        -self.gravity * (1.0 - self.air.density / density)
    }

    /// Its parameters for [`crate::Problem::parameters`]: ρ, μ, ρₐ, μₐ, g, σ.
    pub(crate) fn parameters(&self) -> [(Parameter, f64); 6] {
        let Self { water, air, gravity, surface_tension } = *self;
        [
            (Parameter::new("density", "ρ", "kg/m³"), water.density),
            (Parameter::new("dynamic-viscosity", "μ", "Pa·s"), water.dynamic_viscosity),
            (Parameter::new("air-density", "ρₐ", "kg/m³"), air.density),
            (Parameter::new("air-dynamic-viscosity", "μₐ", "Pa·s"), air.dynamic_viscosity),
            (Parameter::new("gravity", "g", "m/s²"), gravity),
            (Parameter::new("surface-tension", "σ", "N/m"), surface_tension),
        ]
    }

    /// The parameter ρ/ρₐ.
    pub(crate) fn density_ratio(&self) -> (Parameter, f64) {
        let ratio = self.water.density / self.air.density;
        (Parameter::new("density-ratio", "ρ/ρₐ", ""), ratio)
    }

    /// Errors: a value out of its range, under the name of [`Fluids::parameters`]; gravity must be > 0.
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        let Self { water, air, gravity, surface_tension } = *self;
        check_positive([
            ("density", water.density),
            ("air-density", air.density),
            ("gravity", gravity),
        ])?;
        check_not_negative([
            ("dynamic-viscosity", water.dynamic_viscosity),
            ("air-dynamic-viscosity", air.dynamic_viscosity),
            ("surface-tension", surface_tension),
        ])
    }
}
