//! Statistics of flows, with the curves of the surrogates.

use crate::results::by_case::Results;
use crate::results::case::Case;
use crate::results::stats;
use crate::results::surrogate::Surrogate;
use data::{FlowStatistic, StatisticCurve};

/// A statistic of the reference, and of all surrogates and publications that have it.
pub(crate) struct Statistic<'r> {
    /// The statistic as the run stores it.
    pub(crate) stored: &'r FlowStatistic,
    /// Publications first, then surrogates in the order of legends.
    pub(crate) contributions: Vec<Contribution<'r>>,
}

/// What a statistic is, by its name and length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One value.
    Number,
    /// Values along a direction in which the flow is not homogeneous.
    Profile,
    /// An energy spectrum, such as `spectrum-x-u`.
    Spectrum,
    /// A probability density, such as `density-u`.
    Density,
}

impl Statistic<'_> {
    /// What it is.
    pub(crate) fn kind(&self) -> Kind {
        match self.stored.name.split('-').next() {
            Some("spectrum") => Kind::Spectrum,
            Some("density") => Kind::Density,
            _ if self.stored.positions.len() == 1 => Kind::Number,
            _ => Kind::Profile,
        }
    }

    /// Its name in words, with its location: `spectrum-x-u` is `u along x`.
    pub(crate) fn title(&self) -> String {
        let parts: Vec<&str> = self.stored.name.split('-').collect();
        let words = match parts[..] {
            ["spectrum", axis, component] => format!("{component} along {axis}"),
            ["density", component] => format!("density of {component}"),
            ["rms", component] => format!("root mean square of {component}′"),
            _ => parts.join(" "),
        };
        match self.stored.location.as_str() {
            "" => words,
            location => format!("{words}, {location}"),
        }
    }
}

/// A statistic of one surrogate, with all its seeds, or of a publication.
pub(crate) struct Contribution<'r> {
    /// Its name in reports.
    pub(crate) label: &'r str,
    /// `None` for a publication.
    pub(crate) surrogate: Option<&'r Surrogate<'r>>,
    /// The seeds of which no rollout diverged, with their values.
    pub(crate) lasting: Vec<(Option<u64>, &'r [f64])>,
    /// All seeds.
    pub(crate) seeds: Vec<Option<u64>>,
}

impl Contribution<'_> {
    /// The mean over the seeds that did not diverge; empty without any.
    pub(crate) fn mean(&self) -> Vec<f64> {
        let length = self.lasting.first().map_or(0, |(_, values)| values.len());
        let at =
            |place: usize| self.lasting.iter().map(|(_, values)| values[place]).collect::<Vec<_>>();
        (0..length).map(|place| stats::mean(&at(place))).collect()
    }
}

/// The statistics of a case that are complete, in the order of the run.
pub(crate) fn statistics<'r>(results: &Results<'r>, case: &'r Case<'r>) -> Vec<Statistic<'r>> {
    let surrogates = results.in_order(case);
    let complete = case.statistics.iter().filter(|stored| is_complete(stored));
    complete
        .map(|stored| {
            let mut contributions = publications(case, stored);
            contributions.extend(surrogates.iter().filter_map(|surrogate| of(surrogate, stored)));
            Statistic { stored, contributions }
        })
        .collect()
}

/// Whether every position has a value of the reference. Standard deviations may be absent.
fn is_complete(stored: &FlowStatistic) -> bool {
    let is_finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
    let length = stored.positions.len();
    length > 0
        && stored.reference.len() == length
        && is_finite(&stored.positions)
        && is_finite(&stored.reference)
}

/// The curves whose names are not those of surrogates.
fn publications<'r>(case: &Case, stored: &'r FlowStatistic) -> Vec<Contribution<'r>> {
    let is_known = |name: &str| case.surrogates.iter().any(|surrogate| surrogate.name == name);
    let mut names: Vec<&str> = Vec::new();
    for curve in stored.curves.iter().filter(|curve| !is_known(&curve.surrogate)) {
        if !names.contains(&curve.surrogate.as_str()) {
            names.push(&curve.surrogate);
        }
    }
    names.into_iter().filter_map(|name| contribution(stored, stored, name, name, None)).collect()
}

/// `None` if the surrogate lacks the statistic. The statistic may be that of another run of the same case.
fn of<'r>(surrogate: &'r Surrogate<'r>, stored: &FlowStatistic) -> Option<Contribution<'r>> {
    let is_same = |own: &&&FlowStatistic| {
        own.name == stored.name
            && own.location == stored.location
            && own.positions == stored.positions
    };
    let own = surrogate.statistics.iter().find(is_same)?;
    contribution(own, stored, surrogate.name, &surrogate.label, Some(surrogate))
}

fn contribution<'r>(
    own: &'r FlowStatistic,
    stored: &FlowStatistic,
    name: &str,
    label: &'r str,
    surrogate: Option<&'r Surrogate<'r>>,
) -> Option<Contribution<'r>> {
    let curves: Vec<&StatisticCurve> =
        own.curves.iter().filter(|curve| curve.surrogate == name).collect();
    let has_lasted = |(_, values): &(Option<u64>, &[f64])| {
        values.len() == stored.positions.len() && values.iter().all(|value| value.is_finite())
    };
    let values = curves.iter().map(|curve| (curve.seed, curve.values.as_slice()));
    let lasting = values.filter(has_lasted).collect();
    let seeds: Vec<Option<u64>> = curves.iter().map(|curve| curve.seed).collect();
    (!seeds.is_empty()).then_some(Contribution { label, surrogate, lasting, seeds })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;

    fn curve(surrogate: &str, seed: u64, values: &[f64]) -> StatisticCurve {
        StatisticCurve { surrogate: surrogate.into(), seed: Some(seed), values: values.to_vec() }
    }

    fn runs(curves: Vec<StatisticCurve>) -> [data::Run; 1] {
        let mut run = synthetic::run(&["cavity"]);
        run.statistics = vec![FlowStatistic {
            case: "cavity".into(),
            name: "mean-velocity".into(),
            positions: vec![0.25, 0.75],
            reference: vec![1.0, 3.0],
            curves,
            ..FlowStatistic::default()
        }];
        [run]
    }

    /// (1, 3) and (2, 5): mean (1.5, 4).
    #[test]
    fn a_seed_that_diverged_is_counted_and_not_averaged() {
        let curves = vec![
            curve("fno", 0, &[1.0, 3.0]),
            curve("fno", 1, &[2.0, f64::NAN]),
            curve("fno", 2, &[2.0, 5.0]),
            curve("unet", 0, &[]),
        ];
        let runs = runs(curves);
        let results = Results::new(&runs);
        let all = statistics(&results, &results.cases[0]);
        let [fno, unet] = &all[0].contributions[..] else { panic!("two surrogates have curves") };
        assert_eq!((fno.lasting.len(), fno.seeds.len(), fno.mean()), (2, 3, vec![1.5, 4.0]));
        assert_eq!((unet.label, unet.lasting.len(), unet.seeds.len()), ("unet", 0, 1));
        assert!(unet.mean().is_empty());
    }

    #[test]
    fn a_curve_of_a_publication_is_beside_the_surrogates() {
        let runs = runs(vec![curve("fno", 0, &[1.0, 3.0]), curve("Moser", 0, &[1.0, 2.0])]);
        let results = Results::new(&runs);
        let all = statistics(&results, &results.cases[0]);
        let names: Vec<(&str, bool)> =
            all[0].contributions.iter().map(|c| (c.label, c.surrogate.is_some())).collect();
        assert_eq!(names, [("Moser", false), ("fno", true)]);
    }

    #[test]
    fn a_statistic_without_a_reference_is_left_out() {
        let mut runs = runs(vec![curve("fno", 0, &[1.0, 3.0])]);
        runs[0].statistics[0].reference[1] = f64::NAN;
        let results = Results::new(&runs);
        assert!(statistics(&results, &results.cases[0]).is_empty());
    }
}
