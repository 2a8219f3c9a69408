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
    /// Cells along the two axes of the plane; values are `[first, second]`, the second fastest.
    pub cells: [usize; 2],
    /// The domain's lengths along the two axes in m.
    pub lengths: [f64; 2],
    /// The plane; `None` is the x–y plane in equal cells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plane: Option<Plane>,
    /// The reference.
    pub reference: Vec<f32>,
    /// Surrogate's name and prediction (non-finite where it diverged, then empty).
    pub predictions: Vec<(String, Vec<f32>)>,
}

/// A plane through a three-dimensional flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Plane {
    /// The symbols of its axes, such as `x` and `z`: the first to the right, the second upwards.
    pub axes: [String; 2],
    /// Where it lies, such as `y⁺ = 15` or `x = 0`.
    pub location: String,
    /// The edges of the cells along both axes in m, one more than cells: stretched cells are drawn as they are.
    pub edges: [Vec<f64>; 2],
}
