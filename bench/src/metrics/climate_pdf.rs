//! The distance between probability densities of the velocity.

use super::climate_parts::whole_rollout;
use super::{Context, Metric, Series};
use data::{MetricInfo, NumberFormat, Part, Trajectory};
use serde::{Deserialize, Serialize};

/// Wasserstein-1 distance between the probability densities of u′/u′ᵣₘₛ of a rollout and of the training samples.
///
/// ```text
/// ∫ |F(x) − F̄(x)| dx,   x = (u − U)/u′ᵣₘₛ
/// ```
///
/// F is the distribution function. U and u′ᵣₘₛ are those of the training and validation samples, so that a rollout
/// whose fluctuations are too small differs too. Near walls it is taken at y⁺ ≈ 15, without walls in the whole domain.
/// The integral is over bins of 0.2 u′ᵣₘₛ, and values beyond 6 u′ᵣₘₛ count as 6.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ClimatePdf {}

impl Part for ClimatePdf {
    const NAME: &'static str = "climate-pdf";
    const SUMMARY: &'static str = "distance between probability densities of the velocity";
}

impl Metric for ClimatePdf {
    fn infos(&self) -> Vec<MetricInfo> {
        let definition = "Wasserstein-1 distance between the densities of u′/u′ᵣₘₛ of the rollout and of the training \
                          samples, about the mean profile and over the root mean square of the latter; near walls at y⁺ ≈ 15";
        vec![MetricInfo {
            ideal: None,
            format: NumberFormat::Plain,
            ..MetricInfo::error(Self::NAME, "climate PDF", definition)
        }]
    }

    fn score(&self, prediction: &Trajectory, _: &Trajectory, context: &Context) -> Vec<Series> {
        let Some(climate) = context.climate() else { return Vec::new() };
        let realization = context.realization(climate, prediction);
        let distance = climate.density_distance(&realization.values);
        vec![whole_rollout(&realization, prediction, context, 0, distance)]
    }

    fn needs_climate(&self) -> bool {
        true
    }
}
