//! How to add a metric.
//!
//! A metric is one file in `bench/src/metrics/`, here the part between the two lines of dashes, and two lines in
//! `bench/src/metrics/mod.rs`:
//!
//! ```text
//! mod exceedance;                          // beside the other modules, with `pub use exceedance::Exceedance;`
//! entry!(dyn Metric, Exceedance),          // in `METRICS`, at its position in tables
//! ```
//!
//! From then on `eddymark list metrics` shows it, every suite without a list of `metrics` computes it, reports define
//! and tabulate it, and the tests that every metric must pass include it.
//!
//! Run it: `cargo run --release --package eddymark-bench --example add_a_metric`

use data::{Axis, Boundary, Field, Grid, Interval, Registry, entry};
use ndarray::Array5;

// ---------------------------------------------------------------------------------------------------------------------

// Within `bench/src/metrics/` the first line reads `use super::{Context, Metric, Series, each_channel};`.
use bench::metrics::{Context, Metric, Series, each_channel};
use data::{Invalid, MetricInfo, Part, Trajectory};
use ndarray::ArrayView3;
use serde::{Deserialize, Serialize};

/// Fraction of cells whose error exceeds a threshold, per step and channel.
///
/// ```text
/// ⟨1 if |p − y| > threshold · √⟨y²⟩, else 0⟩
/// ```
///
/// where ⟨·⟩ is the mean over the cells, weighted by their volume fraction of fluid.
// The fields of the struct are the parameters of the metric. `default` makes the empty table valid, and
// `deny_unknown_fields` turns a misspelt parameter into an error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Exceedance {
    /// Threshold relative to the root mean square of the reference, > 0. Default 0.1.
    pub threshold: f64,
}

impl Default for Exceedance {
    fn default() -> Self {
        Self { threshold: 0.1 }
    }
}

// The name in TOML files and records, the line that `eddymark list metrics` shows, and the check of the parameters.
impl Part for Exceedance {
    const NAME: &'static str = "exceedance";
    const SUMMARY: &'static str = "fraction of cells whose error exceeds a threshold";

    fn check(&self) -> Result<(), Invalid> {
        let is_sound = self.threshold > 0.0 && self.threshold.is_finite();
        Invalid::unless(is_sound, "threshold", self.threshold, "greater than 0")
    }
}

impl Metric for Exceedance {
    // What reports state: name, heading and definition. `error` stands for a dimensionless error, of which a lower
    // value is better and 0 is perfect; other constructors and fields of `MetricInfo` describe other metrics.
    fn infos(&self) -> Vec<MetricInfo> {
        let definition = format!("fraction of cells with |ŷ−y| > {} √⟨y²⟩", self.threshold);
        vec![MetricInfo::error(Self::NAME, "exceedance", &definition)]
    }

    // Both trajectories have the shape `[time, channel, x, y, z]`, in physical units. `each_channel` iterates over
    // steps and channels, except constant ones. A prediction that has diverged is NaN, and its score must be NaN too.
    fn score(
        &self,
        prediction: &Trajectory,
        reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series> {
        let score = |p: ArrayView3<'_, f64>, y: ArrayView3<'_, f64>| {
            let mean_square = context.weights.mean(y, |y| y * y);
            let limit = self.threshold * mean_square.sqrt();
            let exceeds = |p: f64, y: f64| match (p - y).abs() {
                error if error.is_nan() => f64::NAN,
                error => f64::from(error > limit),
            };
            context.weights.mean_of_pairs(p, y, exceeds)
        };
        each_channel(prediction, reference, context, |_| String::new(), score)
    }
}

// ---------------------------------------------------------------------------------------------------------------------

// In the crate this is an entry of `METRICS`.
const EXTENDED: Registry<dyn Metric> =
    Registry { kind: "metric", entries: &[entry!(dyn Metric, Exceedance)] };

/// A scalar on 2 × 2 cells with the given values.
fn trajectory(values: [f64; 4]) -> Trajectory {
    let values = Array5::from_shape_vec((1, 1, 2, 2, 1), values.to_vec());
    Trajectory { times: vec![0.5], values: values.expect("there are four values") }
}

// As a suite would have it: metrics = [{ name = "exceedance", threshold = 0.2 }]
pub(crate) fn main() {
    let parameters: toml::Table = "threshold = 0.2".parse().expect("it is TOML");
    let metric = EXTENDED.build("exceedance", parameters).expect("the parameter is valid");

    let axis = || Axis::uniform(2, 0.0, 1.0, [Boundary::Periodic; 2]);
    let fields = vec![Field::scalar("pressure", "p", "Pa")];
    let context = Context::new(Grid::plane(axis(), axis()), fields, Interval::Seconds(0.5));
    let reference = trajectory([1.0, -1.0, 1.0, -1.0]); // root mean square 1, so that the limit is 0.2
    let prediction = trajectory([1.1, -1.3, 1.0, -1.0]);
    let series = metric.score(&prediction, &reference, &context);
    println!("{} of {}: {:?}", metric.infos()[0].title, series[0].channel, series[0].values);
    assert_eq!(series[0].values, [0.25], "one of four cells is further off than 0.2");

    let diverged = trajectory([1.0, f64::NAN, 1.0, -1.0]);
    assert!(metric.score(&diverged, &reference, &context)[0].values[0].is_nan());
    let misspelt: toml::Table = "treshold = 0.2".parse().expect("it is TOML");
    let error = EXTENDED.build("exceedance", misspelt).map(drop).expect_err("no such parameter");
    println!("{error}");
}
