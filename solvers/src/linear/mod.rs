//! Linear systems on a plane grid: direct solvers, and iterative ones.

mod cholesky;
mod conjugate_gradient;
mod five_point;
mod helmholtz;
mod multigrid;
mod transform;
mod transpose;
mod tridiagonal;

pub(crate) use conjugate_gradient::{ConjugateGradient, Convergence};
pub(crate) use five_point::{Diagonal, FivePoint};
pub(crate) use helmholtz::Helmholtz;
pub(crate) use multigrid::Multigrid;
pub(crate) use transform::Ends;
