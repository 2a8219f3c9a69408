//! How long a rollout took, and under which conditions that was measured.

use serde::{Deserialize, Serialize};

/// Wall time of one step of one sample, from repeated rollouts of all test samples of a case in one batch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Timing {
    /// Lower quartile, median and upper quartile in s.
    pub quartiles: [f64; 3],
    /// The part of the median that is the exchange of data with a program and not its computing, in s, where the
    /// program states what it has computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<f64>,
    /// Number of rollouts.
    pub repeats: usize,
    /// Processes that ran or waited for a processor, mean over the minute before the measurement, divided by the number
    /// of logical processors; `None` where the system does not tell.
    pub load: Option<f64>,
    /// Start of the measurement in s since 1970-01-01. Timings of the same start were measured in turns.
    pub started: u64,
}

impl Timing {
    /// The load per processor that the timed program itself causes with one thread on each.
    pub const OWN_LOAD: f64 = 1.0;
    /// The load per processor beyond which other programs delay a measurement: half of another program.
    pub const BUSY: f64 = 1.5;

    /// Whether other programs may have delayed the measurement.
    pub fn was_busy(&self) -> bool {
        self.load.is_some_and(|load| load > Self::BUSY)
    }
}
