//! One surrogate on one case, and its scores.

use crate::results::measure::{CLIMATE_SCORE, Measure, NRMSE};
use crate::results::metric::Metrics;
use crate::results::score::{Score, values};
use crate::results::stats;
use data::{
    FlowStatistic, Panel, Record, Run, SurrogateKind, SurrogateSummary, Timing, TrainingCurve,
};
use std::collections::{BTreeMap, BTreeSet};

/// One surrogate on one case in one run, with all its seeds.
pub struct Surrogate<'a> {
    /// The name in reports: the surrogate's, followed by the numbers of its runs if there are several.
    pub label: String,
    /// The name in records.
    pub name: &'a str,
    /// The index of the first of its runs.
    pub(crate) run: usize,
    /// The indices of all runs that evaluated it.
    runs: Vec<usize>,
    /// The kind of surrogate; `None` if the run does not state it.
    pub kind: Option<SurrogateKind>,
    /// One per seed.
    pub(crate) summaries: Vec<&'a SurrogateSummary>,
    /// One per seed.
    pub(crate) curves: Vec<&'a TrainingCurve>,
    /// The panels that have a prediction of it, and the index of that prediction.
    pub(crate) panels: Vec<(&'a Panel, usize)>,
    /// The statistics that have a curve of it.
    pub(crate) statistics: Vec<&'a FlowStatistic>,
    /// By metric and channel, in order of first appearance.
    records: Vec<((&'a str, &'a str), Vec<&'a Record>)>,
    /// The hash of its weights or program, by seed.
    hashes: BTreeSet<(Option<u64>, &'a str)>,
    metrics: Metrics<'a>,
    /// The score by which reports rank, the same for all surrogates of a case.
    pub(crate) primary: Measure<'static>,
    /// The length of a rollout in the unit of the case's interval, if the run states it.
    horizon: Option<f64>,
}

/// All surrogates that run `number` evaluated on a case, in the order of the suite.
pub(crate) fn surrogates_of<'a>(
    runs: &'a [Run],
    number: usize,
    case: &'a str,
) -> Vec<Surrogate<'a>> {
    let run = &runs[number];
    let summarized = run.surrogates.iter().filter(|s| s.case == case).map(|s| &s.surrogate);
    let recorded = run.records.iter().filter(|r| r.case == case).map(|r| &r.surrogate);
    let mut seen = BTreeSet::new();
    let names = summarized.chain(recorded).filter(|name| seen.insert(name.as_str()));
    names.map(|name| Surrogate::new(runs, number, case, name)).collect()
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

impl<'a> Surrogate<'a> {
    fn new(runs: &'a [Run], number: usize, case: &'a str, name: &'a str) -> Self {
        let run = &runs[number];
        let records = run.records.iter().filter(|r| r.case == case && r.surrogate == name);
        let hash = |record: &'a Record| (record.seed, &*record.provenance.surrogate_hash);
        let summaries = run.surrogates.iter().filter(|s| s.case == case && s.surrogate == name);
        let summaries: Vec<&SurrogateSummary> = summaries.collect();
        let curves = run.curves.iter().filter(|c| c.case == case && c.surrogate == name);
        let index = |panel: &Panel| panel.predictions.iter().position(|(shown, _)| shown == name);
        let panels = run.panels.iter().filter(|panel| panel.case == case);
        let described = run.manifest.cases.iter().find(|summary| summary.name == case);
        Self {
            horizon: described.map(|case| case.steps as f64 * case.interval.value()),
            label: name.into(),
            name,
            run: number,
            runs: vec![number],
            kind: summaries.first().map(|summary| summary.kind),
            summaries,
            curves: curves.filter(|curve| !curve.points.is_empty()).collect(),
            panels: panels.filter_map(|panel| Some((panel, index(panel)?))).collect(),
            statistics: run
                .statistics
                .iter()
                .filter(|s| s.case == case && s.curves.iter().any(|curve| curve.surrogate == name))
                .collect(),
            hashes: records.clone().map(hash).collect(),
            records: by_metric(records),
            metrics: Metrics(runs),
            primary: NRMSE,
        }
    }

    /// Whether it is the same surrogate in another run: name, predictions, and the place where its time was measured.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        let place = |surrogate: &Self| -> BTreeSet<(&'a str, &'a str, usize)> {
            let records = surrogate.all_records().map(|record| &record.provenance);
            records.map(|p| (&*p.machine, &*p.device, p.threads)).collect()
        };
        self.name == other.name && self.predicts_as(other) && place(self) == place(other)
    }

    /// Adds the runs of the same surrogate in later runs. Scores and times are those of the first; metrics,
    /// panels and statistics that the first run lacks are those of the later ones.
    pub(crate) fn merge(&mut self, other: Self) {
        self.runs.extend(other.runs);
        for (key, records) in other.records {
            if self.records(key.0, key.1).is_empty() {
                self.records.push((key, records));
            }
        }
        if self.panels.is_empty() {
            self.panels = other.panels;
        }
        if self.statistics.is_empty() {
            self.statistics = other.statistics;
        }
    }

    /// Adds the numbers of its runs to the label if there are several runs.
    pub(crate) fn name_runs(&mut self, all: usize) {
        let numbers: Vec<String> = self.runs.iter().map(|run| (run + 1).to_string()).collect();
        if all > 1 {
            self.label = format!("{} ({})", self.name, numbers.join(", "));
        }
    }

    /// Whether a run evaluated it.
    pub(crate) fn is_of_run(&self, run: usize) -> bool {
        self.runs.contains(&run)
    }

    /// The metrics and channels that it was scored by.
    pub(crate) fn measured(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.records.iter().map(|(key, _)| *key)
    }

    /// All records.
    pub(crate) fn all_records(&self) -> impl Iterator<Item = &'a Record> {
        self.records.iter().flat_map(|(_, records)| records.iter().copied())
    }

    /// The records of one metric on one channel.
    pub(crate) fn records(&self, metric: &str, channel: &str) -> &[&'a Record] {
        let found = self.records.iter().find(|(key, _)| *key == (metric, channel));
        found.map_or(&[], |(_, records)| records)
    }

    /// Whether it is of that kind.
    pub(crate) fn is(&self, kind: SurrogateKind) -> bool {
        self.kind == Some(kind)
    }

    /// Whether the time of its rollouts is meaningful: false for baselines.
    pub(crate) fn is_timed(&self) -> bool {
        self.kind.is_none_or(SurrogateKind::is_timed)
    }

    /// Whether it was fitted to data.
    pub fn is_learned(&self) -> bool {
        self.kind.is_some_and(SurrogateKind::is_learned)
    }

    /// Whether its predictions are those of another surrogate: the same weights or program, and the same scores.
    pub(crate) fn predicts_as(&self, other: &Self) -> bool {
        !self.hashes.is_empty()
            && self.hashes.iter().all(|(_, hash)| !hash.is_empty())
            && self.hashes == other.hashes
            && self.by_sample(NRMSE) == other.by_sample(NRMSE)
    }

    /// The mean over steps or the last step, then over samples, then over seeds; `None` without records.
    pub(crate) fn score(&self, measure: Measure) -> Option<Score> {
        let records = self.records(measure.metric, measure.channel);
        let mut seeds: BTreeMap<Option<u64>, Vec<f64>> = BTreeMap::new();
        for record in records {
            seeds.entry(record.seed).or_default().extend(self.record_score(record, measure));
        }
        let means = seeds.values().filter(|scores| !scores.is_empty());
        let means: Vec<f64> = means.map(|scores| stats::mean(scores)).collect();
        (!means.is_empty()).then(|| Score {
            mean: stats::mean(&means),
            standard_deviation: stats::standard_deviation(&means),
            diverged: (records.iter().filter(|r| r.diverged.is_some()).count(), records.len()),
            is_lower_bound: records.iter().any(|record| self.is_lower_bound(record)),
        })
    }

    /// Whether a record's value is bounded by the length of the rollout.
    fn is_lower_bound(&self, record: &Record) -> bool {
        let beyond = self.time_beyond_the_reference(record);
        let reaches = |horizon: f64| {
            // Steps times interval has roundings.
            record.values.iter().any(|value| *value >= (horizon + beyond) * (1.0 - 1e-9))
        };
        self.metrics.get(&record.metric).is_censored_at_the_horizon()
            && self.horizon.is_some_and(reaches)
    }

    /// How long a rollout goes on after the reference has ended, if the metric is of all of it: the time from the end
    /// of the metrics that have a value at every step.
    fn time_beyond_the_reference(&self, record: &Record) -> f64 {
        let all = self.records.iter().flat_map(|(_, records)| records);
        let stepwise = all.filter(|record| record.values.len() > 1);
        let end = stepwise.filter_map(|record| record.times.last().copied());
        let end = end.max_by(f64::total_cmp);
        let own = record.times.last().copied();
        own.zip(end).map_or(0.0, |(own, end)| (own - end).max(0.0))
    }

    /// The score by which reports rank.
    pub(crate) fn primary_score(&self) -> Option<Score> {
        self.score(self.primary)
    }

    /// Whether it was scored by the statistics of the flow.
    pub(crate) fn has_climate_score(&self) -> bool {
        !self.records(CLIMATE_SCORE.metric, CLIMATE_SCORE.channel).is_empty()
    }

    /// The score of each sample, mean over seeds.
    pub(crate) fn by_sample(&self, measure: Measure) -> BTreeMap<usize, f64> {
        let mut samples: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for record in self.records(measure.metric, measure.channel) {
            let scores = samples.entry(record.sample).or_default();
            scores.extend(self.record_score(record, measure));
        }
        let scored = samples.into_iter().filter(|(_, scores)| !scores.is_empty());
        scored.map(|(sample, scores)| (sample, stats::mean(&scores))).collect()
    }

    /// The primary score of each sample with the first seed, whose fields runs store.
    pub(crate) fn primary_of_first_seed(&self) -> Vec<(usize, f64)> {
        let records = self.records(self.primary.metric, self.primary.channel);
        let Some(first) = records.first() else { return Vec::new() };
        let of_first = records.iter().filter(|record| record.seed == first.seed);
        of_first
            .filter_map(|record| Some((record.sample, self.record_score(record, self.primary)?)))
            .collect()
    }

    /// The primary score of each sample, mean over seeds.
    pub fn primary_by_sample(&self) -> BTreeMap<usize, f64> {
        self.by_sample(self.primary)
    }

    /// The 95 % confidence interval of the primary score over samples; `None` with fewer than two.
    pub(crate) fn primary_interval(&self) -> Option<[f64; 2]> {
        self.interval(self.primary)
    }

    /// The 95 % confidence interval of a score over samples; `None` with fewer than two.
    pub(crate) fn interval(&self, measure: Measure) -> Option<[f64; 2]> {
        let scores: Vec<f64> = self.by_sample(measure).into_values().collect();
        stats::bootstrap_interval(&scores)
    }

    fn record_score(&self, record: &'a Record, measure: Measure) -> Option<f64> {
        let worst = self.metrics.get(&record.metric).worst();
        measure.reduce(&values(record, worst).map(|(_, value)| value).collect::<Vec<f64>>())
    }

    /// The number of rollouts that diverged, and of all rollouts.
    pub(crate) fn diverged(&self) -> (usize, usize) {
        let all = self.all_records();
        let rollouts: BTreeMap<(Option<u64>, usize), bool> =
            all.map(|r| ((r.seed, r.sample), r.diverged.is_some())).collect();
        (rollouts.values().filter(|diverged| **diverged).count(), rollouts.len())
    }

    /// Whether it predicts a channel or all channels of a field, as far as its run states this.
    pub(crate) fn predicts(&self, channel: &str) -> bool {
        !self.summaries.iter().any(|summary| summary.not_predicted.iter().any(|not| not == channel))
    }

    /// The number of different seeds; 0 without randomness.
    pub(crate) fn seeds(&self) -> usize {
        let seeds: BTreeSet<u64> = self.summaries.iter().filter_map(|s| s.seed).collect();
        seeds.len()
    }

    /// Why it was not evaluated, with the seeds if only some of its trainings failed; `None` if none did.
    pub(crate) fn failure(&self) -> Option<String> {
        let failed: Vec<&&SurrogateSummary> =
            self.summaries.iter().filter(|summary| summary.failure.is_some()).collect();
        let mut reasons: Vec<String> = Vec::new();
        for summary in &failed {
            let reason = summary.failure.clone().unwrap_or_default();
            let reason = match summary.seed {
                Some(seed) if self.summaries.len() > 1 => format!("seed {seed}: {reason}"),
                _ => reason,
            };
            reasons.push(reason);
        }
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }

    /// Median over seeds of the wall time of one step of one sample in s.
    pub(crate) fn seconds_per_step(&self) -> Option<f64> {
        let evaluated = self.summaries.iter().filter(|summary| summary.failure.is_none());
        let seconds: Vec<f64> = evaluated.map(|s| s.seconds_per_step).collect();
        Some(stats::median(&seconds)).filter(|seconds| seconds.is_finite() && *seconds > 0.0)
    }

    /// The measurements of that time, one per seed; none in runs of earlier versions.
    pub(crate) fn timings(&self) -> impl Iterator<Item = Timing> {
        self.summaries.iter().filter_map(|summary| summary.timing)
    }

    /// Medians over seeds of the quartiles of the wall time of one step of one sample in s.
    pub(crate) fn quartiles(&self) -> Option<[f64; 3]> {
        let all: Vec<[f64; 3]> = self.timings().map(|timing| timing.quartiles).collect();
        let of =
            |i: usize| stats::median(&all.iter().map(|quartiles| quartiles[i]).collect::<Vec<_>>());
        (!all.is_empty()).then(|| [of(0), of(1), of(2)])
    }

    /// The part of that time that is the exchange of data with a program, in s, median over seeds; `None` if it is not
    /// known.
    pub(crate) fn exchange(&self) -> Option<f64> {
        let all: Vec<f64> = self.timings().filter_map(|timing| timing.exchange).collect();
        (!all.is_empty()).then(|| stats::median(&all))
    }

    /// Mean over seeds of the training time in s; `None` without training.
    pub(crate) fn training_seconds(&self) -> Option<f64> {
        let evaluated = self.summaries.iter().filter(|summary| summary.failure.is_none());
        let seconds: Vec<f64> = evaluated.map(|s| s.training_seconds).collect();
        Some(stats::mean(&seconds)).filter(|seconds| seconds.is_finite() && *seconds > 0.0)
    }

    /// The number of trainable real numbers; `None` without any.
    pub(crate) fn weights(&self) -> Option<usize> {
        self.summaries.iter().map(|s| s.weights).find(|weights| *weights > 0)
    }
}
