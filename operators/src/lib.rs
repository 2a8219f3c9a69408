//! Guesses: neural operators, and whatever else can be rolled out.

mod autograd;
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
mod plane;
mod pretrained;
mod propagator;
mod published;
mod scaling;
mod surrogate;
mod train;
mod trained;
mod weights;

pub use candle_core::Device;
pub use count::count;
pub use device::device;
pub use error::OperatorError;
pub use external::{ExternalError, ExternalOperator, Failure, PredictionFile};
pub use fit::{Candidates, Fit, Pairs};
pub use interface::{Inputs, Interface};
pub use models::*;
pub use operator::{Architecture, Network, Operator};
pub use pretrained::Program;
pub use published::Published;
pub use scaling::{ParameterScaling, Scaling};
pub use surrogate::{Surrogate, Task};
pub use train::{AdamW, Loss, Preset, Recipe, Schedule, Target, TrainJob, TrainProgress, train};
pub use trained::Trained;
pub use weights::{FROZEN, Weights};
