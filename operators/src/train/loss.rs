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
    /// The sum over everything of the squared difference, over that of the truth's squares: what
    /// `CFDBench` makes small (Luo, Chen & Zhang 2023, arXiv 2310.05963).
    Nmse,
    /// As `relative-l2`, with the norm `‖u‖² + ‖∇u‖²`; gradients are differences of neighbours, and
    /// every axis has the length 1. Source: Li et al. (2022), arXiv 2106.06898, §3.2.
    H1,
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
            Self::Nmse => error.sum_all()?.div(&(truth.sqr()?.sum_all()? + TINY)?),
            Self::H1 => {
                let error = sobolev(&(prediction - truth)?)?;
                ((error / (sobolev(truth)? + QUIET)?)? + TINY)?.sqrt()?.mean_all()
            }
            Self::RelativeL2 => {
                let error = error.flatten_from(2)?.mean(2)?;
                let size = (truth.sqr()?.flatten_from(2)?.mean(2)? + QUIET)?;
                ((error / size)? + TINY)?.sqrt()?.mean_all()
            }
        }
    }
}

/// The mean over the cells of `u² + |∇u|²`, `[batch, channel]`.
fn sobolev(u: &Tensor) -> Result<Tensor> {
    let mean = |x: &Tensor| x.sqr()?.flatten_from(2)?.mean(2);
    let mut sum = mean(u)?;
    for axis in 2..u.rank() {
        let n = u.dim(axis)?;
        if n > 1 {
            let slope = (u.narrow(axis, 1, n - 1)? - u.narrow(axis, 0, n - 1)?)? * n as f64;
            sum = (sum + mean(&slope?)?)?;
        }
    }
    Ok(sum)
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
    fn hand_computed_values_of_nmse_and_h1() {
        let (prediction, truth) = ([3.0, 4.0, 0.0, 0.0], [3.0, 0.0, 0.0, 30.0]);
        assert!((loss(Loss::Nmse, &prediction, &truth) - 916.0 / 909.0).abs() < 1e-6);
        // Cells ½ apart: errors (0, 4) and (0, −30) have the slopes 8 and −60, and truths −6 and 60.
        let first = ((8.0 + 64.0) / (4.5 + 36.0 + 0.01_f32)).sqrt();
        let second = ((450.0 + 3600.0) / (450.0 + 3600.0 + 0.01_f32)).sqrt();
        let h1 = loss(Loss::H1, &prediction, &truth);
        assert!((h1 - first.midpoint(second)).abs() < 1e-6, "{h1}");
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
