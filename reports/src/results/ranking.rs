//! Which values of a measure are the best, and which cannot be distinguished from the best.

use crate::results::case::Case;
use crate::results::measure::Measure;
use crate::results::paired::{Paired, Verdict, adjusted};
use crate::results::rank_value::RankValue;
use crate::results::surrogate::Surrogate;

/// How the value of a surrogate stands among those of a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Whether it is the best, or no difference from the best was shown.
    pub(crate) is_best: bool,
    /// Whether it is not above the error of the reference.
    pub(crate) is_at_floor: bool,
}

/// The standings of all surrogates of a case on one measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ranking {
    /// In the order of the case's surrogates.
    pub(crate) standings: Vec<Standing>,
    /// Whether there are too few samples for any test: then nothing is the best.
    pub(crate) is_untested: bool,
}

impl Ranking {
    /// Ranks the surrogates of a case.
    ///
    /// The best is the one with the lowest [`RankValue`]. Each of the others is compared with it by the signed-rank
    /// test; the p-values are adjusted for the number of different ones.
    pub(crate) fn new(case: &Case, measure: Measure) -> Self {
        let surrogates = &case.surrogates;
        let values: Vec<Option<RankValue>> =
            surrogates.iter().map(|s| RankValue::new(case, s, measure)).collect();
        let mut standings: Vec<Standing> = values
            .iter()
            .map(|value| Standing {
                is_at_floor: value.as_ref().is_some_and(|value| value.is_at_floor),
                is_best: false,
            })
            .collect();
        let ranked = || values.iter().enumerate().filter_map(|(i, v)| Some((i, v.as_ref()?)));
        let best = ranked().min_by(|(_, a), (_, b)| a.mean.total_cmp(&b.mean));
        // A single entry has no rank, and a diverged rollout is never the best.
        let Some((best, best_value)) =
            best.filter(|(_, value)| value.mean.is_finite() && ranked().count() > 1)
        else {
            return Self { standings, is_untested: false };
        };
        let others: Vec<(usize, Paired)> = ranked()
            .filter(|(other, _)| *other != best)
            .filter_map(|(other, value)| Some((other, Paired::new(best_value, value)?)))
            .collect();
        let distinct: Vec<&(usize, Paired)> =
            distinct(&surrogates[best], &others, |(other, _)| &surrogates[*other]);
        let family: Vec<&Paired> = distinct.iter().map(|(_, paired)| paired).collect();
        let p = adjusted(&family);
        let is_untested = others
            .iter()
            .all(|(_, paired)| matches!(paired.verdict(0.0), Verdict::TooFew | Verdict::Equal))
            && others.iter().any(|(_, paired)| paired.verdict(0.0) == Verdict::TooFew);
        if is_untested {
            return Self { standings, is_untested };
        }
        standings[best].is_best = true;
        for (other, paired) in &others {
            let same = |(known, _): &&&(usize, Paired)| {
                surrogates[*known].predicts_as(&surrogates[*other])
            };
            let test = distinct.iter().zip(&p).find(|(known, _)| same(known));
            // What predicts the same as the best is not in the family.
            let verdict = test.map_or(Verdict::Equal, |(_, p)| paired.verdict(*p));
            standings[*other].is_best = matches!(verdict, Verdict::NoDifference | Verdict::Equal);
        }
        Self { standings, is_untested }
    }
}

/// The items whose surrogates differ from a reference and from each other: the same predictions count once.
pub(crate) fn distinct<'r, 's, 'a: 's, T>(
    reference: &Surrogate<'a>,
    items: &'r [T],
    surrogate: impl Fn(&'r T) -> &'s Surrogate<'a>,
) -> Vec<&'r T> {
    let mut kept: Vec<&T> = Vec::new();
    for item in items {
        let own = surrogate(item);
        if !reference.predicts_as(own)
            && !kept.iter().any(|known| surrogate(*known).predicts_as(own))
        {
            kept.push(item);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::by_case::Results;
    use crate::results::measure::{ALL_CHANNELS, NRMSE, VELOCITY};
    use crate::synthetic;
    use data::Run;

    /// The names of the best and of those at the accuracy of the data.
    fn marked(measure: Measure, alter: impl FnOnce(&mut Run)) -> [Vec<String>; 2] {
        let mut runs = [synthetic::run(&["cavity"])];
        alter(&mut runs[0]);
        let results = Results::new(&runs);
        let case = &results.cases[0];
        let ranking = Ranking::new(case, measure);
        let those = |is: fn(&Standing) -> bool| {
            let standings = case.surrogates.iter().zip(&ranking.standings);
            let mut names: Vec<String> =
                standings.filter(|(_, s)| is(s)).map(|(s, _)| s.name.to_owned()).collect();
            names.sort();
            names
        };
        [those(|s| s.is_best), those(|s| s.is_at_floor)]
    }

    fn scale(run: &mut Run, surrogate: &str, factor: impl Fn(usize) -> f64) {
        for record in run.records.iter_mut().filter(|record| record.surrogate == surrogate) {
            record.values.iter_mut().for_each(|value| *value *= factor(record.sample));
        }
    }

    #[test]
    fn the_best_is_alone_if_all_others_differ() {
        let [best, at_floor] = marked(NRMSE, |_| ());
        assert_eq!(best, ["solver-32"]);
        assert!(at_floor.is_empty());
    }

    /// unet is 1.1 times fno on even samples and 0.95 times on odd ones: more on average, and no difference is shown.
    #[test]
    fn what_does_not_differ_from_the_best_is_marked_like_it() {
        let [best, _] = marked(NRMSE, |run| {
            scale(run, "solver-32", |_| 10.0);
            let fno: Vec<_> =
                run.records.iter().filter(|r| r.surrogate == "fno").cloned().collect();
            run.records.retain(|record| record.surrogate != "unet");
            for mut record in fno {
                record.surrogate = "unet".into();
                record.provenance.surrogate_hash += "-unet";
                let factor = if record.sample % 2 == 0 { 1.1 } else { 0.95 };
                record.values.iter_mut().for_each(|value| *value *= factor);
                run.records.push(record);
            }
        });
        assert_eq!(best, ["fno", "unet"]);
    }

    /// Both are far below the error of the reference, one a hundred times farther.
    #[test]
    fn errors_below_that_of_the_reference_tie() {
        let [best, at_floor] = marked(NRMSE, |run| {
            scale(run, "fno", |_| 1e-2);
            scale(run, "unet", |_| 1e-4);
        });
        assert_eq!(best, ["fno", "unet"]);
        assert_eq!(at_floor, ["fno", "unet"]);
    }

    /// The mean of the training samples has a smaller divergence than the reference, and is not better for it.
    #[test]
    fn what_should_be_close_to_the_reference_is_ranked_by_the_distance() {
        let measure = Measure::mean("divergence", VELOCITY);
        let [best, at_floor] = marked(measure, |_| ());
        assert_eq!(best, ["solver-32"]);
        assert!(at_floor.is_empty());
        let [unknown, _] = marked(measure, |run| run.floors.clear());
        assert!(unknown.is_empty(), "without the reference's own value nothing is ranked");
    }

    #[test]
    fn times_that_the_rollout_bounds_tie() {
        let measure = Measure::mean("correlation-time", ALL_CHANNELS);
        let [best, _] = marked(measure, |_| ());
        assert_eq!(best, ["fno", "solver-32", "unet"]);
        let runs = [synthetic::run(&["cavity"])];
        let results = Results::new(&runs);
        let text = |name: &str| {
            let case = &results.cases[0];
            let surrogate = case.surrogates.iter().find(|s| s.name == name).expect("it is there");
            surrogate.score(measure).expect("it is scored").write(case.metrics.get(measure.metric))
        };
        assert_eq!(text("solver-32"), "≥ 10.0");
        assert_eq!(text("fno"), "≥ 10.0 ± 0");
        assert_eq!(text("solver-16"), "6.03");
    }

    #[test]
    fn with_few_samples_nothing_is_the_best() {
        let [best, _] = marked(NRMSE, |run| run.records.retain(|record| record.sample < 5));
        assert!(best.is_empty());
        let [best, _] = marked(NRMSE, |run| run.records.retain(|record| record.sample < 6));
        assert_eq!(best, ["solver-32"]);
    }

    #[test]
    fn the_same_predictions_are_one_in_the_family_of_tests() {
        let mut runs = [synthetic::run(&["cavity"])];
        let copies: Vec<_> =
            runs[0].records.iter().filter(|r| r.surrogate == "unet").cloned().collect();
        for number in 0..3 {
            runs[0].records.extend(copies.iter().cloned().map(|mut record| {
                record.surrogate = format!("copy-{number}");
                record
            }));
        }
        let results = Results::new(&runs);
        let surrogates = &results.cases[0].surrogates;
        assert_eq!(surrogates.len(), 10);
        assert_eq!(distinct(&surrogates[0], &surrogates[1..], |other| other).len(), 6);
    }
}
