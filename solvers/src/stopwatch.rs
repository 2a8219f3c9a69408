//! Wall time by part of the work.

use std::time::{Duration, Instant};

/// A part of the work of a solver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Advection of momentum or vorticity; where the viscous term is explicit, that too.
    Advection,
    /// Advection of an interface, and its curvature.
    Interface,
    /// The implicit viscous term.
    Viscous,
    /// The projection: Poisson equation of the pressure.
    Pressure,
    /// Quantities computed only to be saved.
    Output,
    /// Sums of stages, step limits, checks.
    Rest,
}

impl Work {
    /// All parts.
    pub const ALL: [Self; 6] =
        [Self::Advection, Self::Interface, Self::Viscous, Self::Pressure, Self::Output, Self::Rest];
}

/// Attributes wall time to the parts of the work. A step reads the clock about ten times, at some 30 ns each.
#[derive(Debug, Clone)]
pub struct Stopwatch {
    last: Instant,
    spent: [Duration; Work::ALL.len()],
}

impl Stopwatch {
    /// With no time spent.
    pub(crate) fn new() -> Self {
        Self { last: Instant::now(), spent: [Duration::ZERO; Work::ALL.len()] }
    }

    /// Starts a lap; the time since the last one is not counted.
    pub(crate) fn start(&mut self) {
        self.last = Instant::now();
    }

    /// Ends a lap, adds its time to `work`, and starts the next.
    pub(crate) fn lap(&mut self, work: Work) {
        let now = Instant::now();
        self.spent[work as usize] += now - self.last;
        self.last = now;
    }

    /// The time in s spent on `work` so far.
    pub fn spent(&self, work: Work) -> f64 {
        self.spent[work as usize].as_secs_f64()
    }
}
