//! The results of all runs, arranged by case.

use crate::results::alignment::have_comparable_times;
use crate::results::case::Case;
use crate::results::metric::Metrics;
use crate::results::surrogate::Surrogate;
use data::Run;
use std::collections::BTreeSet;

/// The results of all runs, arranged by case: the input of tables and figures.
pub struct Results<'a> {
    /// The runs in the order given.
    pub(crate) runs: &'a [Run],
    /// One per name, in order of first appearance.
    pub cases: Vec<Case<'a>>,
    /// The names of all surrogates in the order of legends.
    names: Vec<&'a str>,
    /// The labels of all surrogates in the same order.
    pub(crate) labels: Vec<String>,
    /// The metrics of all runs.
    pub(crate) metrics: Metrics<'a>,
    /// What of several runs is not compared, and why.
    pub(crate) notes: Vec<String>,
}

impl<'a> Results<'a> {
    /// Arranges the results of runs.
    pub fn new(runs: &'a [Run]) -> Self {
        let mut cases: Vec<Case<'a>> =
            case_names(runs).into_iter().map(|name| Case::new(runs, name)).collect();
        let mut surrogates: Vec<&Surrogate> = cases.iter().flat_map(|c| &c.surrogates).collect();
        // By kind, then in the order of the suite, not by rank: colours stay when ranks change.
        surrogates.sort_by_key(|surrogate| (surrogate.kind.is_none(), surrogate.kind));
        let names = unique(surrogates.iter().map(|surrogate| surrogate.name));
        surrogates.sort_by_key(|s| (names.iter().position(|name| *name == s.name), s.run));
        let labels = unique(surrogates.iter().map(|surrogate| surrogate.label.clone()));
        cases.iter_mut().for_each(Case::rank);
        Self { runs, cases, names, labels, metrics: Metrics(runs), notes: Vec::new() }
    }

    /// The same results with notes on what is not compared.
    pub(crate) fn with_notes(self, notes: Vec<String>) -> Self {
        Self { notes, ..self }
    }

    /// Whether a surrogate has this name or label.
    pub(crate) fn has_surrogate(&self, name: &str) -> bool {
        self.names.contains(&name) || self.labels.iter().any(|label| label == name)
    }

    /// The names of all surrogates in the order of legends, without repetitions.
    pub(crate) fn names(&self) -> &[&'a str] {
        &self.names
    }

    /// The index of a surrogate's name in legends.
    pub(crate) fn index(&self, surrogate: &Surrogate) -> usize {
        let index = self.names.iter().position(|name| *name == surrogate.name);
        index.expect("the names are those of all surrogates")
    }

    /// The surrogates of a case in the order of legends.
    pub fn in_order<'r>(&self, case: &'r Case<'a>) -> Vec<&'r Surrogate<'a>> {
        let mut surrogates: Vec<&Surrogate> = case.surrogates.iter().collect();
        surrogates.sort_by_key(|surrogate| (self.index(surrogate), surrogate.run));
        surrogates
    }

    /// Whether a surrogate is of the last run, with which the earlier ones are compared.
    pub(crate) fn is_latest(&self, surrogate: &Surrogate) -> bool {
        surrogate.is_of_run(self.runs.len().saturating_sub(1))
    }

    /// Whether the times of all runs were measured under the same conditions.
    pub(crate) fn have_comparable_times(&self) -> bool {
        have_comparable_times(self.runs)
    }

    /// The name of a figure's file for one case: the figure's own name if there is one case only.
    pub fn stem(&self, figure: &str, case: &Case) -> String {
        if self.cases.len() > 1 { format!("{figure}-{}", case.name) } else { figure.into() }
    }
}

/// The values without repetitions, in order of first appearance.
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
    let described = runs.iter().flat_map(|run| &run.manifest.cases).map(|case| case.name.as_str());
    let recorded = runs.iter().flat_map(|run| &run.records).map(|record| record.case.as_str());
    let mut seen = BTreeSet::new();
    described.chain(recorded).filter(|name| seen.insert(*name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::measure::{Measure, NRMSE};
    use crate::synthetic;
    use data::{Provenance, Record};
    use std::collections::BTreeMap;

    fn record(seed: u64, sample: usize, values: &[f64], diverged: Option<usize>) -> Record {
        Record {
            suite: "s".into(),
            case: "c".into(),
            surrogate: "fno".into(),
            seed: Some(seed),
            sample,
            parameters: BTreeMap::from([("reynolds".into(), 100.0 * sample as f64)]),
            metric: "nrmse".into(),
            channel: NRMSE.channel.into(),
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

    fn surrogate<'r, 'a>(results: &'r Results<'a>) -> &'r Surrogate<'a> {
        &results.cases[0].surrogates[0]
    }

    /// Seed 1: samples 2 and 4, mean 3. Seed 2: samples 6 and 8, mean 7. Mean 5, standard deviation √8.
    #[test]
    fn scores_are_means_over_samples_and_then_over_seeds() {
        let runs = run(vec![
            record(1, 0, &[1.0, 3.0], None),
            record(1, 1, &[4.0, 4.0], None),
            record(2, 0, &[5.0, 7.0], None),
            record(2, 1, &[9.0, 7.0], None),
        ]);
        let results = Results::new(&runs);
        let score = surrogate(&results).primary_score().expect("it was evaluated");
        assert_eq!((score.mean, score.standard_deviation), (5.0, Some(8f64.sqrt())));
        let last_step = Measure::last_step(NRMSE.metric, NRMSE.channel);
        let last = surrogate(&results).score(last_step).expect("it was evaluated");
        assert_eq!(last.mean, (3.0 + 4.0 + 7.0 + 7.0) / 4.0);
        let by_sample = surrogate(&results).primary_by_sample();
        assert_eq!(by_sample, BTreeMap::from([(0, 4.0), (1, 6.0)]));
        assert_eq!(results.cases[0].varying_parameters(), ["reynolds"]);
    }

    #[test]
    fn a_diverged_rollout_scores_infinity_and_an_undefined_value_is_left_out() {
        let runs =
            run(vec![record(1, 0, &[1.0, f64::NAN], Some(1)), record(1, 1, &[2.0, 2.0], None)]);
        let results = Results::new(&runs);
        assert_eq!(
            surrogate(&results).primary_score().map(|score| score.mean),
            Some(f64::INFINITY)
        );
        assert_eq!(surrogate(&results).diverged(), (1, 2));
        let runs = run(vec![record(1, 0, &[1.0, f64::NAN], None), record(1, 1, &[3.0, 3.0], None)]);
        assert_eq!(
            surrogate(&Results::new(&runs)).primary_score().map(|score| score.mean),
            Some(2.0)
        );
        let runs = run(vec![record(1, 0, &[f64::NAN; 2], None)]);
        assert_eq!(surrogate(&Results::new(&runs)).primary_score(), None);
    }

    #[test]
    fn surrogates_are_ranked_and_legends_are_in_the_order_of_the_suite() {
        let runs = [synthetic::run(&["cavity"])];
        let results = Results::new(&runs);
        let ranks: Vec<&str> = results.cases[0].surrogates.iter().map(|r| r.name).collect();
        assert_eq!(ranks[..3], ["solver-32", "fno", "unet"]);
        assert_eq!(ranks[6], "deeponet");
        let legend =
            ["fno", "unet", "deeponet", "solver-16", "solver-32", "persistence", "mean-of-train"];
        assert_eq!(results.labels, legend);
    }

    #[test]
    fn labels_have_the_number_of_the_run_if_there_are_several() {
        let mut runs = [synthetic::run(&["cavity"]), synthetic::run(&["cavity"])];
        let retrained = runs[1].records.iter_mut().filter(|record| record.surrogate == "fno");
        retrained.for_each(|record| record.provenance.surrogate_hash += "-retrained");
        let results = Results::new(&runs);
        assert_eq!(results.labels[..3], ["fno (1)", "fno (2)", "unet (1, 2)"]);
        let indices: Vec<usize> = results
            .in_order(&results.cases[0])
            .iter()
            .map(|surrogate| results.index(surrogate))
            .collect();
        assert_eq!(indices[..4], [0, 0, 1, 2]);
    }

    /// Every surrogate of the first run is in the second too: they are one, and the family of tests does not grow.
    #[test]
    fn a_run_compared_with_itself_and_one_operator_more_has_each_surrogate_once() {
        let mut runs = [synthetic::run(&["cavity"]), synthetic::run(&["cavity"])];
        runs[0].records.retain(|record| record.surrogate != "unet");
        runs[0].surrogates.retain(|surrogate| surrogate.surrogate != "unet");
        let (both, alone) = (Results::new(&runs), Results::new(&runs[1..]));
        let order = |results: &Results| -> Vec<String> {
            results.cases[0].surrogates.iter().map(|s| s.name.to_owned()).collect()
        };
        assert_eq!(order(&both), order(&alone));
        assert!(
            both.labels.contains(&"unet (2)".into()) && both.labels.contains(&"fno (1, 2)".into())
        );
    }
}
