//! Rotary embedding of positions.

use candle_core::{DType, Device, Result, Tensor};

/// Pairs of channels turned by angles that are proportional to the place: products of two such
/// vectors depend on the distance of their places.
///
/// ```text
/// y_i       = x_i cos θ_i − x_{i+d/2} sin θ_i        θ_i = s p · 10000^{−2i/d},  0 ≤ i < d/2
/// y_{i+d/2} = x_{i+d/2} cos θ_i + x_i sin θ_i
/// ```
///
/// Shapes: `[batch, head, d, place]` → same.
///
/// Source: Su et al. (2021), arXiv 2104.09864, eq. (34), pairing the halves of the channels.
pub struct Rotation {
    /// `[d/2, place]`.
    cos: Tensor,
    sin: Tensor,
}

impl Rotation {
    /// For places at `s p`. Panics if the channels are odd in number.
    pub fn new(channels: usize, places: &[f64], device: &Device, dtype: DType) -> Result<Self> {
        assert_eq!(channels % 2, 0, "channels are turned in pairs");
        let frequency = |i: usize| 10_000_f64.powf(-2.0 * i as f64 / channels as f64);
        let angles = (0..channels / 2).flat_map(|i| places.iter().map(move |p| p * frequency(i)));
        let angles = Tensor::from_iter(angles, &Device::Cpu)?.reshape((channels / 2, ()))?;
        let there = |x: Tensor| x.to_dtype(dtype)?.to_device(device);
        Ok(Self { cos: there(angles.cos()?)?, sin: there(angles.sin()?)? })
    }

    /// Turns.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let half = x.dim(2)? / 2;
        let (a, b) = (x.narrow(2, 0, half)?, x.narrow(2, half, half)?);
        let times = |x: &Tensor, y: &Tensor| x.broadcast_mul(y);
        let first = (times(&a, &self.cos)? - times(&b, &self.sin)?)?;
        let second = (times(&b, &self.cos)? + times(&a, &self.sin)?)?;
        Tensor::cat(&[first, second], 2)
    }
}
