//! What can go wrong while training and rolling out.

/// Why an operator could not be built, trained or rolled out.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// Tensors did not fit, or the device refused.
    #[error(transparent)]
    Candle(#[from] candle_core::Error),
    /// Data could not be read.
    #[error(transparent)]
    Data(#[from] data::DataError),
    /// A surrogate could not do what was asked.
    #[error("surrogate `{name}` cannot be rolled out: {reason}")]
    Surrogate {
        /// Its name.
        name: String,
        /// What it says.
        reason: String,
    },
}
