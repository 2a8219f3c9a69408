//! What the runs say, arranged by case.

use crate::results::metric::Definitions;
use crate::results::surrogate::{Over, Rival, reduce, rivals_of};
use data::{CaseSummary, Floor, Run};
use std::collections::{BTreeMap, BTreeSet};

/// The metric by which reports rank, and its channel.
///
/// The velocity, not the mean over channels: where a wall starts to slide the pressure is singular, so
/// that a few cells in the corners would decide the ranking. It has columns and curves of its own.
pub const HEADLINE: (&str, &str) = ("nrmse", "velocity");

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
    /// What the runs say of their metrics.
    pub(crate) definitions: Definitions<'a>,
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

    /// What the runs say of their metrics.
    pub(crate) fn definitions(&self) -> Definitions<'a> {
        Definitions::new(self.runs)
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
        let rivals = (0..runs.len()).flat_map(|run| rivals_of(runs, run, name)).collect();
        let mut manifests = runs.iter().flat_map(|run| &run.manifest.cases);
        let mut floors: Vec<&Floor> = Vec::new();
        for floor in runs.iter().flat_map(|run| &run.floors).filter(|floor| floor.case == name) {
            let same = |f: &&Floor| f.metric == floor.metric && f.channel == floor.channel;
            if !floors.iter().any(same) {
                floors.push(floor);
            }
        }
        Self {
            name,
            summary: manifests.find(|case| case.name == name),
            rivals,
            floors,
            definitions: Definitions::new(runs),
        }
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
            let rank = if *channel == HEADLINE.1 { 0 } else { usize::from(*channel != "all") + 1 };
            (self.definitions.place(metric), *metric, rank)
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

    /// The unit of the records' times.
    pub(crate) fn time_unit(&self) -> &'static str {
        self.summary.map_or("s", |summary| summary.interval.unit())
    }

    /// The best rival of the kinds that learn.
    pub(crate) fn best_learned(&self) -> Option<&Rival<'a>> {
        self.rivals.iter().find(|rival| rival.is_learned() && rival.headline().is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;
    use data::{Provenance, Record};

    fn record(seed: u64, sample: usize, values: &[f64], diverged: Option<usize>) -> Record {
        Record {
            suite: "s".into(),
            case: "c".into(),
            surrogate: "fno".into(),
            seed: Some(seed),
            sample,
            parameters: BTreeMap::from([("reynolds".into(), 100.0 * sample as f64)]),
            metric: "nrmse".into(),
            channel: HEADLINE.1.into(),
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
        let last =
            rival(&evidence).score(HEADLINE.0, HEADLINE.1, Over::LastStep).expect("it was judged");
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
    fn names_carry_their_runs_number_if_there_are_several() {
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
