//! A training of one step, for weights that are fitted in closed form.

use super::batches::Windows;
use super::state::TrainingState;
use crate::{Fit, Inputs, OperatorError, Pairs};
use candle_core::{DType, Result as CandleResult, Tensor};
use ndarray::{Array2, ArrayView2};
use std::collections::BTreeMap;

/// Pairs that are read and visited at once.
const CHUNK: usize = 64;

impl TrainingState {
    /// Fits the weights in closed form, keeps the candidate with the least loss on the split `valid`, and
    /// saves it. Returns the losses on the training pairs and on the split `valid`.
    pub(super) fn solve(
        &mut self,
        fit: &dyn Fit,
        pairs: &Windows,
        valid: &Windows,
    ) -> Result<(f64, Option<f64>), OperatorError> {
        let mut best: Option<(f64, BTreeMap<String, Tensor>)> = None;
        for weights in fit.fit(self.interface(), &TrainingPairs { state: self, windows: pairs })? {
            let weights = weights?;
            self.replace(&weights)?;
            let loss = if valid.len() > 0 { self.mean_loss(valid)? } else { f64::NEG_INFINITY };
            if best.as_ref().is_none_or(|(least, _)| loss < *least || valid.len() == 0) {
                best = Some((loss, weights));
            }
        }
        let (_, weights) = best.expect("an architecture with a closed form has a candidate");
        self.replace(&weights)?;
        let loss = self.mean_loss(pairs)?;
        self.count_step(loss);
        Ok((loss, self.validate(valid)?))
    }
}

/// The training windows as pairs of an operator's input and its desired output.
struct TrainingPairs<'a> {
    state: &'a TrainingState,
    windows: &'a Windows<'a>,
}

impl Pairs for TrainingPairs<'_> {
    fn visit(
        &self,
        visitor: &mut dyn FnMut(ArrayView2<f64>, ArrayView2<f64>),
    ) -> Result<(), OperatorError> {
        let history = self.state.interface().history;
        for batch in self.windows.in_order(CHUNK) {
            let batch = batch?.to_device(self.state.device())?;
            let (states, times) = (&batch.history(history)?, &batch.times(history)?);
            let inputs = Inputs { states, parameters: &batch.parameters, times };
            let desired = self.state.propagator().desired_output(states, &batch.state(history)?)?;
            visitor(rows(&inputs.column()?)?.view(), rows(&desired)?.view());
        }
        Ok(())
    }
}

/// The values of each sample as a row.
fn rows(x: &Tensor) -> CandleResult<Array2<f64>> {
    let x = x.flatten_from(1)?;
    let values = x.flatten_all()?.to_dtype(DType::F64)?.to_vec1()?;
    Ok(Array2::from_shape_vec(x.dims2()?, values).expect("a tensor has as many values"))
}
