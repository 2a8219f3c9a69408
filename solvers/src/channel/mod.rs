//! Flow between two parallel walls: Fourier modes along them, finite volumes across.

mod advection;
mod cells;
mod closure;
mod column;
mod diagnostics;
mod drive;
mod faces;
mod lanes;
mod layout;
mod moments;
mod plane;
mod potential;
mod runge_kutta;
mod solver;
mod start;
mod viscous;
mod walls;

pub use closure::Closure;
pub use drive::Drive;
pub(crate) use layout::check_cells;
pub use moments::{Moments, Profiles};
pub use solver::Channel;
pub(crate) use start::Start;
pub use walls::{WallCondition, stretched};
