//! A training of one step, for weights that are solved for.

use super::batches::Windows;
use super::session::Session;
use crate::{Fit, Inputs, OperatorError, Pairs};
use candle_core::{DType, Result as CandleResult, Tensor};
use ndarray::{Array2, ArrayView2};
use std::collections::BTreeMap;

/// Pairs that are read and shown at once.
const TOGETHER: usize = 64;

impl Session {
    /// Solves for the weights, keeps those that are best on the valid split and saves them; returns
    /// the losses on the training pairs and on the valid split.
    pub(super) fn solve(
        &mut self,
        fit: &dyn Fit,
        pairs: &Windows,
        valid: &Windows,
    ) -> Result<(f64, Option<f64>), OperatorError> {
        let mut best: Option<(f64, BTreeMap<String, Tensor>)> = None;
        for weights in fit.fit(self.interface(), &Shown { session: self, pairs })? {
            let weights = weights?;
            self.replace(&weights)?;
            let loss = if valid.len() > 0 { self.mean_loss(valid)? } else { f64::NEG_INFINITY };
            if best.as_ref().is_none_or(|(least, _)| loss < *least || valid.len() == 0) {
                best = Some((loss, weights));
            }
        }
        let (_, weights) = best.expect("every architecture that can be solved for has a solution");
        self.replace(&weights)?;
        let loss = self.mean_loss(pairs)?;
        self.step_was_taken(loss);
        Ok((loss, self.look(valid)?))
    }
}

/// The training pairs as an operator sees them.
struct Shown<'a> {
    session: &'a Session,
    pairs: &'a Windows<'a>,
}

impl Pairs for Shown<'_> {
    fn visit(
        &self,
        see: &mut dyn FnMut(ArrayView2<f64>, ArrayView2<f64>),
    ) -> Result<(), OperatorError> {
        let history = self.session.interface().history;
        for batch in self.pairs.in_order(TOGETHER) {
            let batch = batch?.to_device(self.session.device())?;
            let (states, times) = (&batch.history(history)?, &batch.times(history)?);
            let inputs = Inputs { states, parameters: &batch.parameters, times };
            let wanted = self.session.propagator().wanted(states, &batch.state(history)?)?;
            see(rows(&inputs.column()?)?.view(), rows(&wanted)?.view());
        }
        Ok(())
    }
}

/// Everything of a sample in a row.
fn rows(x: &Tensor) -> CandleResult<Array2<f64>> {
    let x = x.flatten_from(1)?;
    let values = x.flatten_all()?.to_dtype(DType::F64)?.to_vec1()?;
    Ok(Array2::from_shape_vec(x.dims2()?, values).expect("a tensor has as many values"))
}
