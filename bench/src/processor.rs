//! The time that a computation takes: of the processor, which other programs do not change, and of the clock.

use std::time::Instant;

/// A clock of both times.
pub(crate) struct Stopwatch {
    wall: Instant,
    processor: f64,
}

/// Both times of a computation in s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spent {
    /// Wall time.
    pub(crate) wall: f64,
    /// Processor time of all threads of this program; the wall time where the system does not tell.
    pub(crate) processor: f64,
}

impl Stopwatch {
    /// Starts.
    pub(crate) fn start() -> Self {
        let wall = Instant::now();
        Self { wall, processor: processor_seconds(wall) }
    }

    /// The times since the start.
    pub(crate) fn spent(&self) -> Spent {
        let processor = processor_seconds(self.wall) - self.processor;
        Spent { wall: self.wall.elapsed().as_secs_f64(), processor }
    }
}

/// Processor time of this program in s, over all threads.
#[cfg(unix)]
fn processor_seconds(_start: Instant) -> f64 {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64
}

/// Wall time since `start` in s.
#[cfg(not(unix))]
fn processor_seconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64()
}

/// The number of processes that ran or wanted to run, on average over the last minute, where the system tells.
pub(crate) fn load() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// `load 7.9 on 2 cores`, where the system tells the load.
pub(crate) fn load_text() -> Option<String> {
    let cores = cores();
    let cores = if cores == 1 { "1 core".into() } else { format!("{cores} cores") };
    load().map(|load| format!("load {load:.1} on {cores}"))
}

/// Logical cores.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waiting takes no processor time: the clocks are different ones.
    #[cfg(unix)]
    #[test]
    fn processor_time_grows_with_work() {
        let watch = Stopwatch::start();
        let mut sum = 0.0;
        while watch.spent().processor < 1e-3 {
            sum += (0..1000).map(|n| f64::from(n).sqrt()).sum::<f64>();
        }
        assert!(sum > 0.0 && watch.spent().wall > 0.0);
    }
}
