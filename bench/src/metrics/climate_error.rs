//! The relative error of a prediction's statistics.

use super::climate_parts::{ScoredPart, least, parts_of, series};
use super::{Context, Metric, Series};
use crate::climate::{Climate, Part as Statistics};
use data::{FlowStatistic, MetricInfo, Part, Trajectory};
use serde::{Deserialize, Serialize};

/// Relative error of the statistics of a rollout against those of the training and validation samples.
///
/// ```text
/// mean, rms, stress, friction   √(Σ (s − s̄)² / Σ s̄²)
/// spectra                        mean |log₁₀ s/s̄|
/// ```
///
/// The sums are over all positions, and a part with several components has their mean. `climate-error` is the root mean
/// square of the parts. It has a value where the spread between samples is not known; what is significant it does not
/// say.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ClimateError {}

impl Part for ClimateError {
    const NAME: &'static str = "climate-error";
    const SUMMARY: &'static str = "relative error of the flow's statistics";
}

impl Metric for ClimateError {
    fn infos(&self) -> Vec<MetricInfo> {
        let describe = |part: &ScoredPart| match part.part {
            Statistics::Spectrum(_) => {
                format!(
                    "mean |log₁₀ s/s̄| of {}: s of the rollout, s̄ of the training samples",
                    part.words
                )
            }
            _ => format!(
                "√(Σ(s−s̄)²/Σs̄²) of {}: s of the rollout, s̄ of the training samples",
                part.words
            ),
        };
        let info = |name: &str, title: &str, definition: &str| MetricInfo {
            ideal: None,
            ..MetricInfo::error(name, title, definition)
        };
        let definition = "root mean square of the errors of its parts: relative ones of profiles and friction, and \
                          mean |log₁₀| of the ratios of spectra";
        let whole = info(Self::NAME, "climate error", definition);
        let of_part = |part: &ScoredPart| {
            info(&part.name(Self::NAME), &part.title("climate error"), &describe(part))
        };
        [whole].into_iter().chain(parts_of().iter().map(of_part)).collect()
    }

    fn score(&self, prediction: &Trajectory, _: &Trajectory, context: &Context) -> Vec<Series> {
        let Some(climate) = context.climate() else { return Vec::new() };
        let realization = context.realization(climate, prediction);
        let of_part = |part: &ScoredPart| error(climate, part, &realization.values);
        series(&realization, prediction, context, of_part)
    }

    fn needs_climate(&self) -> bool {
        true
    }
}

fn error(climate: &Climate, part: &ScoredPart, values: &[Vec<f64>]) -> Option<f64> {
    let is_spectrum = matches!(part.part, Statistics::Spectrum(_));
    let least = least(climate, part.part);
    let of_one = |(own, values): (&FlowStatistic, &[f64])| {
        if is_spectrum {
            logarithmic(&own.reference, values, least)
        } else {
            Some(relative(&own.reference, values))
        }
    };
    let all = climate.compare(part.part, values).map(of_one);
    let all: Vec<f64> = all.flatten().collect();
    (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
}

fn relative(expected: &[f64], values: &[f64]) -> f64 {
    let error: f64 = expected.iter().zip(values).map(|(mean, s)| (s - mean).powi(2)).sum();
    let scale: f64 = expected.iter().map(|mean| mean * mean).sum();
    super::series::ratio(error, scale).sqrt()
}

/// Wavenumbers without energy in the climate, as beyond a filter, do not count; `None` if none has any.
fn logarithmic(expected: &[f64], values: &[f64], least: f64) -> Option<f64> {
    let pairs = expected.iter().zip(values).filter(|(mean, _)| **mean > least);
    let logarithms: Vec<f64> = pairs.map(|(mean, s)| (s / mean).log10().abs()).collect();
    let count = logarithms.len() as f64;
    (!logarithms.is_empty()).then(|| logarithms.iter().sum::<f64>() / count)
}
