//! Weights of IFactFormer: names, and the order of channels, of its released code.

use super::state_dict::StateDict;
use crate::OperatorError;
use candle_core::Tensor;
use std::collections::HashMap;

/// Names of the tensors of a layer: here, there.
const LAYER: [(&str, &str); 9] = [
    ("embedding.wavenumbers.frozen", "0.0._B"),
    ("embedding.linear.weight", "0.1.weight"),
    ("embedding.linear.bias", "0.1.bias"),
    ("norm.weight", "1.in_norm.weight"),
    ("norm.bias", "1.in_norm.bias"),
    ("values.weight", "1.to_v.weight"),
    ("inner.weight", "1.to_in.weight"),
    ("mixing.weight", "1.to_out.2.weight"),
    ("out.weight", "1.to_out.4.weight"),
];

/// Names of the tensors of the map that reduces the cells to one axis: here, there.
const REDUCER: [(&str, &str); 7] = [
    ("reduce.weight", "to_in.weight"),
    ("norm.weight", "out_ffn.norm.weight"),
    ("norm.bias", "out_ffn.norm.bias"),
    ("widen.weight", "out_ffn.fn.net.0.weight"),
    ("widen.bias", "out_ffn.fn.net.0.bias"),
    ("narrow.weight", "out_ffn.fn.net.3.weight"),
    ("narrow.bias", "out_ffn.fn.net.3.bias"),
];

pub(super) fn weights(theirs: &mut StateDict) -> Result<HashMap<String, Tensor>, OperatorError> {
    let projection = theirs.take("simple_to_out.3.weight")?.squeeze(2)?;
    let mut ours = lift(projection.dim(0)?, theirs)?;
    for number in 0..theirs.count(|number| format!("encoder.layers.{number}.0.0._B")) {
        let prefix = format!("encoder.layers.{number}");
        for letter in ["x", "y", "z"] {
            theirs.discard(&format!("{prefix}.1.low_rank_kernel_{letter}.pos_emb"));
        }
        let axes = if theirs.has(&format!("{prefix}.1.to_z.1.to_in.weight")) { 3 } else { 2 };
        for (name, there) in layer(axes) {
            let tensor = theirs.take(&format!("{prefix}.{there}"))?;
            ours.push((format!("layer-{number}.{name}"), tensor));
        }
    }
    ours.push(("narrow.weight".into(), theirs.take("simple_to_out.1.weight")?.squeeze(2)?));
    ours.push(("project.weight".into(), projection));
    ours.push(("project.bias".into(), theirs.take("simple_to_out.3.bias")?));
    Ok(ours.into_iter().collect())
}

/// Names of all tensors of a layer: here, there.
fn layer(axes: usize) -> Vec<(String, String)> {
    let own = |(ours, theirs): (&str, &str)| (ours.to_string(), theirs.to_string());
    let mut names: Vec<_> = LAYER.into_iter().map(own).collect();
    // A module before permutes the other axes to the front, so that their reducers have the index 1.
    for (letter, index) in ["x", "y", "z"].into_iter().zip([0, 1, 1]).take(axes) {
        let reducer = REDUCER.into_iter().map(|(ours, theirs)| {
            (format!("kernel-{letter}.{ours}"), format!("1.to_{letter}.{index}.{theirs}"))
        });
        names.extend(reducer);
        for (ours, theirs) in [("queries", "to_q"), ("keys", "to_k")] {
            names.push((
                format!("kernel-{letter}.{ours}.weight"),
                format!("1.low_rank_kernel_{letter}.{theirs}.weight"),
            ));
        }
    }
    names
}

/// The weights of the lift. A convolution with one group per field becomes `[field, channel of a field]`; in
/// that over all states, `[width, channel of a field, state]`, the states become the outer axis.
fn lift(fields: usize, theirs: &mut StateDict) -> Result<Vec<(String, Tensor)>, OperatorError> {
    let by_field = |tensor: Tensor| tensor.reshape((fields, ()));
    let mix = theirs.take("to_in.2.weight")?.squeeze(3)?;
    Ok(vec![
        ("lift.fields.weight".into(), by_field(theirs.take("to_in.0.weight")?)?),
        ("lift.fields.bias".into(), by_field(theirs.take("to_in.0.bias")?)?),
        ("lift.mix.weight".into(), mix.transpose(1, 2)?.contiguous()?.flatten_from(1)?),
    ])
}
