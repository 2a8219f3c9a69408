//! Verification of the solvers against exact solutions and published results.

mod advection;
mod balance;
mod capillary_wave;
mod cavity;
mod certificate;
mod certify;
mod column;
mod convergence;
mod cylinder;
mod dam;
mod decaying_turbulence;
mod drop;
mod forces;
mod free_stream;
mod kolmogorov;
mod manufactured;
mod manufactured_pipe;
mod profile;
mod published;
mod rayleigh_taylor;
mod refinement;
mod shear_layer;
mod shedding;
mod staggered;
mod steady_tube;
mod taylor_green;
mod tube;

pub use advection::{Advection, Distortion};
pub use certificate::{Cell, Certificate, Check, Table};
pub use certify::{VERIFIED, parts, verify};
pub use convergence::{Errors, order};
pub use manufactured::Manufactured;
pub use manufactured_pipe::ManufacturedPipe;
pub use staggered::Staggered;
