//! How the learning rate goes down.

use data::Invalid;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// The course of the learning rate after the warm-up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Schedule {
    /// Half a cosine down to 0. Source: Loshchilov & Hutter (2017), arXiv 1608.03983, eq. (5).
    #[default]
    Cosine,
    /// No change.
    Constant,
    /// Times `factor` after every part `every` of the steps: `{ step = { every = 0.2, factor = 0.5 } }`.
    Step {
        /// A part of all steps after the warm-up, in (0, 1].
        every: f64,
        /// What the rate is multiplied by, in (0, 1].
        factor: f64,
    },
    /// From 1/25 of the rate up to it in the first 0.3 of the steps and down to 4·10⁻⁶ of it, by half
    /// cosines; without a warm-up besides. Source: Smith & Topin (2019), arXiv 1708.07120; the
    /// numbers are those of PyTorch's `OneCycleLR`.
    OneCycle,
}

/// Where a cycle is at its greatest rate.
const CREST: f64 = 0.3;
/// Where it begins, in parts of the greatest rate.
const BEGIN: f64 = 1.0 / 25.0;
/// Where it ends.
const END: f64 = BEGIN * 1e-4;

impl Schedule {
    /// The part of the greatest rate at `progress` in [0, 1].
    pub(super) fn factor(self, progress: f64) -> f64 {
        match self {
            Self::Cosine => half_cosine(1.0, 0.0, progress),
            Self::Constant => 1.0,
            // The least bit more: a quotient of whole numbers may fall short of one by rounding.
            Self::Step { every, factor } => factor.powf((progress / every + 1e-9).floor()),
            Self::OneCycle if progress < CREST => half_cosine(BEGIN, 1.0, progress / CREST),
            Self::OneCycle => half_cosine(1.0, END, (progress - CREST) / (1.0 - CREST)),
        }
    }

    /// Refuses parts that are none.
    pub(super) fn check(self) -> Result<(), Invalid> {
        let Self::Step { every, factor } = self else { return Ok(()) };
        let is_part = |part: f64| part > 0.0 && part <= 1.0;
        Invalid::unless(is_part(every), "schedule.step.every", every, "in (0, 1]")?;
        Invalid::unless(is_part(factor), "schedule.step.factor", factor, "in (0, 1]")
    }
}

/// From `a` to `b` as `progress` goes from 0 to 1.
fn half_cosine(a: f64, b: f64, progress: f64) -> f64 {
    b + (a - b) * (0.5 + 0.5 * (PI * progress).cos())
}

#[cfg(test)]
mod tests {
    use crate::train::{Recipe, Schedule};

    #[test]
    fn the_rate_rises_stays_below_its_greatest_and_falls_to_nothing() {
        let recipe = Recipe { learning_rate: 1.0, warm_up: 0.1, ..Recipe::default() };
        let rates: Vec<f64> = (0..100).map(|step| recipe.rate(step, 100)).collect();
        assert!(rates[..10].windows(2).all(|pair| pair[0] < pair[1] && pair[0] > 0.0));
        assert_eq!(rates[10], 1.0);
        assert!(rates[10..].windows(2).all(|pair| pair[0] > pair[1]));
        assert!(rates[99] > 0.0 && rates[99] < 1e-3);
    }

    #[test]
    fn a_constant_rate_stays_at_its_greatest() {
        let recipe = Recipe { warm_up: 0.0, schedule: Schedule::Constant, ..Recipe::default() };
        assert!((0..7).all(|step| recipe.rate(step, 7) == recipe.learning_rate));
    }

    #[test]
    fn steps_fall_at_once_and_cycles_rise_first() {
        let rates = |schedule| {
            let recipe = Recipe { learning_rate: 1.0, warm_up: 0.0, schedule, ..Recipe::default() };
            (0..100).map(|step| recipe.rate(step, 100)).collect::<Vec<f64>>()
        };
        let step = rates(Schedule::Step { every: 0.2, factor: 0.5 });
        assert_eq!([0, 19, 20, 39, 40, 99].map(|at| step[at]), [1.0, 1.0, 0.5, 0.5, 0.25, 0.0625]);
        let cycle = rates(Schedule::OneCycle);
        assert!((cycle[0] - 0.04).abs() < 1e-12 && (cycle[30] - 1.0).abs() < 1e-12);
        assert!(cycle[..31].is_sorted() && cycle[30..].is_sorted_by(|a, b| a > b));
        // The last of 100 steps is at 0.99: ¼ π² (0.01/0.7)² of the way up from the end.
        assert!(cycle[99] < 1e-3);
    }
}
