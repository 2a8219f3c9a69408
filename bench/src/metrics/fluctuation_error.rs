//! Error relative to the fluctuations of a flow.

use super::series::{mean_square, mean_square_error, ratio};
use super::{Context, Metric, Series};
use data::{MetricInfo, Part, Trajectory};
use ndarray::Axis;
use serde::{Deserialize, Serialize};

/// Root mean square error of the velocity over the root mean square of the reference's fluctuations, per step.
///
/// ```text
/// √( ⟨|û − u|²⟩ / ⟨|u − U|²⟩ )
/// ```
///
/// U is the mean profile of the training and validation samples. An error relative to the velocity itself is small as
/// soon as the mean profile is right; of two independent realizations this one is √2.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct FluctuationError {}

impl Part for FluctuationError {
    const NAME: &'static str = "fluctuation-error";
    const SUMMARY: &'static str = "error of the velocity relative to its fluctuations";
}

impl Metric for FluctuationError {
    fn infos(&self) -> Vec<MetricInfo> {
        let definition = "√(⟨|û−u|²⟩/⟨|u−U|²⟩) of the velocity, U the mean profile of the training samples; √2 for \
                          independent realizations";
        vec![MetricInfo::error(Self::NAME, "fluctuation error", definition)]
    }

    fn score(
        &self,
        prediction: &Trajectory,
        reference: &Trajectory,
        context: &Context,
    ) -> Vec<Series> {
        errors(prediction, reference, context).into_iter().collect()
    }

    fn needs_climate(&self) -> bool {
        true
    }
}

/// The error at every step; `None` without a climate.
pub(super) fn errors(
    prediction: &Trajectory,
    reference: &Trajectory,
    context: &Context,
) -> Option<Series> {
    let climate = context.climate()?;
    let weights = &context.weights;
    let of_step = |step: usize| {
        let [p, y] = [prediction, reference].map(|all| climate.fluctuation(all.state(step)));
        let both = p.axis_iter(Axis(0)).zip(y.axis_iter(Axis(0)));
        let error: f64 = both.map(|(p, y)| mean_square_error(weights, p, y)).sum();
        let scale: f64 = y.axis_iter(Axis(0)).map(|y| mean_square(weights, y)).sum();
        ratio(error, scale).sqrt()
    };
    Some(Series {
        channel: "velocity".into(),
        unit: String::new(),
        times: reference.times.clone(),
        values: (0..reference.len()).map(of_step).collect(),
        part: 0,
    })
}
