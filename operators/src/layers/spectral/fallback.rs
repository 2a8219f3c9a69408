//! Values to spectra and back, composed of candle's operations.
//!
//! Real and imaginary parts are the two halves of the axis that is transformed next, so that a complex
//! product is one real product:
//!
//! ```text
//! (re X)   (C −S) (re A)
//! (im X) = (S  C) (im A)        C + i S: the Fourier modes along the axis
//! ```

use candle_core::{DType, Device, Result, Tensor};
use ndarray::{Array2, Axis, concatenate, s};

/// The matrices of one direction of a transform: of all axes but the last, and of the last.
pub(super) struct Tensors {
    rows: Vec<Tensor>,
    columns: Tensor,
}

impl Tensors {
    /// From `rows`, with all cosines over all sines, and `columns`, with cosines and sines alternating.
    pub(super) fn of_analysis(
        rows: &[Array2<f64>],
        columns: &Array2<f64>,
        device: &Device,
        dtype: DType,
    ) -> Result<Self> {
        let rows = rows.iter().map(|rows| tensor(&complex(rows), device, dtype));
        Ok(Self {
            rows: rows.collect::<Result<_>>()?,
            columns: tensor(&halves(columns), device, dtype)?,
        })
    }

    /// From the transposes of such matrices.
    pub(super) fn of_synthesis(
        rows: &[Array2<f64>],
        columns: &Array2<f64>,
        device: &Device,
        dtype: DType,
    ) -> Result<Self> {
        let transpose = |a: &Array2<f64>| a.t().to_owned();
        let rows: Vec<_> = rows.iter().map(transpose).collect();
        Self::of_analysis(&rows, &transpose(columns), device, dtype)?.transposed()
    }

    /// The matrices of the adjoint.
    pub(super) fn transposed(&self) -> Result<Self> {
        let transpose = |a: &Tensor| a.t()?.contiguous();
        let rows = self.rows.iter().map(transpose).collect::<Result<_>>()?;
        Ok(Self { rows, columns: transpose(&self.columns)? })
    }

    /// `[batch, channel, …cells]` → `[mode, re|im, batch, channel]`.
    pub(super) fn analyze(&self, values: &Tensor) -> Result<Tensor> {
        let (batch, channels) = (values.dim(0)?, values.dim(1)?);
        let (last, twice) = self.columns.dims2()?;
        let (mut x, mut inner) = (values.reshape(((), last))?.matmul(&self.columns)?, twice / 2);
        for rows in self.rows.iter().rev() {
            let (modes, cells) = (rows.dim(0)? / 2, rows.dim(1)? / 2);
            let parts = x.reshape(((), cells, 2, inner))?.transpose(1, 2)?.contiguous()?;
            let parts = parts.reshape(((), 2 * cells, inner))?;
            x = rows.broadcast_left(parts.dim(0)?)?.matmul(&parts)?;
            inner *= modes;
        }
        x.reshape((batch, channels, 2, inner))?.permute((3, 2, 0, 1))?.contiguous()
    }

    /// `[mode, re|im, batch, channel]` → `[batch, channel, …cells]`.
    pub(super) fn synthesize(&self, spectrum: &Tensor) -> Result<Tensor> {
        let (mut inner, _, batch, channels) = spectrum.dims4()?;
        let mut x = spectrum.permute((2, 3, 1, 0))?.contiguous()?;
        let mut shape = vec![batch, channels];
        for rows in &self.rows {
            let (cells, modes) = (rows.dim(0)? / 2, rows.dim(1)? / 2);
            inner /= modes;
            let parts = x.reshape(((), 2 * modes, inner))?;
            let parts = rows.broadcast_left(parts.dim(0)?)?.matmul(&parts)?;
            x = parts.reshape(((), 2, cells, inner))?.transpose(1, 2)?.contiguous()?;
            shape.push(cells);
        }
        shape.push(self.columns.dim(1)?);
        x.reshape(((), self.columns.dim(0)?))?.matmul(&self.columns)?.reshape(shape)
    }
}

/// `((C, −S), (S, C))` from C over S.
fn complex(stacked: &Array2<f64>) -> Array2<f64> {
    let modes = stacked.nrows() / 2;
    let (c, s) = stacked.view().split_at(Axis(0), modes);
    let row = |left, right| concatenate![Axis(1), left, right];
    concatenate![Axis(0), row(c, (-&s).view()), row(s, c)]
}

/// From alternating columns, those of cosines and then those of sines.
fn halves(interleaved: &Array2<f64>) -> Array2<f64> {
    let half = |first: usize| interleaved.slice(s![.., first..;2]);
    concatenate![Axis(1), half(0), half(1)]
}

fn tensor(a: &Array2<f64>, device: &Device, dtype: DType) -> Result<Tensor> {
    let values: Vec<f64> = a.iter().copied().collect();
    Tensor::from_vec(values, a.dim(), &Device::Cpu)?.to_dtype(dtype)?.to_device(device)
}
