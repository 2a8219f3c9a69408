//! Spread against error.

use super::ensemble::of_cells;
use super::series::{each_step, with_mean, without_rounding};
use super::{Context, Metric, Series};
use data::{MetricInfo, Part, Trajectory};
use serde::{Deserialize, Serialize};

/// By how much the spread of an ensemble differs from the error of its mean, per step and channel.
///
/// ```text
/// | log₂ ( spread / error ) |,  spread² = (M + 1)/M ⟨s²⟩,  error² = ⟨(x̄ − y)²⟩
/// ```
///
/// with the sample variance s² = Σ (xₘ − x̄)²/(M − 1). In a reliable ensemble, the reference is like one more member,
/// and the value is 0; 1 is a factor of two, of too little or too much spread. Predictions without members have no
/// value.
///
/// Source: Fortin et al. (2014), Journal of Hydrometeorology 15, 1708, for the ratio.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct SpreadSkillError {}

impl Part for SpreadSkillError {
    const NAME: &'static str = "spread-skill-error";
    const SUMMARY: &'static str = "spread of an ensemble against the error of its mean";
}

impl Metric for SpreadSkillError {
    fn infos(&self) -> Vec<MetricInfo> {
        let definition = "|log₂ √((M+1)/M ⟨s²⟩ / ⟨(x̄−y)²⟩)| of the mean x̄ and the variance s² of the M members of an \
                          ensemble; 0 is reliable, 1 a factor of two";
        vec![MetricInfo::error(Self::NAME, "spread–skill error", definition)]
    }

    fn score(&self, _: &Trajectory, reference: &Trajectory, context: &Context) -> Vec<Series> {
        let Some(members) = context.members() else { return Vec::new() };
        let score = |step, channel| {
            let mean = |score: fn(&mut [f64], f64) -> f64| {
                let field = of_cells(members, reference, [step, channel], score);
                context.weights.mean(field.view(), |score| score)
            };
            departure(mean(spread), mean(error))
        };
        let all = each_step(reference, context, |_| String::new(), score);
        with_mean(without_rounding(all, context))
    }
}

/// |log₂| of the root of the ratio; 0 where both are 0, as of members that all are the reference.
fn departure(spread: f64, error: f64) -> f64 {
    if spread == 0.0 && error == 0.0 { 0.0 } else { 0.5 * (spread / error).log2().abs() }
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn error(x: &mut [f64], y: f64) -> f64 {
    (mean(x) - y).powi(2)
}

fn spread(x: &mut [f64], _: f64) -> f64 {
    let (members, mean) = (x.len() as f64, mean(x));
    let squares: f64 = x.iter().map(|x| (x - mean).powi(2)).sum();
    (members + 1.0) / members * squares / (members - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Members and references that are drawn alike: the ratio is 1 in expectation.
    #[test]
    fn a_reliable_ensemble_has_as_much_spread_as_error() {
        use rand::RngExt;
        let mut rng = data::rng(2, 0);
        for members in [2, 5, 20] {
            let cells = 100_000;
            let (mut spreads, mut errors) = (0.0, 0.0);
            for _ in 0..cells {
                let centre: f64 = rng.random();
                let mut x: Vec<f64> = (0..members).map(|_| centre + rng.random::<f64>()).collect();
                let y = centre + rng.random::<f64>();
                spreads += spread(&mut x, y);
                errors += error(&mut x, y);
            }
            // The relative standard deviation of both sums is below 2/√cells = 0.6 %, that of log₂ of their root half
            // of it.
            assert!(departure(spreads, errors) < 5.0 * 0.006 / 2.0_f64.ln(), "{spreads} {errors}");
        }
        assert_eq!((departure(4.0, 1.0), departure(1.0, 4.0)), (1.0, 1.0));
        assert_eq!((departure(0.0, 0.0), departure(0.0, 1.0)), (0.0, f64::INFINITY));
    }
}
