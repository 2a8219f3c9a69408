//! Time steps from one saved time to the next.

mod march;
mod steps;

pub(crate) use march::{TimeStepper, check_finite, march};
pub(crate) use steps::StepLimit;
