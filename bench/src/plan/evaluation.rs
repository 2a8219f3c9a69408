//! The steps that evaluate surrogates.

use super::StepContext;
use super::context::CompleteDataset;
use super::failure::{Failure, ends_plan, reason};
use super::queue::Queue;
use super::resolved::{Resolved, suffix};
use super::timing;
use super::training::TrainingStep;
use crate::baselines::BASELINES;
use crate::name::path_part;
use crate::{
    BenchError, Case, Evaluation, MetricSpec, SurrogateIdentity, SurrogateSource, SurrogateSpec,
    TestSet, evaluate, evaluation_source, machine,
};
use data::{
    DataError, Invalid, Split, SurrogateKind, SurrogateSummary, Timing, TrainingCurve, hash_hex,
    read_lines, sweep, write_lines,
};
use operators::{ExternalOperator, PredictionFile, Surrogate};
use reports::number::duration;
use serde::Serialize;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// One surrogate on one case.
pub(super) struct EvaluationStep<'a> {
    context: &'a StepContext,
    case: &'a Case,
    spec: &'a SurrogateSpec,
    seed: Option<u64>,
}

/// The inputs of an evaluation. A change of any of them defines another evaluation.
#[derive(Serialize)]
struct EvaluationKey<'a> {
    source: &'a str,
    version: &'a str,
    case: &'a str,
    surrogate: &'a str,
    dataset_hash: &'a str,
    surrogate_hash: &'a str,
    seed: Option<u64>,
    first: usize,
    steps: usize,
    free: usize,
    /// The inputs of the climate besides the dataset: the states before statistics, and the axes of averages.
    climate: (usize, [bool; 3]),
    metrics: &'a [MetricSpec],
    machine: &'a str,
    device: &'a str,
    threads: usize,
}

impl<'a> EvaluationStep<'a> {
    pub(super) fn new(
        context: &'a StepContext,
        case: &str,
        surrogate: &str,
        seed: Option<u64>,
    ) -> Result<Self, BenchError> {
        let (case, spec) = (context.case(case)?, context.surrogate(surrogate)?);
        let seeds = spec.source.seeds();
        let name = |seed: Option<u64>| seed.map_or_else(|| "none".into(), |seed| seed.to_string());
        let known: Vec<String> = seeds.iter().copied().map(name).collect();
        let expected = format!("that of an evaluation of `{surrogate}`: {}", known.join(", "));
        Invalid::unless(seeds.contains(&seed), "seed", name(seed), &expected)
            .map_err(|source| BenchError::Suite { suite: context.suite.name.clone(), source })?;
        Ok(Self { context, case, spec, seed })
    }

    /// All evaluations of a case, in the order of the suite.
    pub(super) fn of_case(
        context: &'a StepContext,
        case: &'a Case,
    ) -> Result<Vec<Self>, BenchError> {
        let of = |spec: &'a SurrogateSpec| {
            let seeds = spec.source.seeds().into_iter();
            seeds.map(move |seed| Self::new(context, &case.name, &spec.name, seed))
        };
        context.suite.surrogates.iter().flat_map(of).collect()
    }

    /// Whether both evaluate the same surrogate.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.spec.name == other.spec.name && self.seed == other.seed
    }

    /// What is evaluated.
    pub(super) fn kind(&self) -> SurrogateKind {
        self.spec.source.kind()
    }

    /// The training whose operator is evaluated; `None` for surrogates that are not trained.
    fn training(&self) -> Option<TrainingStep<'a>> {
        TrainingStep::of(self.context, self.case, self.spec, self.seed?)
    }

    /// Hash of what determines the surrogate's predictions besides the dataset; `None` while it is
    /// not trained.
    fn surrogate_hash(&self) -> Result<Option<String>, BenchError> {
        let hash = self.hash_of_source()?;
        let of_ensemble = |hash: String| match self.spec.source.members() {
            Some(members) => hash_hex(format!("{members} members of {hash}").as_bytes()),
            None => hash,
        };
        Ok(hash.map(of_ensemble))
    }

    fn hash_of_source(&self) -> Result<Option<String>, BenchError> {
        Ok(Some(match &self.spec.source {
            source if source.is_trained() => {
                let hash = self.training().map(|training| training.surrogate_hash());
                return Ok(hash.transpose()?.flatten());
            }
            SurrogateSource::Operator { .. } => return Ok(None), // it is trained
            SurrogateSource::Baseline { baseline, table } => {
                hash_hex(&serde_json::to_vec(&(baseline, table)).expect("a baseline is plain data"))
            }
            SurrogateSource::Process { folder, .. } => ExternalOperator::hash_of(folder)?,
            SurrogateSource::Predictions(path) => {
                PredictionFile::hash_of(path, &path_part(&self.case.name))?
            }
        }))
    }

    /// The surrogate, ready to be rolled out.
    pub(super) fn surrogate(
        &self,
        complete: &CompleteDataset,
    ) -> Result<Box<dyn Surrogate>, BenchError> {
        let dataset = &complete.dataset;
        Ok(match &self.spec.source {
            SurrogateSource::Operator { .. } => {
                let training = self.training().expect("a seed belongs to a trained surrogate");
                Box::new(training.required(self.case.cells)?)
            }
            SurrogateSource::Baseline { baseline, table } => {
                let location = || format!("surrogate `{}`", self.spec.name);
                let baseline = BASELINES
                    .build(baseline, table.clone())
                    .map_err(|source| BenchError::Part { location: location(), source })?;
                baseline.surrogate(self.case, dataset)?
            }
            SurrogateSource::Process { folder, .. } => {
                let info = data::Source::info(dataset).clone();
                let operator = ExternalOperator::open(folder, &self.context.launcher())?;
                let operator = operator.with_info(info).with_members(self.spec.source.members());
                Box::new(match self.seed {
                    Some(seed) => operator.with_seed(seed, self.trained_folder()?),
                    None => operator,
                })
            }
            SurrogateSource::Predictions(path) => {
                let suite = &self.context.suite;
                let (case, steps) = (path_part(&self.case.name), suite.steps_of(self.case));
                let given = [suite.start + 1, steps];
                Box::new(PredictionFile::open(path, &case, dataset, Split::Test, given)?)
            }
        })
    }

    /// What a reader must know about how an outside program is started; nothing for other surrogates.
    fn notes(&self) -> Result<Vec<String>, BenchError> {
        let trained_on = self.spec.source.trained_on(&self.case.name);
        if trained_on != self.case.name {
            return Ok(vec![format!("trained on `{trained_on}`")]);
        }
        let SurrogateSource::Process { folder, .. } = &self.spec.source else {
            return Ok(Vec::new());
        };
        let notes = ExternalOperator::notes(folder, &self.context.launcher())?;
        for note in &notes {
            self.context.say_once(&format!("{}: {note}", self.spec.name));
        }
        Ok(notes)
    }

    /// What the training of an outside program has written, an error while it is not complete.
    fn trained_folder(&self) -> Result<Option<PathBuf>, BenchError> {
        self.training().map(|training| training.required_folder()).transpose()
    }

    /// The training curve of the operator that is evaluated; outside programs have none.
    pub(super) fn curve(&self) -> Result<Option<TrainingCurve>, BenchError> {
        if self.kind() != SurrogateKind::Operator {
            return Ok(None);
        }
        let (Some(training), Some(seed)) = (self.training(), self.seed) else { return Ok(None) };
        if !matches!(self.training_failure(), Ok(None)) {
            return Ok(None);
        }
        let (case, surrogate) = (self.case.name.clone(), self.spec.name.clone());
        Ok(Some(TrainingCurve {
            case,
            surrogate,
            seed,
            points: training.required(self.case.cells)?.curve,
        }))
    }

    /// The evaluation on disk, if it is complete.
    pub(super) fn stored(&self) -> Result<Option<Evaluation>, BenchError> {
        let Some(key) = self.key()? else { return Ok(None) };
        read_evaluation(&self.path_of(Some(&key)))
    }

    fn path_of(&self, key: Option<&str>) -> PathBuf {
        let Self { context, case, spec, .. } = self;
        context.paths.evaluation(&context.suite.name, case, &spec.name, key)
    }

    /// The reason for which there is no evaluation: that of its training, or its own; `None` if neither failed.
    pub(super) fn failure(&self) -> Result<Option<String>, BenchError> {
        let of_training = self.training_failure()?;
        let own = || Ok(self.stored()?.and_then(|evaluation| evaluation.summary.failure));
        of_training.map_or_else(own, |reason| Ok(Some(reason)))
    }

    /// The reason for which the operator is not trained.
    fn training_failure(&self) -> Result<Option<String>, BenchError> {
        match self.training() {
            Some(training) if training.surrogate_hash()?.is_none() => training.failure(),
            _ => Ok(None),
        }
    }

    /// An evaluation without records that states why there are none.
    pub(super) fn failed(&self, reason: String) -> Evaluation {
        let summary = SurrogateSummary {
            case: self.case.name.clone(),
            surrogate: self.spec.name.clone(),
            kind: self.spec.source.kind(),
            seed: self.seed,
            weights: 0,
            training_seconds: 0.0,
            training_threads: 0,
            training_jobs: 0,
            seconds_per_step: 0.0,
            repeats: 0,
            timing: None,
            device: self.context.device_name.clone(),
            threads: rayon::current_num_threads(),
            not_predicted: Vec::new(),
            notes: Vec::new(),
            failure: Some(reason),
        };
        Evaluation { summary, records: Vec::new(), panels: Vec::new(), statistics: Vec::new() }
    }

    /// The evaluation on disk, or one without records that states why it failed, or an error that names the command
    /// which computes it.
    pub(super) fn required(&self) -> Result<Evaluation, BenchError> {
        let (name, case) = (&self.spec.name, &self.case.name);
        let stored = match self.failure() {
            Ok(Some(reason)) => return Ok(self.failed(reason)),
            Ok(None) => self.stored()?,
            Err(error) if ends_plan(&error) => return Err(error),
            Err(error) => return Ok(self.failed(reason(&error))),
        };
        stored.map_or_else(
            || {
                Err(BenchError::Earlier {
                    what: format!("the evaluation of `{name}` on `{case}`"),
                    path: self.path()?,
                    command: format!("eddymark evaluate {}", self.context.suite.name),
                })
            },
            Ok,
        )
    }

    /// Evaluates, and keeps the reason if that fails. An error only if the plan cannot go on. Returns the surrogate.
    fn attempt(
        &self,
        dataset: &CompleteDataset,
        test_set: &TestSet,
    ) -> Result<Result<Box<dyn Surrogate>, Failure>, BenchError> {
        let failure = |reason| {
            let (case, surrogate) = (self.case.name.clone(), self.spec.name.clone());
            Ok(Err(Failure { case, surrogate, seed: self.seed, reason }))
        };
        let evaluated = match self.training_failure() {
            Ok(Some(reason)) => return failure(reason),
            Ok(None) => self.run(dataset, test_set),
            Err(error) => Err(error),
        };
        let error = match evaluated {
            Ok(surrogate) => return Ok(Ok(surrogate)),
            Err(error) if ends_plan(&error) => return Err(error),
            Err(error) => error,
        };
        // A rollout that was stopped did not fail.
        self.context.stop.check()?;
        self.context.progress.say(&format!("{}: {}: {error}", self.case.name, self.spec.name));
        // Without a key, as for predictions that cannot be read, the reason is found again when it is asked for.
        if let Ok(Some(key)) = self.key() {
            let file = self.path_of(Some(&key));
            let _ = fs_err::create_dir_all(file.parent().expect("an evaluation lies in a folder"))
                .map_err(DataError::from)
                .and_then(|()| write_lines(&file, &[self.failed(reason(&error))]));
        }
        failure(reason(&error))
    }

    fn run(
        &self,
        dataset: &CompleteDataset,
        test_set: &TestSet,
    ) -> Result<Box<dyn Surrogate>, BenchError> {
        let Self { context, case, spec, seed } = self;
        self.stored()?; // a result that may not be read is not replaced
        let mut surrogate = self.surrogate(dataset)?;
        surrogate.stop_on(&context.stop);
        let bar = context.progress.spinner(&format!("evaluate {}", spec.name));
        let clock = Instant::now();
        let training = match self.training().map(|training| training.cost()).transpose()? {
            Some(Some(cost)) => Some(cost),
            _ => self.curve()?.and_then(|curve| curve.points.last().copied()),
        };
        let identity = SurrogateIdentity {
            name: &spec.name,
            kind: spec.source.kind(),
            seed: *seed,
            training,
            provenance: context.provenance(case.hash(), dataset.hash.clone(), surrogate.hash()),
            notes: self.notes()?,
        };
        let metrics = context.suite.metrics()?;
        let evaluation = evaluate(
            &context.suite.name,
            case,
            &dataset.dataset,
            test_set,
            &identity,
            &metrics,
            surrogate.as_mut(),
        )?;
        bar.finish_and_clear();
        context.progress.say(&format!(
            "{}: {}{} evaluated in {}",
            case.name,
            spec.name,
            suffix(*seed),
            duration(clock.elapsed().as_secs_f64())
        ));
        self.store(&evaluation)?;
        Ok(surrogate)
    }

    fn store(&self, evaluation: &Evaluation) -> Result<(), BenchError> {
        let file = self.path()?;
        fs_err::create_dir_all(file.parent().expect("an evaluation lies in a folder"))?;
        Ok(write_lines(&file, std::slice::from_ref(evaluation))?)
    }

    /// Replaces the time of the stored evaluation.
    pub(super) fn set_timing(&self, timing: Timing) -> Result<(), BenchError> {
        let Some(mut evaluation) = self.stored()? else { return Ok(()) };
        evaluation.summary.set_timing(timing);
        self.store(&evaluation)
    }
}

impl Resolved for EvaluationStep<'_> {
    fn key(&self) -> Result<Option<String>, BenchError> {
        let context = self.context;
        let Some(dataset) = context.complete(self.case)? else { return Ok(None) };
        let Some(surrogate_hash) = self.surrogate_hash()? else { return Ok(None) };
        let key = EvaluationKey {
            source: &evaluation_source(),
            version: env!("CARGO_PKG_VERSION"),
            case: &self.case.name,
            surrogate: &self.spec.name,
            dataset_hash: &dataset.hash,
            surrogate_hash: &surrogate_hash,
            seed: self.seed,
            first: context.suite.start + 1,
            steps: context.suite.steps_of(self.case),
            free: context.suite.free,
            climate: (context.suite.skipped(self.case), self.case.homogeneous()),
            metrics: &context.suite.metrics,
            machine: &machine(),
            device: &context.device_name,
            threads: rayon::current_num_threads(),
        };
        Ok(Some(hash_hex(&serde_json::to_vec(&key).expect("an evaluation's key is plain data"))))
    }

    fn path(&self) -> Result<PathBuf, BenchError> {
        Ok(self.path_of(self.key().ok().flatten().as_deref()))
    }

    /// One that failed is not done. Inputs that cannot be read are an error of [`Self::run`].
    fn is_done(&self) -> Result<bool, BenchError> {
        let Ok(Some(key)) = self.key() else { return Ok(false) };
        let stored = read_evaluation(&self.path_of(Some(&key)))?;
        Ok(stored.is_some_and(|evaluation| evaluation.summary.failure.is_none()))
    }
}

/// The evaluation in a file; `None` if there is none. Damaged files and those of other versions are computed again.
pub(super) fn read_evaluation(path: &Path) -> Result<Option<Evaluation>, BenchError> {
    match read_lines::<Evaluation>(path) {
        Ok(mut lines) => Ok(lines.pop()),
        Err(DataError::Io(error)) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(DataError::Json { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Evaluates surrogates on one case, one after the other, and then times them in turns. Returns the evaluations that
/// failed.
pub(super) fn evaluate_all(
    context: &StepContext,
    case: &Case,
    steps: &[EvaluationStep<'_>],
) -> Result<Vec<Failure>, BenchError> {
    let dataset = context.required(case)?;
    let test_set = TestSet::new(&context.suite, case, &dataset.dataset)?;
    let (mut failures, mut evaluated) = (Vec::new(), Vec::new());
    let queue = Queue::new(context, steps);
    while let Some((step, _claim)) = queue.next()? {
        match step.attempt(&dataset, &test_set)? {
            Ok(surrogate) => evaluated.push((step, surrogate)),
            Err(failure) => failures.push(failure),
        }
    }
    timing::time_together(context, case, evaluated, &dataset, &test_set)?;
    if let Some(step) = steps.first() {
        step.path()?.parent().map(sweep);
    }
    Ok(failures)
}
