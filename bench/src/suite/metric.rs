//! The metrics of a suite.

use crate::metrics::{Context, METRICS, Metric, Series};
use data::{Invalid, MetricInfo, PartChoice, PartError, Trajectory};
use serde::Serialize;

/// A metric of a suite with its parameters.
///
/// ```toml
/// metrics = ["nrmse", { name = "correlation-time", threshold = 0.9, label = "correlation-time-0.9" }]
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricSpec {
    /// Name in records and reports. Default: the metric's name.
    pub label: String,
    /// Name of the metric.
    pub name: String,
    /// Parameters of the metric.
    pub table: toml::Table,
}

impl MetricSpec {
    /// Every metric with its default parameters.
    pub fn all() -> Vec<Self> {
        METRICS.names().map(Self::default_of).collect()
    }

    fn default_of(name: &str) -> Self {
        Self { label: name.into(), name: name.into(), table: toml::Table::new() }
    }

    /// Takes the label, which belongs to every metric, from among the parameters.
    pub(super) fn read(choice: PartChoice) -> Result<Self, Invalid> {
        let PartChoice { name, parameters: mut table } = choice;
        let label = match table.remove("label") {
            None => name.clone(),
            Some(toml::Value::String(label)) => label,
            Some(other) => return Err(Invalid::new("label", other, "a name in quotation marks")),
        };
        Ok(Self { label, name, table })
    }

    /// The metric, under its label.
    pub fn build(&self) -> Result<Box<dyn Metric>, PartError> {
        let metric = METRICS.build(&self.name, self.table.clone())?;
        if self.label == self.name {
            return Ok(metric);
        }
        let (name, label) = (self.name.clone(), self.label.clone());
        Ok(Box::new(Labelled { metric, name, label }))
    }

    /// Labels become part of file names and of headings.
    pub(super) fn check(&self) -> Result<(), Invalid> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let is_sound = !self.label.is_empty() && self.label.chars().all(is_plain);
        Invalid::unless(is_sound, "label", &self.label, "letters, digits, `-`, `_` and `.`")
    }
}

/// A metric under another name.
struct Labelled {
    metric: Box<dyn Metric>,
    name: String,
    label: String,
}

impl Metric for Labelled {
    fn infos(&self) -> Vec<MetricInfo> {
        let renamed = |info: MetricInfo| MetricInfo {
            name: info.name.replacen(&self.name, &self.label, 1),
            title: format!("{} ({})", info.title, self.label),
            ..info
        };
        self.metric.infos().into_iter().map(renamed).collect()
    }

    fn score(
        &self,
        prediction: &Trajectory,
        reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series> {
        self.metric.score(prediction, reference, context)
    }

    fn needs_climate(&self) -> bool {
        self.metric.needs_climate()
    }
}
