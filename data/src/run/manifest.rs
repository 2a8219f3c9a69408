//! What a run was: its suite and its cases.

use crate::{
    Interval, MetricInfo, Parameter, Provenance, ReportLayout, SplitCoverage, SurrogateRecipe,
};
use serde::{Deserialize, Serialize};

/// What a run was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Manifest {
    /// The suite's name.
    pub suite: String,
    /// The suite in a sentence.
    pub summary: String,
    /// The time of its end, as `2026-01-31T12:00:00Z`.
    pub created: String,
    /// Hash of the inputs from which the run was collected; empty in runs of older versions.
    #[serde(default)]
    pub key: String,
    /// Hash of what all evaluations of the run share: the suite's text without its selection of tables and figures, the
    /// datasets, the metrics, the program, the machine; empty in runs of older versions.
    #[serde(default)]
    pub identity: String,
    /// The evaluations that the run consists of; empty in runs of older versions.
    #[serde(default)]
    pub evaluations: Vec<EvaluationId>,
    /// The provenance that all records have in common.
    pub provenance: Provenance,
    /// The metrics, in the order of reports; empty in runs that were written before metrics declared themselves.
    #[serde(default)]
    pub metrics: Vec<MetricInfo>,
    /// How the surrogates were obtained, in the order of the suite; empty in runs of older versions.
    #[serde(default)]
    pub recipes: Vec<SurrogateRecipe>,
    /// The tables and figures of the report.
    #[serde(default)]
    pub report: ReportLayout,
    /// One entry per case.
    pub cases: Vec<CaseSummary>,
}

/// One evaluation of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct EvaluationId {
    /// The case's name.
    pub case: String,
    /// The surrogate's name.
    pub surrogate: String,
    /// The seed of its training; `None` without randomness.
    pub seed: Option<u64>,
    /// Hash of the evaluation's inputs.
    pub key: String,
}

/// A case as a report names it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CaseSummary {
    /// The case's name.
    pub name: String,
    /// The case in a sentence.
    pub summary: String,
    /// The problem's name.
    pub problem: String,
    /// Hash of the checked case.
    pub case_hash: String,
    /// Content hash of the dataset.
    pub dataset_hash: String,
    /// The numbers of samples for training, validation and test.
    pub samples: [usize; 3],
    /// Output cells along x, y, z.
    pub cells: [usize; 3],
    /// Time between states.
    pub interval: Interval,
    /// The number of predicted states.
    pub steps: usize,
    /// The parameters, with the smallest and largest value over all samples.
    pub parameters: Vec<(Parameter, f64, f64)>,
    /// The range of the parameters in each split, and the distance of its samples from the training samples; empty in
    /// runs that do not state them.
    #[serde(default)]
    pub splits: Vec<SplitCoverage>,
    /// Further facts, such as `reference grid` → `128 × 128`.
    pub facts: Vec<(String, String)>,
}
