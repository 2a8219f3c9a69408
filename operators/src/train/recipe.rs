//! How an operator is trained.

use super::{Loss, Schedule};
use data::{Invalid, Part};
use serde::{Deserialize, Serialize};

/// What the network's output means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The next state itself.
    #[default]
    State,
    /// The change from the last state, in units of the channel's usual change: an output of 0 is
    /// persistence. An error in a channel without memory of its own, such as the pressure of an
    /// incompressible flow, is then never forgotten.
    Increment,
}

/// Everything about a training but the data, the architecture and the seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Recipe {
    /// Optimizer steps, > 0. Default 1000.
    pub steps: usize,
    /// Passes over the training windows; if given, it decides in place of `steps`.
    pub epochs: Option<usize>,
    /// Windows an optimizer step, > 0. Default 8.
    pub batch_size: usize,
    /// The greatest learning rate, > 0. Default 5e-3.
    pub learning_rate: f64,
    /// Decoupled weight decay, ≥ 0. Default 1e-4.
    pub weight_decay: f64,
    /// How the rate goes down. Default `cosine`.
    pub schedule: Schedule,
    /// The part of all steps in which the rate rises linearly from 0, in [0, 1). Default 0.05.
    pub warm_up: f64,
    /// The greatest norm of the gradient, longer ones are scaled down; 0 for any. Default 1.
    pub clip: f64,
    /// What is made small. Default `relative-l2`.
    pub loss: Loss,
    /// States that are given, > 0. Default 1.
    pub history: usize,
    /// Predictions in a row through which gradients flow, > 0. Default 1.
    pub unroll: usize,
    /// What the network's output means. Default `state`.
    pub target: Target,
    /// Deviation of the noise added to the given states, in deviations of the channel, ≥ 0.
    /// The target is the true next state: the network learns to correct its own errors. Default 0.
    pub noise: f64,
    /// Steps between looks at the valid split, > 0. Default 100.
    pub valid_every: usize,
    /// Length of the rollouts by which checkpoints are chosen, > 0. Default 20.
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
            clip: 1.0,
            loss: Loss::default(),
            history: 1,
            unroll: 1,
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

    fn check(&self) -> Result<(), Invalid> {
        let counts = [
            ("steps", self.steps),
            ("epochs", self.epochs.unwrap_or(1)),
            ("batch-size", self.batch_size),
            ("history", self.history),
            ("unroll", self.unroll),
            ("valid-every", self.valid_every),
            ("valid-steps", self.valid_steps),
        ];
        for (key, count) in counts {
            Invalid::unless(count > 0, key, count, "greater than 0")?;
        }
        for (key, value) in
            [("weight-decay", self.weight_decay), ("clip", self.clip), ("noise", self.noise)]
        {
            Invalid::unless(value >= 0.0, key, value, "0 or greater")?;
        }
        let (rate, warm_up) = (self.learning_rate, self.warm_up);
        Invalid::unless(rate > 0.0, "learning-rate", rate, "greater than 0")?;
        Invalid::unless((0.0..1.0).contains(&warm_up), "warm-up", warm_up, "in [0, 1)")
    }
}

impl Recipe {
    /// The number of optimizer steps, given how many windows an epoch has.
    pub fn total_steps(&self, windows: usize) -> usize {
        let of_epochs = |epochs: usize| (epochs * windows).div_ceil(self.batch_size);
        self.epochs.map_or(self.steps, of_epochs)
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
