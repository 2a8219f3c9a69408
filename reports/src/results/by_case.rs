//! The results of all runs, arranged by case.

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
        Self { runs, cases, names, labels, metrics: Metrics(runs) }
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
        surrogate.run + 1 == self.runs.len()
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
    use crate::results::measure::{Measure, PRIMARY};
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
            channel: PRIMARY.channel.into(),
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
        let last_step = Measure::last_step(PRIMARY.metric, PRIMARY.channel);
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
        let runs = [synthetic::run(&["cavity"]), synthetic::run(&["cavity"])];
        let results = Results::new(&runs);
        assert_eq!(results.labels[..2], ["fno (1)", "fno (2)"]);
        let indices: Vec<usize> = results
            .in_order(&results.cases[0])
            .iter()
            .map(|surrogate| results.index(surrogate))
            .collect();
        assert_eq!(indices[..4], [0, 0, 1, 1]);
    }
}
