//! The steps that train operators.

use super::StepContext;
use super::context::CompleteDataset;
use super::failure::{Failure, ends_plan, reason};
use super::queue::Queue;
use super::resolved::Resolved;
use crate::{BenchError, Case, SurrogateSource, SurrogateSpec, Training, train, training_source};
use data::{
    DataError, Dataset, FewSamples, Source, Split, TrainingPoint, hash_hex, sweep, write_atomically,
};
use operators::{ExternalOperator, ProgramMark, ProgramTraining, Recipe, Trained, TrainingMark};
use rayon::ThreadPoolBuilder;
use reports::number::duration;
use serde::Serialize;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread::ScopedJoinHandle;

/// The file in a training's folder with the reason for which it failed.
const FAILURE: &str = "failure.txt";

/// One training of one operator on one case.
pub(super) struct TrainingStep<'a> {
    context: &'a StepContext,
    case: &'a Case,
    name: &'a str,
    what: Trainee<'a>,
    seed: u64,
    /// The number of training samples that it is given; all if absent.
    samples: Option<usize>,
}

/// What is trained.
#[derive(Clone, Copy)]
enum Trainee<'a> {
    /// An operator of this workspace.
    Operator { architecture: &'a str, table: &'a toml::Table, recipe: &'a Recipe },
    /// An outside program, in a folder with `operator.toml`.
    Program(&'a Path),
}

/// One outside program is trained at a time: it may use the whole machine.
static PROGRAM: Mutex<()> = Mutex::new(());

/// The inputs of a program's training. A change of any of them defines another training.
#[derive(Serialize)]
struct ProgramKey<'a> {
    device: &'a str,
    dataset_hash: &'a str,
    program: String,
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    samples: Option<usize>,
}

/// The inputs of a training. A change of any of them defines another training.
#[derive(Serialize)]
struct TrainingKey<'a> {
    source: &'a str,
    device: &'a str,
    dataset_hash: &'a str,
    architecture: &'a str,
    table: &'a toml::Table,
    recipe: &'a Recipe,
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    samples: Option<usize>,
}

impl<'a> TrainingStep<'a> {
    pub(super) fn new(
        context: &'a StepContext,
        case: &str,
        surrogate: &str,
        seed: u64,
    ) -> Result<Self, BenchError> {
        let (case, spec) = (context.case(case)?, context.surrogate(surrogate)?);
        Self::of(context, case, spec, seed).ok_or_else(|| {
            let all = context.suite.surrogates.iter();
            let is_trained = |spec: &&SurrogateSpec| spec.source.is_trained();
            let trained: Vec<&str> =
                all.filter(is_trained).map(|spec| spec.name.as_str()).collect();
            BenchError::unknown("trained surrogate", surrogate, trained.iter().copied())
        })
    }

    /// `None` for surrogates that are not trained.
    pub(super) fn of(
        context: &'a StepContext,
        case: &'a Case,
        spec: &'a SurrogateSpec,
        seed: u64,
    ) -> Option<Self> {
        let case = context.case(spec.source.trained_on(&case.name)).ok()?;
        let what = match &spec.source {
            SurrogateSource::Operator { architecture, table, recipe, .. } => {
                Trainee::Operator { architecture, table, recipe }
            }
            SurrogateSource::Process { folder, is_trained: true, .. } => Trainee::Program(folder),
            _ => return None,
        };
        Some(Self { context, case, name: &spec.name, what, seed, samples: spec.source.samples() })
    }

    /// Hash of the inputs, given the content hash of the dataset.
    fn key_on(&self, dataset_hash: &str) -> Result<String, BenchError> {
        let (device, seed, samples) = (self.context.device_name.as_str(), self.seed, self.samples);
        let key = match self.what {
            Trainee::Operator { architecture, table, recipe } => {
                let source = training_source();
                let key = TrainingKey {
                    source,
                    device,
                    dataset_hash,
                    architecture,
                    table,
                    recipe,
                    seed,
                    samples,
                };
                serde_json::to_vec(&key)
            }
            Trainee::Program(folder) => {
                let program = ExternalOperator::hash_of(folder)?;
                serde_json::to_vec(&ProgramKey { device, dataset_hash, program, seed, samples })
            }
        };
        Ok(hash_hex(&key.expect("a training's key is plain data")))
    }

    /// The hash of the trained operator, if the training is complete.
    pub(super) fn surrogate_hash(&self) -> Result<Option<String>, BenchError> {
        Ok(match self.what {
            Trainee::Operator { .. } => self.mark()?.map(|mark| mark.surrogate_hash),
            Trainee::Program(_) => self.program_mark()?.map(|mark| mark.surrogate_hash),
        })
    }

    fn program_mark(&self) -> Result<Option<ProgramMark>, BenchError> {
        Ok(ProgramMark::read(&self.path()?, &self.context.hashes)?)
    }

    /// What the training of an outside program has cost; `None` for operators, whose curve says so.
    pub(super) fn cost(&self) -> Result<Option<TrainingPoint>, BenchError> {
        let Trainee::Program(_) = self.what else { return Ok(None) };
        let point = |ProgramMark { seconds, threads, .. }: ProgramMark| TrainingPoint {
            step: 0,
            seconds,
            train_loss: f64::NAN,
            valid_loss: None,
            rate: 0.0,
            threads,
            jobs: 1,
        };
        Ok(self.program_mark()?.map(point))
    }

    /// What the training of an outside program has written, or an error that names the command which trains it.
    pub(super) fn required_folder(&self) -> Result<PathBuf, BenchError> {
        match self.program_mark()? {
            Some(_) => Ok(ProgramMark::trained(&self.path()?)),
            None => Err(self.earlier(self.path()?)),
        }
    }

    fn earlier(&self, path: PathBuf) -> BenchError {
        let (name, seed, case) = (self.name, self.seed, &self.case.name);
        BenchError::Earlier {
            what: format!("the training of `{name}` with seed {seed} on `{case}`"),
            path,
            command: format!("eddymark train {}", self.context.suite.name),
        }
    }

    /// The mark of an operator's training, if it is complete.
    fn mark(&self) -> Result<Option<TrainingMark>, BenchError> {
        Ok(TrainingMark::read(&self.path()?, &self.context.hashes)?)
    }

    /// The trained operator for a grid with these cells, if the training is complete.
    fn trained(&self, cells: [usize; 3]) -> Result<Option<Trained>, BenchError> {
        if self.mark()?.is_none() {
            return Ok(None);
        }
        Ok(Some(Trained::load_on(&self.path()?, &self.context.device, cells)?))
    }

    /// The trained operator, or an error that names the command which trains it.
    pub(super) fn required(&self, cells: [usize; 3]) -> Result<Trained, BenchError> {
        let path = self.path()?;
        self.trained(cells)?.ok_or_else(|| self.earlier(path))
    }

    /// Why the training failed when it was last tried; `None` if it did not.
    pub(super) fn failure(&self) -> Result<Option<String>, BenchError> {
        match fs_err::read_to_string(self.path()?.join(FAILURE)) {
            Ok(reason) => Ok(Some(reason.trim().to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Trains, and keeps the reason if that fails. An error only if the plan cannot go on.
    fn attempt(
        &self,
        dataset: &CompleteDataset,
        jobs: usize,
    ) -> Result<Option<Failure>, BenchError> {
        let file = self.path()?.join(FAILURE);
        match fs_err::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let ended = catch_unwind(AssertUnwindSafe(|| self.run(dataset, jobs)));
        let reason = match ended {
            Ok(Ok(())) => return Ok(None),
            Ok(Err(error)) if ends_plan(&error) => return Err(error),
            Ok(Err(error)) => {
                // A training that was stopped did not fail.
                self.context.stop.check()?;
                self.context.progress.say(&format!("{}: {}: {error}", self.case.name, self.name));
                reason(&error)
            }
            Err(_) => "internal error while training".into(),
        };
        // Where the reason cannot be kept, as on a full disk, it is at least reported now.
        let _ = fs_err::create_dir_all(file.parent().expect("a training has a folder"))
            .map_err(DataError::from)
            .and_then(|()| write_atomically(&file, |to| to.write_all(reason.as_bytes())));
        let (case, surrogate) = (self.case.name.clone(), self.name.to_owned());
        Ok(Some(Failure { case, surrogate, seed: Some(self.seed), reason }))
    }

    /// Trains, or resumes an interrupted training. `jobs` trainings run at the same time.
    fn run(&self, dataset: &CompleteDataset, jobs: usize) -> Result<(), BenchError> {
        let (architecture, table, recipe) = match self.what {
            Trainee::Operator { architecture, table, recipe } => (architecture, table, recipe),
            Trainee::Program(folder) => return self.run_program(folder, &dataset.dataset),
        };
        let StepContext { device, progress, stop, .. } = self.context;
        let (name, seed) = (self.name, self.seed);
        let training = Training {
            name,
            architecture,
            table,
            recipe,
            dataset: &dataset.dataset,
            samples: self.samples,
            seed,
            folder: &self.path()?,
            device,
            jobs,
        };
        let trained = train(&training, progress, stop)?;
        sweep(training.folder);
        progress.say(&format!(
            "{}: {name} (seed {seed}) trained in {}",
            self.case.name,
            duration(trained.training_seconds)
        ));
        Ok(())
    }

    /// Starts the command `train` of an outside program, and waits until it is done.
    fn run_program(&self, folder: &Path, dataset: &Dataset) -> Result<(), BenchError> {
        self.program_mark()?; // a training that is damaged is not replaced
        let _alone = PROGRAM.lock().unwrap_or_else(PoisonError::into_inner);
        let StepContext { device_name, progress, stop, paths, .. } = self.context;
        let (name, seed) = (self.name, self.seed);
        let output = self.path()?;
        fs_err::create_dir_all(&output)?;
        let bar = progress.spinner(&format!("train {name} ({seed})"));
        let few = self.samples.map(|count| FewSamples::new(dataset, count, seed));
        let mut launcher = self.context.launcher();
        if let Some(few) = &few {
            let statistics = ["normalization.json", "stats.yaml"];
            let statistics = statistics.map(|name| paths.dataset(self.case).join(name));
            launcher.hidden.extend(few.others().map(|index| dataset.path(index)));
            launcher.hidden.extend(statistics);
        }
        let training = ProgramTraining {
            folder,
            launcher: &launcher,
            dataset: &paths.dataset(self.case),
            samples: few.map(|few| few.indices(Split::Train)),
            output: &output,
            seed,
            threads: rayon::current_num_threads(),
            device: device_name,
            stop,
        };
        let trained = training.run();
        bar.finish_and_clear();
        let took = duration(trained?.seconds);
        progress.say(&format!("{}: {name} (seed {seed}) trained in {took}", self.case.name));
        Ok(())
    }
}

impl Resolved for TrainingStep<'_> {
    fn key(&self) -> Result<Option<String>, BenchError> {
        let dataset = self.context.complete(self.case)?;
        dataset.map(|dataset| self.key_on(&dataset.hash)).transpose()
    }

    fn path(&self) -> Result<PathBuf, BenchError> {
        let (key, suite) = (self.key()?, &self.context.suite.name);
        Ok(self.context.paths.model(suite, self.case, self.name, self.seed, key.as_deref()))
    }

    fn is_done(&self) -> Result<bool, BenchError> {
        Ok(self.surrogate_hash()?.is_some())
    }
}

/// Trains on one case, several operators at the same time. Returns the trainings that failed.
pub(super) fn train_all(
    context: &StepContext,
    steps: &[TrainingStep<'_>],
) -> Result<Vec<Failure>, BenchError> {
    let Some(first) = steps.first() else { return Ok(Vec::new()) };
    let dataset = context.required(first.case)?;
    let threads = rayon::current_num_threads();
    let default = || if context.device.is_cpu() { default_jobs(steps.len(), threads) } else { 1 };
    let jobs = context.jobs.unwrap_or_else(default).clamp(1, steps.len());
    let queue = Queue::new(context, steps);
    let failures = Mutex::new(Vec::new());
    let work = |threads| -> Result<(), BenchError> {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(std::io::Error::other)?;
        while let Some((step, _claim)) = queue.next()? {
            // If the plan cannot go on, the other trainings write their checkpoints and stop.
            let ended = pool.install(|| step.attempt(&dataset, jobs));
            let failed = ended.inspect_err(|_| context.stop.request())?;
            failures.lock().expect("no thread panics while holding the lock").extend(failed);
        }
        Ok(())
    };
    let work = &work;
    let ended: Vec<Result<(), BenchError>> = std::thread::scope(|scope| {
        let mut workers = Vec::new();
        for job in 0..jobs {
            let work = move || work(((threads + job) / jobs).max(1));
            workers.push(std::thread::Builder::new().spawn_scoped(scope, work));
        }
        let join = |worker: std::io::Result<ScopedJoinHandle<'_, Result<(), BenchError>>>| {
            worker?.join().unwrap_or_else(|panic| resume_unwind(panic))
        };
        workers.into_iter().map(join).collect()
    });
    dataset.dataset.forget();
    first.path()?.parent().map(sweep);
    // The failure is reported before the interruptions that it caused.
    let (stopped, others): (Vec<_>, Vec<_>) =
        ended.into_iter().partition(|end| matches!(end, Err(BenchError::Stopped)));
    others.into_iter().chain(stopped).collect::<Result<(), BenchError>>()?;
    Ok(failures.into_inner().expect("no thread panics while holding the lock"))
}

/// The default number of concurrent trainings: one per thread, at most four, because every training holds the
/// activations of a batch in memory. It is reduced until at most a quarter of the time is idle.
fn default_jobs(trainings: usize, threads: usize) -> usize {
    let fills = |jobs: &usize| {
        let slots = trainings.div_ceil(*jobs) * jobs;
        4 * (slots - trainings) <= slots
    };
    (1..=threads.min(4)).rev().find(fills).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::default_jobs;

    #[test]
    fn trainings_run_side_by_side_where_that_fills_the_threads() {
        let jobs = [(1, 2), (2, 2), (3, 2), (75, 2), (2, 8), (5, 8), (7, 8), (0, 2)];
        let jobs = jobs.map(|(trainings, threads)| default_jobs(trainings, threads));
        assert_eq!(jobs, [1, 2, 2, 2, 2, 3, 4, 2]);
    }
}
