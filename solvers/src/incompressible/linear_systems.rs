//! The direct solvers of a mesh, with the boundary conditions of what they solve for.

use crate::linear::{Ends, Helmholtz};
use crate::staggered::{Mesh, Sides};

/// Solves −∇²ψ = f for the pressure: no gradient across the ends of the domain.
pub(crate) fn poisson(mesh: &Mesh) -> Helmholtz {
    let ends = [0, 1].map(|axis| ends(mesh.sides[axis], Ends::NeumannCells));
    helmholtz(mesh, ends)
}

/// Solve (σ − ∇²) φ = f for u and for v: as the domain's ends hold the velocity.
pub(crate) fn diffusion(mesh: &Mesh) -> [Helmholtz; 2] {
    let [across, along] = [Ends::DirichletFaces, Ends::DirichletCells];
    [[across, along], [along, across]].map(|kinds| {
        let ends = [0, 1].map(|axis| ends(mesh.sides[axis], kinds[axis]));
        helmholtz(mesh, ends)
    })
}

/// What becomes of the conditions `between_walls` at the ends of an axis with `sides`.
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
