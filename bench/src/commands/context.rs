//! What commands work with.

use super::arguments::Options;
use crate::{BenchError, Paths, Progress, StepContext, Stop, Suite};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What commands work with: the common options, channels to the user, and the command line itself.
pub(super) struct CommandContext {
    pub(super) options: Options,
    /// The command line, for the provenance of records.
    command: String,
    pub(super) progress: Progress,
    pub(super) stop: Arc<Stop>,
}

impl CommandContext {
    /// Sets the number of threads, and lets Ctrl-C request a stop.
    pub(super) fn new(options: Options, command: String) -> Self {
        if let Some(threads) = options.threads {
            // Fails only where a pool exists already, of the size that an earlier context asked for.
            let _ = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global();
        }
        let stop = Arc::new(Stop::default());
        let (handler, pressed) = (Arc::clone(&stop), AtomicBool::new(false));
        // Fails only where a handler exists already.
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
        let paths = Paths { data: options.data, out: options.out };
        let device = options.device;
        let mut context = StepContext::new(suite, paths, device, command, progress, stop)?;
        context.jobs = jobs.map(usize::from);
        Ok(context)
    }
}
