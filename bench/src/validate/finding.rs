//! What is wrong with a dataset.

use serde::Serialize;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The dataset must not be used as it is.
    Error,
    /// It deserves a look: it may be meant so.
    Warning,
}

/// One thing that is wrong with a sample, or with the dataset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The sample; `None` for the dataset as a whole.
    pub sample: Option<usize>,
    /// How bad it is.
    pub severity: Severity,
    /// What it is, with the numbers that show it.
    pub what: String,
}

impl Finding {
    pub(super) fn error(sample: usize, what: impl Into<String>) -> Self {
        Self { sample: Some(sample), severity: Severity::Error, what: what.into() }
    }

    pub(super) fn warning(sample: usize, what: impl Into<String>) -> Self {
        Self { sample: Some(sample), severity: Severity::Warning, what: what.into() }
    }
}
