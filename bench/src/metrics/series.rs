//! Functions that metrics share: iteration over channels and steps.

mod weights;

pub use weights::Weights;

use crate::climate::{Climate, Realization};
use data::{Channel, Field, Grid, Interval, Rank, Sample, Trajectory, channels};
use ndarray::{ArrayView3, ArrayView4, Axis};
use std::borrow::Cow;
use std::sync::Arc;

/// What a metric is given besides the values.
#[derive(Debug, Clone)]
pub struct Context {
    /// The cells of both trajectories.
    pub grid: Grid,
    /// The fields in channel order.
    pub fields: Vec<Field>,
    /// The channels in order.
    pub channels: Vec<Channel>,
    /// The time between states.
    pub interval: Interval,
    /// Weights of the cells.
    pub weights: Weights,
    /// Whether each channel of the reference is rounding, see [`data::is_rounding`]: it has no relative score.
    pub rounding: Vec<bool>,
    /// The statistics of the flow, if it has any.
    climate: Option<Arc<Climate>>,
    /// The number of predicted states that precede the statistics.
    skipped: usize,
    /// The statistics of the prediction, if they are known; they may be of a longer rollout than its trajectory.
    realization: Option<Realization>,
    /// The members of the ensemble whose mean is the prediction, if it is one.
    members: Arc<[Trajectory]>,
}

impl Context {
    /// The context of fields on a grid, with cells weighted by their volumes.
    pub fn new(grid: Grid, fields: Vec<Field>, interval: Interval) -> Self {
        let channels = channels(&fields);
        let (weights, rounding) = (Weights::of_grid(&grid), vec![false; channels.len()]);
        Self {
            grid,
            fields,
            channels,
            interval,
            weights,
            rounding,
            climate: None,
            skipped: 0,
            realization: None,
            members: Arc::default(),
        }
    }

    /// The context of a sample. Cells are weighted by their volumes and, if it has a mask, by their fluid fractions.
    pub fn of(sample: &Sample, fields: &[Field], interval: Interval) -> Self {
        let context = Self::new(sample.grid.clone(), fields.to_vec(), interval);
        let channels = sample.trajectory.values.axis_iter(Axis(1));
        let squares =
            channels.map(|values| values.iter().map(|x| x * x).sum::<f64>() / values.len() as f64);
        let root_mean_square: Vec<f64> = squares.map(f64::sqrt).collect();
        let rounding = data::is_rounding(fields, &root_mean_square);
        Self { weights: Weights::of(sample, &context.channels), rounding, ..context }
    }

    /// The same with the climate of the flow, of whose statistics the first `skipped` predicted states are no part.
    #[must_use]
    pub fn with_climate(self, climate: Option<Arc<Climate>>, skipped: usize) -> Self {
        Self { climate, skipped, ..self }
    }

    /// The same with the statistics of the prediction that is scored.
    #[must_use]
    pub fn with_realization(self, realization: Option<Realization>) -> Self {
        Self { realization, ..self }
    }

    /// The same with the members of the ensemble whose mean is scored; none if it is no ensemble.
    #[must_use]
    pub fn with_members(self, members: Arc<[Trajectory]>) -> Self {
        Self { members, ..self }
    }

    /// The members of an ensemble, two or more; `None` if the prediction is none.
    pub(super) fn members(&self) -> Option<&[Trajectory]> {
        (self.members.len() > 1).then_some(&self.members)
    }

    /// The climate of the flow.
    pub(super) fn climate(&self) -> Option<&Climate> {
        self.climate.as_deref()
    }

    /// The statistics of a prediction.
    pub(super) fn realization<'a>(
        &'a self,
        climate: &Climate,
        prediction: &Trajectory,
    ) -> Cow<'a, Realization> {
        match &self.realization {
            Some(known) => Cow::Borrowed(known),
            None => Cow::Owned(climate.realization(prediction, self.skipped)),
        }
    }

    /// The vector fields, each with the range of its channels.
    pub(super) fn vectors(&self) -> impl Iterator<Item = (&Field, std::ops::Range<usize>)> {
        vectors(&self.fields)
    }
}

/// The vector fields that are not constant, each with the range of its channels.
pub(crate) fn vectors(fields: &[Field]) -> impl Iterator<Item = (&Field, std::ops::Range<usize>)> {
    let mut first = 0;
    let with_range = move |field| {
        let field: &Field = field;
        let range = first..first + field.symbols.len();
        first = range.end;
        (field, range)
    };
    fields.iter().map(with_range).filter(|(field, _)| field.rank == Rank::Vector && !field.constant)
}

/// A metric of one channel or field.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The channel's symbol, the field's name, or `all`.
    pub channel: String,
    /// The unit; empty when dimensionless.
    pub unit: String,
    /// Times in the unit of the interval.
    pub times: Vec<f64>,
    /// The values at `times`.
    pub values: Vec<f64>,
    /// Position in [`super::Metric::infos`]: 0, unless the metric has several parts.
    pub part: usize,
}

/// `score` of every channel that is not constant, at every step.
pub fn each_channel(
    prediction: &Trajectory,
    reference: &Trajectory,
    context: &Context,
    unit: impl Fn(&Channel) -> String,
    score: impl Fn(ArrayView3<'_, f64>, ArrayView3<'_, f64>) -> f64,
) -> Vec<Series> {
    each_step(reference, context, unit, |step, channel| {
        let [p, y] = [prediction, reference].map(|trajectory| trajectory.state(step));
        score(p.index_axis_move(Axis(0), channel), y.index_axis_move(Axis(0), channel))
    })
}

/// `score(step, channel)` of every channel that is not constant, at every step.
pub(super) fn each_step(
    reference: &Trajectory,
    context: &Context,
    unit: impl Fn(&Channel) -> String,
    score: impl Fn(usize, usize) -> f64,
) -> Vec<Series> {
    let of_channel = |(number, channel): (usize, &Channel)| Series {
        channel: channel.symbol.clone(),
        unit: unit(channel),
        times: reference.times.clone(),
        values: (0..reference.len()).map(|step| score(step, number)).collect(),
        part: 0,
    };
    let channels = context.channels.iter().enumerate();
    channels.filter(|(_, channel)| !channel.constant).map(of_channel).collect()
}

/// A relative `score`, without unit, of every channel that is neither constant nor rounding, at every step.
pub(super) fn each_scaled_channel(
    prediction: &Trajectory,
    reference: &Trajectory,
    context: &Context,
    score: impl Fn(ArrayView3<'_, f64>, ArrayView3<'_, f64>) -> f64,
) -> Vec<Series> {
    let all = each_channel(prediction, reference, context, |_| String::new(), score);
    without_rounding(all, context)
}

/// The series of channels that are not rounding: those have no relative score.
pub(super) fn without_rounding(mut all: Vec<Series>, context: &Context) -> Vec<Series> {
    let is_rounding = |series: &Series| {
        let named = context.channels.iter().zip(&context.rounding);
        named.into_iter().any(|(channel, rounding)| *rounding && channel.symbol == series.channel)
    };
    all.retain(|series| !is_rounding(series));
    all
}

/// `score` of every vector field at every step: its channels together.
pub(super) fn each_vector(
    prediction: &Trajectory,
    reference: &Trajectory,
    context: &Context,
    unit: impl Fn(&Field) -> String,
    score: impl Fn(ArrayView4<'_, f64>, ArrayView4<'_, f64>) -> f64,
) -> Vec<Series> {
    let of_field = |(field, range): (&Field, std::ops::Range<usize>)| Series {
        channel: field.name.clone(),
        unit: unit(field),
        times: reference.times.clone(),
        values: (0..reference.len())
            .map(|step| {
                let [p, y] = [prediction, reference].map(|trajectory| trajectory.state(step));
                score(
                    p.slice_axis(Axis(0), range.clone().into()),
                    y.slice_axis(Axis(0), range.clone().into()),
                )
            })
            .collect(),
        part: 0,
    };
    context.vectors().map(of_field).collect()
}

/// Adds the mean over channels as `all`: of dimensionless series only.
pub(super) fn with_mean(mut series: Vec<Series>) -> Vec<Series> {
    let Some(first) = series.first() else { return series };
    let mean =
        |step: usize| series.iter().map(|s| s.values[step]).sum::<f64>() / series.len() as f64;
    let values = (0..first.values.len()).map(mean).collect();
    let all = Series { channel: "all".into(), values, ..first.clone() };
    series.push(all);
    series
}

/// mean (p − y)²
pub(super) fn mean_square_error(
    weights: &Weights,
    p: ArrayView3<'_, f64>,
    y: ArrayView3<'_, f64>,
) -> f64 {
    weights.mean_of_pairs(p, y, |p, y| (p - y) * (p - y))
}

/// mean y²
pub(crate) fn mean_square(weights: &Weights, y: ArrayView3<'_, f64>) -> f64 {
    weights.mean(y, |y| y * y)
}

/// mean (y − ȳ)², the population variance.
pub(crate) fn variance(weights: &Weights, y: ArrayView3<'_, f64>) -> f64 {
    let mean = weights.mean(y, |y| y);
    weights.mean(y, |y| (y - mean) * (y - mean))
}

/// a/b, with 0/0 = 0, so that a perfect prediction of a zero field has no error, and a/0 infinite for a > 0.
pub(super) fn ratio(a: f64, b: f64) -> f64 {
    if a == 0.0 && b == 0.0 { 0.0 } else { a / b }
}

/// sqrt( mean (p − y)² / denominator(y) ) of every channel, as `all` their mean, and of every vector
/// field with its components pooled.
pub(super) fn root_ratio(
    prediction: &Trajectory,
    reference: &Trajectory,
    context: &Context,
    denominator: fn(&Weights, ArrayView3<'_, f64>) -> f64,
) -> Vec<Series> {
    let weights = &context.weights;
    let of_channel = |p: ArrayView3<'_, f64>, y: ArrayView3<'_, f64>| {
        ratio(mean_square_error(weights, p, y), denominator(weights, y)).sqrt()
    };
    let of_vector = |p: ArrayView4<'_, f64>, y: ArrayView4<'_, f64>| {
        let error: f64 =
            p.outer_iter().zip(y.outer_iter()).map(|(p, y)| mean_square_error(weights, p, y)).sum();
        ratio(error, y.outer_iter().map(|y| denominator(weights, y)).sum()).sqrt()
    };
    let mut series = with_mean(each_scaled_channel(prediction, reference, context, of_channel));
    series.extend(each_vector(prediction, reference, context, |_| String::new(), of_vector));
    series
}

/// Steps from the last given state, where the value is `before`, to the first value that is beyond a threshold, by
/// linear interpolation between steps. A rollout that diverges crosses at its last finite state; `None` without a
/// crossing.
pub(super) fn first_crossing(
    values: &[f64],
    mut before: f64,
    threshold: f64,
    is_beyond: impl Fn(f64) -> bool,
) -> Option<f64> {
    for (step, &now) in values.iter().enumerate() {
        if now.is_nan() {
            return Some(step as f64);
        }
        if is_beyond(now) {
            // An infinite value crosses at the step before.
            return Some(step as f64 + (before - threshold) / (before - now));
        }
        before = now;
    }
    None
}
