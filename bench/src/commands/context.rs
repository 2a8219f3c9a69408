//! The context of a command.

use super::arguments::{Place, Threads};
use crate::processor::cores;
use crate::{BenchError, Paths, Progress, StepContext, Stop, Suite};
use std::path::Path;

/// The context of a command: the command line, the progress display, and the request to stop.
pub(super) struct CommandContext {
    /// The command line, for the provenance of records.
    command: String,
    pub(super) progress: Progress,
    pub(super) stop: Stop,
}

impl CommandContext {
    /// A context that `stop` ends.
    pub(super) fn new(command: String, stop: Stop) -> Self {
        Self { command, progress: Progress::on_stderr(), stop }
    }

    /// The context of the steps of a suite that was read. `jobs` trainings run at the same time.
    pub(super) fn steps(
        self,
        suite: Suite,
        place: &Place,
        jobs: Option<usize>,
    ) -> Result<StepContext, BenchError> {
        let Self { command, progress, stop } = self;
        let (paths, device) = (place.paths(), place.device.clone());
        let mut context = StepContext::new(suite, paths, device, command, progress, stop)?;
        context.jobs = jobs;
        context.confiner = std::env::current_exe().ok();
        context.memory = (place.memory as usize).saturating_mul(1 << 20);
        Ok(if place.verify { context.verifying() } else { context })
    }

    /// The context of the steps that generate a dataset in the folder `data`.
    pub(super) fn generation(self, suite: Suite, data: &Path) -> Result<StepContext, BenchError> {
        let Self { command, progress, stop } = self;
        // Nothing is trained, and no run is written.
        let paths = Paths { data: data.into(), out: data.into() };
        StepContext::new(suite, paths, "cpu".into(), command, progress, stop)
    }
}

impl Threads {
    /// The default number of threads, for commands without the option.
    pub(super) const DEFAULT: Self = Self { number: None };

    /// Starts the threads of parallel loops. The first loop would start them too, and panic where the system has none
    /// left.
    pub(super) fn set(self) -> Result<(), BenchError> {
        // 0 stands for the default.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.number.unwrap_or(0));
        pool.build_global().map_err(|error| {
            let number = self.number.unwrap_or_else(cores);
            BenchError::Threads { number, reason: error.to_string() }
        })
    }
}
