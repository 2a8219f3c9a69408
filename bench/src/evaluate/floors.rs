//! The references' own values in the metrics: their estimated error, below which no difference between scores is
//! significant; of metrics whose ideal is the reference's value, that value.

use super::TestSet;
use crate::metrics::{Context, Metric, Series, Weights, mean_square, variance, vectors};
use crate::{BenchError, MetricSpec};
use data::{Direction, Field, Floor, Info, MetricInfo, Sample};
use ndarray::{ArrayView3, Axis};
use std::collections::BTreeMap;
use std::ops::Range;

/// The square of a metric's denominator, from one channel of the reference.
type Scale = fn(&Weights, ArrayView3<'_, f64>) -> f64;

/// The channels of one floor.
#[derive(Clone)]
enum Group {
    /// One channel, or the components of a vector with their squares added.
    Pooled(Range<usize>),
    /// The mean over channels.
    Mean(Vec<usize>),
}

/// The values of every test sample that has some, one per step.
type BySample = BTreeMap<usize, Vec<f64>>;

/// The floors of the suite's metrics at the times of the rollout.
pub(crate) fn floors(
    case: &str,
    test_set: &TestSet,
    info: &Info,
    metrics: &[MetricSpec],
) -> Result<Vec<Floor>, BenchError> {
    let times = info.interval.times(test_set.first, test_set.steps);
    let mut floors = Vec::new();
    let mut add = |metric: &str, channel: String, by_sample: BySample| {
        let Some(count) = by_sample.values().map(Vec::len).min() else { return };
        let of_step = |step| mean(by_sample.values().map(|values| values[step]));
        floors.push(Floor {
            case: case.into(),
            channel,
            metric: metric.into(),
            // A metric of the whole rollout has one value, at its end.
            times: times[times.len() - count..].to_vec(),
            values: (0..count).map(of_step).collect(),
            by_sample,
        });
    };
    for spec in metrics {
        for (channel, by_sample) in estimated(&spec.name, test_set, info) {
            add(&spec.label, channel, by_sample);
        }
        let metric = spec.build().map_err(|source| BenchError::Part {
            location: format!("metric `{}`", spec.label),
            source,
        })?;
        let infos = metric.infos();
        for part in (0..infos.len()).filter(|part| has_own_value(&infos[*part])) {
            for (channel, by_sample) in own_values(metric.as_ref(), part, test_set, info) {
                add(&infos[part].name, channel, by_sample);
            }
        }
    }
    Ok(floors)
}

/// Whether a part of a metric is read beside the value of the references themselves: if that is the aim, or if no value
/// of an error is perfect, as of statistics, which differ between realizations.
fn has_own_value(info: &MetricInfo) -> bool {
    let is_imperfect = info.direction == Direction::Lower && info.ideal.is_none();
    info.direction == Direction::Closest || is_imperfect
}

/// The estimated error of the references in a metric, by channel; nothing for a metric of which it cannot be derived.
fn estimated(metric: &str, test_set: &TestSet, info: &Info) -> Vec<(String, BySample)> {
    let scale: Scale = match metric {
        "rmse" => |_, _| 1.0,
        "nrmse" | "nmse" => mean_square,
        "vrmse" => variance,
        "well-vrmse" => |weights, y| {
            let n = y.len() as f64;
            variance(weights, y) * n / (n - 1.0) + 1e-7
        },
        _ => return Vec::new(),
    };
    let is_squared = metric == "nmse";
    let mut groups = groups(&info.fields, metric != "rmse");
    if is_squared {
        // It has values of vector fields alone.
        let fields: Vec<&str> = vectors(&info.fields).map(|(field, _)| &*field.name).collect();
        groups.retain(|(channel, _)| fields.contains(&channel.as_str()));
    }
    let of_group = |(channel, group): (String, Group)| {
        let of_sample = |sample: &Sample| {
            let context = Context::of(sample, &info.fields, info.interval);
            let group = if metric == "rmse" { group.clone() } else { group.scored(&context)? };
            let error = |frame| {
                let error = group.error(sample, &context.weights, frame, scale)?;
                Some(if is_squared { error * error } else { error })
            };
            let frames = test_set.first..test_set.first + test_set.steps;
            Some((sample.index, frames.map(error).collect::<Option<Vec<f64>>>()?))
        };
        (channel, test_set.samples.iter().filter_map(of_sample).collect())
    };
    groups.into_iter().map(of_group).collect()
}

/// The value of the references themselves in one part of a metric, by channel.
fn own_values(
    metric: &dyn Metric,
    part: usize,
    test_set: &TestSet,
    info: &Info,
) -> BTreeMap<String, BySample> {
    let mut channels: BTreeMap<String, BySample> = BTreeMap::new();
    for sample in &test_set.samples {
        let reference = sample.trajectory.slice(test_set.first..test_set.first + test_set.steps);
        let context = Context::of(sample, &info.fields, info.interval)
            .with_climate(test_set.climate.clone(), test_set.skipped);
        let series = metric.score(&reference, &reference, &context).into_iter();
        for Series { channel, values, .. } in series.filter(|series| series.part == part) {
            channels.entry(channel).or_default().insert(sample.index, values);
        }
    }
    channels
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

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len();
    values.sum::<f64>() / count as f64
}
