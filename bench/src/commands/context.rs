//! What a command works with: a suite, places on disk, a device, and who is told of progress.

use super::arguments::{Options, TrainArgs};
use crate::{BenchError, Case, Place, Progress, Stop, Suite, commit, machine, solver};
use data::{Dataset, Provenance};
use operators::Device;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a command works with.
pub(super) struct CommandContext {
    suite: Option<Suite>,
    pub(super) place: Place,
    pub(super) device_name: String,
    pub(super) device: Device,
    /// Operators that are trained at once, if said.
    pub(super) jobs: Option<usize>,
    pub(super) command: String,
    pub(super) progress: Progress,
    pub(super) stop: Arc<Stop>,
}

impl CommandContext {
    /// Takes the threads, the device and Ctrl-C.
    pub(super) fn new(
        options: Options,
        command: String,
        suite: Option<Suite>,
    ) -> Result<Self, BenchError> {
        if let Some(threads) = options.threads {
            // It fails only when a pool is already there, which is one of an earlier context.
            let _ = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global();
        }
        let stop = Arc::new(Stop::default());
        let (handler, pressed) = (Arc::clone(&stop), AtomicBool::new(false));
        // It fails only when a handler is already there.
        let _ = ctrlc::set_handler(move || {
            handler.request();
            if pressed.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
            eprintln!("stopping after what is in hand; press Ctrl-C again to stop at once");
        });
        Ok(Self {
            suite,
            place: Place { data: options.data, out: options.out },
            device: operators::device(&options.device)?,
            device_name: options.device,
            jobs: None,
            command,
            progress: Progress::on_stderr(),
            stop,
        })
    }

    /// The context of a command that trains.
    pub(super) fn for_training(
        options: Options,
        command: String,
        args: TrainArgs,
    ) -> Result<Self, BenchError> {
        let jobs = args.jobs.map(usize::from);
        Ok(Self { jobs, ..Self::new(options, command, Some(args.suite.read()?))? })
    }

    /// The suite of a command that has one.
    pub(super) fn suite(&self) -> &Suite {
        self.suite.as_ref().expect("commands on suites build their context with one")
    }

    /// A case's finished dataset, or the command that makes it.
    pub(super) fn dataset(&self, case: &Case) -> Result<Dataset, BenchError> {
        let root = self.place.dataset(case);
        self.finished(case).ok_or_else(|| BenchError::Earlier {
            what: format!("the dataset of case `{}`", case.name),
            path: root,
            command: format!("eddymark generate {}", case.name),
        })
    }

    /// A case's dataset if it is whole.
    pub(super) fn finished(&self, case: &Case) -> Option<Dataset> {
        let dataset = Dataset::open(&self.place.dataset(case)).ok()?;
        let header = dataset.header();
        let is_whole = header.case_hash == case.hash()
            && header.solver == solver()
            && dataset.missing().is_empty()
            && dataset.normalization().is_ok();
        is_whole.then_some(dataset)
    }

    /// The provenance of what a surrogate does on a dataset.
    pub(super) fn provenance(
        &self,
        case_hash: String,
        dataset_hash: String,
        surrogate_hash: String,
    ) -> Provenance {
        Provenance {
            case_hash,
            dataset_hash,
            surrogate_hash,
            version: env!("CARGO_PKG_VERSION").into(),
            commit: commit().into(),
            machine: machine(),
            device: self.device_name.clone(),
            threads: rayon::current_num_threads(),
            command: self.command.clone(),
        }
    }
}
