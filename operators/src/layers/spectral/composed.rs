//! Boxes to spectrum and back by candle's own operations, where none are written by hand.

use candle_core::{DType, Device, Result, Tensor};
use ndarray::Array2;

/// The matrices of one direction: of all axes but the last, and of the last.
pub(super) struct Tensors {
    rows: Vec<Tensor>,
    columns: Tensor,
}

impl Tensors {
    pub(super) fn new(
        rows: &[Array2<f64>],
        columns: &Array2<f64>,
        device: &Device,
        dtype: DType,
    ) -> Result<Self> {
        let tensor = |a: &Array2<f64>| {
            let values: Vec<f64> = a.iter().copied().collect();
            Tensor::from_vec(values, a.dim(), &Device::Cpu)?.to_dtype(dtype)?.to_device(device)
        };
        let rows = rows.iter().map(tensor).collect::<Result<_>>()?;
        Ok(Self { rows, columns: tensor(columns)? })
    }

    pub(super) fn transposed(&self) -> Result<Self> {
        let transpose = |a: &Tensor| a.t()?.contiguous();
        let rows = self.rows.iter().map(transpose).collect::<Result<_>>()?;
        Ok(Self { rows, columns: transpose(&self.columns)? })
    }

    /// `[batch, channel, …cells]` → `[wave, re|im, batch, channel]`.
    pub(super) fn analyze(&self, boxes: &Tensor) -> Result<Tensor> {
        let (batch, channels) = (boxes.dim(0)?, boxes.dim(1)?);
        let (last, mut inner) = self.columns.dims2()?;
        let mut x = boxes.reshape(((), last))?.matmul(&self.columns)?;
        for rows in self.rows.iter().rev() {
            let (waves, cells) = (rows.dim(0)? / 2, rows.dim(1)?);
            let lines = x.reshape(((), cells, inner))?;
            let b = rows.broadcast_left(lines.dim(0)?)?.matmul(&lines)?;
            let b = b.reshape(((), 2, waves * inner / 2, 2))?;
            let part = |half: usize, part: usize| b.narrow(1, half, 1)?.narrow(3, part, 1);
            let re = (part(0, 0)? - part(1, 1)?)?;
            x = Tensor::cat(&[re, (part(0, 1)? + part(1, 0)?)?], 3)?;
            inner *= waves;
        }
        x.reshape((batch, channels, (), 2))?.permute((2, 3, 0, 1))?.contiguous()
    }

    /// `[wave, re|im, batch, channel]` → `[batch, channel, …cells]`.
    pub(super) fn synthesize(&self, spectrum: &Tensor) -> Result<Tensor> {
        let (waves, _, batch, channels) = spectrum.dims4()?;
        let mut x = spectrum.permute((2, 3, 0, 1))?.contiguous()?;
        let mut inner = 2 * waves;
        let mut shape = vec![batch, channels];
        for rows in &self.rows {
            let (cells, waves) = (rows.dim(0)?, rows.dim(1)? / 2);
            inner /= waves;
            let pairs = x.reshape(((), waves * inner / 2, 2))?;
            let (re, im) = (pairs.narrow(2, 0, 1)?, pairs.narrow(2, 1, 1)?);
            let lower = Tensor::cat(&[&im, &re.neg()?], 2)?;
            let b = Tensor::stack(&[pairs, lower], 1)?.reshape(((), 2 * waves, inner))?;
            x = rows.broadcast_left(b.dim(0)?)?.matmul(&b)?;
            shape.push(cells);
        }
        shape.push(self.columns.dim(1)?);
        x.reshape(((), self.columns.dim(0)?))?.matmul(&self.columns)?.reshape(shape)
    }
}
