//! What can go wrong while training and rolling out.

use std::path::PathBuf;

/// Why an operator could not be built, trained or rolled out.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// Tensors did not fit, or the device refused.
    #[error(transparent)]
    Candle(#[from] candle_core::Error),
    /// Data could not be read, or a file not be written.
    #[error(transparent)]
    Data(#[from] data::DataError),
    /// No such architecture, or its table makes no sense.
    #[error(transparent)]
    Part(#[from] Box<data::PartError>),
    /// The recipe makes no sense.
    #[error("the training recipe: {0}")]
    Recipe(#[from] data::Invalid),
    /// The device does not exist, or this program cannot use it.
    #[error("device `{name}` cannot be used: {reason}")]
    Device {
        /// The name asked for.
        name: String,
        /// Why not, and what to do.
        reason: String,
    },
    /// The data have more axes than the architecture knows.
    #[error(
        "architecture `{architecture}` knows x and y only, and the data have {cells:?} cells along x, y, z"
    )]
    NotPlane {
        /// The architecture's name.
        architecture: &'static str,
        /// The data's cells.
        cells: [usize; 3],
    },
    /// Nothing to train on.
    #[error(
        "{samples} training samples of {frames} states have no window of {needed} states; \
         lower `history` or `unroll`, or generate longer samples"
    )]
    NoWindows {
        /// Training samples.
        samples: usize,
        /// States of each.
        frames: usize,
        /// States that the recipe asks for: history and unroll.
        needed: usize,
    },
    /// Training blew up.
    #[error(
        "step {step} of the training has the loss {loss} at learning rate {rate:.1e}; \
         lower `learning-rate`, or lengthen `warm-up`"
    )]
    Diverged {
        /// The optimizer step, from 1.
        step: usize,
        /// The loss: infinite or not a number.
        loss: f64,
        /// The learning rate.
        rate: f64,
    },
    /// A file is no checkpoint, or one of another training.
    #[error("`{}` holds {found}, and {expected} is needed; {remedy}", .path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What is there.
        found: String,
        /// What was wanted.
        expected: String,
        /// What to do.
        remedy: &'static str,
    },
    /// An outside program could not do what was asked.
    #[error(transparent)]
    External(#[from] Box<crate::ExternalError>),
    /// A surrogate could not do what was asked.
    #[error("surrogate `{name}` cannot be rolled out: {reason}")]
    Surrogate {
        /// Its name.
        name: String,
        /// What it says.
        reason: String,
    },
}

impl From<data::PartError> for OperatorError {
    fn from(error: data::PartError) -> Self {
        Self::Part(Box::new(error)) // the largest of all by far
    }
}
