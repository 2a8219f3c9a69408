//! Training losses.

use candle_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

/// A training loss. Predictions and references are scaled to standard deviation 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// The relative L² error `‖prediction − reference‖₂ / ‖reference‖₂`, averaged over samples and channels, so that
    /// all channels and samples have the same weight.
    #[default]
    RelativeL2,
    /// The mean squared error over all samples, channels and cells.
    Mse,
    /// The normalized mean squared error: the sum of squared errors over the sum of squares of the reference, both over
    /// all samples, channels and cells. It is the loss of `CFDBench` (Luo, Chen & Zhang 2023, arXiv 2310.05963).
    Nmse,
    /// The relative error in the H¹ norm, `‖u‖² + ‖∇u‖²`, averaged as in `relative-l2`. Gradients are differences
    /// between neighbouring cells on axes of length 1. Source: Li et al. (2022), arXiv 2106.06898, §3.2.
    H1,
}

/// Added to the mean square of the reference, in squared standard deviations of the channel, so that the relative error
/// of a state close to the mean, within about a tenth of a standard deviation, stays bounded.
const FLOOR: f64 = 1e-2;

/// Keeps the derivative of the root finite where prediction and reference agree.
const TINY: f64 = 1e-12;

impl Loss {
    /// The loss as a scalar tensor. Shapes: `[batch, channel, …cells]`.
    pub fn of(self, prediction: &Tensor, reference: &Tensor) -> Result<Tensor> {
        let error = (prediction - reference)?.sqr()?;
        match self {
            Self::Mse => error.mean_all(),
            Self::Nmse => error.sum_all()?.div(&(reference.sqr()?.sum_all()? + TINY)?),
            Self::H1 => {
                let error = sobolev(&(prediction - reference)?)?;
                ((error / (sobolev(reference)? + FLOOR)?)? + TINY)?.sqrt()?.mean_all()
            }
            Self::RelativeL2 => {
                let error = error.flatten_from(2)?.mean(2)?;
                let size = (reference.sqr()?.flatten_from(2)?.mean(2)? + FLOOR)?;
                ((error / size)? + TINY)?.sqrt()?.mean_all()
            }
        }
    }
}

/// The mean of `u² + |∇u|²` over the cells, `[batch, channel]`.
fn sobolev(u: &Tensor) -> Result<Tensor> {
    let mean = |x: &Tensor| x.sqr()?.flatten_from(2)?.mean(2);
    let mut sum = mean(u)?;
    for axis in 2..u.rank() {
        let n = u.dim(axis)?;
        if n > 1 {
            let gradient = (u.narrow(axis, 1, n - 1)? - u.narrow(axis, 0, n - 1)?)? * n as f64;
            sum = (sum + mean(&gradient?)?)?;
        }
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn loss(loss: Loss, prediction: &[f32], reference: &[f32]) -> f32 {
        let tensor =
            |x: &[f32]| Tensor::from_slice(x, (1, 2, 1, 2), &Device::Cpu).expect("four values");
        let loss = loss.of(&tensor(prediction), &tensor(reference)).expect("shapes agree");
        loss.to_scalar().expect("a scalar")
    }

    #[test]
    fn relative_l2_and_mse_equal_values_computed_by_hand() {
        let (prediction, reference) = ([3.0, 4.0, 0.0, 0.0], [3.0, 0.0, 0.0, 30.0]);
        assert_eq!(loss(Loss::Mse, &prediction, &reference), (16.0 + 900.0) / 4.0);
        // √(8 / 4.51) and √(450 / 450.01), halved.
        let expected = (8.0_f32 / 4.51).sqrt().midpoint((450.0_f32 / 450.01).sqrt());
        assert!((loss(Loss::RelativeL2, &prediction, &reference) - expected).abs() < 1e-6);
    }

    #[test]
    fn nmse_and_h1_equal_values_computed_by_hand() {
        let (prediction, reference) = ([3.0, 4.0, 0.0, 0.0], [3.0, 0.0, 0.0, 30.0]);
        assert!((loss(Loss::Nmse, &prediction, &reference) - 916.0 / 909.0).abs() < 1e-6);
        // Cells are ½ apart: the errors (0, 4) and (0, −30) have the gradients 8 and −60, the references −6 and 60.
        let first = ((8.0 + 64.0) / (4.5 + 36.0 + 0.01_f32)).sqrt();
        let second = ((450.0 + 3600.0) / (450.0 + 3600.0 + 0.01_f32)).sqrt();
        let h1 = loss(Loss::H1, &prediction, &reference);
        assert!((h1 - first.midpoint(second)).abs() < 1e-6, "{h1}");
    }

    #[test]
    fn channels_have_the_same_weight_whatever_their_magnitude() {
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
