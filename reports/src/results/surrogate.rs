//! One surrogate with all that is known of it, and its scores.

use crate::results::evidence::HEADLINE;
use crate::results::metric::Definitions;
use crate::results::stats;
use crate::sheet::Cell;
use data::{Panel, Record, Run, SurrogateKind, SurrogateSummary, TrainingCurve};
use std::collections::{BTreeMap, BTreeSet};

/// Which part of a rollout a score is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// The mean over all steps.
    Steps,
    /// The last step alone.
    LastStep,
}

/// A mean over seeds with its deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Score {
    /// The mean over samples and seeds; infinite if a rollout diverged.
    pub(crate) mean: f64,
    /// The standard deviation over seeds; `None` of one.
    pub(crate) deviation: Option<f64>,
}

/// One surrogate on one case in one run, with all its seeds.
pub(crate) struct Rival<'a> {
    /// The name in reports: the surrogate's, with the run's number if there are several.
    pub(crate) label: String,
    /// The surrogate's name in records.
    pub(crate) surrogate: &'a str,
    /// The run's number, from 0.
    pub(crate) run: usize,
    /// What it is; `None` if the run does not say it.
    pub(crate) kind: Option<SurrogateKind>,
    /// One entry a seed.
    pub(crate) summaries: Vec<&'a SurrogateSummary>,
    /// Training curves, one a seed.
    pub(crate) curves: Vec<&'a TrainingCurve>,
    /// Panels that show it, with the prediction's place in them.
    pub(crate) panels: Vec<(&'a Panel, usize)>,
    /// By metric and channel, in order of appearance.
    pub(crate) records: Vec<((&'a str, &'a str), Vec<&'a Record>)>,
    /// What the runs say of their metrics.
    pub(crate) definitions: Definitions<'a>,
}

/// All who were judged on a case in run `number`, in the order of the suite.
pub(crate) fn rivals_of<'a>(runs: &'a [Run], number: usize, case: &'a str) -> Vec<Rival<'a>> {
    let run = &runs[number];
    let of_contestants = run.surrogates.iter().filter(|c| c.case == case).map(|c| &c.surrogate);
    let of_records = run.records.iter().filter(|r| r.case == case).map(|r| &r.surrogate);
    let mut seen = BTreeSet::new();
    let names = of_contestants.chain(of_records).filter(|name| seen.insert(name.as_str()));
    names.map(|name| Rival::new(runs, number, case, name)).collect()
}

fn by_metric<'a>(
    records: impl Iterator<Item = &'a Record>,
) -> Vec<((&'a str, &'a str), Vec<&'a Record>)> {
    let mut groups: Vec<((&str, &str), Vec<&Record>)> = Vec::new();
    for record in records {
        let key = (record.metric.as_str(), record.channel.as_str());
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(record),
            None => groups.push((key, vec![record])),
        }
    }
    groups
}

impl<'a> Rival<'a> {
    fn new(runs: &'a [Run], number: usize, case: &'a str, surrogate: &'a str) -> Self {
        let run = &runs[number];
        let is_shared = runs.len() > 1;
        let records = run.records.iter().filter(|r| r.case == case && r.surrogate == surrogate);
        let summaries: Vec<&SurrogateSummary> =
            run.surrogates.iter().filter(|c| c.case == case && c.surrogate == surrogate).collect();
        let place =
            |panel: &Panel| panel.predictions.iter().position(|(name, _)| name == surrogate);
        let panels = run.panels.iter().filter(|panel| panel.case == case);
        let curves = run.curves.iter().filter(|c| c.case == case && c.surrogate == surrogate);
        Self {
            label: if is_shared {
                format!("{surrogate} ({})", number + 1)
            } else {
                surrogate.into()
            },
            surrogate,
            run: number,
            kind: summaries.first().map(|summary| summary.kind),
            summaries,
            curves: curves.filter(|curve| !curve.points.is_empty()).collect(),
            panels: panels.filter_map(|panel| Some((panel, place(panel)?))).collect(),
            records: by_metric(records),
            definitions: Definitions::new(runs),
        }
    }

    pub(crate) fn all_records(&self) -> impl Iterator<Item = &'a Record> {
        self.records.iter().flat_map(|(_, records)| records.iter().copied())
    }

    /// The records of one metric on one channel.
    pub(crate) fn records(&self, metric: &str, channel: &str) -> &[&'a Record] {
        let found = self.records.iter().find(|(key, _)| *key == (metric, channel));
        found.map_or(&[], |(_, records)| records)
    }

    /// Whether its time is that of computing something: not of looking up a file or a state.
    pub(crate) fn is_timed(&self) -> bool {
        self.kind.is_none_or(SurrogateKind::is_timed)
    }

    /// Learned operators, outside programs and what they left in files.
    pub(crate) fn is_learned(&self) -> bool {
        self.kind.is_some_and(SurrogateKind::is_learned)
    }

    /// Legends list the learned first, then solvers, then baselines.
    pub(crate) fn kind_place(&self) -> usize {
        self.kind.map_or(SurrogateKind::ALL.len(), |kind| kind as usize)
    }

    /// The mean over samples, then over seeds, of one metric; `None` if nobody measured it.
    pub(crate) fn score(&self, metric: &str, channel: &str, over: Over) -> Option<Score> {
        let mut seeds: BTreeMap<Option<u64>, Vec<f64>> = BTreeMap::new();
        for record in self.records(metric, channel) {
            seeds.entry(record.seed).or_default().extend(self.score_of(record, over));
        }
        let means = seeds.values().filter(|scores| !scores.is_empty());
        let means: Vec<f64> = means.map(|scores| stats::mean(scores)).collect();
        (!means.is_empty())
            .then(|| Score { mean: stats::mean(&means), deviation: stats::deviation(&means) })
    }

    /// The times and values of a record as scores: where a rollout had diverged, the worst; undefined ones left out.
    pub(crate) fn scored(&self, record: &'a Record) -> impl Iterator<Item = (f64, f64)> + use<'a> {
        let worst = record.diverged.map(|_| self.definitions.worst(&record.metric));
        record.times.iter().zip(&record.values).filter_map(move |(&time, &value)| {
            let value = if value.is_finite() { Some(value) } else { worst };
            Some((time, value?))
        })
    }

    fn score_of(&self, record: &'a Record, over: Over) -> Option<f64> {
        reduce(self.scored(record).map(|(_, value)| value).collect(), over)
    }

    /// A score of a metric as an entry of a table.
    pub(crate) fn cell(&self, metric: &str, channel: &str, over: Over) -> Cell {
        Cell::score(self.definitions, metric, self.score(metric, channel, over))
    }

    /// The headline over all steps.
    pub(crate) fn headline(&self) -> Option<Score> {
        self.score(HEADLINE.0, HEADLINE.1, Over::Steps)
    }

    /// A score a sample, mean over seeds.
    pub(crate) fn by_sample(
        &self,
        metric: &str,
        channel: &str,
        over: Over,
    ) -> BTreeMap<usize, f64> {
        let mut samples: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for record in self.records(metric, channel) {
            samples.entry(record.sample).or_default().extend(self.score_of(record, over));
        }
        let scored = samples.into_iter().filter(|(_, scores)| !scores.is_empty());
        scored.map(|(sample, scores)| (sample, stats::mean(&scores))).collect()
    }

    /// The headline over all steps, a score a sample.
    pub(crate) fn headline_by_sample(&self) -> BTreeMap<usize, f64> {
        self.by_sample(HEADLINE.0, HEADLINE.1, Over::Steps)
    }

    /// Rollouts that diverged, and all rollouts.
    pub(crate) fn diverged(&self) -> (usize, usize) {
        let all = self.all_records();
        let rollouts: BTreeMap<(Option<u64>, usize), bool> =
            all.map(|r| ((r.seed, r.sample), r.diverged.is_some())).collect();
        (rollouts.values().filter(|diverged| **diverged).count(), rollouts.len())
    }

    /// The number of different seeds; 0 without chance.
    pub(crate) fn seeds(&self) -> usize {
        let seeds: BTreeSet<u64> = self.summaries.iter().filter_map(|c| c.seed).collect();
        seeds.len()
    }

    /// Median over seeds of the wall time of one step of one sample in s.
    pub(crate) fn seconds_per_step(&self) -> Option<f64> {
        let seconds: Vec<f64> = self.summaries.iter().map(|c| c.seconds_per_step).collect();
        Some(stats::median(&seconds)).filter(|seconds| seconds.is_finite() && *seconds > 0.0)
    }

    /// Mean over seeds of the training time in s; `None` without training.
    pub(crate) fn training_seconds(&self) -> Option<f64> {
        let seconds: Vec<f64> = self.summaries.iter().map(|c| c.training_seconds).collect();
        Some(stats::mean(&seconds)).filter(|seconds| seconds.is_finite() && *seconds > 0.0)
    }

    /// Trainable real numbers; `None` without any.
    pub(crate) fn weights(&self) -> Option<usize> {
        self.summaries.first().map(|c| c.weights).filter(|weights| *weights > 0)
    }
}

pub(crate) fn reduce(values: Vec<f64>, over: Over) -> Option<f64> {
    match over {
        Over::Steps => (!values.is_empty()).then(|| stats::mean(&values)),
        Over::LastStep => values.last().copied(),
    }
}
