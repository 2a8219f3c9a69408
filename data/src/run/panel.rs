//! Fields for figures.

use serde::{Deserialize, Serialize};

/// One channel of a reference and of its predictions at one time, as a figure shows them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Panel {
    /// The case's name.
    pub case: String,
    /// The test sample.
    pub sample: usize,
    /// Its parameters as a caption, such as `Re = 812`.
    pub caption: String,
    /// The channel's symbol.
    pub channel: String,
    /// Its unit.
    pub unit: String,
    /// Steps from the start of the rollout.
    pub step: usize,
    /// The time in s.
    pub time: f64,
    /// Cells along x and y; values are `[x, y]`, y fastest.
    pub cells: [usize; 2],
    /// The domain's lengths along x and y in m.
    pub lengths: [f64; 2],
    /// The reference.
    pub reference: Vec<f32>,
    /// Surrogate's name and prediction (non-finite where it diverged, then empty).
    pub predictions: Vec<(String, Vec<f32>)>,
}
