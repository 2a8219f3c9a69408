//! Error of the kinetic energy.

use super::series::{each_vector, mean_square, ratio};
use super::{Context, Metric, Series};
use data::{MetricInfo, Part, Trajectory};
use ndarray::ArrayView4;
use serde::{Deserialize, Serialize};

/// Relative error of the total kinetic energy, per step and vector field.
///
/// ```text
/// | Σ |p|² − Σ |y|² | / Σ |y|²
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct EnergyError {}

impl Part for EnergyError {
    const NAME: &'static str = "energy-error";
    const SUMMARY: &'static str = "relative error of the kinetic energy";
}

impl Metric for EnergyError {
    fn infos(&self) -> Vec<MetricInfo> {
        vec![MetricInfo::error(
            Self::NAME,
            "energy error",
            "relative error of the total kinetic energy, |Σ|ŷ|² − Σ|y|²| / Σ|y|²",
        )]
    }

    fn score(
        &self,
        prediction: &Trajectory,
        reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series> {
        let weights = &context.weights;
        let energy =
            |v: ArrayView4<'_, f64>| v.outer_iter().map(|v| mean_square(weights, v)).sum::<f64>();
        let score = |p: ArrayView4<'_, f64>, y: ArrayView4<'_, f64>| {
            ratio((energy(p) - energy(y)).abs(), energy(y))
        };
        each_vector(prediction, reference, context, |_| String::new(), score)
    }
}
