//! Parameters that all factorized transformers have.

use data::{Invalid, Renamed};
use serde::{Deserialize, Serialize};

/// Former spellings of keys of [`Kernels`] and [`Positions`].
pub(in crate::models) const RENAMED: &[Renamed] = &[
    Renamed::key("kernels.width", "dim-head"),
    Renamed::key("positions.frequency", "fourier-scale"),
];

/// Refuses invalid sizes; `repeats` is the number of layers or iterations with its key.
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

/// The attention kernels along the axes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Kernels {
    /// Attention heads per axis, > 0. Default 4.
    pub heads: usize,
    /// Channels per head, > 0. Default 24.
    pub dim_head: usize,
    /// The rank of a kernel over `dim-head`, > 0; the rank must be even. Default 3.
    pub multiplier: usize,
    /// Gain of the initial weights of queries and keys, > 0. Default 1.
    pub gain: f64,
}

impl Default for Kernels {
    fn default() -> Self {
        Self { heads: 4, dim_head: 24, multiplier: 3, gain: 1.0 }
    }
}

impl Kernels {
    /// The components of queries and keys.
    pub(super) fn rank(&self) -> usize {
        self.multiplier * self.dim_head
    }

    /// The channels of all heads.
    pub(super) fn channels(&self) -> usize {
        self.heads * self.dim_head
    }

    fn check(&self) -> Result<(), Invalid> {
        let sizes = [
            ("kernels.heads", self.heads),
            ("kernels.dim-head", self.dim_head),
            ("kernels.multiplier", self.multiplier),
        ];
        for (key, size) in sizes {
            Invalid::unless(size > 0, key, size, "greater than 0")?;
        }
        let even = self.rank().is_multiple_of(2);
        Invalid::unless(even, "kernels.dim-head", self.dim_head, "even if the multiplier is odd")?;
        Invalid::unless(self.gain > 0.0, "kernels.gain", self.gain, "greater than 0")
    }
}

/// The positions of the cells, as inputs of the network.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Positions {
    /// The lengths of the domain along x, y, z in any unit, > 0. Default 1.
    pub lengths: [f64; 3],
    /// Standard deviation of the wavenumbers of the Fourier features, per unit of length, > 0. Default 1.
    pub fourier_scale: f64,
}

impl Default for Positions {
    fn default() -> Self {
        Self { lengths: [1.0; 3], fourier_scale: 1.0 }
    }
}

impl Positions {
    fn check(&self) -> Result<(), Invalid> {
        for length in self.lengths {
            Invalid::unless(length > 0.0, "positions.lengths", length, "greater than 0")?;
        }
        let scale = self.fourier_scale;
        Invalid::unless(scale > 0.0, "positions.fourier-scale", scale, "greater than 0")
    }

    /// The positions of `n` cells along an axis: equidistant, both ends of the axis included.
    ///
    /// As in the published code, this holds for periodic and for stretched axes too.
    pub(super) fn along(&self, axis: usize, n: usize) -> Vec<f64> {
        let last = n.saturating_sub(1).max(1) as f64;
        (0..n).map(|i| self.lengths[axis] * i as f64 / last).collect()
    }
}
