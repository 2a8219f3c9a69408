//! Everything that steps are executed with.

use super::Paths;
use crate::launcher::{hidden, launcher};
use crate::{BenchError, Case, Progress, Stop, Suite, SurrogateSpec, commit, machine};
use data::{Dataset, FileHashes, Provenance, folder_without_locks};
use operators::{Device, Launcher};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Everything that steps are executed with: the suite, folders, the device, and output to the user.
pub struct StepContext {
    /// The suite whose steps are executed.
    pub suite: Suite,
    /// Folders of datasets and runs.
    pub paths: Paths,
    /// Name of the device: `cpu` or `cuda:N`.
    pub device_name: String,
    /// Device on which operators are trained and rolled out.
    pub device: Device,
    /// Number of operators that are trained at the same time. Default: by the number of threads.
    pub jobs: Option<usize>,
    /// Memory for decoded training data in bytes. Default: 1 GiB.
    pub memory: usize,
    /// Whether all surrogates are timed again, in turns.
    pub retime: bool,
    /// Command line, for the provenance of records.
    pub command: String,
    /// Progress bars and messages.
    pub progress: Progress,
    /// The program that confines outside programs: `eddymark` itself. Without it they are not confined.
    pub confiner: Option<PathBuf>,
    /// Whether the user has asked to stop.
    pub stop: Stop,
    /// Why the data of a case could not be computed, by case.
    failed: Mutex<BTreeMap<String, String>>,
    /// Datasets that were found complete, by case: a complete dataset no longer changes.
    complete: Mutex<BTreeMap<String, Arc<CompleteDataset>>>,
    /// What was said and is not to be said again.
    said: Mutex<BTreeSet<String>>,
    /// Hashes of the files of trainings.
    pub(super) hashes: FileHashes,
}

/// A dataset without missing samples.
pub(super) struct CompleteDataset {
    pub(super) dataset: Dataset,
    /// Hash of its content.
    pub(super) hash: String,
}

impl StepContext {
    /// A context that computes on `device` (`cpu` or `cuda:N`).
    pub fn new(
        suite: Suite,
        paths: Paths,
        device: String,
        command: String,
        progress: Progress,
        stop: Stop,
    ) -> Result<Self, BenchError> {
        let hashes = FileHashes::open(&paths.run(&suite.name).join("hashes.cache"));
        Ok(Self {
            suite,
            paths,
            device: operators::device(&device)?,
            device_name: device,
            jobs: None,
            memory: 1 << 30,
            retime: false,
            command,
            progress,
            stop,
            confiner: None,
            failed: Mutex::default(),
            complete: Mutex::default(),
            said: Mutex::default(),
            hashes,
        })
    }

    /// How outside programs are started.
    pub(super) fn launcher(&self) -> Launcher {
        let (confiner, hidden) = (self.confiner.clone(), hidden(&self.paths));
        Launcher { confiner, hidden, ..launcher() }
    }

    /// Says something to the user, the first time only.
    pub(super) fn say_once(&self, text: &str) {
        if self.said.lock().expect("no thread panics with it").insert(text.into()) {
            self.progress.say(text);
        }
    }

    /// The suite's case of that name.
    pub(super) fn case(&self, name: &str) -> Result<&Case, BenchError> {
        let cases = &self.suite.cases;
        let found = cases.iter().find(|case| case.name == name);
        found.ok_or_else(|| {
            BenchError::unknown("case", name, cases.iter().map(|case| case.name.as_str()))
        })
    }

    /// The suite's surrogate of that name.
    pub(super) fn surrogate(&self, name: &str) -> Result<&SurrogateSpec, BenchError> {
        let all = &self.suite.surrogates;
        let found = all.iter().find(|surrogate| surrogate.name == name);
        found.ok_or_else(|| {
            BenchError::unknown("surrogate", name, all.iter().map(|s| s.name.as_str()))
        })
    }

    /// The same context, in which no remembered hash of a file is trusted.
    #[must_use]
    pub fn verifying(self) -> Self {
        Self { hashes: self.hashes.verifying(), ..self }
    }

    /// Tells the user once that the file system has no locks.
    pub(super) fn say_without_locks(&self) {
        let Some(folder) = folder_without_locks() else { return };
        self.say_once(&format!(
            "`{}` is on a file system without locks: commands that run there at the same time do the same work twice",
            folder.display()
        ));
    }

    /// A case's dataset if it is complete.
    pub(super) fn complete(&self, case: &Case) -> Result<Option<Arc<CompleteDataset>>, BenchError> {
        let known = || self.complete.lock().expect("no thread panics with it");
        if let Some(dataset) = known().get(&case.name) {
            return Ok(Some(Arc::clone(dataset)));
        }
        let Some(dataset) = complete_dataset(case, &self.paths.dataset(case))? else {
            return Ok(None);
        };
        let dataset = dataset.with_memory(self.memory);
        let complete = Arc::new(CompleteDataset { hash: dataset.content_hash()?, dataset });
        known().insert(case.name.clone(), Arc::clone(&complete));
        Ok(Some(complete))
    }

    /// Keeps the reason for which the data of a case could not be computed.
    pub(super) fn fail(&self, case: &str, reason: String) {
        self.failed.lock().expect("no thread panics with it").insert(case.to_owned(), reason);
    }

    /// Why the data of a case could not be computed; `None` if they could, or were not tried.
    pub(super) fn case_failure(&self, case: &str) -> Option<String> {
        self.failed.lock().expect("no thread panics with it").get(case).cloned()
    }

    /// A case's complete dataset, or an error that names the command which computes it.
    pub(super) fn required(&self, case: &Case) -> Result<Arc<CompleteDataset>, BenchError> {
        self.complete(case)?.ok_or_else(|| BenchError::Earlier {
            what: format!("the dataset of case `{}`", case.name),
            path: self.paths.dataset(case),
            command: format!("eddymark generate {}", case.name),
        })
    }

    /// The provenance of values that are computed now.
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

/// The dataset in `root` if it is that of `case`, was computed by these solvers, has no missing samples, and has
/// statistics. An error if it may not be read.
fn complete_dataset(case: &Case, root: &Path) -> Result<Option<Dataset>, BenchError> {
    let Some(dataset) = begun_dataset(case, root)? else { return Ok(None) };
    let is_complete = dataset.is_finished()?;
    Ok(is_complete.then_some(dataset))
}

/// The dataset in `root`, complete or not, if it is that of `case` and was computed by these solvers.
pub(super) fn begun_dataset(case: &Case, root: &Path) -> Result<Option<Dataset>, BenchError> {
    let Some(dataset) = Dataset::find(root)? else { return Ok(None) };
    let header = dataset.header();
    let is_ours = header.case_hash == case.hash() && header.solver == case.solver();
    Ok(is_ours.then_some(dataset))
}
