//! Training: recipe, windows, loss, optimizer and checkpoints, the same for all architectures.

mod adamw;
mod batches;
mod check;
mod checkpoint;
mod description;
mod job;
mod loss;
mod mark;
mod preset;
mod recipe;
mod run;
mod schedule;
mod solve;
mod state;
mod version_1;

pub use adamw::AdamW;
pub(crate) use batches::relative_time;
pub use check::check_training;
pub(crate) use checkpoint::{Checkpoint, Header};
pub use job::{TrainJob, TrainProgress};
pub use loss::Loss;
pub use mark::TrainingMark;
pub use preset::Preset;
pub use recipe::Recipe;
pub use run::train;
pub use schedule::Schedule;
