//! Evidence that the solvers solve what they say.

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
mod wide;

pub use advection::{Advection, Distortion};
pub use certificate::{Cell, Certificate, Check, Table};
pub use certify::{VERIFIED, verify};
pub use convergence::{Errors, order};
pub use manufactured::Manufactured;
pub use manufactured_pipe::ManufacturedPipe;
pub use staggered::Staggered;
