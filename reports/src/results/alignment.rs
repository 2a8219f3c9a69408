//! What several runs share, on which alone they are compared.

use crate::results::measure::NRMSE;
use data::{CaseSummary, Censoring, MetricInfo, Run};
use std::collections::{BTreeMap, BTreeSet};

/// Runs reduced to what they share.
pub(crate) struct Aligned {
    /// The runs in the order given.
    pub(crate) runs: Vec<Run>,
    /// What was left out or is not compared, and why.
    pub(crate) notes: Vec<String>,
    /// The cases that at least two of the runs share.
    pub(crate) shared: Vec<String>,
}

/// Reduces runs to what they share. One run stays as it is.
///
/// - A case that differs from that of the first run in data, interval, given states or primary metric is another case,
///   under the name `case (run 2)`.
/// - Of a case with rollouts of different lengths, the steps of the shortest are compared.
/// - Test samples that a run lacks are left out.
/// - A metric that differs from that of the first run is another metric.
/// - Times of different machines, devices or numbers of threads are shown, and not compared.
pub(crate) fn align(runs: &[Run]) -> Aligned {
    let mut aligned = Aligned { runs: runs.to_vec(), notes: Vec::new(), shared: Vec::new() };
    if runs.len() > 1 {
        aligned.separate_metrics();
        aligned.separate_cases();
        for case in aligned.cases_of_several_runs() {
            aligned.shorten(&case);
            aligned.keep_common_samples(&case);
            aligned.shared.push(case);
        }
        aligned.note_machines();
        aligned.note_programs();
    }
    aligned
}

/// What must be the same for errors to be comparable.
#[derive(PartialEq)]
struct Conditions {
    dataset: String,
    interval: String,
    /// The time of the first predicted state.
    first: Option<f64>,
}

impl Conditions {
    fn new(run: &Run, case: &str) -> Self {
        let summary = run.manifest.cases.iter().find(|summary| summary.name == case);
        let records = run.records.iter().filter(|record| record.case == case);
        // A metric of the whole rollout has only the last time.
        let first = records.filter_map(|record| record.times.first().copied());
        Self {
            dataset: summary.map_or_else(String::new, |case| case.dataset_hash.clone()),
            interval: summary.map_or_else(String::new, |case| {
                format!("{} {}", case.interval.value(), case.interval.unit())
            }),
            first: first.min_by(f64::total_cmp),
        }
    }

    /// In what another run differs.
    fn difference(&self, other: &Self) -> Option<String> {
        let short = |hash: &str| hash.chars().take(8).collect::<String>();
        match () {
            () if self.dataset != other.dataset => Some(format!(
                "its dataset has other content ({} and {})",
                short(&self.dataset),
                short(&other.dataset)
            )),
            () if self.interval != other.interval => Some(format!(
                "its states are {} apart instead of {}",
                other.interval, self.interval
            )),
            () => {
                let (Some(first), Some(others)) = (self.first, other.first) else { return None };
                let apart = (first - others).abs() > 1e-9 * first.abs().max(others.abs());
                apart.then(|| format!("its rollouts begin at t = {others} instead of {first}"))
            }
        }
    }
}

impl Aligned {
    /// Gives metrics of later runs that are defined differently other names.
    fn separate_metrics(&mut self) {
        let mut known: BTreeMap<String, MetricInfo> = BTreeMap::new();
        for number in 0..self.runs.len() {
            let mut renamed = BTreeMap::new();
            for info in &self.runs[number].manifest.metrics {
                match known.get(&info.name) {
                    None => drop(known.insert(info.name.clone(), info.clone())),
                    Some(first) if is_same_metric(first, info) => {}
                    Some(_) => {
                        renamed.insert(info.name.clone(), in_run(&info.name, number));
                    }
                }
            }
            for (name, other) in &renamed {
                self.notes.push(format!(
                    "The metric {name} of run {} is defined differently from that of the earlier runs, and is not \
                     compared with it.",
                    number + 1
                ));
                rename_metric(&mut self.runs[number], name, other, number);
            }
        }
    }

    /// Gives cases of later runs whose errors are not comparable other names.
    fn separate_cases(&mut self) {
        let mut known: BTreeMap<String, Conditions> = BTreeMap::new();
        for number in 0..self.runs.len() {
            for case in case_names(&self.runs[number]) {
                let conditions = Conditions::new(&self.runs[number], &case);
                let has_primary = self.runs[number]
                    .records
                    .iter()
                    .any(|r| r.case == case && r.metric == NRMSE.metric);
                let Some(first) = known.get(&case) else {
                    known.insert(case, conditions);
                    continue;
                };
                let difference = first.difference(&conditions).or_else(|| {
                    (!has_primary).then(|| format!("it has no comparable {}", NRMSE.metric))
                });
                if let Some(difference) = difference {
                    self.notes.push(format!(
                        "{case} of run {} is not compared with that of the earlier runs: {difference}.",
                        number + 1
                    ));
                    let other = in_run(&case, number);
                    rename_case(&mut self.runs[number], &case, &other);
                }
            }
        }
    }

    fn cases_of_several_runs(&self) -> Vec<String> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for case in self.runs.iter().flat_map(case_names) {
            *counts.entry(case).or_default() += 1;
        }
        counts.into_iter().filter(|(_, count)| *count > 1).map(|(case, _)| case).collect()
    }

    /// Compares the steps that the rollouts of all runs have.
    fn shorten(&mut self, case: &str) {
        let summaries = self.runs.iter().flat_map(|run| &run.manifest.cases);
        let steps: Vec<usize> =
            summaries.filter(|summary| summary.name == case).map(|summary| summary.steps).collect();
        let (Some(&least), Some(&most)) = (steps.iter().min(), steps.iter().max()) else { return };
        if least == most {
            return;
        }
        let counts: Vec<String> = steps.iter().map(usize::to_string).collect();
        let mut dropped = BTreeSet::new();
        for run in &mut self.runs {
            dropped.extend(shorten(run, case, least));
        }
        self.notes.push(format!(
            "The rollouts of {case} have {} steps: the first {least} of all are compared.{}",
            counts.join(" and "),
            if dropped.is_empty() {
                String::new()
            } else {
                let names: Vec<String> = dropped.into_iter().collect();
                format!(" Metrics of whole rollouts are left out: {}.", names.join(", "))
            }
        ));
    }

    /// Leaves out the test samples that a run lacks.
    fn keep_common_samples(&mut self, case: &str) {
        let of_run = |run: &Run| -> BTreeSet<usize> {
            let records = run.records.iter().filter(|record| record.case == case);
            records.map(|record| record.sample).collect()
        };
        let sets: Vec<BTreeSet<usize>> =
            self.runs.iter().map(of_run).filter(|samples| !samples.is_empty()).collect();
        let Some(mut common) = sets.first().cloned() else { return };
        for samples in &sets {
            common.retain(|sample| samples.contains(sample));
        }
        if sets.iter().all(|samples| samples.len() == common.len()) {
            return;
        }
        let counts: Vec<String> = sets.iter().map(|samples| samples.len().to_string()).collect();
        let mut has_dropped = false;
        for run in &mut self.runs {
            if of_run(run).len() > common.len() {
                has_dropped |= drop_statistics(run, case);
            }
            run.records.retain(|record| record.case != case || common.contains(&record.sample));
            let floors = run.floors.iter_mut().filter(|floor| floor.case == case);
            floors.for_each(|floor| floor.by_sample.retain(|sample, _| common.contains(sample)));
        }
        self.notes.push(format!(
            "The runs have {} test samples of {case}: the {} that they share are compared.{}",
            counts.join(" and "),
            common.len(),
            if has_dropped {
                format!(" Means over others are left out: {STATISTICS}.")
            } else {
                String::new()
            }
        ));
    }

    fn note_machines(&mut self) {
        if !have_comparable_times(&self.runs) {
            let machine = |(number, run): (usize, &Run)| {
                let provenance = &run.manifest.provenance;
                format!(
                    "run {} on {} ({}, {} threads)",
                    number + 1,
                    provenance.machine,
                    provenance.device,
                    provenance.threads
                )
            };
            let machines: Vec<String> = self.runs.iter().enumerate().map(machine).collect();
            self.notes.push(format!("Times are not compared: {}.", machines.join("; ")));
        }
    }

    fn note_programs(&mut self) {
        let versions: BTreeSet<String> = self
            .runs
            .iter()
            .map(|run| {
                format!("{} ({})", run.manifest.provenance.version, run.manifest.provenance.commit)
            })
            .collect();
        if versions.len() > 1 {
            let versions: Vec<String> = versions.into_iter().collect();
            self.notes.push(format!(
                "The runs are of different versions of eddymark: {}.",
                versions.join(", ")
            ));
        }
    }
}

/// Whether the times of all runs were measured on the same machine and device with as many threads.
pub(crate) fn have_comparable_times(runs: &[Run]) -> bool {
    let place = |run: &Run| {
        let provenance = &run.manifest.provenance;
        (provenance.machine.clone(), provenance.device.clone(), provenance.threads)
    };
    runs.iter().map(place).collect::<BTreeSet<_>>().len() < 2
}

/// What notes call the statistics of flows, which are means over steps and samples.
const STATISTICS: &str = "statistics of the flow";

/// Whether a run had statistics of a case, which are removed.
fn drop_statistics(run: &mut Run, case: &str) -> bool {
    let before = run.statistics.len();
    run.statistics.retain(|statistic| statistic.case != case);
    run.statistics.len() < before
}

/// The name of what only one run has.
fn in_run(name: &str, number: usize) -> String {
    format!("{name} (run {})", number + 1)
}

fn is_same_metric(a: &MetricInfo, b: &MetricInfo) -> bool {
    let identity = |info: &MetricInfo| {
        (info.version, info.definition.clone(), info.unit.clone(), info.direction, info.ideal)
    };
    identity(a) == identity(b)
}

fn case_names(run: &Run) -> Vec<String> {
    let described = run.manifest.cases.iter().map(|case| case.name.clone());
    let recorded = run.records.iter().map(|record| record.case.clone());
    described.chain(recorded).collect::<BTreeSet<String>>().into_iter().collect()
}

fn rename_case(run: &mut Run, case: &str, other: &str) {
    let summaries =
        run.manifest.cases.iter_mut().map(|summary: &mut CaseSummary| &mut summary.name);
    let names = summaries
        .chain(run.records.iter_mut().map(|record| &mut record.case))
        .chain(run.surrogates.iter_mut().map(|surrogate| &mut surrogate.case))
        .chain(run.curves.iter_mut().map(|curve| &mut curve.case))
        .chain(run.panels.iter_mut().map(|panel| &mut panel.case))
        .chain(run.floors.iter_mut().map(|floor| &mut floor.case))
        .chain(run.statistics.iter_mut().map(|statistic| &mut statistic.case));
    names.filter(|name| *name == case).for_each(|name| other.clone_into(name));
}

fn rename_metric(run: &mut Run, metric: &str, other: &str, number: usize) {
    for info in run.manifest.metrics.iter_mut().filter(|info| info.name == metric) {
        other.clone_into(&mut info.name);
        info.title = in_run(&info.title, number);
    }
    let names = run.records.iter_mut().map(|record| &mut record.metric);
    let names = names.chain(run.floors.iter_mut().map(|floor| &mut floor.metric));
    names.filter(|name| *name == metric).for_each(|name| other.clone_into(name));
}

/// Cuts the rollouts of a case after `steps`; the metrics of whole rollouts that were left out.
///
/// A time that is bounded by the length of the rollout is bounded by that of the shorter one. Other metrics of whole
/// rollouts cannot be known of their beginning.
fn shorten(run: &mut Run, case: &str, steps: usize) -> BTreeSet<String> {
    let Some(summary) = run.manifest.cases.iter_mut().find(|summary| summary.name == case) else {
        return BTreeSet::new();
    };
    if summary.steps == steps {
        return BTreeSet::new();
    }
    let horizon = steps as f64 * summary.interval.value();
    let whole_steps = std::mem::replace(&mut summary.steps, steps);
    let is_censored = |metric: &str| {
        let info = run.manifest.metrics.iter().find(|info| info.name == metric);
        info.is_some_and(|info| info.censoring == Some(Censoring::Horizon))
    };
    let mut dropped = BTreeSet::new();
    run.records.retain_mut(|record| {
        if record.case != case {
            return true;
        }
        record.diverged = record.diverged.filter(|step| *step < steps);
        if record.values.len() == whole_steps && whole_steps > 1 {
            record.times.truncate(steps);
            record.values.truncate(steps);
        } else if is_censored(&record.metric) {
            record.values.iter_mut().for_each(|value| *value = value.min(horizon));
        } else {
            dropped.insert(record.metric.clone());
            return false;
        }
        true
    });
    for floor in run.floors.iter_mut().filter(|floor| floor.case == case) {
        floor.times.truncate(steps);
        floor.values.truncate(steps);
        floor.by_sample.values_mut().for_each(|values| values.truncate(steps));
    }
    run.panels.retain(|panel| panel.case != case || panel.step <= steps);
    if drop_statistics(run, case) {
        dropped.insert(STATISTICS.into());
    }
    dropped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::{self, INTERVAL};

    fn pair(alter: impl FnOnce(&mut Run)) -> Aligned {
        let mut runs = [synthetic::run(&["cavity"]), synthetic::run(&["cavity"])];
        alter(&mut runs[1]);
        align(&runs)
    }

    /// Whether values are the same, NaN included.
    fn are_equal<T: std::fmt::Debug>(a: &T, b: &T) -> bool {
        format!("{a:?}") == format!("{b:?}")
    }

    #[test]
    fn runs_under_the_same_conditions_stay_as_they_are() {
        let aligned = pair(|_| ());
        assert!(aligned.notes.is_empty(), "{:?}", aligned.notes);
        assert!(are_equal(&aligned.runs[1], &synthetic::run(&["cavity"])));
        assert_eq!(aligned.shared, ["cavity"]);
    }

    #[test]
    fn other_data_are_another_case() {
        let aligned = pair(|run| run.manifest.cases[0].dataset_hash = "0123456789".into());
        assert_eq!(
            aligned.notes,
            [
                "cavity of run 2 is not compared with that of the earlier runs: its dataset has other content (b2779e4f \
              and 01234567)."
            ]
        );
        assert!(aligned.shared.is_empty());
        assert!(aligned.runs[1].records.iter().all(|record| record.case == "cavity (run 2)"));
    }

    #[test]
    fn rollouts_that_begin_elsewhere_are_another_case() {
        let aligned = pair(|run| {
            for record in &mut run.records {
                record.times.iter_mut().for_each(|time| *time += INTERVAL);
            }
        });
        assert!(aligned.notes[0].ends_with("its rollouts begin at t = 0.5 instead of 0.25."));
        assert!(aligned.shared.is_empty());
    }

    #[test]
    fn of_longer_rollouts_the_beginning_is_compared() {
        let mut runs = [synthetic::run(&["cavity"]), synthetic::run(&["cavity"])];
        let whole = runs[0].clone();
        shorten(&mut runs[1], "cavity", 6);
        let aligned = align(&runs);
        assert_eq!(
            aligned.notes,
            ["The rollouts of cavity have 40 and 6 steps: the first 6 of all are compared."]
        );
        assert!(are_equal(&aligned.runs[0].records, &aligned.runs[1].records));
        let value = |run: &Run, metric: &str| {
            let record = run.records.iter().find(|record| record.metric == metric);
            record.expect("every metric is recorded").clone()
        };
        let (long, short) = (value(&whole, "nrmse"), value(&aligned.runs[0], "nrmse"));
        assert_eq!(short.values, long.values[..6]);
        let time = value(&aligned.runs[0], "correlation-time").values[0];
        assert_eq!(time, 6.0 * INTERVAL);
        assert!(aligned.runs[0].records.iter().all(|record| record.diverged.is_none()));
    }

    #[test]
    fn metrics_of_whole_rollouts_that_nothing_bounds_are_left_out() {
        let mut run = synthetic::run(&["cavity"]);
        run.manifest.metrics.iter_mut().for_each(|info| info.censoring = None);
        let dropped = shorten(&mut run, "cavity", 6);
        assert_eq!(dropped.into_iter().collect::<Vec<_>>(), ["correlation-time"]);
    }

    #[test]
    fn samples_that_a_run_lacks_are_left_out() {
        let aligned = pair(|run| run.records.retain(|record| record.sample % 2 == 0));
        assert_eq!(
            aligned.notes,
            ["The runs have 12 and 6 test samples of cavity: the 6 that they share are compared."]
        );
        assert!(are_equal(&aligned.runs[0].records, &aligned.runs[1].records));
    }

    #[test]
    fn metrics_of_another_version_are_other_metrics() {
        let aligned = pair(|run| {
            let pearson = run.manifest.metrics.iter_mut().find(|info| info.name == "pearson");
            pearson.expect("it is described").version = 2;
        });
        assert!(aligned.notes[0].starts_with("The metric pearson of run 2 is defined differently"));
        let names = aligned.runs[1].manifest.metrics.iter().map(|info| info.name.as_str());
        assert!(names.collect::<Vec<_>>().contains(&"pearson (run 2)"));
        assert_eq!(aligned.shared, ["cavity"]);
        let primary = pair(|run| run.manifest.metrics[0].version = 2);
        assert!(primary.notes[1].ends_with("it has no comparable nrmse."), "{:?}", primary.notes);
    }

    #[test]
    fn times_of_different_machines_are_not_compared() {
        let aligned = pair(|run| run.manifest.provenance.machine = "another".into());
        assert!(
            aligned.notes[0].starts_with("Times are not compared: run 1 on a synthetic processor")
        );
        let aligned = pair(|run| run.manifest.provenance.commit = "another".into());
        assert_eq!(
            aligned.notes,
            ["The runs are of different versions of eddymark: 0.1.0 (another), 0.1.0 (c410468)."]
        );
    }
}
