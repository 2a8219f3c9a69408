//! The context of a command.

use super::arguments::Options;
use crate::{BenchError, Paths, Progress, StepContext, Stop, Suite};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The context of a command: the common options, the command line, the progress display, and the request to stop.
pub(super) struct CommandContext {
    pub(super) options: Options,
    /// The command line, for the provenance of records.
    command: String,
    pub(super) progress: Progress,
    pub(super) stop: Arc<Stop>,
}

impl CommandContext {
    /// Sets the number of threads, and installs a handler with which Ctrl-C requests a stop.
    pub(super) fn new(options: Options, command: String) -> Self {
        if let Some(threads) = options.threads {
            // Fails only if a pool exists already; its size is that of an earlier context.
            let _ = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global();
        }
        let stop = Arc::new(Stop::default());
        let (handler, pressed) = (Arc::clone(&stop), AtomicBool::new(false));
        // Fails only if a handler exists already.
        let _ = ctrlc::set_handler(move || {
            handler.request();
            if pressed.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
            eprintln!("stopping after the work in progress; press Ctrl-C again to stop at once");
        });
        Self { options, command, progress: Progress::on_stderr(), stop }
    }

    /// The context of a suite's steps. `jobs` trainings run at the same time.
    pub(super) fn steps(self, suite: Suite, jobs: Option<u16>) -> Result<StepContext, BenchError> {
        let Self { options, command, progress, stop } = self;
        let paths = Paths { data: options.data.clone(), out: options.out.clone() };
        let device = options.device.clone();
        let mut context = StepContext::new(suite, paths, device, command, progress, stop)?;
        context.jobs = jobs.map(usize::from);
        context.confiner = std::env::current_exe().ok();
        context.memory = (options.memory as usize).saturating_mul(1 << 20);
        Ok(context)
    }
}
