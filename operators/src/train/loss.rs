//! What training makes small.

use candle_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

/// A distance between a prediction and the truth, both scaled to deviation 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// The mean over samples and channels of `‖prediction − truth‖₂ / ‖truth‖₂`, so that every
    /// channel and every sample counts alike.
    #[default]
    RelativeL2,
    /// The mean over everything of the squared difference.
    Mse,
}

/// What is added to the mean square of the truth, in squared deviations of the channel: a state
/// within a tenth of a deviation of the mean counts as one at a tenth.
const QUIET: f64 = 1e-2;

/// Keeps the root's slope finite where prediction and truth agree.
const TINY: f64 = 1e-12;

impl Loss {
    /// The distance as a scalar tensor; both are `[batch, channel, …cells]`.
    pub fn of(self, prediction: &Tensor, truth: &Tensor) -> Result<Tensor> {
        let error = (prediction - truth)?.sqr()?;
        match self {
            Self::Mse => error.mean_all(),
            Self::RelativeL2 => {
                let error = error.flatten_from(2)?.mean(2)?;
                let size = (truth.sqr()?.flatten_from(2)?.mean(2)? + QUIET)?;
                ((error / size)? + TINY)?.sqrt()?.mean_all()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn loss(loss: Loss, prediction: &[f32], truth: &[f32]) -> f32 {
        let tensor =
            |x: &[f32]| Tensor::from_slice(x, (1, 2, 1, 2), &Device::Cpu).expect("four values");
        let loss = loss.of(&tensor(prediction), &tensor(truth)).expect("shapes agree");
        loss.to_scalar().expect("a scalar")
    }

    #[test]
    fn hand_computed_values() {
        let (prediction, truth) = ([3.0, 4.0, 0.0, 0.0], [3.0, 0.0, 0.0, 30.0]);
        assert_eq!(loss(Loss::Mse, &prediction, &truth), (16.0 + 900.0) / 4.0);
        // √(8 / 4.51) and √(450 / 450.01), halved.
        let expected = (8.0_f32 / 4.51).sqrt().midpoint((450.0_f32 / 450.01).sqrt());
        assert!((loss(Loss::RelativeL2, &prediction, &truth) - expected).abs() < 1e-6);
    }

    #[test]
    fn channels_count_alike_whatever_their_size() {
        let both = |scale: f32| {
            loss(
                Loss::RelativeL2,
                &[110.0, 110.0, 110.0 * scale, 110.0 * scale],
                &[100.0, 100.0, 100.0 * scale, 100.0 * scale],
            )
        };
        assert!((both(1.0) - both(1000.0)).abs() < 1e-6);
    }
}
