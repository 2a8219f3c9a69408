//! Neural operators and other surrogates: architectures, training and rollouts.
//!
//! An [`Architecture`] builds a [`Network`] for the [`Interface`] of a dataset, [`train`] fits its weights by a
//! [`Recipe`], and the result is a [`Trained`] operator. It is one kind of [`Surrogate`]: given a [`Task`], the first
//! states of a trajectory, it predicts the states after them. Programs in other languages and files of predictions are
//! surrogates too, see [`ExternalOperator`] and [`PredictionFile`].

mod autograd;
mod convolution_grid;
mod count;
mod device;
mod error;
mod external;
mod fit;
mod interface;
mod kernels;
pub mod layers;
mod models;
mod operator;
mod pretrained;
mod propagator;
mod published;
mod scaling;
mod surrogate;
mod target;
mod train;
mod trained;
mod weights;

pub use candle_core::Device;
pub use count::count;
pub use device::device;
pub use error::OperatorError;
pub use external::{
    ExternalError, ExternalOperator, Failure, Launcher, PredictionFile, ProgramMark,
    ProgramTraining, StatedTraining, confine,
};
pub use fit::{Candidates, Fit, Pairs};
pub use interface::{Inputs, Interface};
pub use models::*;
pub use operator::{Architecture, Network, Operator};
pub use pretrained::Program;
pub use published::Published;
pub use scaling::{ParameterScaling, Scaling};
pub use surrogate::{Surrogate, Task};
pub use target::Target;
pub use train::{
    AdamW, Loss, Preset, Recipe, Schedule, TrainJob, TrainProgress, TrainingMark, check_training,
    train,
};
pub use trained::{Trained, must_be_free_of_the_grid};
pub use weights::{FROZEN, Weights};
