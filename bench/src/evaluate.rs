//! Surrogate × dataset → records.

mod floors;
mod panels;
mod predicted;
mod program;
mod rollout_statistics;
mod sections;
mod summary;
mod test_set;
mod timing;

pub(crate) use floors::floors;
pub(crate) use panels::{gather, image};
pub(crate) use rollout_statistics::gather_statistics;
pub(crate) use summary::{coverage, grid, summary};
pub use test_set::TestSet;

use crate::metrics::{Context, Metric};
use crate::{BenchError, Case};
use data::{
    Channel, Dataset, FlowStatistic, Info, Panel, Parameter, Provenance, Record, Sample, Source,
    SurrogateKind, SurrogateSummary, TrainingPoint, Trajectory,
};
use ndarray::{Axis, s};
use operators::{StatedTraining, Surrogate};
use panels::panels;
use predicted::Absent;
pub(crate) use program::FROM_MEMORY;
use program::timed_program;
use rayon::prelude::*;
use rollout_statistics::{realizations, statistics};
use sections::sections;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use timing::timed_rollout;
pub(crate) use timing::{LONG, Turn, time_in_turns};

/// The result of evaluating one surrogate on one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The surrogate and its cost.
    pub summary: SurrogateSummary,
    /// Scores.
    pub records: Vec<Record>,
    /// Predictions that reports show.
    pub panels: Vec<Panel>,
    /// Statistics of the flow, which the surrogate's rollouts are compared with.
    #[serde(default)]
    pub statistics: Vec<FlowStatistic>,
}

/// What identifies a surrogate in records, and where its values come from.
pub struct SurrogateIdentity<'a> {
    /// Name in reports.
    pub name: &'a str,
    /// Kind of surrogate.
    pub kind: SurrogateKind,
    /// Seed of the training.
    pub seed: Option<u64>,
    /// The last point of the training curve.
    pub training: Option<TrainingPoint>,
    /// Hashes, versions, machine and command behind the values.
    pub provenance: Provenance,
    /// What a reader must know about how it is obtained, in sentences without a full stop.
    pub notes: Vec<String>,
}

/// Rolls a surrogate out on every test sample, measures the time and computes `metrics`.
pub fn evaluate(
    suite: &str,
    case: &Case,
    dataset: &Dataset,
    test_set: &TestSet,
    identity: &SurrogateIdentity<'_>,
    metrics: &[Box<dyn Metric>],
    surrogate: &mut dyn Surrogate,
) -> Result<Evaluation, BenchError> {
    let SurrogateIdentity { name, kind, seed, training, provenance, notes } = identity;
    let info = dataset.info();
    let channels = data::channels(&info.fields);
    let mut timed = match kind {
        SurrogateKind::Process => {
            let constant: Vec<bool> = channels.iter().map(|channel| channel.constant).collect();
            let error = |predictions: &[Trajectory]| error(predictions, test_set, &channels);
            let others = test_set.other_tasks(dataset)?;
            timed_program(surrogate, &test_set.tasks, &others, &constant, error)?
        }
        _ => timed_rollout(surrogate, &test_set.tasks)?,
    };
    // Surrogates of this program predict every channel.
    let absent = match kind {
        SurrogateKind::Process | SurrogateKind::Predictions => {
            Absent::of(&timed.predictions, &channels)
        }
        _ => Absent::none(&channels),
    };
    let times = info.interval.times(test_set.first, test_set.steps);
    for (prediction, sample) in timed.predictions.iter_mut().zip(&test_set.samples) {
        set_constants(prediction, sample, info);
        end_at_divergence(prediction, &absent);
        prediction.times.clone_from(&times);
    }
    for (members, sample) in timed.members.iter_mut().zip(&test_set.samples) {
        for member in members {
            set_constants(member, sample, info);
            member.times.clone_from(&times);
        }
    }
    if let Some(members) = timed.members.first().map(Vec::len) {
        timed.notes.push(format!(
            "is an ensemble of {members} members: its mean is scored, and its time is that of all members"
        ));
    }
    let ensembles: Vec<Arc<[Trajectory]>> = timed.members.into_iter().map(Arc::from).collect();
    let not_predicted = absent.names(&channels);
    // A program cannot be given what it does not predict, and a file of predictions has an end.
    let goes_on = *kind != SurrogateKind::Predictions && not_predicted.is_empty();
    let rollouts =
        realizations(goes_on.then_some(surrogate), test_set, &timed.predictions, &absent)?;
    if test_set.free > 0 && !goes_on {
        let text =
            "its rollouts end with the reference, since it cannot go on from its own predictions";
        timed.notes.push(text.into());
    }
    let stated = surrogate.stated_training().filter(|_| training.is_none());
    if let Some(StatedTraining { seconds, hardware }) = &stated {
        let on = if hardware.is_empty() { String::new() } else { format!(" on {hardware}") };
        let time = reports::number::duration(*seconds);
        timed.notes.push(format!("states a training of {time}{on}, which was not measured here"));
    }
    let summary = SurrogateSummary {
        case: case.name.clone(),
        surrogate: (*name).into(),
        kind: *kind,
        seed: *seed,
        weights: surrogate.weights(),
        training_seconds: training
            .map(|point| point.seconds)
            .or(stated.map(|stated| stated.seconds))
            .unwrap_or(0.0),
        training_threads: training.map_or(0, |point| point.threads),
        training_jobs: training.map_or(0, |point| point.jobs),
        seconds_per_step: timed.timing.quartiles[1],
        repeats: timed.timing.repeats,
        timing: Some(timed.timing),
        device: provenance.device.clone(),
        threads: provenance.threads,
        not_predicted: not_predicted.iter().cloned().collect(),
        notes: notes.iter().cloned().chain(timed.notes).collect(),
        failure: None,
    };
    let of_sample = |(position, (sample, prediction)): (usize, (&Sample, &Trajectory))| {
        let template = Record {
            suite: suite.into(),
            case: case.name.clone(),
            surrogate: (*name).into(),
            seed: *seed,
            sample: sample.index,
            parameters: named(&info.parameters, &sample.parameters),
            metric: String::new(),
            channel: String::new(),
            unit: String::new(),
            times: Vec::new(),
            values: Vec::new(),
            diverged: absent.first_divergence(prediction),
            provenance: provenance.clone(),
        };
        let mut reference =
            sample.trajectory.slice(test_set.first..test_set.first + test_set.steps);
        reference.times.clone_from(&times);
        let realization = rollouts.as_ref().map(|rollouts| rollouts[position].clone());
        let context = Context::of(sample, &info.fields, info.interval)
            .with_climate(test_set.climate.clone(), test_set.skipped)
            .with_realization(realization)
            .with_members(ensembles.get(position).cloned().unwrap_or_default());
        let mut records = score(metrics, &template, prediction, &reference, &context);
        records.retain(|record| !not_predicted.contains(&record.channel));
        records
    };
    let pairs = test_set.samples.par_iter().zip(&timed.predictions).enumerate();
    let records: Vec<Vec<Record>> = pairs.map(of_sample).collect();
    let statistics = match (&test_set.climate, &rollouts) {
        (Some(climate), Some(rollouts)) => statistics(&case.name, climate, rollouts, name, *seed),
        _ => Vec::new(),
    };
    let mut panels = panels(case, info, test_set, name, &timed.predictions, &absent, &records);
    panels.extend(sections(case, info, test_set, name, &timed.predictions));
    let records = records.into_iter().flatten().collect();
    Ok(Evaluation { summary, records, panels, statistics })
}

/// The records of one prediction: the scores of `metrics`, everything else as in `template`.
pub fn score(
    metrics: &[Box<dyn Metric>],
    template: &Record,
    prediction: &Trajectory,
    reference: &Trajectory,
    context: &Context,
) -> Vec<Record> {
    let mut records = Vec::new();
    for metric in metrics {
        let infos = metric.infos();
        for series in metric.score(prediction, reference, context) {
            records.push(Record {
                metric: infos[series.part].name.clone(),
                channel: series.channel,
                unit: series.unit,
                times: series.times,
                values: series.values,
                ..template.clone()
            });
        }
    }
    records
}

fn named(parameters: &[Parameter], values: &[f64]) -> BTreeMap<String, f64> {
    parameters.iter().map(|parameter| parameter.name.clone()).zip(values.iter().copied()).collect()
}

/// Replaces constant channels of a prediction by the given ones: they are inputs, not results.
fn set_constants(prediction: &mut Trajectory, sample: &Sample, info: &Info) {
    let channels = data::channels(&info.fields).into_iter().enumerate();
    for (number, _) in channels.filter(|(_, channel)| channel.constant) {
        let given = sample.trajectory.values.slice(s![0, number, .., .., ..]);
        for mut state in prediction.values.outer_iter_mut() {
            state.index_axis_mut(Axis(0), number).assign(&given);
        }
    }
}

/// Sets all states from the first non-finite one on to NaN.
fn end_at_divergence(prediction: &mut Trajectory, absent: &Absent) {
    if let Some(step) = absent.first_divergence(prediction) {
        prediction.values.slice_axis_mut(Axis(0), (step..).into()).fill(f64::NAN);
    }
}

/// The error by which rollouts of one surrogate are compared with each other: that of all steps together over the
/// reference's, mean over samples and predicted channels; NaN if a rollout has diverged.
fn error(predictions: &[Trajectory], test_set: &TestSet, channels: &[Channel]) -> f64 {
    let absent = Absent::of(predictions, channels);
    let mut errors = Vec::new();
    let range = test_set.first..test_set.first + test_set.steps;
    for (prediction, sample) in predictions.iter().zip(&test_set.samples) {
        let reference = sample.trajectory.slice(range.clone());
        for (number, channel) in channels.iter().enumerate() {
            if channel.constant || absent.is(number) {
                continue;
            }
            let [p, y] = [prediction, &reference].map(|t| t.values.index_axis(Axis(1), number));
            let square: f64 = p.iter().zip(y).map(|(p, y)| (p - y) * (p - y)).sum();
            let scale: f64 = y.iter().map(|y| y * y).sum();
            errors.push(if square == 0.0 { 0.0 } else { (square / scale).sqrt() });
        }
    }
    errors.iter().sum::<f64>() / errors.len().max(1) as f64
}
