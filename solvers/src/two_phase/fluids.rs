//! What the two fluids are made of.

/// A fluid of constant density and viscosity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fluid {
    /// Density ρ in kg/m³, > 0.
    pub density: f64,
    /// Dynamic viscosity μ in Pa·s, ≥ 0.
    pub viscosity: f64,
}

impl Fluid {
    /// Air at 15 °C and one atmosphere.
    pub const AIR: Self = Self { density: 1.225, viscosity: 1.7894e-5 };
}

/// Two fluids that do not mix, and what pulls at them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fluids {
    /// The fluid that the volume fraction counts.
    pub water: Fluid,
    /// The other one.
    pub air: Fluid,
    /// Gravity g in m/s², towards −y.
    pub gravity: f64,
    /// Surface tension σ between the two in N/m, ≥ 0.
    pub surface_tension: f64,
}

impl Fluids {
    /// ρ of a cell that holds the volume fraction `f` of water.
    #[inline]
    pub(crate) fn density(&self, f: f64) -> f64 {
        self.air.density + (self.water.density - self.air.density) * f
    }

    /// μ of such a cell.
    #[inline]
    pub(crate) fn viscosity(&self, f: f64) -> f64 {
        self.air.viscosity + (self.water.viscosity - self.air.viscosity) * f
    }

    /// What is left of gravity along y where the density is `density`, once air is balanced by its
    /// own pressure, in m/s².
    #[inline]
    pub(crate) fn weight(&self, density: f64) -> f64 {
        -self.gravity * (1.0 - self.air.density / density)
    }
}
