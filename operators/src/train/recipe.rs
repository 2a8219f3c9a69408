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
    /// Predictions in a row before those, which only make their input: no gradient flows through
    /// them, and they are not judged. Source: Brandstetter, Worrall & Welling (2022),
    /// arXiv 2202.03376, §3.1. Default 0.
    pub pushforward: usize,
    /// The part of all steps in which `unroll` grows from 1 to what it is, in [0, 1). Default 0.
    pub curriculum: f64,
    /// Decay of the running mean of the weights that is looked at and kept in place of the latest
    /// ones, in [0, 1); 0 for none. Default 0.
    pub ema: f64,
    /// Looks in a row without a better loss on the valid split after which training ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience: Option<usize>,
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
        for (key, value) in
            [("weight-decay", self.weight_decay), ("clip", self.clip), ("noise", self.noise)]
        {
            Invalid::unless(value >= 0.0, key, value, "0 or greater")?;
        }
        for (key, part) in
            [("warm-up", self.warm_up), ("curriculum", self.curriculum), ("ema", self.ema)]
        {
            Invalid::unless((0.0..1.0).contains(&part), key, part, "in [0, 1)")?;
        }
        self.schedule.check()?;
        let rate = self.learning_rate;
        Invalid::unless(rate > 0.0, "learning-rate", rate, "greater than 0")
    }
}

impl Recipe {
    /// The number of optimizer steps, given how many windows an epoch has.
    pub fn total_steps(&self, windows: usize) -> usize {
        let of_epochs = |epochs: usize| (epochs * windows).div_ceil(self.batch_size);
        self.epochs.map_or(self.steps, of_epochs)
    }

    /// States of a training window: the given ones, those that are pushed forward and those judged.
    pub fn window(&self) -> usize {
        self.history + self.pushforward + self.unroll
    }

    /// The predictions in a row that step number `step`, from 0, of `steps` is judged by.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_horizon_grows_to_what_it_is() {
        let recipe = Recipe { unroll: 4, curriculum: 0.5, ..Recipe::default() };
        let horizons: Vec<usize> = (0..12).map(|step| recipe.horizon(step, 12)).collect();
        assert_eq!(horizons, [1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 4, 4]);
        let recipe = Recipe { curriculum: 0.0, ..recipe };
        assert_eq!(recipe.horizon(0, 12), 4);
    }
}
