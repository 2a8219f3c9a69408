//! Maximum pooling.

pub use crate::kernels::max_pool::halved;

use crate::autograd::{apply, is_fused};
use crate::kernels::max_pool::MaxPool;
use candle_core::{D, Result, Tensor};

/// The maximum of every two by two cells. A last odd row or column is left out; an axis of one cell
/// is not pooled.
///
/// Shapes: `[batch, channel, x, y]` → `[batch, channel, max(⌊x/2⌋, 1), max(⌊y/2⌋, 1)]`.
pub fn max_pool(x: &Tensor) -> Result<Tensor> {
    if is_fused(x) {
        return apply(MaxPool, [x]);
    }
    let pair = |x: Tensor| -> Result<Tensor> {
        let (batch, channels, lines, cells) = x.dims4()?;
        let half = halved(cells);
        let (shape, whole) = ((batch, channels, lines, half, cells.min(2)), half * cells.min(2));
        x.narrow(3, 0, whole)?.reshape(shape)?.max(D::Minus1)
    };
    pair(pair(x.clone())?.transpose(2, 3)?.contiguous()?)?.transpose(2, 3)?.contiguous()
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn odd_rows_are_left_out_and_single_ones_are_not_pooled() -> Result<()> {
        let x = Tensor::arange(0f32, 15.0, &Device::Cpu)?.reshape((1, 1, 3, 5))?;
        assert_eq!(max_pool(&x)?.flatten_all()?.to_vec1::<f32>()?, [6.0, 8.0]);
        let row = max_pool(&x.narrow(2, 1, 1)?)?;
        assert_eq!(row.flatten_all()?.to_vec1::<f32>()?, [6.0, 8.0]);
        Ok(())
    }
}
