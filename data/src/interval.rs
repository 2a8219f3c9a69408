//! The time between saved states.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The time between saved states, which all samples have in common in one of two units.
///
/// In TOML and JSON, `0.5` is half a second, and `{ turnovers = 0.5 }` is half of every sample's own time scale, such
/// as L/U. Samples whose time scales differ by orders of magnitude then cover the same part of their development.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a number of seconds, or `{ turnovers = … }`")]
pub enum Interval {
    /// In s.
    Seconds(f64),
    /// In units of the sample's own time scale.
    Turnovers {
        /// The number of time scales.
        turnovers: f64,
    },
}

impl Interval {
    /// The number in its unit.
    pub fn value(self) -> f64 {
        match self {
            Self::Seconds(value) | Self::Turnovers { turnovers: value } => value,
        }
    }

    /// The unit: `s` or `turnovers`.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Seconds(_) => "s",
            Self::Turnovers { .. } => "turnovers",
        }
    }

    /// In s, for a flow with time scale `scale` in s.
    pub fn seconds(self, scale: f64) -> f64 {
        match self {
            Self::Seconds(seconds) => seconds,
            Self::Turnovers { turnovers } => turnovers * scale,
        }
    }

    /// The times of `count` states from number `first` on, in its unit.
    pub fn times(self, first: usize, count: usize) -> Vec<f64> {
        (first..first + count).map(|state| state as f64 * self.value()).collect()
    }
}

impl Default for Interval {
    fn default() -> Self {
        Self::Seconds(0.0)
    }
}

/// `0.5 s`
impl fmt::Display for Interval {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} {}", self.value(), self.unit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_read_and_written() {
        for (text, interval, seconds) in [
            ("0.5", Interval::Seconds(0.5), 0.5),
            ("{\"turnovers\":0.5}", Interval::Turnovers { turnovers: 0.5 }, 1e-3),
        ] {
            let read: Interval = serde_json::from_str(text).expect("it is an interval");
            assert_eq!(read, interval);
            assert_eq!(serde_json::to_string(&read).expect("it is plain data"), text);
            assert_eq!(read.seconds(2e-3), seconds);
        }
        assert!(serde_json::from_str::<Interval>("{\"turnover\":0.5}").is_err());
    }
}
