//! What a run was: its suite and its cases.

use crate::{Interval, Parameter, Provenance};
use serde::{Deserialize, Serialize};

/// What a run was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Manifest {
    /// The suite's name.
    pub suite: String,
    /// What the suite is, in a sentence.
    pub summary: String,
    /// When it ended, as `2026-01-31T12:00:00Z`.
    pub created: String,
    /// What every number has in common.
    pub provenance: Provenance,
    /// What was asked, one entry a case.
    pub cases: Vec<CaseSummary>,
}

/// A case as a report names it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CaseSummary {
    /// The case's name.
    pub name: String,
    /// What it is, in a sentence.
    pub summary: String,
    /// The problem's name.
    pub problem: String,
    /// Hash of the checked case.
    pub case_hash: String,
    /// Content hash of the dataset.
    pub dataset_hash: String,
    /// Samples of train, valid and test.
    pub samples: [usize; 3],
    /// Output cells along x, y, z.
    pub cells: [usize; 3],
    /// Time between states.
    pub interval: Interval,
    /// The number of steps that were rolled out.
    pub steps: usize,
    /// The parameters, with the least and greatest value over all samples.
    pub parameters: Vec<(Parameter, f64, f64)>,
    /// Further facts worth a line each, such as `reference grid` → `128 × 128`.
    pub facts: Vec<(String, String)>,
}
