//! Continuous ranked probability score.

use super::ensemble::of_cells;
use super::series::each_step;
use super::{Context, Metric, Series};
use data::{MetricInfo, MetricUnit, Part, Trajectory};
use serde::{Deserialize, Serialize};

/// Error of an ensemble in the channel's unit, per step and channel, mean over the cells.
///
/// ```text
/// 1/M Σₘ |xₘ − y|  −  1/(2 M (M − 1)) Σₘ Σₙ |xₘ − xₙ|
/// ```
///
/// This is the fair estimator: its expectation does not depend on the number of members M. Predictions without members
/// have no value; that of a single one would be the mean absolute error.
///
/// Source: Ferro (2014), Quarterly Journal of the Royal Meteorological Society 140, 1917; the score is that of Matheson
/// & Winkler (1976), Management Science 22, 1087.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Crps {}

impl Part for Crps {
    const NAME: &'static str = "crps";
    const SUMMARY: &'static str = "continuous ranked probability score of an ensemble";
}

impl Metric for Crps {
    fn infos(&self) -> Vec<MetricInfo> {
        let definition = "⟨Σ|xₘ−y|/M − ΣΣ|xₘ−xₙ|/(2M(M−1))⟩ of the M members of an ensemble, in the channel's unit";
        vec![MetricInfo::error(Self::NAME, "CRPS", definition).with_unit(MetricUnit::Channel)]
    }

    fn score(&self, _: &Trajectory, reference: &Trajectory, context: &Context) -> Vec<Series> {
        let Some(members) = context.members() else { return Vec::new() };
        let score = |step, channel| {
            let field = of_cells(members, reference, [step, channel], fair);
            context.weights.mean(field.view(), |score| score)
        };
        each_step(reference, context, |channel| channel.unit.clone(), score)
    }
}

/// The score of the members' values x in one cell.
///
/// The sum over pairs is that of sorted values: Σₘ Σₙ |xₘ − xₙ| = 2 Σᵢ (2 i − M + 1) x₍ᵢ₎, i from 0.
fn fair(x: &mut [f64], y: f64) -> f64 {
    let members = x.len() as f64;
    x.sort_unstable_by(f64::total_cmp);
    let error = x.iter().map(|x| (x - y).abs()).sum::<f64>() / members;
    let rank = |(i, x): (usize, &f64)| (2.0 * i as f64 - members + 1.0) * x;
    let pairs = x.iter().enumerate().map(rank).sum::<f64>();
    error - pairs / (members * (members - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorted_values_have_the_sum_over_pairs(
            x in prop::collection::vec(-5.0..5.0f64, 2..9),
            y in -5.0..5.0f64,
        ) {
            let m = x.len() as f64;
            let error = x.iter().map(|x| (x - y).abs()).sum::<f64>() / m;
            let pairs: f64 = x.iter().flat_map(|a| x.iter().map(move |b| (a - b).abs())).sum();
            let expected = error - pairs / (2.0 * m * (m - 1.0));
            prop_assert!((fair(&mut x.clone(), y) - expected).abs() < 1e-12);
        }
    }

    /// The expectation for members and a reference drawn from the same distribution, uniform in [0, 1], is
    /// E|x − y| − E|x − x′|/2 = 1/6, for any number of members.
    #[test]
    fn the_expectation_does_not_depend_on_the_number_of_members() {
        use rand::RngExt;
        let mut rng = data::rng(1, 0);
        for members in [2, 3, 10] {
            let draws = 40_000;
            let mut mean = 0.0;
            for _ in 0..draws {
                let mut x: Vec<f64> = (0..members).map(|_| rng.random::<f64>()).collect();
                mean += fair(&mut x, rng.random()) / f64::from(draws);
            }
            // The standard deviation of one score is below 0.4: 5 standard errors.
            assert!((mean - 1.0 / 6.0).abs() < 5.0 * 0.4 / f64::from(draws).sqrt(), "{mean}");
        }
    }
}
