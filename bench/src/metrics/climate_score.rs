//! The distance of a prediction's statistics from those of the climate, in standard deviations.

use super::climate_parts::{ScoredPart, least, parts_of, series};
use super::{Context, Metric, Series};
use crate::climate::Climate;
use data::{FlowStatistic, MetricInfo, NumberFormat, Part, Trajectory};
use serde::{Deserialize, Serialize};

/// Distance of the statistics of a rollout from those of the training and validation samples, in standard deviations.
///
/// ```text
/// √ mean ((s − s̄)/(c σ))²
/// ```
///
/// s is a statistic of the rollout at one distance from the wall or one wavenumber, s̄ its mean over the samples, σ its
/// standard deviation between them, and c σ the standard deviation of the difference between another realization and s̄
/// ([`Climate::spread`]). The mean is over all positions and components of a part; `climate-score` is the root mean
/// square of the parts. 1 is another realization of the flow, which no prediction has to come below.
///
/// Needs the climate of at least two samples.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ClimateScore {}

impl Part for ClimateScore {
    const NAME: &'static str = "climate-score";
    const SUMMARY: &'static str = "distance from the flow's statistics in standard deviations";
}

impl Metric for ClimateScore {
    fn infos(&self) -> Vec<MetricInfo> {
        let describe = |of: &str| {
            format!(
                "difference between {of} of the rollout and of the training samples, over the standard deviation of \
                 that difference for another realization of the flow, root mean square; 1 is another realization"
            )
        };
        let info = |name: &str, title: &str, definition: &str| MetricInfo {
            ideal: None,
            format: NumberFormat::Plain,
            ..MetricInfo::error(name, title, definition)
        };
        let whole = info(Self::NAME, "climate score", &describe("statistics"));
        let of_part = |part: &ScoredPart| {
            let (name, title) = (part.name(Self::NAME), part.title("climate score"));
            info(&name, &title, &describe(part.words))
        };
        [whole].into_iter().chain(parts_of().iter().map(of_part)).collect()
    }

    fn score(&self, prediction: &Trajectory, _: &Trajectory, context: &Context) -> Vec<Series> {
        let Some(climate) = context.climate() else { return Vec::new() };
        if climate.samples < 2 {
            return Vec::new();
        }
        let realization = context.realization(climate, prediction);
        let spread = climate.spread(realization.states);
        let of_part =
            |part: &ScoredPart| root_mean_square(climate, part, &realization.values, spread);
        series(&realization, prediction, context, of_part)
    }

    fn needs_climate(&self) -> bool {
        true
    }
}

fn root_mean_square(
    climate: &Climate,
    part: &ScoredPart,
    values: &[Vec<f64>],
    spread: f64,
) -> Option<f64> {
    let least = least(climate, part.part);
    let squares = |(own, values): (&FlowStatistic, &[f64])| -> Vec<f64> {
        let each = own.reference.iter().zip(&own.standard_deviation).zip(values);
        // What is the same in all samples has no scale.
        let is_known =
            |((mean, deviation), _): &((&f64, &f64), &f64)| **deviation > 0.0 && **mean > least;
        let square = |((mean, deviation), s): ((&f64, &f64), &f64)| {
            ((s - mean) / (spread * deviation)).powi(2)
        };
        each.filter(is_known).map(square).collect()
    };
    let all: Vec<f64> = climate.compare(part.part, values).flat_map(squares).collect();
    (!all.is_empty()).then(|| (all.iter().sum::<f64>() / all.len() as f64).sqrt())
}
