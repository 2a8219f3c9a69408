//! A complex matrix product for every Fourier mode.

use crate::autograd::{Gradient, Kernel, Operand, Output};
use crate::kernels::matrix_product::multiply;
use crate::kernels::slices::{matrix, matrix_mut};
use candle_core::Result;
use ndarray::{ArrayView2, ArrayViewMut2};
use rayon::prelude::*;

/// `ŷ = x̂ W` for every mode.
///
/// Shapes: `[mode, re|im, batch, channel]` and `[mode, re|im, channel, out]` → `[mode, re|im, batch, out]`.
pub(crate) struct Mix;

impl Kernel<2> for Mix {
    const NAME: &'static str = "mode-product";

    fn forward(&self, [x, weight]: [Operand; 2]) -> Result<Output> {
        let [(modes, batch, _), (_, _, out)] = [shape(x)?, shape(weight)?];
        let (x, w) = (Modes::of(x.values, x)?, Modes::of(weight.values, weight)?);
        let y =
            for_each_mode(modes, (batch, out), &x, &w, |[xr, xi], [wr, wi], [mut yr, mut yi]| {
                multiply(1.0, &xr, &wr, 0.0, &mut yr);
                multiply(-1.0, &xi, &wi, 1.0, &mut yr);
                multiply(1.0, &xr, &wi, 0.0, &mut yi);
                multiply(1.0, &xi, &wr, 1.0, &mut yi);
            });
        Ok(Output::new(y, (modes, 2, batch, out)))
    }

    /// `ĝ Wᴴ` and `x̂ᴴ ĝ`.
    fn backward(
        &self,
        [x, weight]: [Operand; 2],
        output: Operand,
        g: &[f32],
    ) -> Result<[Gradient; 2]> {
        let [(modes, batch, channels), (_, _, out)] = [shape(x)?, shape(weight)?];
        let g = Modes::of(g, output)?;
        let (x_modes, w) = (Modes::of(x.values, x)?, Modes::of(weight.values, weight)?);
        let size = (batch, channels);
        let of_x = || {
            for_each_mode(modes, size, &g, &w, |[gr, gi], [wr, wi], [mut xr, mut xi]| {
                multiply(1.0, &gr, &wr.t(), 0.0, &mut xr);
                multiply(1.0, &gi, &wi.t(), 1.0, &mut xr);
                multiply(1.0, &gi, &wr.t(), 0.0, &mut xi);
                multiply(-1.0, &gr, &wi.t(), 1.0, &mut xi);
            })
        };
        let size = (channels, out);
        let of_weight = || {
            for_each_mode(modes, size, &x_modes, &g, |[xr, xi], [gr, gi], [mut wr, mut wi]| {
                multiply(1.0, &xr.t(), &gr, 0.0, &mut wr);
                multiply(1.0, &xi.t(), &gi, 1.0, &mut wr);
                multiply(1.0, &xr.t(), &gi, 0.0, &mut wi);
                multiply(-1.0, &xi.t(), &gr, 1.0, &mut wi);
            })
        };
        Ok([Gradient::of(x, of_x), Gradient::of(weight, of_weight)])
    }
}

/// Modes, rows and columns of `[mode, re|im, row, column]`.
fn shape(operand: Operand) -> Result<(usize, usize, usize)> {
    let (modes, _, rows, columns) = operand.shape.dims4()?;
    Ok((modes, rows, columns))
}

/// A matrix for every mode, `[mode, re|im, row, column]`.
struct Modes<'a> {
    values: &'a [f32],
    shape: (usize, usize),
}

impl<'a> Modes<'a> {
    /// Values of the shape of an operand.
    fn of(values: &'a [f32], like: Operand) -> Result<Self> {
        let (_, rows, columns) = shape(like)?;
        Ok(Self { values, shape: (rows, columns) })
    }

    /// The real and the imaginary part of every mode.
    fn parts(&self) -> impl IndexedParallelIterator<Item = [ArrayView2<'a, f32>; 2]> {
        let (shape, size) = (self.shape, self.shape.0 * self.shape.1);
        self.values
            .par_chunks_exact(2 * size)
            .map(move |mode| [&mode[..size], &mode[size..]].map(|part| matrix(part, shape)))
    }
}

/// Computes a matrix of this shape for every mode, in parallel.
///
/// `multiply` is given both parts of each operand, and both parts of the result to write.
fn for_each_mode(
    modes: usize,
    shape: (usize, usize),
    a: &Modes<'_>,
    b: &Modes<'_>,
    multiply: impl Fn([ArrayView2<'_, f32>; 2], [ArrayView2<'_, f32>; 2], [ArrayViewMut2<'_, f32>; 2])
    + Sync,
) -> Vec<f32> {
    let size = shape.0 * shape.1;
    let mut y = vec![0.0; modes * 2 * size];
    y.par_chunks_exact_mut(2 * size).zip(a.parts()).zip(b.parts()).for_each(|((y, a), b)| {
        let (re, im) = y.split_at_mut(size);
        multiply(a, b, [re, im].map(|part| matrix_mut(part, shape)));
    });
    y
}
