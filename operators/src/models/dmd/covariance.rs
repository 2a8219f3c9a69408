//! Sums over all pairs, which are not all in memory at the same time.

use crate::OperatorError;
use crate::fit::Pairs;
use ndarray::{Array1, Array2, ArrayView2, Axis};

/// The means of inputs and outputs, and the weights of the inputs.
pub(super) struct Centre {
    /// `x̄ [number]`
    pub(super) inputs: Array1<f64>,
    /// `ȳ [output·cell]`
    pub(super) outputs: Array1<f64>,
    /// `w [number]`
    pub(super) importance: Array1<f64>,
}

impl Centre {
    /// The means over all pairs if `affine`, else zeros.
    pub(super) fn of(
        pairs: &dyn Pairs,
        importance: Array1<f64>,
        affine: bool,
    ) -> Result<Self, OperatorError> {
        let (mut inputs, mut outputs) = (Array1::zeros(importance.len()), Array1::zeros(0));
        let mut count = 0.0;
        pairs.visit(&mut |x, y| {
            inputs += &x.sum_axis(Axis(0));
            let sum = y.sum_axis(Axis(0));
            outputs = if outputs.is_empty() { sum } else { &outputs + &sum };
            count += x.nrows() as f64;
        })?;
        let factor = if affine { 1.0 / count } else { 0.0 };
        Ok(Self { inputs: inputs * factor, outputs: outputs * factor, importance })
    }

    /// `w (x − x̄)` of a chunk of pairs.
    fn scaled(&self, x: ArrayView2<f64>) -> Array2<f64> {
        (&x - &self.inputs) * &self.importance
    }
}

/// `C Qᵀ` as rows: `Q X Xᵀ`, with `X` all `w (x − x̄)`, and `Q [direction, number]`.
pub(super) fn times_covariance(
    centre: &Centre,
    pairs: &dyn Pairs,
    directions: &Array2<f64>,
) -> Result<Array2<f64>, OperatorError> {
    let mut product = Array2::zeros(directions.dim());
    pairs.visit(&mut |x, _| {
        let x = centre.scaled(x);
        product += &directions.dot(&x.t()).dot(&x);
    })?;
    Ok(product)
}

/// `Y Zᵀ [output·cell, direction]`, with `Z = Q X`.
pub(super) fn cross_covariance(
    centre: &Centre,
    pairs: &dyn Pairs,
    directions: &Array2<f64>,
) -> Result<Array2<f64>, OperatorError> {
    let mut sum = Array2::zeros((centre.outputs.len(), directions.nrows()));
    pairs.visit(&mut |x, y| {
        let z = centre.scaled(x).dot(&directions.t());
        sum += &(&y - &centre.outputs).t().dot(&z);
    })?;
    Ok(sum)
}
