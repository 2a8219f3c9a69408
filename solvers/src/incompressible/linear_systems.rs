//! The Helmholtz solvers of a mesh, with their boundary conditions.

use crate::linear::{Ends, Helmholtz};
use crate::staggered::{Mesh, Sides};

/// The solver of −∇²ψ = f for the pressure, with zero normal gradient at all boundaries.
pub(crate) fn poisson(mesh: &Mesh) -> Helmholtz {
    let ends = [0, 1].map(|axis| ends(mesh.sides[axis], Ends::NeumannCells));
    helmholtz(mesh, ends)
}

/// The solvers of (σ − ∇²) φ = f for u and for v, with the boundary conditions of the velocity.
pub(crate) fn diffusion(mesh: &Mesh) -> [Helmholtz; 2] {
    let [across, along] = [Ends::DirichletFaces, Ends::DirichletCells];
    [[across, along], [along, across]].map(|kinds| {
        let ends = [0, 1].map(|axis| ends(mesh.sides[axis], kinds[axis]));
        helmholtz(mesh, ends)
    })
}

/// The conditions at the ends of an axis with `sides`, where those between no-slip walls would be
/// `between_walls`.
fn ends(sides: Sides, between_walls: Ends) -> Ends {
    match (sides, between_walls) {
        (Sides::Periodic, _) => Ends::Periodic,
        (Sides::Open, Ends::DirichletFaces) => Ends::MixedFaces,
        (Sides::Open, Ends::DirichletCells) => Ends::MixedCells,
        (Sides::Slip, Ends::DirichletCells) => Ends::NeumannCells,
        (Sides::Walls(_) | Sides::Slip | Sides::Open | Sides::Pipe(_), ends) => ends,
    }
}

fn helmholtz(mesh: &Mesh, ends: [Ends; 2]) -> Helmholtz {
    if mesh.is_pipe() {
        Helmholtz::pipe(mesh.cells, mesh.spacing, ends)
    } else {
        Helmholtz::new(mesh.cells, mesh.spacing, ends)
    }
}
