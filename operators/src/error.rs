//! Errors of training and rollouts.

use std::path::PathBuf;

/// Why an operator could not be built, trained or rolled out.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// Shapes of tensors do not match, or the device failed.
    #[error(transparent)]
    Candle(#[from] candle_core::Error),
    /// Data could not be read, or a file could not be written.
    #[error(transparent)]
    Data(#[from] data::DataError),
    /// The architecture does not exist, or its table is invalid.
    #[error(transparent)]
    Part(#[from] Box<data::PartError>),
    /// The training recipe is invalid.
    #[error("the training recipe: {0}")]
    Recipe(#[from] data::Invalid),
    /// The device does not exist, or this program cannot use it.
    #[error("device `{name}` cannot be used: {reason}")]
    Device {
        /// The name of the device.
        name: String,
        /// The reason and a remedy.
        reason: String,
    },
    /// The data are three-dimensional and the architecture is not.
    #[error(
        "architecture `{architecture}` is two-dimensional, and the data have {cells:?} cells along x, y, z"
    )]
    NotPlane {
        /// The architecture's name.
        architecture: &'static str,
        /// The data's cells.
        cells: [usize; 3],
    },
    /// An operator whose weights belong to the grid on which it was trained.
    #[error(
        "`{architecture}` was trained on {trained:?} cells and cannot be evaluated on {cells:?}: its weights depend on the \
         grid; {free} are free of it"
    )]
    Resolution {
        /// The architecture's name.
        architecture: String,
        /// The cells on which it was trained.
        trained: [usize; 3],
        /// The cells on which it is evaluated.
        cells: [usize; 3],
        /// The architectures that do not depend on the grid.
        free: String,
    },
    /// The training split has no window of the required length.
    #[error(
        "{samples} training samples of {frames} states have no window of {needed} states; \
         lower `history` or `unroll`, or generate longer samples"
    )]
    NoWindows {
        /// Training samples.
        samples: usize,
        /// States per sample.
        frames: usize,
        /// States that the recipe needs: history, pushforward and unroll.
        needed: usize,
    },
    /// The training diverged.
    #[error(
        "step {step} of the training has the loss {loss} at learning rate {rate:.1e}; \
         lower `learning-rate`, or lengthen `warm-up`"
    )]
    Diverged {
        /// The optimizer step, from 1.
        step: usize,
        /// The loss: infinite or NaN.
        loss: f64,
        /// The learning rate.
        rate: f64,
    },
    /// A file is not a checkpoint, or the checkpoint of another training.
    #[error("`{}` holds {found}, and {expected} is needed; {remedy}", .path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What the file holds.
        found: String,
        /// What is needed.
        expected: String,
        /// A remedy.
        remedy: &'static str,
    },
    /// An outside program failed.
    #[error(transparent)]
    External(#[from] Box<crate::ExternalError>),
    /// A file of predictions cannot be read.
    #[error("`{}` {source}", .path.display())]
    Predictions {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: Box<data::NpyError>,
    },
    /// A stop was requested.
    #[error(transparent)]
    Stopped(#[from] data::Stopped),
    /// A surrogate cannot be rolled out.
    #[error("surrogate `{name}` cannot be rolled out: {reason}")]
    Surrogate {
        /// Its name.
        name: String,
        /// The reason.
        reason: String,
    },
}

impl From<data::PartError> for OperatorError {
    fn from(error: data::PartError) -> Self {
        Self::Part(Box::new(error)) // by far the largest variant
    }
}
