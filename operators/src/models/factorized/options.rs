//! Options that all factorized transformers have.

use data::Invalid;
use serde::{Deserialize, Serialize};

/// Refuses sizes that make no sense; `repeats` are layers or iterations with their key.
pub(in crate::models) fn check(
    width: usize,
    repeats: (&'static str, usize),
    kernels: &Kernels,
    positions: &Positions,
) -> Result<(), Invalid> {
    let even = width > 0 && width.is_multiple_of(2);
    Invalid::unless(even, "width", width, "even and greater than 0")?;
    Invalid::unless(repeats.1 > 0, repeats.0, repeats.1, "greater than 0")?;
    kernels.check()?;
    positions.check()
}

/// The kernels along the axes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Kernels {
    /// Kernels of each axis, > 0. Default 4.
    pub heads: usize,
    /// Channels that a kernel is applied to, > 0. Default 24.
    pub width: usize,
    /// A kernel's rank over its width, > 0; the rank is even. Default 3.
    pub multiplier: usize,
    /// Gain of the queries' and keys' first weights. Default 1.
    pub gain: f64,
}

impl Default for Kernels {
    fn default() -> Self {
        Self { heads: 4, width: 24, multiplier: 3, gain: 1.0 }
    }
}

impl Kernels {
    /// Queries and keys have so many components.
    pub(super) fn rank(&self) -> usize {
        self.multiplier * self.width
    }

    /// Channels of all heads.
    pub(super) fn channels(&self) -> usize {
        self.heads * self.width
    }

    fn check(&self) -> Result<(), Invalid> {
        let sizes = [
            ("kernels.heads", self.heads),
            ("kernels.width", self.width),
            ("kernels.multiplier", self.multiplier),
        ];
        for (key, size) in sizes {
            Invalid::unless(size > 0, key, size, "greater than 0")?;
        }
        let even = self.rank().is_multiple_of(2);
        Invalid::unless(even, "kernels.width", self.width, "even, or the multiplier be")?;
        Invalid::unless(self.gain > 0.0, "kernels.gain", self.gain, "greater than 0")
    }
}

/// Where the network believes the cells to be.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Positions {
    /// The domain's lengths along x, y, z in any unit, > 0. Default 1.
    pub lengths: [f64; 3],
    /// Deviation of the drawn wavenumbers, per unit of length, > 0. Default 1.
    pub frequency: f64,
}

impl Default for Positions {
    fn default() -> Self {
        Self { lengths: [1.0; 3], frequency: 1.0 }
    }
}

impl Positions {
    fn check(&self) -> Result<(), Invalid> {
        for length in self.lengths {
            Invalid::unless(length > 0.0, "positions.lengths", length, "greater than 0")?;
        }
        let frequency = self.frequency;
        Invalid::unless(frequency > 0.0, "positions.frequency", frequency, "greater than 0")
    }

    /// The places of `n` cells along an axis, its ends included.
    ///
    /// The original counts both ends of a periodic axis too, and knows no other than equal spaces.
    pub(super) fn along(&self, axis: usize, n: usize) -> Vec<f64> {
        let last = n.saturating_sub(1).max(1) as f64;
        (0..n).map(|i| self.lengths[axis] * i as f64 / last).collect()
    }
}
