//! Rotary position embedding.

use candle_core::{DType, Device, Result, Tensor};

/// Rotary position embedding: pairs of channels are rotated by angles proportional to the position p,
/// so that scalar products of two such vectors depend on the difference of their positions.
///
/// ```text
/// y_i       = x_i cos θ_i − x_{i+d/2} sin θ_i        θ_i = s p · 10000^{−2i/d},  0 ≤ i < d/2
/// y_{i+d/2} = x_{i+d/2} cos θ_i + x_i sin θ_i
/// ```
///
/// Shapes: `[batch, head, d, position]` → same.
///
/// Source: Su et al. (2021), arXiv 2104.09864, eq. (34), with channel i paired with i + d/2.
pub struct Rotation {
    /// `[d/2, position]`.
    cos: Tensor,
    sin: Tensor,
}

impl Rotation {
    /// For positions given as `s p`. Panics if the number of channels is odd.
    pub fn new(channels: usize, positions: &[f64], device: &Device, dtype: DType) -> Result<Self> {
        assert_eq!(channels % 2, 0, "channels are rotated in pairs");
        let frequency = |i: usize| 10_000_f64.powf(-2.0 * i as f64 / channels as f64);
        let angles =
            (0..channels / 2).flat_map(|i| positions.iter().map(move |p| p * frequency(i)));
        let angles = Tensor::from_iter(angles, &Device::Cpu)?.reshape((channels / 2, ()))?;
        let there = |x: Tensor| x.to_dtype(dtype)?.to_device(device);
        Ok(Self { cos: there(angles.cos()?)?, sin: there(angles.sin()?)? })
    }

    /// Rotates.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let half = x.dim(2)? / 2;
        let (a, b) = (x.narrow(2, 0, half)?, x.narrow(2, half, half)?);
        let times = |x: &Tensor, y: &Tensor| x.broadcast_mul(y);
        let first = (times(&a, &self.cos)? - times(&b, &self.sin)?)?;
        let second = (times(&b, &self.cos)? + times(&a, &self.sin)?)?;
        Tensor::cat(&[first, second], 2)
    }
}
