//! CFDBench's own splits.

use super::Point;
use super::twister::Twister;
use data::Split;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// CFDBench's two kinds of tasks, which round the sizes of some splits differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// Predicting the next state: `int` for all flows but the cavity.
    Autoregressive,
    /// Predicting any time from parameters: `int` for the cylinder only.
    Direct,
}

/// The subsets, in the order of the list that is shuffled.
const SUBSETS: [&str; 3] = ["prop", "bc", "geo"];

/// The published splits of points, for the subsets to which they belong.
///
/// ```text
/// list = all cases of prop, of bc, of geo, each in the order of their numbers
/// random.seed(0); random.shuffle(list);  train, dev, test = the first 80 %, 10 %, the rest
/// ```
///
/// The list is that of the released data, whose numbers differ from the paper's in two places. A released
/// case that is no point of ours occupies its position in the list and has no other effect; a point that was not
/// released is for training.
pub(crate) fn published(points: &[Point], rounding: Rounding) -> Vec<Split> {
    let Some(first) = points.first() else { return Vec::new() };
    let subset = |point: &Point| point.name.split('/').next().unwrap_or_default().to_owned();
    let has = |name: &&'static str| points.iter().any(|point| subset(point) == *name);
    let mut names: Vec<String> = SUBSETS
        .into_iter()
        .filter(has)
        .flat_map(|name| released(first.origin, name).map(move |id| format!("{name}/case{id:04}")))
        .collect();
    Twister::seeded(0).shuffle(&mut names);
    let [train, valid] = [0.8, 0.1].map(|share| size(first.origin, rounding, names.len(), share));
    let role = |position: usize| match position {
        position if position < train => Split::Train,
        position if position < train + valid => Split::Valid,
        _ => Split::Test,
    };
    let roles: BTreeMap<&str, Split> =
        names.iter().enumerate().map(|(position, name)| (name.as_str(), role(position))).collect();
    points.iter().map(|point| *roles.get(point.name.as_str()).unwrap_or(&Split::Train)).collect()
}

/// The numbers of the cases in the release.
fn released(origin: &str, subset: &str) -> RangeInclusive<usize> {
    match (origin, subset) {
        ("cfdbench/cavity", "prop") => 50..=133,
        ("cfdbench/cavity", "geo") => 1..=24,
        ("cfdbench/tube", "prop") => 50..=149,
        ("cfdbench/tube", "geo") => 150..=174,
        ("cfdbench/dam", "bc") => 0..=69,
        ("cfdbench/dam", "prop") => 70..=169,
        ("cfdbench/dam", "geo") => 170..=219,
        ("cfdbench/cylinder", "prop") => 50..=165,
        ("cfdbench/cylinder", "geo") => 1..=20,
        _ => 0..=49, // `bc` of all but the dam
    }
}

/// A fraction of `count`, rounded as by the loader of that flow.
fn size(origin: &str, rounding: Rounding, count: usize, share: f64) -> usize {
    let size = count as f64 * share;
    let rounds = match origin {
        "cfdbench/cavity" => true,
        "cfdbench/cylinder" => false,
        _ => rounding == Rounding::Direct,
    };
    // Python's `round` takes halves to the even number.
    (if rounds { size.round_ties_even() } else { size.trunc() }) as usize
}

#[cfg(test)]
mod tests {
    use super::super::{SETS, Set};
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeSet;

    #[derive(Deserialize)]
    struct Kinds {
        auto: Lists,
        nonauto: Lists,
    }

    #[derive(Deserialize)]
    struct Lists {
        n: [usize; 3],
        dev: BTreeSet<String>,
        test: BTreeSet<String>,
    }

    /// The lists were computed with CFDBench's own loaders at c721f67 from the released numbers.
    #[test]
    fn all_28_combinations_are_split_as_published() {
        let text = include_str!("../../tests/fixtures/cfdbench_splits.json");
        let expected: BTreeMap<String, Kinds> = serde_json::from_str(text).expect("it is JSON");
        assert_eq!(expected.len(), 28);
        for (combination, kinds) in expected {
            let mut words = combination.split('_');
            let flow = words.next().expect("it begins with the flow");
            let sets: Vec<String> =
                words.map(|subset| format!("cfdbench/{flow}-{subset}")).collect();
            let points: Vec<Point> = SETS
                .iter()
                .filter(|set| sets.iter().any(|name| name == set.name))
                .flat_map(Set::points)
                .collect();
            for (rounding, lists) in
                [(Rounding::Autoregressive, kinds.auto), (Rounding::Direct, kinds.nonauto)]
            {
                check(&combination, &points, &published(&points, rounding), &lists);
            }
        }
    }

    /// Every released case that is a point of ours has its published role.
    fn check(combination: &str, points: &[Point], roles: &[Split], lists: &Lists) {
        let of = |split: Split| -> BTreeSet<String> {
            let mine = points.iter().zip(roles).filter(|(_, role)| **role == split);
            mine.map(|(point, _)| point.name.clone()).collect()
        };
        let known: BTreeSet<String> = points.iter().map(|point| point.name.clone()).collect();
        let among = |names: &BTreeSet<String>| names.intersection(&known).cloned().collect();
        let expected: [BTreeSet<String>; 2] = [among(&lists.dev), among(&lists.test)];
        assert_eq!([of(Split::Valid), of(Split::Test)], expected, "{combination}");
        let lost = lists.n.iter().sum::<usize>().cast_signed() - points.len().cast_signed();
        assert!((-1..=1).contains(&lost), "{combination}: {lost}");
    }

    /// In two places the release and the paper differ.
    #[test]
    fn all_points_but_one_are_released_and_all_released_cases_but_one_are_points() {
        let mut differences = Vec::new();
        for set in SETS {
            let ours: BTreeSet<String> = set.points().into_iter().map(|p| p.name).collect();
            let theirs: BTreeSet<String> = released(set.origin, set.subset)
                .map(|id| format!("{}/case{id:04}", set.subset))
                .collect();
            differences.extend(ours.symmetric_difference(&theirs).cloned());
        }
        assert_eq!(differences, ["geo/case0000", "prop/case0165"]);
    }
}
