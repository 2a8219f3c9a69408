//! Linear systems on a plane grid.
//!
//! Direct: [`Helmholtz`], by real transforms and tridiagonal systems. Iterative: [`ConjugateGradient`] on a
//! [`FivePoint`] system, preconditioned by [`Diagonal`] or [`Multigrid`].

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
