//! What metrics have in common: walking over channels and steps.

use data::{Channel, Field, Grid, Rank, Trajectory, channels};
use ndarray::{ArrayView3, ArrayView4, Axis};

/// What a metric may know besides the values.
#[derive(Debug, Clone)]
pub struct Context {
    /// The cells of both trajectories.
    pub grid: Grid,
    /// The fields in channel order.
    pub fields: Vec<Field>,
    /// The channels in order.
    pub channels: Vec<Channel>,
    /// The time between states in s.
    pub interval: f64,
}

impl Context {
    /// The context of some fields on a grid, saved every `interval` s.
    pub fn new(grid: Grid, fields: Vec<Field>, interval: f64) -> Self {
        let channels = channels(&fields);
        Self { grid, fields, channels, interval }
    }

    /// The vector fields, each with the range of its channels.
    pub(super) fn vectors(&self) -> impl Iterator<Item = (&Field, std::ops::Range<usize>)> {
        vectors(&self.fields)
    }
}

/// The vector fields, each with the range of its channels.
pub(crate) fn vectors(fields: &[Field]) -> impl Iterator<Item = (&Field, std::ops::Range<usize>)> {
    let mut first = 0;
    let with_range = move |field| {
        let field: &Field = field;
        let range = first..first + field.symbols.len();
        first = range.end;
        (field, range)
    };
    fields.iter().map(with_range).filter(|(field, _)| field.rank == Rank::Vector)
}

/// A metric of one channel or field.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The channel's symbol, the field's name, or `all`.
    pub channel: String,
    /// The unit; empty when dimensionless.
    pub unit: String,
    /// Times in s.
    pub times: Vec<f64>,
    /// The values at `times`.
    pub values: Vec<f64>,
    /// What part of the metric it is, appended to its name; empty for the whole.
    pub part: &'static str,
}

/// `score` of every channel at every step.
pub(super) fn each_channel(
    prediction: &Trajectory,
    reference: &Trajectory,
    context: &Context,
    unit: impl Fn(&Channel) -> String,
    score: impl Fn(ArrayView3<'_, f64>, ArrayView3<'_, f64>) -> f64,
) -> Vec<Series> {
    let of_channel = |(number, channel): (usize, &Channel)| Series {
        channel: channel.symbol.clone(),
        unit: unit(channel),
        times: reference.times.clone(),
        values: (0..reference.len())
            .map(|step| {
                let [p, y] = [prediction, reference].map(|trajectory| trajectory.state(step));
                score(p.index_axis_move(Axis(0), number), y.index_axis_move(Axis(0), number))
            })
            .collect(),
        part: "",
    };
    context.channels.iter().enumerate().map(of_channel).collect()
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
        part: "",
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
pub(super) fn mean_square_error(p: ArrayView3<'_, f64>, y: ArrayView3<'_, f64>) -> f64 {
    p.iter().zip(y).map(|(p, y)| (p - y) * (p - y)).sum::<f64>() / y.len() as f64
}

/// mean y²
pub(crate) fn mean_square(y: ArrayView3<'_, f64>) -> f64 {
    y.iter().map(|y| y * y).sum::<f64>() / y.len() as f64
}

/// mean (y − ȳ)², the population variance.
pub(crate) fn variance(y: ArrayView3<'_, f64>) -> f64 {
    let mean = y.sum() / y.len() as f64;
    y.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / y.len() as f64
}

/// a/b; 0 of nothing over nothing, so that a perfect prediction of a zero field is perfect, and
/// infinite of something over nothing.
pub(super) fn ratio(a: f64, b: f64) -> f64 {
    if a == 0.0 && b == 0.0 { 0.0 } else { a / b }
}

/// sqrt( mean (p − y)² / denominator(y) ) of every channel, as `all` their mean, and of every vector
/// field with its components pooled.
pub(super) fn root_ratio(
    prediction: &Trajectory,
    reference: &Trajectory,
    context: &Context,
    denominator: fn(ArrayView3<'_, f64>) -> f64,
) -> Vec<Series> {
    let of_channel = |p: ArrayView3<'_, f64>, y: ArrayView3<'_, f64>| {
        ratio(mean_square_error(p, y), denominator(y)).sqrt()
    };
    let of_vector = |p: ArrayView4<'_, f64>, y: ArrayView4<'_, f64>| {
        let error: f64 =
            p.outer_iter().zip(y.outer_iter()).map(|(p, y)| mean_square_error(p, y)).sum();
        ratio(error, y.outer_iter().map(denominator).sum()).sqrt()
    };
    let mut series =
        with_mean(each_channel(prediction, reference, context, |_| String::new(), of_channel));
    series.extend(each_vector(prediction, reference, context, |_| String::new(), of_vector));
    series
}
