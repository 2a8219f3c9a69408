//! Metrics: scores of a prediction against its reference.
//!
//! All metrics are computed here, in the same way for all surrogates, in `f64`, on fields in physical
//! units. A metric is computed per sample and step, never over a batch, so that no score depends on the
//! batch size. Where a prediction has diverged the score is `NaN`.

mod climate_error;
mod climate_parts;
mod climate_pdf;
mod climate_score;
mod correlation_time;
mod crps;
mod divergence;
mod energy_error;
mod ensemble;
mod fluctuation_error;
mod mae;
mod max_error;
mod nmse;
mod nrmse;
mod pearson;
mod rmse;
mod series;
mod shedding_error;
mod spectrum_error;
mod spread_skill_error;
mod stable_time;
mod valid_time;
mod vrmse;
mod well_vrmse;

pub use climate_error::ClimateError;
pub use climate_pdf::ClimatePdf;
pub use climate_score::ClimateScore;
pub use correlation_time::CorrelationTime;
pub use crps::Crps;
pub use divergence::Divergence;
pub(crate) use divergence::relative_divergence;
pub use energy_error::EnergyError;
pub use fluctuation_error::FluctuationError;
pub use mae::Mae;
pub use max_error::MaxError;
pub use nmse::Nmse;
pub use nrmse::Nrmse;
pub use pearson::Pearson;
pub use rmse::Rmse;
pub use series::{Context, Series, Weights, each_channel};
pub(crate) use series::{mean_square, variance, vectors};
pub use shedding_error::SheddingError;
pub use spectrum_error::SpectrumError;
pub use spread_skill_error::SpreadSkillError;
pub use stable_time::StableTime;
pub use valid_time::ValidTime;
pub use vrmse::Vrmse;
pub use well_vrmse::WellVrmse;

use data::{MetricInfo, Registry, Trajectory, entry};

/// A score of a prediction against its reference.
pub trait Metric: Send + Sync {
    /// What reports say of it; one entry per part.
    ///
    /// The name of a metric with one part is that of the registry; the names of several parts begin with it.
    fn infos(&self) -> Vec<MetricInfo>;

    /// One or more series of values: one value per step, or one for the whole rollout.
    ///
    /// Shapes: both trajectories are `[time, channel, x, y, z]` at the same times.
    fn score(
        &self,
        prediction: &Trajectory,
        reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series>;

    /// Whether it has values only where the flow has a [`crate::climate::Climate`], from which it is computed.
    fn needs_climate(&self) -> bool {
        false
    }
}

/// All metrics, in the order of tables.
pub const METRICS: Registry<dyn Metric> = Registry {
    kind: "metric",
    entries: &[
        entry!(dyn Metric, Nrmse),
        entry!(dyn Metric, Vrmse),
        entry!(dyn Metric, Rmse),
        entry!(dyn Metric, Mae),
        entry!(dyn Metric, MaxError),
        entry!(dyn Metric, Nmse),
        entry!(dyn Metric, WellVrmse),
        entry!(dyn Metric, Pearson),
        entry!(dyn Metric, CorrelationTime),
        entry!(dyn Metric, Divergence),
        entry!(dyn Metric, EnergyError),
        entry!(dyn Metric, SpectrumError),
        entry!(dyn Metric, SheddingError),
        entry!(dyn Metric, Crps),
        entry!(dyn Metric, SpreadSkillError),
        entry!(dyn Metric, FluctuationError),
        entry!(dyn Metric, ValidTime),
        entry!(dyn Metric, StableTime),
        entry!(dyn Metric, ClimateScore),
        entry!(dyn Metric, ClimateError),
        entry!(dyn Metric, ClimatePdf),
    ],
};

/// All metrics with their default parameters.
pub fn all() -> Vec<Box<dyn Metric>> {
    let build = |name| {
        METRICS.build(name, toml::Table::new()).expect("every metric builds from an empty table")
    };
    METRICS.names().map(build).collect()
}

/// What reports say of `metrics`, in order.
pub fn infos(metrics: &[Box<dyn Metric>]) -> Vec<MetricInfo> {
    metrics.iter().flat_map(|metric| metric.infos()).collect()
}
