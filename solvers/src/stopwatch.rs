//! Where a solver's time goes.

use std::time::{Duration, Instant};

/// A part of what solvers do.
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
    /// All of it.
    pub const ALL: [Self; 6] =
        [Self::Advection, Self::Interface, Self::Viscous, Self::Pressure, Self::Output, Self::Rest];
}

/// Adds the wall time between laps to the parts of the work. It reads a clock some ten times a step, some 30 ns each.
#[derive(Debug, Clone)]
pub struct Stopwatch {
    last: Instant,
    spent: [Duration; Work::ALL.len()],
}

impl Stopwatch {
    /// With nothing spent.
    pub(crate) fn new() -> Self {
        Self { last: Instant::now(), spent: [Duration::ZERO; Work::ALL.len()] }
    }

    /// Begins to count; what passed since the last lap was not work.
    pub(crate) fn start(&mut self) {
        self.last = Instant::now();
    }

    /// Books what has passed since the last lap.
    pub(crate) fn lap(&mut self, work: Work) {
        let now = Instant::now();
        self.spent[work as usize] += now - self.last;
        self.last = now;
    }

    /// The time spent on a part of the work so far, in s.
    pub fn spent(&self, work: Work) -> f64 {
        self.spent[work as usize].as_secs_f64()
    }
}
