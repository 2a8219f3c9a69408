//! The truncated transform of a real plane and its inverse, as matrix products.
//!
//! Few waves are kept, so the matrices are thin and their products cost no more than fast
//! transforms; they exist for every size, and on every device.
//!
//! With `A = X C`, `[x, re|im of k_y]`, and `B = R A`, `[re|im of k_x, re|im of k_y]`, the transform
//! is read from the four blocks of `B`:
//!
//! ```text
//! re = B₁₁ − B₂₂,   im = B₁₂ + B₂₁        (fold)
//! ```
//!
//! The inverse unfolds the spectrum, `[[re, im], [im, −re]]`, and multiplies the other way around.
//! Unfolding is the adjoint of folding. So the adjoint of an analysis is a synthesis with the
//! transposed matrices, and the reverse: each is the other's derivative.

use super::planes::{Analysis, Synthesis};
use crate::layers::slices::by_hand;
use candle_core::{DType, Device, Result, Tensor};
use ndarray::Array2;
use std::f64::consts::TAU;
use std::sync::Arc;

/// The matrices of one direction: `[2 k_x, x]` and `[y, 2 k_y]`, or their transposes.
#[derive(Clone)]
pub(super) struct Matrices {
    pub(super) rows: Arc<Array2<f32>>,
    pub(super) columns: Arc<Array2<f32>>,
}

impl Matrices {
    pub(super) fn transposed(&self) -> Self {
        let transpose = |a: &Array2<f32>| Arc::new(a.t().as_standard_layout().into_owned());
        Self { rows: transpose(&self.rows), columns: transpose(&self.columns) }
    }
}

/// The transform and its inverse for one size of plane.
pub(super) struct Fourier {
    analysis: Analysis,
    synthesis: Synthesis,
    composed: Option<[Tensor; 4]>,
}

impl Fourier {
    /// The lowest `modes` waves of planes of `cells`, with `padding` cells of zeros beyond.
    pub(super) fn new(
        modes: usize,
        cells: [usize; 2],
        padding: [usize; 2],
        device: &Device,
        dtype: DType,
    ) -> Result<Self> {
        let period = [cells[0] + padding[0], cells[1] + padding[1]];
        let x = signed_waves(modes.min(period[0] / 2).max(1), period[0]);
        let y: Vec<f64> = (0..modes.min(period[1] / 2).max(1)).map(|k| k as f64).collect();
        let [cos_x, sin_x] = waves(&x, cells[0], period[0]);
        let [cos_y, sin_y] = waves(&y, cells[1], period[1]);
        let norm = 1.0 / (period[0] * period[1]) as f64;
        let twice = |k: usize| if k == 0 { norm } else { 2.0 * norm };
        let weighted = |mut a: Array2<f64>| {
            a.rows_mut().into_iter().enumerate().for_each(|(k, mut row)| row *= twice(k));
            a
        };
        let below = |a: &Array2<f64>, b: &Array2<f64>| {
            ndarray::concatenate(ndarray::Axis(0), &[a.view(), b.view()])
                .expect("both have a column a cell")
        };
        let minus = |a: &Array2<f64>| -a;
        let exact = [
            below(&cos_x, &minus(&sin_x)),
            below(&cos_y, &minus(&sin_y)).reversed_axes(),
            below(&cos_x, &minus(&sin_x)).reversed_axes(),
            below(&weighted(cos_y), &weighted(-sin_y)),
        ];
        let [rows, columns, rows_back, columns_back] = exact
            .each_ref()
            .map(|a| Arc::new(a.mapv(|x| x as f32).as_standard_layout().into_owned()));
        let by_hand = device.is_cpu() && dtype == DType::F32;
        let composed = (!by_hand).then(|| tensors(&exact, device, dtype)).transpose()?;
        Ok(Self {
            analysis: Analysis(Matrices { rows, columns }),
            synthesis: Synthesis(Matrices { rows: rows_back, columns: columns_back }),
            composed,
        })
    }

    /// The number of kept waves along x, of both signs, and along y.
    pub(super) fn modes(&self) -> [usize; 2] {
        [self.analysis.0.rows.nrows() / 2, self.analysis.0.columns.ncols() / 2]
    }

    /// `[batch, channel, x, y]` → `[k_x, k_y, re|im, batch, channel]`.
    pub(super) fn analyze(&self, planes: &Tensor) -> Result<Tensor> {
        if by_hand(planes) {
            return planes.contiguous()?.apply_op1(self.analysis.clone());
        }
        let [rows, columns, ..] = self.composed();
        let b = rows.broadcast_matmul(&planes.contiguous()?.broadcast_matmul(columns)?)?;
        let [kx, ky] = self.modes();
        let block = |i: usize, j: usize| b.narrow(2, i * kx, kx)?.narrow(3, j * ky, ky);
        let re = (block(0, 0)? - block(1, 1)?)?;
        let im = (block(0, 1)? + block(1, 0)?)?;
        Tensor::stack(&[re, im], 0)?.permute((3, 4, 0, 1, 2))?.contiguous()
    }

    /// `[k_x, k_y, re|im, batch, channel]` → `[batch, channel, x, y]`.
    pub(super) fn synthesize(&self, spectrum: &Tensor) -> Result<Tensor> {
        if by_hand(spectrum) {
            return spectrum.contiguous()?.apply_op1(self.synthesis.clone());
        }
        let [_, _, rows, columns] = self.composed();
        let parts = spectrum.permute((2, 3, 4, 0, 1))?;
        let (re, im) = (parts.get(0)?, parts.get(1)?);
        let upper = Tensor::cat(&[&re, &im], 3)?;
        let lower = Tensor::cat(&[&im, &re.neg()?], 3)?;
        let unfolded = Tensor::cat(&[upper, lower], 2)?;
        rows.broadcast_matmul(&unfolded)?.broadcast_matmul(columns)
    }

    fn composed(&self) -> &[Tensor; 4] {
        self.composed
            .as_ref()
            .expect("tensors outside CPU and f32 come with matrices of their kind")
    }
}

/// `0 … m−1, −m … −1`; 0 alone if there is one cell.
fn signed_waves(modes: usize, period: usize) -> Vec<f64> {
    if period == 1 {
        return vec![0.0];
    }
    let positive = (0..modes).map(|k| k as f64);
    positive.clone().chain(positive.map(|k| k - modes as f64)).collect()
}

/// `cos(2π k j/n)` and `sin(2π k j/n)`, `[k, j]`, for the `cells` first j.
fn waves(wavenumbers: &[f64], cells: usize, period: usize) -> [Array2<f64>; 2] {
    let angle = |(k, j): (usize, usize)| TAU * wavenumbers[k] * j as f64 / period as f64;
    let shape = (wavenumbers.len(), cells);
    [
        Array2::from_shape_fn(shape, |at| angle(at).cos()),
        Array2::from_shape_fn(shape, |at| angle(at).sin()),
    ]
}

fn tensors(matrices: &[Array2<f64>; 4], device: &Device, dtype: DType) -> Result<[Tensor; 4]> {
    let tensor = |a: &Array2<f64>| {
        let values: Vec<f64> = a.iter().copied().collect();
        Tensor::from_vec(values, a.dim(), &Device::Cpu)?.to_dtype(dtype)?.to_device(device)
    };
    let [a, b, c, d] = matrices;
    Ok([tensor(a)?, tensor(b)?, tensor(c)?, tensor(d)?])
}
