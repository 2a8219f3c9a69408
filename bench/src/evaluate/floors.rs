//! The estimated error of the reference itself, below which no difference between scores is significant.

use super::TestSet;
use crate::MetricSpec;
use crate::metrics::{Context, Divergence, Metric, Weights, mean_square, variance, vectors};
use data::{Field, Floor, Info, Sample};
use ndarray::Axis;
use std::ops::Range;

/// The square of a metric's denominator, from one channel of the reference.
type Scale = fn(&Weights, ndarray::ArrayView3<'_, f64>) -> f64;

/// The channels of one floor.
#[derive(Clone)]
enum Group {
    /// One channel, or the components of a vector with their squares added.
    Pooled(Range<usize>),
    /// The mean over channels.
    Mean(Vec<usize>),
}

/// The floors of the suite's metrics: the mean over the test samples, at the times of the rollout.
pub(crate) fn floors(
    case: &str,
    test_set: &TestSet,
    info: &Info,
    metrics: &[MetricSpec],
) -> Vec<Floor> {
    let TestSet { samples, first, steps, .. } = test_set;
    let floors = floors_of_all(case, samples, *first, *steps, info);
    let labelled = |floor: Floor| {
        let same = metrics.iter().filter(|metric| metric.name == floor.metric);
        let label = |metric: &MetricSpec| Floor { metric: metric.label.clone(), ..floor.clone() };
        same.map(label).collect::<Vec<_>>()
    };
    floors.into_iter().flat_map(labelled).collect()
}

/// The floor of every metric that has one, under the metric's name.
fn floors_of_all(
    case: &str,
    samples: &[Sample],
    first: usize,
    steps: usize,
    info: &Info,
) -> Vec<Floor> {
    let times = info.interval.times(first, steps);
    let contexts: Vec<Context> =
        samples.iter().map(|s| Context::of(s, &info.fields, info.interval)).collect();
    let floor = |metric: &str, channel: &str, values: Vec<f64>| Floor {
        case: case.into(),
        channel: channel.into(),
        metric: metric.into(),
        times: times.clone(),
        values,
    };
    let mut all = Vec::new();
    let scales: [(&str, Scale); 3] =
        [("rmse", |_, _| 1.0), ("nrmse", mean_square), ("vrmse", variance)];
    for (metric, scale) in scales {
        for (channel, group) in groups(&info.fields, metric != "rmse") {
            let of_sample = |(sample, context): (&Sample, &Context)| {
                let group = if metric == "rmse" { group.clone() } else { group.scored(context)? };
                let value = |frame| group.error(sample, &context.weights, frame, scale);
                (first..first + steps).map(value).collect::<Option<Vec<f64>>>()
            };
            let errors: Vec<Vec<f64>> =
                samples.iter().zip(&contexts).filter_map(of_sample).collect();
            if !errors.is_empty() {
                let of_step = |step| mean(errors.iter().map(|error: &Vec<f64>| error[step]));
                all.push(floor(metric, &channel, (0..steps).map(of_step).collect()));
            }
        }
    }
    all.extend(
        divergence(samples, first, steps, info)
            .map(|(channel, values)| floor("divergence", &channel, values)),
    );
    all
}

/// Every channel; for dimensionless metrics also the mean over channels and every vector field.
fn groups(fields: &[Field], is_dimensionless: bool) -> Vec<(String, Group)> {
    let channels = data::channels(fields);
    let varying = || channels.iter().enumerate().filter(|(_, channel)| !channel.constant);
    let alone = |(number, channel): (usize, &data::Channel)| {
        (channel.symbol.clone(), Group::Pooled(number..number + 1))
    };
    let mut groups: Vec<(String, Group)> = varying().map(alone).collect();
    if is_dimensionless {
        groups.push(("all".into(), Group::Mean(varying().map(|(number, _)| number).collect())));
        let whole =
            vectors(fields).map(|(field, range)| (field.name.clone(), Group::Pooled(range)));
        groups.extend(whole);
    }
    groups
}

impl Group {
    /// The group without channels that are rounding; `None` if none is left.
    fn scored(&self, context: &Context) -> Option<Self> {
        let is_scored = |channel: &usize| !context.rounding[*channel];
        match self {
            Self::Pooled(range) if range.len() == 1 && !is_scored(&range.start) => None,
            Self::Pooled(range) => Some(Self::Pooled(range.clone())),
            Self::Mean(channels) => {
                let scored: Vec<usize> = channels.iter().copied().filter(is_scored).collect();
                (!scored.is_empty()).then_some(Self::Mean(scored))
            }
        }
    }

    /// The estimated error of one state over the reference's scale; `None` without an estimate.
    fn error(&self, sample: &Sample, weights: &Weights, frame: usize, scale: Scale) -> Option<f64> {
        let errors = sample.error_estimate.as_ref()?.row(frame);
        let state = sample.trajectory.state(frame);
        let pooled = |range: Range<usize>| {
            let error: f64 = range.clone().map(|channel| errors[channel] * errors[channel]).sum();
            let scale: f64 =
                range.map(|channel| scale(weights, state.index_axis(Axis(0), channel))).sum();
            (error / scale).sqrt()
        };
        Some(match self {
            Self::Pooled(range) => pooled(range.clone()),
            Self::Mean(channels) => {
                mean(channels.iter().map(|&channel| pooled(channel..channel + 1)))
            }
        })
    }
}

/// The divergence of the reference under the metric's stencil.
fn divergence(
    samples: &[Sample],
    first: usize,
    steps: usize,
    info: &Info,
) -> Option<(String, Vec<f64>)> {
    let of_sample = |sample: &Sample| {
        let reference = sample.trajectory.slice(first..first + steps);
        let context = Context::of(sample, &info.fields, info.interval);
        Divergence::default().score(&reference, &reference, &context).pop()
    };
    let series = samples.iter().map(of_sample).collect::<Option<Vec<_>>>()?;
    let channel = series.first()?.channel.clone();
    Some((channel, (0..steps).map(|step| mean(series.iter().map(|s| s.values[step]))).collect()))
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len();
    values.sum::<f64>() / count as f64
}
