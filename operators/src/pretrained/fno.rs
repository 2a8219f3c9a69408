//! Weights of Fourier neural operators: names and layouts of two other programs.

use super::state_dict::StateDict;
use crate::OperatorError;
use candle_core::{Result as CandleResult, Tensor};
use std::collections::HashMap;

type Weights = HashMap<String, Tensor>;

/// The first axis of Fourier modes of a weight, after the two of the channels.
const FIRST_MODES: usize = 2;

/// The scripts of Li et al.: `fc0`; `conv0.weights1`, …, `w0`; …; `fc1`, `fc2`.
pub(super) fn original(theirs: &mut StateDict) -> Result<Weights, OperatorError> {
    let mut ours = Weights::new();
    theirs.discard("bn");
    for (from, to) in [("fc0", "lift"), ("fc1", "widen"), ("fc2", "project")] {
        linear(theirs, from, &mut ours, to)?;
    }
    for layer in 0..theirs.count(|layer| format!("conv{layer}.weights1")) {
        let weight = joined(theirs, layer)?;
        ours.insert(format!("layer-{layer}.spectral.weight"), by_mode(&weight)?);
        linear(theirs, &format!("w{layer}"), &mut ours, &format!("layer-{layer}.local"))?;
    }
    Ok(ours)
}

/// The weight of a layer from its blocks: along every axis but the last the wavenumbers ≥ 0, then those
/// < 0. The blocks have the signs `+`, `−` in a plane, and `++`, `−+`, `+−`, `−−` in a box.
fn joined(theirs: &mut StateDict, layer: usize) -> Result<Tensor, OperatorError> {
    let mut join = |numbers: [usize; 2]| -> Result<Tensor, OperatorError> {
        let [positive, negative] =
            numbers.map(|number| theirs.take(&format!("conv{layer}.weights{number}")));
        Ok(Tensor::cat(&[positive?, negative?], FIRST_MODES)?)
    };
    let plane = join([1, 2])?;
    if plane.rank() == FIRST_MODES + 3 {
        return Ok(plane);
    }
    Ok(Tensor::cat(&[plane, join([3, 4])?], FIRST_MODES + 1)?)
}

/// The library neuraloperator: `lifting.fcs`, `fno_blocks`, `projection.fcs`.
pub(super) fn neuraloperator(theirs: &mut StateDict) -> Result<Weights, OperatorError> {
    let mut ours = Weights::new();
    for part in ["0", "1"] {
        for (from, to) in [("lifting", "lift"), ("projection", "project")] {
            linear(theirs, &format!("{from}.fcs.{part}"), &mut ours, &format!("{to}.{part}"))?;
        }
    }
    for layer in 0..theirs.count(|layer| format!("fno_blocks.convs.{layer}.bias")) {
        block(theirs, layer, &mut ours)?;
    }
    Ok(ours)
}

/// A block. There the bias belongs to the spectral convolution, here to the linear map beside it.
fn block(theirs: &mut StateDict, layer: usize, ours: &mut Weights) -> Result<(), OperatorError> {
    let from = |part: &str| format!("fno_blocks.{}", part.replace('#', &layer.to_string()));
    let to = |part: &str| format!("layer-{layer}.{part}");
    let kernel = ["convs.#.weight.tensor", "convs.#.weight"].map(from);
    let kernel = kernel.iter().find(|name| theirs.has(name)).unwrap_or(&kernel[1]);
    let weight = zero_first(&theirs.take(kernel)?)?;
    ours.insert(to("spectral.weight"), by_mode(&weight)?);
    let skip = theirs.take(&from("fno_skips.#.conv.weight"))?;
    ours.insert(to("local.weight"), matrix(&skip)?);
    ours.insert(to("local.bias"), theirs.take(&from("convs.#.bias"))?.flatten_all()?);
    let scale = theirs.take(&from("channel_mlp_skips.#.weight"))?;
    ours.insert(to("gate.weight"), scale.flatten_all()?);
    for part in ["0", "1"] {
        let name = from(&format!("channel_mlp.#.fcs.{part}"));
        linear(theirs, &name, ours, &to(&format!("mix.{part}")))?;
    }
    Ok(())
}

/// A linear map of the channels, which may be stored as a 1×1 convolution.
fn linear(
    theirs: &mut StateDict,
    from: &str,
    ours: &mut Weights,
    to: &str,
) -> Result<(), OperatorError> {
    ours.insert(format!("{to}.weight"), matrix(&theirs.take(&format!("{from}.weight"))?)?);
    ours.insert(format!("{to}.bias"), theirs.take(&format!("{from}.bias"))?);
    Ok(())
}

/// `[out, channel, 1, …]` → `[out, channel]`.
fn matrix(weight: &Tensor) -> CandleResult<Tensor> {
    let (out, channels) = (weight.dim(0)?, weight.dim(1)?);
    weight.reshape((out, channels))
}

/// `[channel, out, …modes, re|im]` → `[…modes, re|im, channel, out]`.
fn by_mode(weight: &Tensor) -> CandleResult<Tensor> {
    let order: Vec<usize> = (FIRST_MODES..weight.rank()).chain([0, 1]).collect();
    weight.permute(order)?.contiguous()
}

/// Reorders the wavenumbers `−m … m − 1` to `0 … m − 1, −m … −1`, along every axis but the last.
fn zero_first(weight: &Tensor) -> CandleResult<Tensor> {
    let mut leading = FIRST_MODES..weight.rank() - 2; // the last two are the last axis and re|im
    leading.try_fold(weight.clone(), |weight, axis| {
        let half = weight.dim(axis)? / 2;
        let positive = weight.narrow(axis, half, weight.dim(axis)? - half)?;
        Tensor::cat(&[positive, weight.narrow(axis, 0, half)?], axis)
    })
}
