//! Derivatives of operations, as candle asks for them.

mod with_derivative; // a derivative for values that candle's own operations compute

pub(crate) use with_derivative::with_derivative;
