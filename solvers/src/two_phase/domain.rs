//! The domain of a two-phase flow and its boundary conditions.

/// The boundary condition on a part of a side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BoundaryCondition {
    /// A wall at rest: u = 0.
    NoSlip,
    /// An impermeable wall without shear stress.
    FreeSlip,
    /// Fluid enters normal to the side at a prescribed speed.
    Inflow {
        /// Speed into the domain in m/s.
        speed: f64,
        /// Volume fraction f of water in the entering fluid.
        fraction: f64,
    },
    /// A prescribed total pressure, that of air at rest in hydrostatic equilibrium.
    ///
    /// Any fluid can leave, at the hydrostatic pressure. Only air can enter; by Bernoulli's equation the
    /// pressure of entering air is lower by ρₐu²/2.
    Open,
}

/// The boundary conditions along one side, as consecutive parts from the low to the high end.
#[derive(Debug, Clone, PartialEq)]
pub struct Side(Vec<(f64, BoundaryCondition)>);

impl Side {
    /// One condition on the whole side.
    pub fn uniform(condition: BoundaryCondition) -> Self {
        Self(vec![(f64::INFINITY, condition)])
    }

    /// `low` below `position` in m, `high` above it.
    pub fn split(low: BoundaryCondition, position: f64, high: BoundaryCondition) -> Self {
        Self(vec![(position, low), (f64::INFINITY, high)])
    }

    /// The condition at `position` in m.
    pub(crate) fn at(&self, position: f64) -> BoundaryCondition {
        let part = self.0.iter().find(|(end, _)| position < *end);
        part.expect("the last part has no end").1
    }
}

/// A rectangular domain with boundary conditions and at most one rectangular obstacle.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    /// The sides normal to x, low then high, then those normal to y.
    pub sides: [[Side; 2]; 2],
    /// A solid box at rest: its low and high end along x, then along y, in m.
    ///
    /// Its surfaces are moved to the nearest faces of the grid. It is at least one cell thick.
    pub obstacle: Option<[[f64; 2]; 2]>,
}

impl Domain {
    /// A box of four no-slip walls.
    pub fn closed() -> Self {
        let wall = || Side::uniform(BoundaryCondition::NoSlip);
        Self { sides: [[wall(), wall()], [wall(), wall()]], obstacle: None }
    }
}
