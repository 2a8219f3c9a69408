//! Fourier neural operators of other programs.

use super::state_dict::StateDict;
use crate::OperatorError;
use candle_core::{Result as CandleResult, Tensor};
use std::collections::HashMap;

type Weights = HashMap<String, Tensor>;

/// The axes of a weight after those of the channels.
const FIRST_WAVES: usize = 2;

/// Li et al.'s scripts: `fc0`; `conv0.weights1`, …, `w0`; …; `fc1`, `fc2`.
pub(super) fn original(theirs: &mut StateDict) -> Result<Weights, OperatorError> {
    let mut ours = Weights::new();
    theirs.forget("bn");
    for (from, to) in [("fc0", "lift"), ("fc1", "widen"), ("fc2", "project")] {
        linear(theirs, from, &mut ours, to)?;
    }
    for layer in 0..theirs.count(|layer| format!("conv{layer}.weights1")) {
        let weight = joined(theirs, layer)?;
        ours.insert(format!("layer-{layer}.spectral.weight"), by_wave(&weight)?);
        linear(theirs, &format!("w{layer}"), &mut ours, &format!("layer-{layer}.local"))?;
    }
    Ok(ours)
}

/// The blocks of a layer's weight in one: waves from 0, then those below 0, along every axis but the
/// last. Blocks are `+`, `−` in a plane and `++`, `−+`, `+−`, `−−` in a box.
fn joined(theirs: &mut StateDict, layer: usize) -> Result<Tensor, OperatorError> {
    let mut rows = |numbers: [usize; 2]| -> Result<Tensor, OperatorError> {
        let [above, below] =
            numbers.map(|number| theirs.take(&format!("conv{layer}.weights{number}")));
        Ok(Tensor::cat(&[above?, below?], FIRST_WAVES)?)
    };
    let plane = rows([1, 2])?;
    if plane.rank() == FIRST_WAVES + 3 {
        return Ok(plane);
    }
    Ok(Tensor::cat(&[plane, rows([3, 4])?], FIRST_WAVES + 1)?)
}

/// neuraloperator: `lifting.fcs`, `fno_blocks`, `projection.fcs`.
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

/// Its spectral convolution has the bias that stands with the linear map here.
fn block(theirs: &mut StateDict, layer: usize, ours: &mut Weights) -> Result<(), OperatorError> {
    let from = |part: &str| format!("fno_blocks.{}", part.replace('#', &layer.to_string()));
    let to = |part: &str| format!("layer-{layer}.{part}");
    let kernel = ["convs.#.weight.tensor", "convs.#.weight"].map(from);
    let kernel = kernel.iter().find(|name| theirs.has(name)).unwrap_or(&kernel[1]);
    let weight = zero_first(&theirs.take(kernel)?)?;
    ours.insert(to("spectral.weight"), by_wave(&weight)?);
    let skip = theirs.take(&from("fno_skips.#.conv.weight"))?;
    ours.insert(to("local.weight"), matrix(&skip)?);
    ours.insert(to("local.bias"), theirs.take(&from("convs.#.bias"))?.flatten_all()?);
    let gate = theirs.take(&from("channel_mlp_skips.#.weight"))?;
    ours.insert(to("gate.weight"), gate.flatten_all()?);
    for part in ["0", "1"] {
        let name = from(&format!("channel_mlp.#.fcs.{part}"));
        linear(theirs, &name, ours, &to(&format!("mix.{part}")))?;
    }
    Ok(())
}

/// A linear map of the channels, which may be written as a convolution.
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

/// `[channel, out, …waves, re|im]` → `[…waves, re|im, channel, out]`.
fn by_wave(weight: &Tensor) -> CandleResult<Tensor> {
    let order: Vec<usize> = (FIRST_WAVES..weight.rank()).chain([0, 1]).collect();
    weight.permute(order)?.contiguous()
}

/// Waves from `−m` to `m − 1` to those from 0 and then those below, along every axis but the last.
fn zero_first(weight: &Tensor) -> CandleResult<Tensor> {
    let mut leading = FIRST_WAVES..weight.rank() - 2; // the last two are the last axis and re|im
    leading.try_fold(weight.clone(), |weight, axis| {
        let half = weight.dim(axis)? / 2;
        let above = weight.narrow(axis, half, weight.dim(axis)? - half)?;
        Tensor::cat(&[above, weight.narrow(axis, 0, half)?], axis)
    })
}
