//! How a surrogate was obtained.

use serde::{Deserialize, Serialize};

/// How a surrogate was obtained, for the readers of a report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SurrogateRecipe {
    /// The surrogate's name in records.
    pub surrogate: String,
    /// The name of its architecture or baseline; what it is, if it is neither.
    pub source: String,
    /// All parameters of the architecture or baseline with their values, defaults included.
    pub options: Vec<(String, String)>,
    /// All parameters of the training with their values, defaults included; empty without training.
    pub training: Vec<(String, String)>,
    /// The seeds of its trainings.
    pub seeds: Vec<u64>,
}
