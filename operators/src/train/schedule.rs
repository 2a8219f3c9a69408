//! How the learning rate goes down.

use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// The course of the learning rate after the warm-up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// Half a cosine down to 0. Source: Loshchilov & Hutter (2017), arXiv 1608.03983, eq. (5).
    #[default]
    Cosine,
    /// No change.
    Constant,
}

impl Schedule {
    /// The part of the greatest rate at `progress` in [0, 1].
    pub(super) fn factor(self, progress: f64) -> f64 {
        match self {
            Self::Cosine => 0.5 + 0.5 * (PI * progress).cos(),
            Self::Constant => 1.0,
        }
    }
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
}
