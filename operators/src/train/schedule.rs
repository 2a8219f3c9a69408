//! Schedules of the learning rate.

use data::Invalid;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// The schedule of the learning rate after the warm-up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Schedule {
    /// Cosine annealing to 0. Source: Loshchilov & Hutter (2017), arXiv 1608.03983, eq. (5).
    #[default]
    Cosine,
    /// The peak learning rate throughout.
    Constant,
    /// Multiplication by `gamma` after each fraction `every` of the steps:
    /// `{ step = { every = 0.2, gamma = 0.5 } }`. PyTorch's `StepLR`.
    Step {
        /// A fraction of the steps after the warm-up, in (0, 1].
        every: f64,
        /// The factor, in (0, 1].
        gamma: f64,
    },
    /// From 1/25 of the peak learning rate to the peak in the first 0.3 of the steps, and from there to 4·10⁻⁶ of it,
    /// each along half a cosine. It has its own warm-up: set `warm-up = 0`. Source: Smith & Topin (2019),
    /// arXiv 1708.07120, with the defaults of PyTorch's `OneCycleLR`.
    OneCycle,
}

/// The fraction of the steps before the peak of a cycle.
const PEAK: f64 = 0.3;
/// The learning rate at the beginning of a cycle, over the peak.
const BEGIN: f64 = 1.0 / 25.0;
/// The learning rate at the end of a cycle, over the peak.
const END: f64 = BEGIN * 1e-4;

impl Schedule {
    /// The learning rate over its peak at `progress` in [0, 1].
    pub(super) fn factor(self, progress: f64) -> f64 {
        match self {
            Self::Cosine => half_cosine(1.0, 0.0, progress),
            Self::Constant => 1.0,
            // 1e-9 guards against quotients of integers that rounding puts just below an integer.
            Self::Step { every, gamma } => gamma.powf((progress / every + 1e-9).floor()),
            Self::OneCycle if progress < PEAK => half_cosine(BEGIN, 1.0, progress / PEAK),
            Self::OneCycle => half_cosine(1.0, END, (progress - PEAK) / (1.0 - PEAK)),
        }
    }

    /// Refuses fractions outside (0, 1].
    pub(super) fn check(self) -> Result<(), Invalid> {
        let Self::Step { every, gamma } = self else { return Ok(()) };
        let is_fraction = |value: f64| value > 0.0 && value <= 1.0;
        Invalid::unless(is_fraction(every), "schedule.step.every", every, "in (0, 1]")?;
        Invalid::unless(is_fraction(gamma), "schedule.step.gamma", gamma, "in (0, 1]")
    }
}

/// Half a cosine from `a` to `b` as `progress` goes from 0 to 1.
fn half_cosine(a: f64, b: f64, progress: f64) -> f64 {
    b + (a - b) * (0.5 + 0.5 * (PI * progress).cos())
}

#[cfg(test)]
mod tests {
    use crate::train::{Recipe, Schedule};

    #[test]
    fn the_rate_rises_to_its_peak_and_falls_towards_0() {
        let recipe = Recipe { learning_rate: 1.0, warm_up: 0.1, ..Recipe::default() };
        let rates: Vec<f64> = (0..100).map(|step| recipe.rate(step, 100)).collect();
        assert!(rates[..10].windows(2).all(|pair| pair[0] < pair[1] && pair[0] > 0.0));
        assert_eq!(rates[10], 1.0);
        assert!(rates[10..].windows(2).all(|pair| pair[0] > pair[1]));
        assert!(rates[99] > 0.0 && rates[99] < 1e-3);
    }

    #[test]
    fn a_constant_rate_stays_at_its_peak() {
        let recipe = Recipe { warm_up: 0.0, schedule: Schedule::Constant, ..Recipe::default() };
        assert!((0..7).all(|step| recipe.rate(step, 7) == recipe.learning_rate));
    }

    #[test]
    fn a_step_schedule_falls_and_a_cycle_rises_first() {
        let rates = |schedule| {
            let recipe = Recipe { learning_rate: 1.0, warm_up: 0.0, schedule, ..Recipe::default() };
            (0..100).map(|step| recipe.rate(step, 100)).collect::<Vec<f64>>()
        };
        let step = rates(Schedule::Step { every: 0.2, gamma: 0.5 });
        assert_eq!([0, 19, 20, 39, 40, 99].map(|at| step[at]), [1.0, 1.0, 0.5, 0.5, 0.25, 0.0625]);
        let cycle = rates(Schedule::OneCycle);
        assert!((cycle[0] - 0.04).abs() < 1e-12 && (cycle[30] - 1.0).abs() < 1e-12);
        assert!(cycle[..31].is_sorted() && cycle[30..].is_sorted_by(|a, b| a > b));
        // The last of 100 steps is at progress 0.99: the rate is ¼ π² (0.01/0.7)² of the peak above its end.
        assert!(cycle[99] < 1e-3);
    }
}
