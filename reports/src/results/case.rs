//! One case with the surrogates evaluated on it.

use crate::results::measure::{ALL_CHANNELS, CLIMATE_SCORE, Measure, NRMSE, VELOCITY};
use crate::results::metric::Metrics;
use crate::results::rank_value::RankValue;
use crate::results::surrogate::{Surrogate, surrogates_of};
use data::{CaseSummary, Floor, FlowStatistic, Run, Split};
use std::collections::{BTreeMap, BTreeSet};

/// One case with all surrogates that were evaluated on it.
pub struct Case<'a> {
    /// The case's name.
    pub name: &'a str,
    /// The case as the manifest describes it, if it does.
    pub(crate) summary: Option<&'a CaseSummary>,
    /// In order of increasing primary score, errors below that of the reference as equal; those without are last.
    pub surrogates: Vec<Surrogate<'a>>,
    /// The score by which they are ranked.
    pub(crate) primary: Measure<'static>,
    /// The error of the reference, by metric and channel.
    floors: Vec<&'a Floor>,
    /// The statistics of the flow; of several runs, those of the first that has each.
    pub(crate) statistics: Vec<&'a FlowStatistic>,
    /// The metrics of all runs.
    pub(crate) metrics: Metrics<'a>,
}

impl<'a> Case<'a> {
    /// Collects the results of all runs for a case; the surrogates are in the order of the runs.
    pub(crate) fn new(runs: &'a [Run], name: &'a str) -> Self {
        let mut surrogates: Vec<Surrogate> = Vec::new();
        for surrogate in (0..runs.len()).flat_map(|run| surrogates_of(runs, run, name)) {
            match surrogates.iter_mut().find(|known| known.is_same_as(&surrogate)) {
                Some(known) => known.merge(surrogate),
                None => surrogates.push(surrogate),
            }
        }
        let has_climate = surrogates.iter().any(Surrogate::has_climate_score);
        let primary = if has_climate { CLIMATE_SCORE } else { NRMSE };
        for surrogate in &mut surrogates {
            surrogate.name_runs(runs.len());
            surrogate.primary = primary;
        }
        let mut manifests = runs.iter().flat_map(|run| &run.manifest.cases);
        let mut floors: Vec<&Floor> = Vec::new();
        for floor in runs.iter().flat_map(|run| &run.floors).filter(|floor| floor.case == name) {
            let same = |f: &&Floor| f.metric == floor.metric && f.channel == floor.channel;
            if !floors.iter().any(same) {
                floors.push(floor);
            }
        }
        let mut statistics: Vec<&FlowStatistic> = Vec::new();
        for statistic in runs.iter().flat_map(|run| &run.statistics).filter(|s| s.case == name) {
            let same =
                |s: &&FlowStatistic| s.name == statistic.name && s.location == statistic.location;
            if !statistics.iter().any(same) {
                statistics.push(statistic);
            }
        }
        let summary = manifests.find(|case| case.name == name);
        Self { name, summary, surrogates, primary, floors, statistics, metrics: Metrics(runs) }
    }

    /// Orders the surrogates by the rank value of their primary score: those that are at the accuracy of the data tie,
    /// and stay in the order of the suite.
    pub(crate) fn rank(&mut self) {
        let mut surrogates = std::mem::take(&mut self.surrogates);
        // `total_cmp` puts NaN, the missing scores, last.
        surrogates.sort_by(|a, b| {
            let value = |surrogate| self.rank_value(surrogate).unwrap_or(f64::NAN);
            value(a).total_cmp(&value(b))
        });
        self.surrogates = surrogates;
    }

    /// The primary score by which a surrogate is ranked: at least the error of the reference.
    pub(crate) fn rank_value(&self, surrogate: &Surrogate) -> Option<f64> {
        RankValue::new(self, surrogate, self.primary).map(|value| value.mean)
    }

    /// Whether the data cannot tell a surrogate from a perfect one in the primary score.
    pub(crate) fn is_at_floor(&self, surrogate: &Surrogate) -> bool {
        RankValue::new(self, surrogate, self.primary).is_some_and(|value| value.is_at_floor)
    }

    /// The metrics and channels that the surrogates were scored by, in the order of reports.
    pub(crate) fn measured(&self) -> Vec<(&'a str, &'a str)> {
        let mut seen = BTreeSet::new();
        let all = self.surrogates.iter().flat_map(Surrogate::measured);
        let mut all: Vec<_> = all.filter(|key| seen.insert(*key)).collect();
        all.sort_by_key(|(metric, channel)| {
            let rank = match *channel {
                VELOCITY => 0,
                ALL_CHANNELS => 1,
                _ => 2,
            };
            (self.metrics.position(metric), *metric, rank)
        });
        all
    }

    /// The channels of one metric: the velocity first, then the mean over channels.
    pub(crate) fn channels(&self, metric: &str) -> Vec<&'a str> {
        self.measured().into_iter().filter(|(m, _)| *m == metric).map(|(_, c)| c).collect()
    }

    /// Whether surrogates are ranked by the statistics of the flow.
    pub(crate) fn is_ranked_by_statistics(&self) -> bool {
        self.primary == CLIMATE_SCORE
    }

    /// The title of the metric by which the surrogates are ranked.
    pub fn primary_title(&self) -> &'a str {
        self.metrics.get(self.primary.metric).title()
    }

    /// The unit of a metric on a channel; empty without one.
    pub(crate) fn unit(&self, metric: &str, channel: &str) -> &'a str {
        let records = self.surrogates.iter().flat_map(|s| s.records(metric, channel));
        records.map(|record| record.unit.as_str()).next().unwrap_or("")
    }

    /// The error of the reference in a metric, if it was estimated.
    pub(crate) fn floor(&self, metric: &str, channel: &str) -> Option<&'a Floor> {
        let is_it = |floor: &&&Floor| floor.metric == metric && floor.channel == channel;
        self.floors.iter().find(is_it).copied()
    }

    /// The error of the reference as a score.
    pub(crate) fn floor_score(&self, measure: Measure) -> Option<f64> {
        let floor = self.floor(measure.metric, measure.channel)?;
        reduce_finite(measure, &floor.values)
    }

    /// The error of the reference of one sample as a score.
    pub(crate) fn floor_of_sample(&self, measure: Measure, sample: usize) -> Option<f64> {
        let floor = self.floor(measure.metric, measure.channel)?;
        reduce_finite(measure, floor.by_sample.get(&sample)?)
    }

    /// The parameters of every test sample.
    pub(crate) fn parameters(&self) -> BTreeMap<usize, &'a BTreeMap<String, f64>> {
        let records = self.surrogates.iter().flat_map(Surrogate::all_records);
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

    /// The symbol of a parameter; its name if no manifest has it.
    pub(crate) fn symbol(&self, parameter: &'a str) -> &'a str {
        let known = self.summary.into_iter().flat_map(|case| &case.parameters);
        let mut known = known.map(|(parameter, ..)| parameter);
        known.find(|p| p.name == parameter).map_or(parameter, |p| p.symbol.as_str())
    }

    /// How the test samples lie to the training samples: `interpolation: within the range of the training samples`;
    /// `None` if the run does not state it.
    pub(crate) fn test_range(&self) -> Option<String> {
        let splits = &self.summary?.splits;
        let test = splits.iter().find(|known| known.split == Split::Test)?;
        Some(match test.outside {
            0 => "interpolation: all within the range of the training samples".into(),
            all if all == test.samples => {
                "extrapolation: all outside the range of the training samples".into()
            }
            outside => format!(
                "{outside} of {} outside the range of the training samples: extrapolation",
                test.samples
            ),
        })
    }

    /// The unit of time.
    pub(crate) fn time_unit(&self) -> &'static str {
        self.summary.map_or("s", |summary| summary.interval.unit())
    }

    /// The learned surrogate with the lowest primary score.
    pub(crate) fn best_learned(&self) -> Option<&Surrogate<'a>> {
        self.surrogates
            .iter()
            .find(|surrogate| surrogate.is_learned() && surrogate.primary_score().is_some())
    }
}

fn reduce_finite(measure: Measure, values: &[f64]) -> Option<f64> {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    measure.reduce(&finite.collect::<Vec<f64>>())
}
