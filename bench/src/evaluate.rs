//! Surrogate × dataset → records.

mod floors;
mod panels;
mod timing;

pub(crate) use floors::floors;
pub(crate) use panels::gather;

use crate::metrics::{Context, Metric};
use crate::{BenchError, Case, Suite};
use data::{
    Dataset, Info, Panel, Parameter, Provenance, Record, Sample, Source, Split, SurrogateKind,
    SurrogateSummary, Trajectory,
};
use ndarray::{Axis, s};
use operators::{Surrogate, Task};
use panels::panels;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use timing::timed_rollout;

/// What one surrogate did on one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// Who, and at which cost.
    pub contestant: SurrogateSummary,
    /// Its scores.
    pub records: Vec<Record>,
    /// Its predictions that reports show.
    pub panels: Vec<Panel>,
}

/// The test samples of a case, and the questions they pose.
pub struct Exam {
    /// The test samples.
    pub samples: Vec<Sample>,
    /// One task a sample: what a surrogate gets to see.
    pub tasks: Vec<Task>,
    /// The number of the first predicted state.
    pub first: usize,
    /// The number of predicted states.
    pub steps: usize,
}

impl Exam {
    /// Reads the test split.
    pub fn new(suite: &Suite, case: &Case, dataset: &Dataset) -> Result<Self, BenchError> {
        let samples = dataset
            .indices(Split::Test)
            .into_iter()
            .map(|index| {
                // The reference of every score: its numbers must be those that its hash declares.
                dataset.verify_sample(index)?;
                dataset.sample(index)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let (first, steps) = (suite.start + 1, suite.steps_of(case));
        let task = |sample: &Sample| Task {
            history: sample.trajectory.slice(0..first),
            parameters: sample.parameters.clone(),
            grid: sample.grid.clone(),
            interval: sample.interval(),
            steps,
        };
        let tasks = samples.iter().map(task).collect();
        Ok(Self { samples, tasks, first, steps })
    }
}

/// Who is judged, and what its records must say.
pub struct Entrant<'a> {
    /// Its name in reports.
    pub name: &'a str,
    /// What it is.
    pub kind: SurrogateKind,
    /// The seed of its training.
    pub seed: Option<u64>,
    /// The time its training took in s.
    pub training_seconds: f64,
    /// The threads that its training had.
    pub training_threads: usize,
    /// The trainings that ran at the same time.
    pub training_jobs: usize,
    /// Where its numbers come from.
    pub provenance: Provenance,
}

/// Rolls a surrogate out on every test sample, times it and scores it with `metrics`.
pub fn evaluate(
    suite: &str,
    case: &Case,
    dataset: &Dataset,
    exam: &Exam,
    entrant: &Entrant<'_>,
    metrics: &[Box<dyn Metric>],
    surrogate: &mut dyn Surrogate,
) -> Result<Judgement, BenchError> {
    let mut timed = timed_rollout(surrogate, &exam.tasks)?;
    let info = dataset.info();
    let times = info.interval.times(exam.first, exam.steps);
    for (prediction, sample) in timed.predictions.iter_mut().zip(&exam.samples) {
        carry_constants(prediction, sample, info);
        end_at_divergence(prediction);
        prediction.times.clone_from(&times);
    }
    let contestant = SurrogateSummary {
        case: case.name.clone(),
        surrogate: entrant.name.into(),
        kind: entrant.kind,
        seed: entrant.seed,
        weights: surrogate.weights(),
        training_seconds: entrant.training_seconds,
        training_threads: entrant.training_threads,
        training_jobs: entrant.training_jobs,
        seconds_per_step: timed.seconds_per_step,
        repeats: timed.repeats,
        device: entrant.provenance.device.clone(),
        threads: entrant.provenance.threads,
    };
    let judge = |(sample, prediction): (&Sample, &Trajectory)| {
        let template = Record {
            suite: suite.into(),
            case: case.name.clone(),
            surrogate: entrant.name.into(),
            seed: entrant.seed,
            sample: sample.index,
            parameters: named(&info.parameters, &sample.parameters),
            metric: String::new(),
            channel: String::new(),
            unit: String::new(),
            times: Vec::new(),
            values: Vec::new(),
            diverged: first_divergence(prediction),
            provenance: entrant.provenance.clone(),
        };
        let mut reference = sample.trajectory.slice(exam.first..exam.first + exam.steps);
        reference.times.clone_from(&times);
        let context = Context::of(sample, &info.fields, info.interval);
        score(metrics, &template, prediction, &reference, &context)
    };
    let records: Vec<Vec<Record>> =
        exam.samples.par_iter().zip(&timed.predictions).map(judge).collect();
    Ok(Judgement {
        contestant,
        records: records.into_iter().flatten().collect(),
        panels: panels(case, info, &exam.samples, exam.first, entrant.name, &timed.predictions),
    })
}

/// The records of one prediction: those of `metrics`, all else as in `template`.
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

/// Constant channels are given: what a surrogate says of them is not looked at.
fn carry_constants(prediction: &mut Trajectory, sample: &Sample, info: &Info) {
    let channels = data::channels(&info.fields).into_iter().enumerate();
    for (number, _) in channels.filter(|(_, channel)| channel.constant) {
        let given = sample.trajectory.values.slice(s![0, number, .., .., ..]);
        for mut state in prediction.values.outer_iter_mut() {
            state.index_axis_mut(Axis(0), number).assign(&given);
        }
    }
}

/// What follows a state that is not finite is not finite either, whatever the surrogate says.
fn end_at_divergence(prediction: &mut Trajectory) {
    if let Some(step) = first_divergence(prediction) {
        prediction.values.slice_axis_mut(Axis(0), (step..).into()).fill(f64::NAN);
    }
}

/// The first state that is not finite.
fn first_divergence(prediction: &Trajectory) -> Option<usize> {
    (0..prediction.len())
        .find(|&step| prediction.state(step).iter().any(|value| !value.is_finite()))
}
