//! What the runs say, arranged by case and rival.

use crate::metric::direction;
use crate::stats;
use data::{CaseSummary, Contestant, Curve, Floor, Panel, Record, Run};
use std::collections::{BTreeMap, BTreeSet};

/// The metric by which reports rank.
pub const HEADLINE: (&str, &str) = ("nrmse", "all");

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

/// All cases of all runs.
pub struct Evidence<'a> {
    /// The runs in the order given.
    pub(crate) runs: &'a [Run],
    /// One entry a name, in order of appearance.
    pub(crate) cases: Vec<Case<'a>>,
    /// The surrogates' names in the order of legends.
    surrogates: Vec<&'a str>,
    /// The rivals' labels in the same order.
    pub(crate) labels: Vec<String>,
}

/// One case with all who were judged on it.
pub(crate) struct Case<'a> {
    /// The case's name.
    pub(crate) name: &'a str,
    /// What was asked, if a manifest says it.
    pub(crate) summary: Option<&'a CaseSummary>,
    /// From best to worst by the headline.
    pub(crate) rivals: Vec<Rival<'a>>,
    /// The data's own error.
    pub(crate) floors: Vec<&'a Floor>,
}

/// One surrogate on one case in one run, with all its seeds.
pub(crate) struct Rival<'a> {
    /// The name in reports: the surrogate's, with the run's number where runs share it.
    pub(crate) label: String,
    /// The surrogate's name in records.
    pub(crate) surrogate: &'a str,
    /// The run's number, from 0.
    pub(crate) run: usize,
    /// `operator`, `solver`, `baseline`, `process`; empty where nothing says it.
    pub(crate) kind: &'a str,
    /// One entry a seed.
    pub(crate) contestants: Vec<&'a Contestant>,
    /// Training curves, one a seed.
    pub(crate) curves: Vec<&'a Curve>,
    /// Panels that show it, with the prediction's place in them.
    pub(crate) panels: Vec<(&'a Panel, usize)>,
    /// By metric and channel, in order of appearance.
    records: Vec<((&'a str, &'a str), Vec<&'a Record>)>,
}

impl<'a> Evidence<'a> {
    /// Arranges runs.
    pub fn new(runs: &'a [Run]) -> Self {
        let mut cases: Vec<Case<'a>> =
            case_names(runs).into_iter().map(|name| Case::new(runs, name)).collect();
        let mut rivals: Vec<&Rival> = cases.iter().flat_map(|case| &case.rivals).collect();
        // By kind and then as the suite has them, not by rank: colours stay when ranks change.
        rivals.sort_by_key(|rival| rival.kind_place());
        let surrogates = unique(rivals.iter().map(|rival| rival.surrogate));
        let place =
            |rival: &&Rival| (surrogates.iter().position(|s| *s == rival.surrogate), rival.run);
        rivals.sort_by_key(place);
        let labels = unique(rivals.iter().map(|rival| rival.label.clone()));
        cases.iter_mut().for_each(Case::sort);
        Self { runs, cases, surrogates, labels }
    }

    /// The place of a surrogate among all: its colour, the same in all figures and runs.
    pub(crate) fn place(&self, rival: &Rival) -> usize {
        let known = self.surrogates.iter().position(|known| *known == rival.surrogate);
        known.expect("all rivals are known")
    }

    /// The rivals of a case in the order of legends, the same in all figures.
    pub(crate) fn in_order<'r>(&self, case: &'r Case<'a>) -> Vec<&'r Rival<'a>> {
        let mut rivals: Vec<&Rival> = case.rivals.iter().collect();
        rivals.sort_by_key(|rival| (self.place(rival), rival.run));
        rivals
    }

    /// Whether a rival is of the last run, the one that is looked at and not only compared with.
    pub(crate) fn is_latest(&self, rival: &Rival) -> bool {
        rival.run + 1 == self.runs.len()
    }

    /// A name for a case's part of a figure's file: the figure's alone if there is one case.
    pub(crate) fn stem(&self, figure: &str, case: &Case) -> String {
        if self.cases.len() > 1 { format!("{figure}-{}", case.name) } else { figure.into() }
    }
}

/// The first of each.
fn unique<T: PartialEq>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut kept = Vec::new();
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

fn case_names(runs: &[Run]) -> Vec<&str> {
    let asked = runs.iter().flat_map(|run| &run.manifest.cases).map(|case| case.name.as_str());
    let judged = runs.iter().flat_map(|run| &run.records).map(|record| record.case.as_str());
    let mut seen = BTreeSet::new();
    asked.chain(judged).filter(|name| seen.insert(*name)).collect()
}

impl<'a> Case<'a> {
    fn new(runs: &'a [Run], name: &'a str) -> Self {
        let mut rivals: Vec<Rival<'a>> = Vec::new();
        for (number, run) in runs.iter().enumerate() {
            rivals.extend(rivals_of(number, run, name));
        }
        label(&mut rivals, runs.len());
        let manifests = runs.iter().flat_map(|run| &run.manifest.cases);
        let mut floors: Vec<&Floor> = Vec::new();
        for floor in runs.iter().flat_map(|run| &run.floors).filter(|floor| floor.case == name) {
            let same = |f: &&Floor| f.metric == floor.metric && f.channel == floor.channel;
            if !floors.iter().any(same) {
                floors.push(floor);
            }
        }
        Self { name, summary: manifests.into_iter().find(|case| case.name == name), rivals, floors }
    }

    fn sort(&mut self) {
        let (metric, channel) = HEADLINE;
        let score = |rival: &Rival| {
            rival.score(metric, channel, Over::Steps).map_or(f64::NAN, |score| score.mean)
        };
        // Unscored rivals are NaN, which `total_cmp` puts last.
        self.rivals.sort_by(|a, b| score(a).total_cmp(&score(b)));
    }

    /// The metrics and channels that anybody was judged by, in the order of reports.
    pub(crate) fn metrics(&self) -> Vec<(&'a str, &'a str)> {
        let mut seen = BTreeSet::new();
        let all = self.rivals.iter().flat_map(|rival| rival.records.iter().map(|(key, _)| *key));
        let mut all: Vec<_> = all.filter(|key| seen.insert(*key)).collect();
        all.sort_by_key(|(metric, channel)| {
            (crate::metric::place(metric), *metric, *channel != "all")
        });
        all
    }

    /// The channels of one metric: `all` first.
    pub(crate) fn channels(&self, metric: &str) -> Vec<&'a str> {
        self.metrics().into_iter().filter(|(m, _)| *m == metric).map(|(_, c)| c).collect()
    }

    /// The data's own error in a metric, if it was estimated.
    pub(crate) fn floor(&self, metric: &str, channel: &str) -> Option<&'a Floor> {
        let is_it = |floor: &&&Floor| floor.metric == metric && floor.channel == channel;
        self.floors.iter().find(is_it).copied()
    }

    /// The data's own error in the headline.
    pub(crate) fn headline_floor(&self, over: Over) -> Option<f64> {
        self.floor_score(HEADLINE.0, HEADLINE.1, over)
    }

    /// The data's own error as a score.
    pub(crate) fn floor_score(&self, metric: &str, channel: &str, over: Over) -> Option<f64> {
        let floor = self.floor(metric, channel)?;
        reduce(floor.values.iter().copied().filter(|value| value.is_finite()).collect(), over)
    }

    /// Some sample's parameters, for every test sample.
    pub(crate) fn parameters(&self) -> BTreeMap<usize, &'a BTreeMap<String, f64>> {
        let records = self.rivals.iter().flat_map(Rival::all_records);
        records.map(|record| (record.sample, &record.parameters)).collect()
    }

    /// The names of the parameters that differ between test samples.
    pub(crate) fn varying_parameters(&self) -> Vec<&'a str> {
        let samples = self.parameters();
        let mut ranges: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for (name, &value) in samples.values().copied().flatten() {
            ranges.entry(name).or_default().push(value);
        }
        let varies = |values: &[f64]| values.iter().any(|value| *value != values[0]);
        ranges.into_iter().filter(|(_, values)| varies(values)).map(|(name, _)| name).collect()
    }

    /// A parameter's symbol, or its name where no manifest gives one.
    pub(crate) fn symbol(&self, parameter: &'a str) -> &'a str {
        let known = self.summary.into_iter().flat_map(|case| &case.parameters);
        let mut known = known.map(|(parameter, ..)| parameter);
        known.find(|p| p.name == parameter).map_or(parameter, |p| p.symbol.as_str())
    }

    /// The best rival of the kinds that learn.
    pub(crate) fn best_learned(&self) -> Option<&Rival<'a>> {
        self.rivals.iter().find(|rival| rival.is_learned() && rival.headline().is_some())
    }
}

fn rivals_of<'a>(number: usize, run: &'a Run, case: &'a str) -> Vec<Rival<'a>> {
    let of_contestants = run.contestants.iter().filter(|c| c.case == case).map(|c| &c.surrogate);
    let of_records = run.records.iter().filter(|r| r.case == case).map(|r| &r.surrogate);
    let mut seen = BTreeSet::new();
    let names = of_contestants.chain(of_records).filter(|name| seen.insert(name.as_str()));
    names.map(|name| Rival::new(number, run, case, name)).collect()
}

/// Appends the run's number to names that several runs share.
fn label(rivals: &mut [Rival], runs: usize) {
    for rival in rivals.iter_mut().filter(|_| runs > 1) {
        rival.label = format!("{} ({})", rival.surrogate, rival.run + 1);
    }
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
    fn new(number: usize, run: &'a Run, case: &'a str, surrogate: &'a str) -> Self {
        let records = run.records.iter().filter(|r| r.case == case && r.surrogate == surrogate);
        let contestants: Vec<&Contestant> =
            run.contestants.iter().filter(|c| c.case == case && c.surrogate == surrogate).collect();
        let place =
            |panel: &Panel| panel.predictions.iter().position(|(name, _)| name == surrogate);
        let panels = run.panels.iter().filter(|panel| panel.case == case);
        let curves = run.curves.iter().filter(|c| c.case == case && c.surrogate == surrogate);
        Self {
            label: surrogate.into(),
            surrogate,
            run: number,
            kind: contestants.first().map_or("", |c| c.kind.as_str()),
            contestants,
            curves: curves.filter(|curve| !curve.points.is_empty()).collect(),
            panels: panels.filter_map(|panel| Some((panel, place(panel)?))).collect(),
            records: by_metric(records),
        }
    }

    fn all_records(&self) -> impl Iterator<Item = &'a Record> {
        self.records.iter().flat_map(|(_, records)| records.iter().copied())
    }

    /// The records of one metric on one channel.
    pub(crate) fn records(&self, metric: &str, channel: &str) -> &[&'a Record] {
        let found = self.records.iter().find(|(key, _)| *key == (metric, channel));
        found.map_or(&[], |(_, records)| records)
    }

    /// Learned operators and outside programs, whose cost includes training.
    pub(crate) fn is_learned(&self) -> bool {
        matches!(self.kind, "operator" | "process")
    }

    /// Legends list the learned first, then solvers, then baselines.
    fn kind_place(&self) -> usize {
        let kinds = ["operator", "process", "solver", "baseline"];
        kinds.iter().position(|kind| *kind == self.kind).unwrap_or(kinds.len())
    }

    /// The mean over samples, then over seeds, of one metric; `None` if nobody measured it.
    pub(crate) fn score(&self, metric: &str, channel: &str, over: Over) -> Option<Score> {
        let mut seeds: BTreeMap<Option<u64>, Vec<f64>> = BTreeMap::new();
        for record in self.records(metric, channel) {
            seeds.entry(record.seed).or_default().extend(score(record, over));
        }
        let means = seeds.values().filter(|scores| !scores.is_empty());
        let means: Vec<f64> = means.map(|scores| stats::mean(scores)).collect();
        (!means.is_empty())
            .then(|| Score { mean: stats::mean(&means), deviation: stats::deviation(&means) })
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
            samples.entry(record.sample).or_default().extend(score(record, over));
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
        let seeds: BTreeSet<u64> = self.contestants.iter().filter_map(|c| c.seed).collect();
        seeds.len()
    }

    /// Median over seeds of the wall time of one step of one sample in s.
    pub(crate) fn seconds_per_step(&self) -> Option<f64> {
        let seconds: Vec<f64> = self.contestants.iter().map(|c| c.seconds_per_step).collect();
        Some(stats::median(&seconds)).filter(|seconds| seconds.is_finite() && *seconds > 0.0)
    }

    /// Mean over seeds of the training time in s; `None` without training.
    pub(crate) fn training_seconds(&self) -> Option<f64> {
        let seconds: Vec<f64> = self.contestants.iter().map(|c| c.training_seconds).collect();
        Some(stats::mean(&seconds)).filter(|seconds| seconds.is_finite() && *seconds > 0.0)
    }

    /// Trainable real numbers; `None` without any.
    pub(crate) fn weights(&self) -> Option<usize> {
        self.contestants.first().map(|c| c.weights).filter(|weights| *weights > 0)
    }
}

/// The values of a record as scores: where a rollout had diverged, the worst; undefined ones left out.
pub(crate) fn scored(record: &Record) -> impl Iterator<Item = (f64, f64)> {
    let worst = record.diverged.map(|_| direction(&record.metric).worst());
    record.times.iter().zip(&record.values).filter_map(move |(&time, &value)| {
        let value = if value.is_finite() { Some(value) } else { worst };
        Some((time, value?))
    })
}

fn score(record: &Record, over: Over) -> Option<f64> {
    reduce(scored(record).map(|(_, value)| value).collect(), over)
}

fn reduce(values: Vec<f64>, over: Over) -> Option<f64> {
    match over {
        Over::Steps => (!values.is_empty()).then(|| stats::mean(&values)),
        Over::LastStep => values.last().copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;
    use data::Provenance;

    fn record(seed: u64, sample: usize, values: &[f64], diverged: Option<usize>) -> Record {
        Record {
            suite: "s".into(),
            case: "c".into(),
            surrogate: "fno".into(),
            seed: Some(seed),
            sample,
            parameters: BTreeMap::from([("reynolds".into(), 100.0 * sample as f64)]),
            metric: "nrmse".into(),
            channel: "all".into(),
            unit: String::new(),
            times: (0..values.len()).map(|step| step as f64).collect(),
            values: values.to_vec(),
            diverged,
            provenance: Provenance::default(),
        }
    }

    fn run(records: Vec<Record>) -> [Run; 1] {
        [Run { records, ..Run::default() }]
    }

    fn rival<'r, 'a>(evidence: &'r Evidence<'a>) -> &'r Rival<'a> {
        &evidence.cases[0].rivals[0]
    }

    /// Seed 1: samples 2 and 4, mean 3. Seed 2: samples 6 and 8, mean 7. Mean 5, deviation √8.
    #[test]
    fn scores_are_means_over_samples_and_then_over_seeds() {
        let runs = run(vec![
            record(1, 0, &[1.0, 3.0], None),
            record(1, 1, &[4.0, 4.0], None),
            record(2, 0, &[5.0, 7.0], None),
            record(2, 1, &[9.0, 7.0], None),
        ]);
        let evidence = Evidence::new(&runs);
        let score = rival(&evidence).headline().expect("it was judged");
        assert_eq!((score.mean, score.deviation), (5.0, Some(8f64.sqrt())));
        let last = rival(&evidence).score("nrmse", "all", Over::LastStep).expect("it was judged");
        assert_eq!(last.mean, (3.0 + 4.0 + 7.0 + 7.0) / 4.0);
        let by_sample = rival(&evidence).headline_by_sample();
        assert_eq!(by_sample, BTreeMap::from([(0, 4.0), (1, 6.0)]));
        assert_eq!(evidence.cases[0].varying_parameters(), ["reynolds"]);
    }

    #[test]
    fn a_diverged_rollout_is_infinitely_bad_and_an_undefined_value_is_left_out() {
        let runs =
            run(vec![record(1, 0, &[1.0, f64::NAN], Some(1)), record(1, 1, &[2.0, 2.0], None)]);
        let evidence = Evidence::new(&runs);
        assert_eq!(rival(&evidence).headline().map(|score| score.mean), Some(f64::INFINITY));
        assert_eq!(rival(&evidence).diverged(), (1, 2));
        let runs = run(vec![record(1, 0, &[1.0, f64::NAN], None), record(1, 1, &[3.0, 3.0], None)]);
        assert_eq!(rival(&Evidence::new(&runs)).headline().map(|score| score.mean), Some(2.0));
        let runs = run(vec![record(1, 0, &[f64::NAN; 2], None)]);
        assert_eq!(rival(&Evidence::new(&runs)).headline(), None);
    }

    #[test]
    fn rivals_stand_from_best_to_worst_and_legends_in_the_order_of_the_suite() {
        let runs = [synthetic::run(&["cavity"])];
        let evidence = Evidence::new(&runs);
        let ranks: Vec<&str> = evidence.cases[0].rivals.iter().map(|r| r.surrogate).collect();
        assert_eq!(ranks[..3], ["solver-32", "fno", "unet"]);
        assert_eq!(ranks[6], "deeponet");
        let legend =
            ["fno", "unet", "deeponet", "solver-16", "solver-32", "persistence", "mean-of-train"];
        assert_eq!(evidence.labels, legend);
    }

    #[test]
    fn names_that_runs_share_carry_the_runs_number() {
        let runs = [synthetic::run(&["cavity"]), synthetic::run(&["cavity"])];
        let evidence = Evidence::new(&runs);
        assert_eq!(evidence.labels[..2], ["fno (1)", "fno (2)"]);
        let places: Vec<usize> = evidence
            .in_order(&evidence.cases[0])
            .iter()
            .map(|rival| evidence.place(rival))
            .collect();
        assert_eq!(places[..4], [0, 0, 1, 1]);
    }
}
