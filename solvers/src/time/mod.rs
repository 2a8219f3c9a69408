//! Time steps between saved times.

mod steps;

pub(crate) use steps::Plan;
