//! Where a solver's time goes.

use std::time::{Duration, Instant};

/// A part of what solvers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Carrying momentum or vorticity; with explicit friction also that.
    Advection,
    /// Carrying an interface, and how it bends.
    Interface,
    /// Implicit friction.
    Friction,
    /// Keeping the flow free of divergence: the Poisson equation.
    Pressure,
    /// What is computed only to be saved.
    Output,
    /// Sums of stages, surveys, checks.
    Rest,
}

impl Work {
    /// All of it.
    pub const ALL: [Self; 6] = [
        Self::Advection,
        Self::Interface,
        Self::Friction,
        Self::Pressure,
        Self::Output,
        Self::Rest,
    ];
}

/// Books the time that passes between laps. It reads a clock some ten times a step, some 30 ns each.
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
