//! Training recipes.

use super::{Loss, Schedule};
use crate::Target;
use data::{Invalid, Part, Renamed, TrainingPoint};
use serde::{Deserialize, Serialize};

/// The recipe of a training: everything except the data, the architecture and the seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Recipe {
    /// Optimizer steps, > 0. Default 1000.
    pub steps: usize,
    /// Passes over all training windows, > 0. If given, it replaces `steps`.
    pub epochs: Option<usize>,
    /// Windows per optimizer step, > 0. Default 8.
    pub batch_size: usize,
    /// The peak learning rate, > 0. Default 5e-3.
    pub learning_rate: f64,
    /// Decoupled weight decay, ≥ 0. Default 1e-4.
    pub weight_decay: f64,
    /// The schedule of the learning rate after the warm-up. Default `cosine`.
    pub schedule: Schedule,
    /// The fraction of the steps in which the learning rate rises linearly from 0, in [0, 1). Default 0.05.
    pub warm_up: f64,
    /// The norm to which longer gradients are scaled, ≥ 0; 0 for no limit. Default 1.
    pub clip_grad_norm: f64,
    /// The loss. Default `relative-l2`.
    pub loss: Loss,
    /// Given states, > 0. Default 1.
    pub history: usize,
    /// Successive predictions in the loss, through which gradients flow, > 0. Default 1.
    pub unroll: usize,
    /// Successive predictions before those of `unroll`, without gradients and not in the loss. Source: Brandstetter,
    /// Worrall & Welling (2022), arXiv 2202.03376, §3.1. Default 0.
    pub pushforward: usize,
    /// The fraction of the steps in which the number of predictions in the loss grows from 1 to `unroll`, in [0, 1).
    /// Default 0.
    pub curriculum: f64,
    /// Decay of the exponential moving average of the weights, in [0, 1). If it is above 0, the averages are
    /// validated and saved instead of the latest weights. Default 0.
    pub ema: f64,
    /// Successive validations without improvement after which the training ends, > 0. Default: no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience: Option<usize>,
    /// The meaning of the network's output. Default `state`.
    pub target: Target,
    /// Standard deviation of the noise added to the given states, over the standard deviation of the channel, ≥ 0. The
    /// target has no noise, so that the network learns to correct its own errors. Default 0.
    pub noise: f64,
    /// Steps between validations, > 0. Default 100.
    pub valid_every: usize,
    /// Predicted states in the rollouts of a validation, > 0. Default 20.
    pub valid_steps: usize,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            steps: 1000,
            epochs: None,
            batch_size: 8,
            learning_rate: 5e-3,
            weight_decay: 1e-4,
            schedule: Schedule::default(),
            warm_up: 0.05,
            clip_grad_norm: 1.0,
            loss: Loss::default(),
            history: 1,
            unroll: 1,
            pushforward: 0,
            curriculum: 0.0,
            ema: 0.0,
            patience: None,
            target: Target::default(),
            noise: 0.0,
            valid_every: 100,
            valid_steps: 20,
        }
    }
}

impl Part for Recipe {
    const NAME: &'static str = "recipe";
    const SUMMARY: &'static str = "how an operator is trained";
    const RENAMED: &'static [Renamed] =
        &[Renamed::key("clip", "clip-grad-norm"), Renamed::key("schedule.step.factor", "gamma")];

    fn check(&self) -> Result<(), Invalid> {
        let counts = [
            ("steps", self.steps),
            ("epochs", self.epochs.unwrap_or(1)),
            ("batch-size", self.batch_size),
            ("history", self.history),
            ("unroll", self.unroll),
            ("patience", self.patience.unwrap_or(1)),
            ("valid-every", self.valid_every),
            ("valid-steps", self.valid_steps),
        ];
        for (key, count) in counts {
            Invalid::unless(count > 0, key, count, "greater than 0")?;
        }
        for (key, value) in [
            ("weight-decay", self.weight_decay),
            ("clip-grad-norm", self.clip_grad_norm),
            ("noise", self.noise),
        ] {
            Invalid::unless(value >= 0.0, key, value, "0 or greater")?;
        }
        for (key, fraction) in
            [("warm-up", self.warm_up), ("curriculum", self.curriculum), ("ema", self.ema)]
        {
            Invalid::unless((0.0..1.0).contains(&fraction), key, fraction, "in [0, 1)")?;
        }
        self.schedule.check()?;
        let rate = self.learning_rate;
        Invalid::unless(rate > 0.0, "learning-rate", rate, "greater than 0")
    }
}

impl Recipe {
    /// The number of optimizer steps, for epochs of `windows` windows.
    pub fn total_steps(&self, windows: usize) -> usize {
        let of_epochs = |epochs: usize| (epochs * windows).div_ceil(self.batch_size);
        self.epochs.map_or(self.steps, of_epochs)
    }

    /// The states of a training window: history, pushforward and unroll.
    pub fn window(&self) -> usize {
        self.history + self.pushforward + self.unroll
    }

    /// The number of successive predictions in the loss of step number `step`, from 0, of `steps`.
    pub fn horizon(&self, step: usize, steps: usize) -> usize {
        let grown = step as f64 / (self.curriculum * steps as f64).max(1.0);
        if self.curriculum > 0.0 && grown < 1.0 {
            1 + ((self.unroll - 1) as f64 * grown) as usize
        } else {
            self.unroll
        }
    }

    /// The learning rate of step number `step`, from 0, of `steps`.
    pub fn rate(&self, step: usize, steps: usize) -> f64 {
        let rise = (self.warm_up * steps as f64).round();
        let (done, left) = (step as f64 + 1.0 - rise, (steps as f64 - rise).max(1.0));
        if done <= 0.0 {
            return self.learning_rate * (step as f64 + 1.0) / (rise + 1.0);
        }
        self.learning_rate * self.schedule.factor((done - 1.0) / left)
    }
}

impl Recipe {
    /// Whether there were `patience` validations since the one with the least loss. A validation in which
    /// a rollout diverged has no loss in the curve, and counts.
    pub(crate) fn is_out_of_patience(&self, curve: &[TrainingPoint]) -> bool {
        let Some(patience) = self.patience else { return false };
        let losses = curve.iter().filter_map(|point| Some((point.step, point.valid_loss?)));
        let Some((best, _)) = losses.min_by(|(_, a), (_, b)| a.total_cmp(b)) else { return false };
        let is_validation = |step: usize| step > best && step.is_multiple_of(self.valid_every);
        curve.iter().filter(|point| is_validation(point.step)).count() >= patience
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_horizon_grows_to_the_unroll() {
        let recipe = Recipe { unroll: 4, curriculum: 0.5, ..Recipe::default() };
        let horizons: Vec<usize> = (0..12).map(|step| recipe.horizon(step, 12)).collect();
        assert_eq!(horizons, [1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 4, 4]);
        let recipe = Recipe { curriculum: 0.0, ..recipe };
        assert_eq!(recipe.horizon(0, 12), 4);
    }
}
